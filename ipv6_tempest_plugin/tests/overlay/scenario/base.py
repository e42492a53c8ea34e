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
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import functools
from typing import Any

import fixtures
import netaddr
from tempest import config
from testtools import content

from ipv6_tempest_plugin.overlay import across
from ipv6_tempest_plugin.overlay import diagnosis
from ipv6_tempest_plugin.overlay import ends
from ipv6_tempest_plugin.overlay import evidence
from ipv6_tempest_plugin.overlay import expect
from ipv6_tempest_plugin.overlay.guests import images
from ipv6_tempest_plugin.overlay.guests import observations
from ipv6_tempest_plugin.overlay.guests import plans
from ipv6_tempest_plugin.overlay import judging
from ipv6_tempest_plugin.overlay import lans
from ipv6_tempest_plugin.overlay import modes
from ipv6_tempest_plugin.overlay import picturing
from ipv6_tempest_plugin.overlay import ports
from ipv6_tempest_plugin.overlay import replies
from ipv6_tempest_plugin.overlay import resources
from ipv6_tempest_plugin.overlay import routers
from ipv6_tempest_plugin.overlay import security
from ipv6_tempest_plugin.overlay import stages
from ipv6_tempest_plugin.overlay import together
from ipv6_tempest_plugin.overlay import witness
from ipv6_tempest_plugin.tests.overlay.scenario import showing

CONF = config.CONF
Observations = Sequence[observations.Observation]
Pings = Sequence[plans.Ping]


