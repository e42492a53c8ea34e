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

from ipv6_tempest_plugin.overlay import undo
from ipv6_tempest_plugin import waiting

# Seconds after which a request that was not answered is taken for lost.
LATE = 15


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

    def named(self) -> list[str]:
        """Return the ids of what bears the name that the request gave."""
        raise NotImplementedError

    def made(self) -> list[str]:
        """Return the ids of what there is to remove.

        What a request made may appear after the request was given up.
        """
        if self.id:
            return [self.id]
        if not self.asked:
            return self.named()
        try:
            return waiting.wait_for(f'{self.kind} to appear', self.named, LATE)
        except waiting.WaitTimeout:
            return []


@contextlib.contextmanager
def asking(*some: Asked) -> Iterator[None]:
    """Ask for things of one kind; keep in mind whether they may be there."""
    for one in some:
        one.asked = True
    try:
        with undo.held(some[0].kind):
            yield
    except exceptions.ClientRestClientException:
        # The API has said that it made nothing.
        for one in some:
            one.asked = False
        raise
