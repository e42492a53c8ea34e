# Licensed under the Apache License, Version 2.0 (the "License"); you may
# not use this file except in compliance with the License. You may obtain
# a copy of the License at
#
#      http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS, WITHOUT
# WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the
# License for the specific language governing permissions and limitations
# under the License.

"""A stream of results, read while Tempest writes it."""

from collections.abc import Callable
from collections.abc import Iterable
import datetime
from typing import BinaryIO

from ipv6_tempest_plugin.results import copying
from ipv6_tempest_plugin.results import masking
from ipv6_tempest_plugin.results import stream

Tell = Callable[[str], None]


class Recorder(stream.Collector):
    """Collects a run, says each test as it ends and keeps a copy.

    :param copy: takes the same stream without its secrets
    :param tell: takes a line for the user
    """

    def __init__(self, mask: masking.Mask, copy: BinaryIO, tell: Tell) -> None:
        super().__init__(mask)
        self._names = mask
        self._copier = copying.Copier(copy, mask)
        self._tell = tell

    def status(
        self,
        test_id: str | None = None,
        test_status: str | None = None,
        test_tags: Iterable[str] | None = None,
        runnable: bool = True,
        file_name: str | None = None,
        file_bytes: bytes | None = None,
        eof: bool = False,
        mime_type: str | None = None,
        route_code: str | None = None,
        timestamp: datetime.datetime | None = None,
    ) -> None:
        """Take one event."""
        event = (
            test_id, test_status, test_tags, runnable, file_name,
            file_bytes, eof, mime_type, route_code, timestamp,
        )  # fmt: skip
        super().status(*event)
        self._copier.status(*event)
        if test_id is not None and test_status in stream.ENDED:
            name = self._name(test_id).name
            self._tell(f'{name} ... {stream.ENDED[test_status]}')

    def damaged(self, how: str) -> None:
        """Note that the stream itself is not whole."""
        super().damaged(how)
        self._copier.damaged(how)

    def close(self) -> None:
        """Finish the copy."""
        self._copier.close()
