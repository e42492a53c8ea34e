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

"""Where guests come from: a pair for a whole class, or one for each test.

``[ipv6_overlay] guest_access`` decides; the tests cannot tell.
"""

from collections.abc import Sequence
from typing import Any
from typing import Protocol

import fixtures
from tempest import config

from ipv6_tempest_plugin.overlay.guests import console
from ipv6_tempest_plugin.overlay.guests import observations
from ipv6_tempest_plugin.overlay.guests import plans
from ipv6_tempest_plugin.overlay import management
from ipv6_tempest_plugin.overlay import ports
from ipv6_tempest_plugin.overlay import servers
from ipv6_tempest_plugin.overlay import together

CONF = config.CONF
PAIR = 2
VERSIONS = {'ssh-floating-ip': 4, 'ssh-ipv6': 6}


class Guest(Protocol):
    """A guest, however it is reached."""

    server: servers.Server

    @property
    def name(self) -> str:
        """The server's name."""

    def observe(self, plan: plans.Plan) -> observations.Observation:
        """Look around in the guest."""


class Stage(Protocol):
    """A place for tests with two guests."""

    def bring(
        self,
        owner: Any,
        cards: Sequence[Sequence[ports.Port]],
        looking: Sequence[plans.Plan],
    ) -> Sequence[Guest]:
        """Return guests with these cards.

        :param owner: a test, which the guests' cards end with
        :param cards: ports, set up, for each guest
        :param looking: all that each guest will be asked for
        """


def configured(manager: Any) -> Any:
    """Return the stage that tempest.conf asks for, not set up yet."""
    version = VERSIONS.get(CONF.ipv6_overlay.guest_access)
    return Shared(manager, version) if version else Single(manager)


class _Spread(fixtures.Fixture):
    """What keeps the servers of a pair on different hosts, if there are."""

    def __init__(self, manager: Any) -> None:
        super().__init__()
        self.manager = manager
        self.group: servers.Apart | None = None

    def spread(self) -> None:
        """Make a group for them."""
        if CONF.compute.min_compute_nodes >= PAIR:
            self.group = self.useFixture(servers.Apart(self.manager))


class Shared(_Spread):
    """A pair that lasts; each test plugs its cards in, and they go with it.

    :param version: of IP, by which the guests are reached
    :ivar guests: logged in to
    """

    def __init__(self, manager: Any, version: int) -> None:
        super().__init__(manager)
        self.version = version

    def _setUp(self) -> None:
        self.spread()
        key = servers.KeyPair(self.manager)
        way = management.Management(self.manager, self.version)
        self.useFixture(together.Together(key, way))
        first = [way.port() for _ in range(PAIR)]
        self.useFixture(together.Together(*first))
        pair = [
            servers.Server(self.manager, [port], key, self.group)
            for port in first
        ]
        self.useFixture(together.Together(*pair))
        reached = [management.Access(way, server) for server in pair]
        self.useFixture(together.Together(*reached))
        self.guests = [one.guest for one in reached]

    def bring(
        self,
        owner: Any,
        cards: Sequence[Sequence[ports.Port]],
        looking: Sequence[plans.Plan],
    ) -> Sequence[Guest]:
        """Plug cards into the guests that are there."""
        plugs = [
            servers.Plug(guest.server, port)
            for guest, some in zip(self.guests, cards, strict=True)
            for port in some
        ]
        owner.useFixture(together.Together(*plugs))
        return self.guests


class Single(_Spread):
    """Guests that are booted for one test and print what they see."""

    def _setUp(self) -> None:
        self.spread()

    def bring(
        self,
        owner: Any,
        cards: Sequence[Sequence[ports.Port]],
        looking: Sequence[plans.Plan],
    ) -> Sequence[Guest]:
        """Boot guests with these cards."""
        pair = [
            servers.Server(
                self.manager,
                some,
                group=self.group,
                user_data=console.user_data(plan),
            )
            for some, plan in zip(cards, looking, strict=True)
        ]
        owner.useFixture(together.Together(*pair))
        guests = [console.ConsoleGuest(server) for server in pair]
        together.run(*(guest.wait for guest in guests))
        return guests
