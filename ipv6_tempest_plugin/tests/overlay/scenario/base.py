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

"""Verbs of the scenario tests: build, predict, look, compare."""

from collections.abc import Callable
from collections.abc import Hashable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
from typing import Any
from typing import ClassVar
from typing import TypeVar
import unittest
import weakref

import netaddr
from tempest import config
from testtools import content

from ipv6_tempest_plugin.overlay import across
from ipv6_tempest_plugin.overlay import diagnosis
from ipv6_tempest_plugin.overlay import ends
from ipv6_tempest_plugin.overlay import evidence
from ipv6_tempest_plugin.overlay import expect
from ipv6_tempest_plugin.overlay import grounds
from ipv6_tempest_plugin.overlay.guests import images
from ipv6_tempest_plugin.overlay.guests import observations
from ipv6_tempest_plugin.overlay.guests import plans
from ipv6_tempest_plugin.overlay import judging
from ipv6_tempest_plugin.overlay import lans
from ipv6_tempest_plugin.overlay import modes
from ipv6_tempest_plugin.overlay import picturing
from ipv6_tempest_plugin.overlay import replies
from ipv6_tempest_plugin.overlay import resources
from ipv6_tempest_plugin.overlay import routers
from ipv6_tempest_plugin.overlay import security
from ipv6_tempest_plugin.overlay import stages
from ipv6_tempest_plugin.overlay import together
from ipv6_tempest_plugin.tests.overlay.scenario import showing

CONF = config.CONF
Observations = Sequence[observations.Observation]
Pings = Sequence[plans.Ping]
Test = TypeVar('Test', bound=Callable[..., None])
FAR = 'far'
BESIDE = 'beside'
GUESTS = 'guests'
NOTHING = (None, None)


def networks(
    mode: modes.Mode, prefixes: int = 1, dualnet: bool = False
) -> Callable[[Test], Test]:
    """Say what a test asks of its networks (:class:`grounds.Kind`).

    So they can be made before it begins.
    """

    def marked(test: Test) -> Test:
        vars(test)['kind'] = grounds.Kind(mode, prefixes, dualnet)
        return test

    return marked


