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

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
import threading
from typing import Any
from typing import Protocol

import fixtures
from tempest import config
from tempest.lib import exceptions

from ipv6_tempest_plugin.overlay.guests import console
from ipv6_tempest_plugin.overlay.guests import images
from ipv6_tempest_plugin.overlay.guests import observations
from ipv6_tempest_plugin.overlay.guests import observer
from ipv6_tempest_plugin.overlay.guests import plans
from ipv6_tempest_plugin.overlay.guests import shell
from ipv6_tempest_plugin.overlay import management
from ipv6_tempest_plugin.overlay import ports
from ipv6_tempest_plugin.overlay import resources
from ipv6_tempest_plugin.overlay import servers
from ipv6_tempest_plugin.overlay import together
from ipv6_tempest_plugin.overlay import trunks
from ipv6_tempest_plugin import waiting

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


def configured(manager: Any, cards: Callable[[], Rows]) -> 'Stage':
    """Return the stage that tempest.conf asks for, not set up yet.

    :param cards: returns the ports of all tests, for each guest
    :raises InvalidConfiguration: when cards would stay down, or up, for good,
        or there would be none
    """
    options = CONF.ipv6_overlay
    version = VERSIONS.get(options.guest_access)
    if not version:
        return Single(manager)
    trunk = options.guest_cards == 'trunk'
    for name in ('card_command', 'lower_command'):
        if not getattr(options, name):
            raise exceptions.InvalidConfiguration(
                f'[ipv6_overlay] {name} is empty: expected a command, since '
                f'with guest_access = {options.guest_access} a card is up '
                'only while its test runs; see its help'
            )
    if not trunk:
        return Shared(manager, version, cards)
    if not resources.has_extension(trunks.EXTENSION):
        raise exceptions.InvalidConfiguration(
            '[ipv6_overlay] guest_cards = trunk: expected the extension '
            f'{trunks.EXTENSION!r} in [network-feature-enabled] '
            f'api_extensions, seen {resources.promised_extensions()}'
        )
    if not options.vlan_command:
        raise exceptions.InvalidConfiguration(
            '[ipv6_overlay] vlan_command is empty: expected a command, since '
            'with guest_cards = trunk cards are VLANs; see its help'
        )
    return Trunked(manager, version)


class Stage(fixtures.Fixture):
    """A place for tests with two guests each.

    :cvar lasting: whether its guests are the same for all tests
    :cvar moving: whether their cards come and go with the tests
    :ivar guests: those, once they are there
    :ivar carriers: what carries the cards of guests, if not the guests alone
    """

    lasting = False
    moving = True
    guests: Sequence['Guest'] = ()
    carriers: Sequence[trunks.Trunk] = ()

    def __init__(self, manager: Any) -> None:
        super().__init__()
        self.manager = manager
        self.group: servers.Apart | None = None
        self.sweeper = together.Sweeper()

    def _setUp(self) -> None:
        self.useFixture(self.sweeper)

    def wait(self) -> None:
        """Wait until its guests, if they last, are asked for."""

    def apart(self) -> servers.Apart | None:
        """Describe a group of servers that run apart, where they can."""
        if CONF.compute.min_compute_nodes < PAIR:
            return None
        return servers.Apart(self.manager)

    def plug(self, row: Sequence[ports.Port]) -> None:
        """Give guests that run a port each, unless they boot with it."""

    def unplug(self, row: Sequence[ports.Port]) -> None:
        """Take such ports back."""

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
    """A pair that lasts, with the cards of all tests.

    They boot with them. Cards are down but for their test.

    :param version: of IP, by which the guests are reached
    :param cards: returns the ports of all tests, for each guest
    """

    lasting = True
    moving = False
    guests: list[shell.ShellGuest]

    def __init__(
        self, manager: Any, version: int, cards: Callable[[], Rows]
    ) -> None:
        super().__init__(manager)
        self.version = version
        self.cards = cards
        self.guests = []
        # Set once its servers are asked for, or will not be.
        self.asked = threading.Event()

    def _setUp(self) -> None:
        try:
            self._boot()
        finally:
            self.asked.set()

    def _boot(self) -> None:
        self.group = self.apart()
        if self.group:
            self.useFixture(self.group)
        super()._setUp()
        key = servers.KeyPair(self.manager)
        way = management.Management(self.manager, self.version)
        self.useFixture(together.Together(key, way))
        first = [way.port() for _ in range(PAIR)]
        self.useFixture(together.Together(*first))
        pair = self.pair(self.plugged(first), map(way.user_data, first), key)
        # A floating IP needs the router.
        router = together.InTurn(lambda: self._uplink(way, pair))
        self.useFixture(together.Together(*pair, router))
        reached = [management.Access(way, server) for server in pair]
        self.useFixture(together.Together(*reached))
        self.guests = [one.guest for one in reached]
        self.reached()

    def plugged(self, first: Sequence[ports.Port]) -> Rows:
        """Return the ports that each guest boots with.

        :param first: for the card that each is reached by
        """
        self.rows = self.cards()
        return [[one, *row] for one, row in zip(first, self.rows, strict=True)]

    def reached(self) -> None:
        """Have cards down when guests have been logged in to."""
        # Some images raise every card that they boot with.
        self._lower(self.rows, CONF.ipv6_overlay.hold_command)

    def wait(self) -> None:
        """Wait until its guests are asked for, or it has failed."""
        self.asked.wait()

    def _uplink(
        self, way: management.Management, pair: Sequence[servers.Server]
    ) -> together.InTurn:
        """Wait until servers are asked for, and describe the router."""
        waiting.wait_for(
            'servers to be asked for',
            lambda: all(one.requested() for one in pair),
            2 * CONF.compute.build_timeout,
            interval=servers.SOON,
        )
        self.asked.set()
        return way.uplink()

    def bring(
        self, owner: Owner, cards: Rows, looking: Sequence[plans.Plan]
    ) -> Sequence[Guest]:
        """Return the guests that are there; the plans raise their cards.

        They go down again when the test ends.
        """
        owner.addCleanup(self._lower, cards)
        return self.guests

    def _lower(self, cards: Rows, before: str = '') -> None:
        self._run(
            observer.lower([one.mac for one in row], images.commands(), before)
            for row in cards
        )

    def _run(self, texts: Iterable[str]) -> None:
        """Run a script in each guest, at once."""
        together.each(lambda one, text: one.run(text), self.guests, texts)


