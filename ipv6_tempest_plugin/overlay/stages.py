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

from collections.abc import Iterable
from collections.abc import Sequence
from concurrent import futures
import contextlib
from typing import Any
from typing import Protocol

import fixtures
from tempest import config

from ipv6_tempest_plugin.overlay.guests import console
from ipv6_tempest_plugin.overlay.guests import observations
from ipv6_tempest_plugin.overlay.guests import plans
from ipv6_tempest_plugin.overlay.guests import shell
from ipv6_tempest_plugin.overlay import management
from ipv6_tempest_plugin.overlay import ports
from ipv6_tempest_plugin.overlay import servers
from ipv6_tempest_plugin.overlay import together

CONF = config.CONF
# What diagnoses call the guests.
NAMES = ('one', 'two')
PAIR = len(NAMES)
VERSIONS = {'ssh-floating-ip': 4, 'ssh-ipv6': 6}
Rows = Sequence[Sequence[ports.Port]]


class Owner(Protocol):
    """A test that guests are brought for."""

    def watch(self, guests: Sequence['Guest']) -> None:
        """Know whom to ask when something goes wrong from now on."""

    def addCleanup(self, undo: Any, *arguments: Any) -> None:
        """Have something done when the test ends."""


class Guest(Protocol):
    """A guest, however it is reached."""

    server: servers.Server

    @property
    def name(self) -> str:
        """The server's name."""

    def settle(self, plan: plans.Plan) -> plans.Plan:
        """Wait for what a plan waits for; return what is left of it."""

    def observe(self, plan: plans.Plan) -> observations.Observation:
        """Look around in the guest."""


def configured(manager: Any) -> 'Stage':
    """Return the stage that tempest.conf asks for, not set up yet."""
    version = VERSIONS.get(CONF.ipv6_overlay.guest_access)
    return Shared(manager, version) if version else Single(manager)


class Stage(fixtures.Fixture):
    """A place for tests with two guests each.

    :cvar lasting: whether its guests are the same for all tests
    """

    lasting = False

    def __init__(self, manager: Any) -> None:
        super().__init__()
        self.manager = manager
        self.group: servers.Apart | None = None
        self.sweeper = together.Sweeper()

    def _setUp(self) -> None:
        if CONF.compute.min_compute_nodes >= PAIR:
            self.group = self.useFixture(servers.Apart(self.manager))
        self.useFixture(self.sweeper)

    def leave(self, one: fixtures.Fixture) -> None:
        """Take back what a test does not need any more, in its order."""
        self.sweeper.leave(one)

    def pair(
        self,
        cards: Rows,
        texts: Iterable[str] = ('',) * PAIR,
        key: servers.KeyPair | None = None,
    ) -> list[servers.Server]:
        """Describe two servers with these cards and user data."""
        made: list[servers.Server] = []
        for row, text in zip(cards, texts, strict=True):
            after = made[-1] if made and self.group else None
            made.append(
                servers.Server(self.manager, row, key, self.group, text, after)
            )
        return made

    def plugs(self, cards: Rows) -> fixtures.Fixture:
        """Return what plugs cards into guests that last."""
        raise NotImplementedError

    def keep(self, one: fixtures.Fixture) -> None:
        """Take back, once guests that last have gone, what is set up."""
        raise NotImplementedError

    def bring(
        self, owner: Owner, cards: Rows, looking: Sequence[plans.Plan]
    ) -> Sequence[Guest]:
        """Return guests with these cards.

        :param owner: its end takes them away
        :param cards: ports, set up, for each guest
        :param looking: all that each guest will be asked for
        """
        raise NotImplementedError


class Shared(Stage):
    """A pair that lasts; each test plugs its cards in.

    They are pulled while the next test's are plugged in; the last go with
    the guests.

    :param version: of IP, by which the guests are reached
    :ivar guests: logged in to
    """

    lasting = True

    def __init__(self, manager: Any, version: int) -> None:
        super().__init__(manager)
        self.version = version
        self.guests: list[shell.ShellGuest] = []
        self._kept: list[fixtures.Fixture] = []
        self._worn: list[fixtures.Fixture] = []
        self._left: list[fixtures.Fixture] = []

    def _setUp(self) -> None:
        super()._setUp()
        key = servers.KeyPair(self.manager)
        way = management.Management(self.manager, self.version)
        self.useFixture(together.Together(key, way))
        first = [way.port() for _ in range(PAIR)]
        self.useFixture(together.Together(*first))
        # Once the guests have gone: nobody needs to pull cards any more.
        self.addCleanup(self._clear)
        pair = self.pair([[port] for port in first], key=key)
        # A floating IP needs the router.
        self.useFixture(together.Together(*pair, way.uplink()))
        reached = [management.Access(way, server) for server in pair]
        self.useFixture(together.Together(*reached))
        self.guests = [one.guest for one in reached]

    def plugs(self, cards: Rows) -> together.Together:
        """Return what plugs cards into the guests."""
        return together.Together(
            *(
                servers.Plug(guest.server, port)
                for guest, row in zip(self.guests, cards, strict=True)
                for port in row
            )
        )

    def bring(
        self, owner: Owner, cards: Rows, looking: Sequence[plans.Plan]
    ) -> Sequence[Guest]:
        """Plug cards into the guests that are there."""
        owner.watch(self.guests)
        pulled = self._sweep()
        plugs = self.plugs(cards)
        try:
            together.begin(plugs)
        finally:
            # Routes of cards that are about to go would compete with others.
            futures.wait(pulled)
        owner.addCleanup(self._worn.append, plugs)
        return self.guests

    def leave(self, one: fixtures.Fixture) -> None:
        """Take it back once the cards of its test are pulled."""
        self._left.append(one)

    def keep(self, one: fixtures.Fixture) -> None:
        """Take back, once the guests have gone, what is set up."""
        self._kept.append(one)

    def _sweep(self) -> list[futures.Future[Any]]:
        """Let go of what the last test has left; return how cards do."""
        pulled = [self.sweeper.leave(one) for one in self._worn]
        for one in self._left:
            self.sweeper.leave(one)
        self._worn, self._left = [], []
        return pulled

    def _clear(self) -> None:
        together.run(
            lambda: _remove([*self._worn, *self._left]),
            lambda: _remove(self._kept[::-1]),
        )


class Single(Stage):
    """Guests that are booted for one test and print what they see."""

    def bring(
        self, owner: Owner, cards: Rows, looking: Sequence[plans.Plan]
    ) -> Sequence[Guest]:
        """Boot guests with these cards."""
        pair = self.pair(cards, map(console.user_data, looking))
        guests = [console.ConsoleGuest(server) for server in pair]
        owner.watch(guests)
        both = together.Together(*pair)
        together.begin(both)
        owner.addCleanup(self.leave, both)
        together.run(*(guest.wait for guest in guests))
        return guests


def _remove(some: Sequence[fixtures.Fixture]) -> None:
    """Remove fixtures in this order; one that fails keeps no other."""
    with contextlib.ExitStack() as going:
        for one in reversed(some):
            going.callback(one.cleanUp)