class ScenarioTest(showing.ShowingTest):
    """Two guests on networks that are each test's, behind one router."""

    ipv4 = True
    stage: stages.Stage
    router: routers.Router
    far: across.FarSide | None
    prepared: together.Prepared
    kinds: Mapping[str, grounds.Kind]
    laid: together.Prepared
    _loaded: ClassVar[list[weakref.ref['ScenarioTest']]] = []

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._loaded.append(weakref.ref(self))

    @classmethod
    def coming(cls) -> Mapping[str, grounds.Kind]:
        """Return what the tests of this class ask for, in their order.

        Runners load all tests and let go of those that were not chosen. They
        may hold them a little longer: then something is made that nobody
        takes.
        """
        tests = [one() for one in cls._loaded]
        some = {one._testMethodName for one in tests if type(one) is cls}
        some = some or {*unittest.defaultTestLoader.getTestCaseNames(cls)}
        return {name: getattr(cls, name).kind for name in sorted(some)}

    @classmethod
    def resource_setup(cls) -> None:
        super().resource_setup()
        manager = cls.os_primary
        cls.kinds = cls.coming()
        cls.stage = stages.configured(manager, cls.rows)
        cls.router = routers.Router(manager, **routers.external_gateway())
        cls.far = None
        cls.laid = together.Prepared()
        cls.prepared = together.Prepared()
        router = together.Ahead(cls.router)
        with evidence.explained(None, {'agents': cls.agents}):
            # Guests, and ways to the router, go before the networks.
            for one in (router, cls.laid, cls.prepared):
                together.begin(one)
                cls.addClassResourceCleanup(one.cleanUp)
            if not cls.stage.moving:
                cls.lay_out()
            cls.prepared.begin(GUESTS, cls.stage)
            router.ready()
            # Guests take longest.
            cls.stage.wait()
            if resources.has_extension('extraroute'):
                cls.far = across.FarSide(cls.router)
                cls.prepared.begin(FAR, cls.far)
            cls.prepare_after('')
            cls.prepared.wait(GUESTS)
            if cls.far:
                cls.prepared.wait(FAR)

    @classmethod
    def lay_out(cls) -> None:
        """Begin to make the networks of all tests."""
        for kind in cls.kinds.values():
            cls.lay(kind)
            if kind.dualnet:
                cls.lay(BESIDE)

    @classmethod
    def lay(cls, name: Hashable) -> None:
        """Begin to make a network with ports, unless that was begun.

        Where it has failed it is tried again, if guests can have it still.
        """
        place = cls.place(name)
        if cls.stage.moving and cls.laid.failed(place):
            cls.laid.take(place).cleanUp()
        if isinstance(name, grounds.Kind):
            some = [name.mode] * name.prefixes
            lan = lans.Lan(cls.os_primary, some, cls.joins(name))
            ground = grounds.Ground(lan, cls.stage)
        else:
            lan = lans.Lan(cls.os_primary, [], ipv4=True)
            ground = grounds.Ground(lan, cls.stage, grounds.PING)
        cls.laid.begin(place, ground)

    @classmethod
    def joins(cls, name: Hashable) -> bool:
        """Say whether IPv4 is on the network of IPv6."""
        if not isinstance(name, grounds.Kind):
            return False
        return cls.ipv4 and not name.dualnet

    @classmethod
    def place(cls, name: Hashable) -> Hashable:
        """Return by what name the networks of a kind are found.

        Where IPv6 was alone, IPv4 can join it for a later test, if guests
        last, and forget what they were told when a card goes down.
        """
        kinds = list(cls.kinds.values())
        forget = images.records() != judging.RESOLV_CONF
        if cls.stage.lasting and forget and name in kinds:
            alone = dataclasses.replace(name, dualnet=True)
            if alone in kinds[: kinds.index(name)]:
                return alone
        return name

    @classmethod
    def rows(cls) -> stages.Rows:
        """Return the ports that could be made, for each guest.

        What could not is told to the test that wants it.
        """
        made = cls.laid.made()
        return [[one.ports[i] for one in made] for i in range(stages.PAIR)]

    @classmethod
    def prepare_after(cls, name: str) -> None:
        """Begin to prepare the networks of the test that is next by name.

        Those that this one uses itself must wait for its end.
        """
        for kind in [cls.kinds[one] for one in cls.kinds if one > name][:1]:
            used = name and cls.place(cls.kinds[name])
            if cls.place(kind) != used:
                cls.prepare(kind)
            if kind.dualnet:
                cls.prepare(BESIDE)

    @classmethod
    def prepare(cls, name: Hashable) -> None:
        """Begin to prepare networks, unless that was begun."""
        if cls.prepared.has(name):
            return
        place = cls.place(name)
        users = [one for one in cls.kinds.values() if cls.place(one) == place]
        last = users[-1:] == [name]
        goes = not cls.stage.lasting or (cls.stage.moving and last)
        cls.lay(name)
        turn = grounds.Turn(
            cls.laid.take(place) if goes else cls.laid.ahead(place),
            cls.router,
            ipv4=cls.joins(name),
            last=last,
            owned=goes,
        )
        cls.prepared.begin(name, turn)

    @property
    def kind(self) -> grounds.Kind:
        """What this test asks of its networks."""
        return getattr(self, self._testMethodName).kind

    def setUp(self) -> None:
        super().setUp()
        self.sources[f'router {self.router.id}'] = self.router.show
        if self.far:
            self.sources['another router'] = self.far.other.show
        if self.stage.lasting:
            self.watch(self.stage.guests)
        for one in self.stage.carriers:
            self.sources[f'trunk {one.id}'] = one.show
        # In the order of End.everywhere.
        self.lans: list[lans.Lan] = []
        self.pinged: list[Any] = []
        left = '\n'.join(self.left_out())
        if left:
            self.addDetail('not tested', content.text_content(left))

    def taken(self, name: Hashable) -> grounds.Ground:
        """Return networks that are prepared, or being prepared, by a name.

        Those beside stay where guests last, as long as a test wants them.
        """
        self.prepare(name)
        turn = self.prepared.take(name)
        stays = name == BESIDE and self.stage.lasting
        if stays and not self.is_last():
            found = self.lasting(turn).ground
        else:
            if stays:
                self.addCleanup(self.stage.leave, self.laid.take(name))
            self.addCleanup(self.stage.leave, turn)
            found = turn.ready().ground
        self.check_ground(found)
        return found

    def is_last(self) -> bool:
        """Say whether networks beside may go after this test."""
        users = [name for name in self.kinds if self.kinds[name].dualnet]
        return self.stage.moving and users[-1:] == [self._testMethodName]

    def lasting(self, turn: together.Ahead[grounds.Turn]) -> grounds.Turn:
        """Return what lasts; what fails is tried again by the next test."""
        try:
            found = turn.ready()
        except BaseException:
            turn.cleanUp()
            raise
        self.prepared.put(BESIDE, turn)
        return found

    def check_ground(self, ground: grounds.Ground) -> None:
        """Check that the API made networks as it was asked to."""
        network = ground.lan.network
        self.check_made(ground.group, ground.group.created)
        self.check_made(network, network.show())
        for one in [*network.subnets, *ground.ports]:
            self.check_made(one, one.created)
        self.check_uplink(ground.way)

    def check_made(self, one: resources.Resource, answer: Any) -> None:
        """Compare a whole answer with its prediction."""
        self.sources[f'{one.kind} {one.id}'] = one.show
        found = expect.differences(one.expected, answer)
        self.judge(one.path, one.kind, found, diagnosis.HINTS)

    def allow_pings(self, ground: grounds.Ground) -> None:
        """Let pings in, from now on until the group goes."""
        rules = [security.allow_icmpv6(ground.group)]
        # No rule comes into force that nothing waits for.
        if ground.lan.ipv4:
            rules.insert(0, security.Rule(ground.group, **grounds.PING))
        # Whoever has heard of the last one has heard of both.
        with self.step('pings let in'):
            for one in rules:
                ground.open(one)

    def predicted(
        self,
        ground: grounds.Ground,
        beside: Sequence[ends.End | None] = NOTHING,
    ) -> Sequence[ends.End]:
        """Predict what guests will see on the networks."""
        return [
            ends.of(name, ground.lan, port, other)
            for name, port, other in zip(
                stages.NAMES, ground.ports, beside, strict=True
            )
        ]

    def bring(
        self,
        ground: grounds.Ground,
        both: Sequence[ends.End],
        looking: Sequence[plans.Plan],
    ) -> Sequence[stages.Guest]:
        """Bring two guests with the ports of the ends."""
        self.draw(ground.lan, both)
        with self.step('guests on the networks'):
            guests = self.stage.bring(self, self.cards(both), looking)
        self.prepare_after(self._testMethodName)
        self.check_apart(guests)
        return guests

    def check_uplink(self, uplink: lans.Uplink) -> None:
        """Check the router with its gateway, and its ports in a network."""
        self.check_made(self.router, self.router.show())
        for path, found in uplink.differences():
            self.judge(path, 'router interface', found, diagnosis.HINTS)

    def draw(self, lan: lans.Lan, both: Sequence[ends.End]) -> None:
        """Attach a picture of the networks."""
        count = f'{len(lan.modes)} IPv6 prefix' + 'es' * (len(lan.modes) > 1)
        title = f'{count}, {_mode(lan)}'
        picture = picturing.picture(title, self.lans, both, self.beyond)
        self.attach_data('topology', picture)

    @property
    def beyond(self) -> ends.Beyond:
        """What lies beyond the router."""
        outside = CONF.ipv6_overlay.external_address
        return ends.Beyond(
            self.far.address if self.far else None,
            netaddr.IPAddress(outside) if outside else None,
        )

    def left_out(self) -> Iterator[str]:
        """Yield what cannot be tested, by the option that says so."""
        records = images.records()
        if records != judging.RUN_GUEST:
            yield (
                f'[ipv6_overlay] guest_records = {records}: the flags, MTU '
                'option and router lifetime of advertisements'
            )
        if records == judging.NOTHING:
            yield '[ipv6_overlay] guest_records = none: DNS by DHCPv6'
        if not self.beyond.across:
            yield (
                '[network-feature-enabled] api_extensions lacks extraroute: '
                'whether the router forwards between tenant networks'
            )
        if not self.beyond.outside:
            yield (
                '[ipv6_overlay] external_address is empty: the way out of '
                'the cloud'
            )

    def cards(self, both: Sequence[ends.End]) -> stages.Rows:
        """Return the ports that each guest needs for a test."""
        return [
            [port for part in end.everywhere for port in part.ports]
            for end in both
        ]

    def check_apart(self, guests: Sequence[stages.Guest]) -> None:
        """Check that the guests run on two hosts, if there are."""
        hosts = {guest.server.host for guest in guests}
        if CONF.compute.min_compute_nodes >= stages.PAIR:
            self.assertEqual(stages.PAIR, len(hosts), f'hosts: {hosts}')

    def plan(self, end: ends.End, pings: Pings, answers: Pings) -> plans.Plan:
        """Return what a guest shall wait for, try and tell."""
        cards = [card for part in end.everywhere for card in part.cards]
        leases = [one for card in cards for one in card.fourth]
        local = [card.link_local for card in cards]
        named = {one for card in cards for one in judging.named(card)}
        records = images.records()
        kept = [
            card
            for card in cards
            if card.prefixes and records == judging.RUN_GUEST
        ]
        return plans.Plan(
            addresses=[*end.addresses, *local, *leases],
            informed=[card.mac for card in kept if card.other],
            cards=[card.mac for card in kept],
            servers=sorted(named) if records != judging.NOTHING else [],
            raised=[card.mac for card in cards],
            leasing=[card.mac for card in cards if card.fourth],
            answers=answers,
            pings=pings,
            patience=CONF.ipv6_overlay.guest_patience,
        )

    def settled(
        self, guests: Sequence[stages.Guest], looking: Sequence[plans.Plan]
    ) -> list[plans.Plan]:
        """Wait until each guest has all that its plan waits for.

        A peer that is not there yet is silent, whatever its security group
        lets in.

        :returns: what is left of the plans
        """
        with self.step('guests wait'):
            return together.each(
                lambda guest, plan: guest.settle(plan), guests, looking
            )

    def look(
        self, guests: Sequence[stages.Guest], looking: Sequence[plans.Plan]
    ) -> list[observations.Observation]:
        """Look around in each guest at once."""
        with self.step('guests ping and tell'):
            seen = together.each(
                lambda guest, plan: guest.observe(plan), guests, looking
            )
        self.show_seen(guests, seen)
        return seen

    def report(
        self,
        lan: lans.Lan,
        both: Sequence[ends.End],
        seen: Observations,
        pings: Mapping[bool, Sequence[Pings]],
    ) -> None:
        """Attach what the report tabulates, before anything is judged.

        :param pings: of each guest, by whether they must be answered
        """
        rows = picturing.addresses(both, seen, _mode(lan))
        self.attach_data('addresses', rows)
        for wanted, chosen in pings.items():
            self.pinged += picturing.pings(both, seen, chosen, wanted)
        self.attach_data('pings', self.pinged)

    def check_states(
        self, both: Sequence[ends.End], seen: Observations
    ) -> None:
        """Compare both guests, card by card, with their predictions."""
        records = images.records()
        for end, observation in zip(both, seen, strict=True):
            cards = [card for part in end.everywhere for card in part.cards]
            for card in cards:
                found = judging.differences(card, observation, records)
                where = f'guest {end.name}, card {card.mac}'
                self.judge(where, 'configuration', found, judging.HINTS)
            if records != judging.NOTHING:
                found = judging.resolver(cards, observation)
                where = f'guest {end.name}'
                self.judge(where, 'configuration', found, judging.HINTS)

    def check_pings(
        self,
        both: Sequence[ends.End],
        seen: Observations,
        pings: Sequence[Pings],
        wanted: replies.Wanted,
    ) -> None:
        """Judge some pings of each guest."""
        for end, observation, chosen in zip(both, seen, pings, strict=True):
            found = [wanted.wrong(ping, observation) for ping in chosen]
            wrong = [one for one in found if one]
            hints = {
                one.attribute: wanted.hint(one.attribute) for one in wrong
            }
            self.judge(f'guest {end.name}', 'connectivity', wrong, hints)


def _mode(lan: lans.Lan) -> str:
    return ', '.join(sorted(set(map(str, lan.modes))))
