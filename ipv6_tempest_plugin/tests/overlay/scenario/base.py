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
from collections.abc import Mapping
from collections.abc import Sequence
import functools
from typing import Any

import fixtures
from tempest import config
from testtools import content

from ipv6_tempest_plugin.overlay import diagnosis
from ipv6_tempest_plugin.overlay import ends
from ipv6_tempest_plugin.overlay import evidence
from ipv6_tempest_plugin.overlay import expect
from ipv6_tempest_plugin.overlay.guests import observations
from ipv6_tempest_plugin.overlay.guests import plans
from ipv6_tempest_plugin.overlay import judging
from ipv6_tempest_plugin.overlay import lans
from ipv6_tempest_plugin.overlay import modes
from ipv6_tempest_plugin.overlay import ports
from ipv6_tempest_plugin.overlay import resources
from ipv6_tempest_plugin.overlay import routers
from ipv6_tempest_plugin.overlay import security
from ipv6_tempest_plugin.overlay import stages
from ipv6_tempest_plugin.overlay import together
from ipv6_tempest_plugin.tests.overlay import base

CONF = config.CONF
PLUGGED = diagnosis.Hint(
    'packets are dropped between port and router, or the router does not '
    'forward',
    'ping, under "pings" below; tcpdump icmp6 on the port of the guest, in '
    'the namespace qrouter-ID and on the way between; '
    'net.ipv6.conf.all.forwarding there',
)
Observations = Sequence[observations.Observation]
Pings = Sequence[plans.Ping]
Judge = Callable[
    [str, observations.Echo | None, int], expect.Difference | None
]


class ScenarioTest(base.GuestTest):
    """Two guests on networks that each test makes, behind one router."""

    stage: stages.Stage
    router: routers.Router
    _lan_beside: lans.Lan | None
    _ends_beside: Sequence[ends.End]
    _open: security.SecurityGroup

    @classmethod
    def resource_setup(cls) -> None:
        super().resource_setup()
        manager = cls.os_primary
        cls.stage = stages.configured(manager)
        cls.router = routers.Router(manager, **routers.external_gateway())
        cls.keep(together.Together(cls.router, cls.stage))
        cls._lan_beside = None
        cls._ends_beside = ()
        cls.keep(cls.stage.sweeper)

    def setUp(self) -> None:
        super().setUp()
        self.sources: dict[str, evidence.Source] = {
            'router': self.router.show,
            'agents': self._agents,
        }
        self.addOnException(self._collect)

    def _collect(self, failure: Any) -> None:
        """Attach the evidence, at the first failure alone."""
        if issubclass(failure[0], self.skipException) or not self.sources:
            return
        sources, self.sources = self.sources, {}
        for name, text in evidence.collect(sources).items():
            self.addDetail(name, content.text_content(text))

    def _agents(self) -> Any:
        agents = self.os_admin.network_agents_client.list_agents()['agents']
        names = ('agent_type', 'host', 'alive', 'heartbeat_timestamp')
        return [{name: one.get(name) for name in names} for one in agents]

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
            cls.keep(
                together.Together(
                    security.Rule(cls._open, **ping),
                    lans.Uplink(self.router, cls._lan_beside),
                )
            )
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
        found: list[Sequence[stages.Guest]] = []
        together.run(
            lambda: self.make(lans.Uplink(self.router, lan)),
            lambda: found.append(
                self.stage.bring(self, self.cards(both), looking)
            ),
        )
        (guests,) = found
        for end, guest in zip(both, guests, strict=True):
            name = f'guest {end.name}'
            self.sources |= {
                f'{name}: server': guest.server.show,
                f'{name}: console': guest.server.console,
                f'{name}: state now': functools.partial(_state, guest),
            }
        self.check_apart(guests)
        return guests

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
        with_ipv6 = [card for card in cards if card.prefixes]
        records = CONF.ipv6_overlay.guest_records != 'none'
        return plans.Plan(
            addresses=[*end.addresses, *(card.link_local for card in cards)],
            informed=[
                card.mac for card in with_ipv6 if card.other and records
            ],
            cards=[card.mac for card in with_ipv6 if records],
            raised=[card.mac for card in cards],
            answers=answers,
            pings=pings,
            patience=CONF.ipv6_overlay.guest_patience,
        )

    def look(
        self, guests: Sequence[stages.Guest], looking: Sequence[plans.Plan]
    ) -> list[observations.Observation]:
        """Look around in each guest at once."""
        seen = together.run(
            *(
                lambda guest=guest, plan=plan: guest.observe(plan)
                for guest, plan in zip(guests, looking, strict=True)
            )
        )
        for guest, observation in zip(guests, seen, strict=True):
            text = content.text_content(observation.text)
            self.addDetailUniqueName(f'{guest.name}: seen', text)
        return seen

    def check_states(
        self, both: Sequence[ends.End], seen: Observations
    ) -> None:
        """Compare every card of both guests with its prediction."""
        for end, observation in zip(both, seen, strict=True):
            for card in (x for part in end.everywhere for x in part.cards):
                found = judging.differences(card, observation)
                where = f'guest {end.name}, card {card.mac}'
                self.judge(where, 'configuration', found, judging.HINTS)

    def check_pings(
        self,
        both: Sequence[ends.End],
        seen: Observations,
        pings: Sequence[Pings],
        judge: Judge,
    ) -> None:
        """Judge some pings of each guest."""
        for end, observation, chosen in zip(both, seen, pings, strict=True):
            found = [
                judge(ping.name, observation.pings.get(ping.name), ping.count)
                for ping in chosen
            ]
            wrong = [one for one in found if one]
            hints = {one.attribute: PLUGGED for one in wrong}
            self.judge(f'guest {end.name}', 'connectivity', wrong, hints)

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


def _state(guest: stages.Guest) -> str:
    """Return what a guest's network looks like, in its own words."""
    return guest.observe(plans.Plan()).text
