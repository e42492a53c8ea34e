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

"""What scenario tests show: evidence, steps, pictures, addresses, pings."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import contextlib
import time
from typing import Any

from tempest import config
from testtools import content

from ipv6_tempest_plugin.overlay import diagnosis
from ipv6_tempest_plugin.overlay import evidence
from ipv6_tempest_plugin.overlay import expect
from ipv6_tempest_plugin.overlay.guests import observations
from ipv6_tempest_plugin.overlay import stages
from ipv6_tempest_plugin.overlay import witness
from ipv6_tempest_plugin.tests.overlay import base

CONF = config.CONF


class ShowingTest(base.GuestTest):
    """A test that shows what it did and saw, whether or not it fails.

    An administrator is asked only after a failure, and made only then.

    :ivar sources: what is asked at the first failure, by name
    """

    credentials = ['primary']

    def setUp(self) -> None:
        super().setUp()
        self.sources: dict[str, evidence.Source] = {'agents': self.agents}
        self.steps: list[Mapping[str, Any]] = []

    @classmethod
    def agents(cls) -> Any:
        """Return the agents of the networking service and their state."""
        admin = cls.get_client_manager(credential_type='admin')
        return witness.agents(admin)

    def to_fetch(self) -> Mapping[str, evidence.Source]:
        """Return what the test has noted until then."""
        return self.sources

    def watch(self, guests: Sequence[stages.Guest]) -> None:
        """Know whom to ask when something goes wrong from now on."""
        for name, guest in zip(stages.NAMES, guests, strict=True):
            self.sources |= witness.of_guest(f'guest {name}', guest)

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time something, also when it fails."""
        begun = time.monotonic()
        try:
            yield
        finally:
            seconds = time.monotonic() - begun
            self.steps.append({'name': name, 'seconds': seconds})
            self.attach_data('steps', self.steps)

    def show_seen(
        self,
        guests: Sequence[stages.Guest],
        seen: Sequence[observations.Observation],
    ) -> None:
        """Attach what guests reported."""
        for guest, observation in zip(guests, seen, strict=True):
            text = content.text_content(observation.text)
            self.addDetailUniqueName(f'{guest.name}: seen', text)

    def judge(
        self,
        where: str,
        what: str,
        found: Sequence[expect.Difference],
        hints: Mapping[str, diagnosis.Hint],
    ) -> None:
        """Fail with a diagnosis if something differs."""
        if found:
            self.fail(diagnosis.as_text(where, what, found, hints))