class Trunked(Shared):
    """A pair that lasts, with a trunk for each, which carries their cards.

    So the servers are asked for before there is anything to test, and what is
    tested comes and goes with its test.
    """

    moving = True

    def __init__(self, manager: Any, version: int) -> None:
        super().__init__(manager, version, list)
        self.ends = threading.Event()

    def cleanUp(self, raise_first: bool = True) -> Any:
        """Remove all of it; nobody need wait for sub-ports any more.

        Also called when it cannot be set up.
        """
        self.ends.set()
        return super().cleanUp(raise_first)

    def plugged(self, first: Sequence[ports.Port]) -> Rows:
        """Return a port for each guest, which is its trunk's."""
        made = [trunks.Trunk(self.manager, one) for one in first]
        self.useFixture(together.Together(*made))
        self.carriers = made
        return [[one] for one in first]

    def reached(self) -> None:
        """Have the image leave cards alone."""
        self._lower([()] * PAIR, CONF.ipv6_overlay.hold_command)

    def plug(self, row: Sequence[ports.Port]) -> None:
        """Have the trunks carry the ports, and wait until they do.

        :raises ValueError: when there are no trunks, nor will be
        """
        self.wait()
        if not self.carriers:
            raise ValueError('there are no trunks: see why guests are missing')
        together.each(lambda one, port: one.carry(port), self.carriers, row)
        trunks.wait_for(self.carriers, row, self.ends.is_set)

    def unplug(self, row: Sequence[ports.Port]) -> None:
        """Have the trunks carry the ports no more."""
        if self.carriers:
            together.each(lambda one, port: one.drop(port), self.carriers, row)

    def bring(
        self, owner: Owner, cards: Rows, looking: Sequence[plans.Plan]
    ) -> Sequence[Guest]:
        """Return the guests that are there; the plans raise their cards."""
        for guest, trunk, row in zip(
            self.guests, self.carriers, cards, strict=True
        ):
            macs = {trunk.vlan(port): port.mac for port in row}
            guest.first = observer.tag(
                trunk.parent.mac, macs, images.commands()
            )
        return super().bring(owner, cards, looking)


class Single(Stage):
    """Guests that are booted for one test and print what they see."""

    def bring(
        self, owner: Owner, cards: Rows, looking: Sequence[plans.Plan]
    ) -> Sequence[Guest]:
        """Boot guests with these cards."""
        # Those of the test before, which still go, keep no host from these.
        self.group = group = self.apart()
        pair = self.pair(cards, map(console.user_data, looking))
        guests = [console.ConsoleGuest(server) for server in pair]
        owner.watch(guests)
        both = together.InTurn(
            *([lambda: group] if group else []),
            lambda: together.Together(*pair),
        )
        together.begin(both)
        owner.addCleanup(self.leave, both)
        together.run(*(guest.wait for guest in guests))
        return guests
