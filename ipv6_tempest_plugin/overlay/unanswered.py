# Licensed under the Apache License, Version 2.0 (the "License"); you may
# not use this file except in compliance with the License. You may obtain
# a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS, WITHOUT
# WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the
# License for the specific language governing permissions and limitations
# under the License.

"""What a request has made whose answer never came."""

from collections.abc import Iterator
import contextlib

import fixtures
from tempest.lib import exceptions

from ipv6_tempest_plugin.overlay import resources
from ipv6_tempest_plugin.overlay import undo
from ipv6_tempest_plugin import waiting


class Asked(fixtures.Fixture):
    """Something that a request makes, and that is found without its answer.

    :cvar kind: what it is
    :ivar id: by which the API knows it; None until it has answered
    :ivar asked: whether a request to make it may have been obeyed
    """

    kind = ''

    def __init__(self) -> None:
        super().__init__()
        self.id: str | None = None
        self.asked = False

    @contextlib.contextmanager
    def asking(self) -> Iterator[None]:
        """Ask for it, and keep in mind whether it may be there."""
        self.asked = True
        try:
            with undo.held(self.kind):
                yield
        except exceptions.ClientRestClientException:
            # The API has said that it made nothing.
            self.asked = False
            raise

    def search(self) -> list[str]:
        """Find what has been made, by what the request named it."""
        raise NotImplementedError

    def made(self) -> list[str]:
        """Return the ids of what there is to remove.

        What a request made may appear after the request was given up.
        """
        if self.id:
            return [self.id]
        if not self.asked:
            return self.search()
        try:
            return waiting.wait_for(
                f'{self.kind} to appear', self.search, resources.LATE
            )
        except waiting.WaitTimeout:
            return []