class ScenarioTest(showing.ShowingTest):
    """Two guests on networks that each test makes, behind one router."""

    stage: stages.Stage
    router: routers.Router
    far: across.FarSide | None
    _lan_beside: lans.Lan | None
    _ends_beside: Sequence[ends.End]
    _open: security.SecurityGroup

    @classmethod
    def closed(cls, access: str) -> Iterator[str]:
        """Yield what rules a way out; both by ssh plug cards in."""
        yield from super().closed(access)
        compute = CONF.compute_feature_enabled
        if access != 'console' and not compute.interface_attach:
            yield '[compute-feature-enabled] interface_attach is False'

    @classmethod
    def resource_setup(cls) -> None:
        super().resource_setup()
        manager = cls.os_primary
        cls.stage = stages.configured(manager)
        cls.router = routers.Router(manager, **routers.external_gateway())
        way: list[Callable[[], fixtures.Fixture]] = [lambda: cls.router]
        cls.far = None
        if resources.has_extension('extraroute'):
            cls.far = far = across.FarSide(cls.router)
            way.append(lambda: far)
        look = functools.partial(witness.agents, cls.os_admin)
        with evidence.explained(None, {'agents': look}):
            cls.keep(together.Together(together.InTurn(*way), cls.stage))
        cls._lan_beside = None
        cls._ends_beside = ()
        cls.keep(cls.stage.sweeper)

    def setUp(self) -> None:
        super().setUp()
        self.sources[f'router {self.router.id}'] = self.router.show
        if self.far:
            self.sources['another router'] = self.far.other.show
        self.pinged: list[Any] = []
        left = '\n'.join(self.left_out())
        if left:
            self.addDetail('not tested', content.text_content(left))

    @classmethod
    def keep(cls, fixture: fixtures.Fixture) -> None:
        """Set a fixture up until the class ends."""
        together.begin(fixture)
        cls.addClassResourceCleanup(fixture.cleanUp)

    def make(self, *some: fixtures.Fixture) -> None:
        """Make things at once, which the stage takes back after the test."""
        whole = together.Together(*some)
        together.begin(whole)
        self.addCleanup(self.stage.leave, whole)

    def lan(self, some: Sequence[modes.Mode], ipv4: bool) -> lans.Lan:
        """Describe a network."""
        return lans.Lan(self.manager, some, ipv4)

    def check_lan(self, lan: lans.Lan) -> None:
        """Check that the API made a network as it was asked to."""
        self.check_made(lan.network, lan.network.show())
        for one in lan.network.subnets:
            self.check_made(one, one.created)

    def check_made(self, one: resources.Resource, answer: Any) -> None:
        """Compare a whole answer with its prediction."""
        self.sources[f'{one.kind} {one.id}'] = one.show
        found = expect.differences(one.expected, answer)
        self.judge(one.path, one.kind, found, diagnosis.HINTS)

    def group(self) -> security.SecurityGroup:
        """Describe a security group that lets nothing in."""
        return security.SecurityGroup(self.manager)

    def allow_pings(self, group: security.SecurityGroup, ipv4: bool) -> None:
        """Let pings in, from now on until the group goes."""
        rules = [security.allow_icmpv6(group)]
        if ipv4:
            rules.append(
                security.Rule(group, ethertype='IPv4', protocol='icmp')
            )
        with self.step('pings let in'):
            for rule in rules:
                self.useFixture(rule)
                rule.entrust()

    def ports_for(
        self, lan: lans.Lan, group: security.SecurityGroup
    ) -> Sequence[ports.Port]:
        """Describe a port for each guest."""
        return [
            ports.Port(self.manager, lan.network, security_groups=[group.id])
            for _ in stages.NAMES
        ]

    def predicted(
        self,
        lan: lans.Lan,
        some: Sequence[ports.Port],
        beside: Sequence[ends.End | None] = (None, None),
    ) -> Sequence[ends.End]:
        """Check ports that were made, and predict what guests will see."""
        for one in some:
            self.check_made(one, one.created)
        return [
            ends.of(name, lan, port, other)
            for name, port, other in zip(
                stages.NAMES, some, beside, strict=True
            )
        ]

    def beside(self) -> Sequence[ends.End]:
        """Return ends in an IPv4 network in which all may ping.

        It is made once a class; cards that last are plugged once, too.
        """
        cls = type(self)
        if not cls._lan_beside:
            cls._lan_beside = self.lan([], ipv4=True)
            cls._open = self.group()
            cls.keep(together.Together(cls._lan_beside, cls._open))
            self.check_lan(cls._lan_beside)
            ping = {'ethertype': 'IPv4', 'protocol': 'icmp'}
            uplink = lans.Uplink(self.router, cls._lan_beside)
            rule = security.Rule(cls._open, **ping)
            cls.keep(together.Together(rule, uplink))
            self.check_uplink(uplink)
        if cls._ends_beside:
            return cls._ends_beside
        some = self.ports_for(cls._lan_beside, cls._open)
        if not self.stage.lasting:
            self.make(*some)
            return self.predicted(cls._lan_beside, some)
        cls.keep(together.Together(*some))
        cls.keep(self.stage.plugs([[port] for port in some]))
        cls._ends_beside = self.predicted(cls._lan_beside, some)
        return cls._ends_beside

    def bring(
        self,
        lan: lans.Lan,
        both: Sequence[ends.End],
        looking: Sequence[plans.Plan],
    ) -> Sequence[stages.Guest]:
        """Bring two guests with the ports of the ends, and the router."""
        self.draw(lan, both)
        uplink = lans.Uplink(self.router, lan)
        found: list[Sequence[stages.Guest]] = []
        with self.step('guests on the networks, and the router'):
            together.run(
                lambda: self.make(uplink),
                lambda: found.append(
                    self.stage.bring(self, self.cards(both), looking)
                ),
            )
        self.check_uplink(uplink)
        (guests,) = found
        self.check_apart(guests)
        return guests

    def check_uplink(self, uplink: lans.Uplink) -> None:
        """Check the router with its gateway, and its ports in a network."""
        self.check_made(self.router, self.router.show())
        for path, found in uplink.differences():
            self.judge(path, 'router interface', found, diagnosis.HINTS)

    def draw(self, lan: lans.Lan, both: Sequence[ends.End]) -> None:
        """Attach a picture of the networks."""
        nets = [self._lan_beside, lan] if both[0].beside else [lan]
        there = [one for one in nets if one]
        count = f'{len(lan.modes)} IPv6 prefix' + 'es' * (len(lan.modes) > 1)
        title = f'{count}, {_mode(lan)}'
        picture = picturing.picture(title, there, both, self.beyond)
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
            [
                port
                for part in end.everywhere
                if part is end or not self.stage.lasting
                for port in part.ports
            ]
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

    def look(
        self, guests: Sequence[stages.Guest], looking: Sequence[plans.Plan]
    ) -> list[observations.Observation]:
        """Look around in each guest at once."""
        with self.step('guests wait, ping and tell'):
            seen = together.run(
                *(
                    lambda guest=guest, plan=plan: guest.observe(plan)
                    for guest, plan in zip(guests, looking, strict=True)
                )
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
