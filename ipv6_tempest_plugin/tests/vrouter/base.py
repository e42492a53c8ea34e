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

"""Verbs of the vRouter tests: build once, look, judge, break, mend."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from collections.abc import Set
import functools
from pathlib import Path
import sys
from typing import Any

import netaddr
from tempest import config
from tempest.lib import exceptions
from testtools import content

from ipv6_tempest_plugin.overlay import diagnosis
from ipv6_tempest_plugin.overlay import evidence
from ipv6_tempest_plugin.overlay import expect
from ipv6_tempest_plugin.overlay.guests import images
from ipv6_tempest_plugin.overlay.guests import observations
from ipv6_tempest_plugin.overlay.guests import plans
from ipv6_tempest_plugin.overlay import judging as common
from ipv6_tempest_plugin.overlay import security
from ipv6_tempest_plugin.overlay import servers
from ipv6_tempest_plugin.overlay import together
from ipv6_tempest_plugin.overlay import undo
from ipv6_tempest_plugin.overlay.vrouter import building
from ipv6_tempest_plugin.overlay.vrouter import causes
from ipv6_tempest_plugin.overlay.vrouter import collisions
from ipv6_tempest_plugin.overlay.vrouter import judging
from ipv6_tempest_plugin.overlay.vrouter import keeping
from ipv6_tempest_plugin.overlay.vrouter import machines
from ipv6_tempest_plugin.overlay.vrouter import reach
from ipv6_tempest_plugin.overlay.vrouter import report
from ipv6_tempest_plugin.overlay.vrouter import topology
from ipv6_tempest_plugin.overlay.vrouter import userdata
from ipv6_tempest_plugin.tests.overlay import base
from ipv6_tempest_plugin import waiting

CONF = config.CONF
VROUTER = topology.VROUTER
# Echo requests for each round trip that is measured, and for one that is
# only to tell whether there is a way.
MEASURED = 5
TOLD = 2
# Seconds after which the latter are asked again.
SOON = 2
# Octets that are fetched by TCP: a hundred full segments and more.
OCTETS = 200_000
# Router solicitations without an answer that tell that nobody advertises; a
# host sends three at most (RFC 4861 section 10).
ASKED = 2
DROPPED = diagnosis.Hint(
    'what is named above; if nothing is, packets are dropped on the way',
    'the pings, below; tcpdump icmp6 on both cards of the vRouter and in '
    'the namespace qrouter-ID of ipv6-router',
)
Seen = Mapping[str, observations.Observation]
Test = Callable[[Any], None]


def by_shell(test: Test) -> Test:
    """Skip a test that changes a guest where nobody can log in."""

    @functools.wraps(test)
    def wrapper(self: Any) -> None:
        if CONF.ipv6_overlay.guest_access == 'console':
            raise self.skipException(
                '[ipv6_overlay] guest_access = console: nobody can change '
                'anything in a guest'
            )
        test(self)

    return wrapper


class VRouterTest(base.GuestTest):
    """One service VM and two guests behind it, for a whole class."""

    built: building.Built
    planned: topology.Topology
    looks: list[Seen]

    @classmethod
    def skip_checks(cls) -> None:
        super().skip_checks()
        if not CONF.network.public_network_id:
            raise cls.skipException('[network] public_network_id is not set')
        if not CONF.compute_feature_enabled.console_output:
            # The vRouter says there that it is ready.
            raise cls.skipException(
                '[compute-feature-enabled] console_output is False'
            )
        for extension in ('extraroute', 'port-security'):
            if not cls.enabled(extension):
                raise cls.skipException(
                    '[network-feature-enabled] api_extensions lacks '
                    f'{extension}'
                )

    @classmethod
    def resource_setup(cls) -> None:
        super().resource_setup()
        cls.planned = topology.configured(CONF.ipv6_vrouter)
        cls.looks = []
        cls.check_collisions()
        cls.built = building.Built(cls.os_primary, cls.planned, cls.everything)
        try:
            together.begin(cls.built)
        except userdata.Failed as failed:
            raise AssertionError(
                f'OPNFV-NATIVE-SETUP-15: the vRouter says: {failed}; see '
                'image, user_data and ra_daemons of [ipv6_vrouter]'
            ) from failed
        cls.addClassResourceCleanup(cls.leave)

    @classmethod
    def leave(cls) -> None:
        """Remove all, or keep all and tell how to go on with it."""
        if not CONF.ipv6_vrouter.keep:
            cls.built.cleanUp()
            return
        place = Path(CONF.oslo_concurrency.lock_path, keeping.PLACE)
        project = cls.os_primary.credentials.project_id
        text = keeping.told(cls.built, place / project)
        undo.release_all()
        print(f'the vRouter scenario is kept, see {text}', file=sys.stderr)

    @classmethod
    def check_collisions(cls) -> None:
        """See that the prefixes are free, before anything is built."""
        subnets = cls.os_admin.subnets_client.list_subnets()['subnets']
        pools = {
            '[network] project_network_v6_cidr': (
                CONF.network.project_network_v6_cidr
            )
        }
        found = collisions.found(
            cls.planned, subnets, CONF.network.public_network_id, pools
        )
        if found:
            raise exceptions.InvalidConfiguration('\n'.join(found))

    @classmethod
    def everything(cls, name: str, links: reach.Links) -> plans.Plan:
        """Return all that a guest is asked for."""
        aims = reach.aims(cls.planned, links)[name]
        sizes = (reach.SMALL, reach.FULL)
        machine = name != VROUTER
        far = [one for one in aims if one.name in reach.BEYOND]
        return plans.Plan(
            addresses=cls.addresses(name),
            cards=cls.recorded(name),
            raised=[cls.planned.machines[name]] if machine else [],
            leasing=[cls.planned.machines[name]] if machine else [],
            answers=reach.pings(aims, (reach.SMALL,), 1),
            pings=reach.pings(aims, sizes, MEASURED),
            connections=reach.connections(cls.planned, name),
            paths=[
                one.path
                for one in far
                if name == 'VM1' and CONF.ipv6_vrouter.traceroute
            ],
            patience=CONF.ipv6_overlay.guest_patience,
        )

    @classmethod
    def addresses(cls, name: str) -> Sequence[netaddr.IPAddress]:
        """Predict what a guest has."""
        if name == VROUTER:
            return [cls.planned.vrouter_outer, cls.planned.vrouter_inner]
        return [cls.planned.machine(name)]

    @classmethod
    def recorded(cls, name: str) -> Sequence[str]:
        """Return the cards whose advertisements the image keeps."""
        if cls.records(name) != common.RUN_GUEST:
            return []
        return [cls.planned.machines.get(name, cls.planned.outer_mac)]

    @classmethod
    def records(cls, name: str) -> str:
        """Return what a guest's image promises to keep.

        The option speaks of the guests' image, which need not be that of
        the vRouter.
        """
        own = CONF.ipv6_vrouter.image not in ('', CONF.compute.image_ref)
        return common.NOTHING if own and name == VROUTER else images.records()

    def setUp(self) -> None:
        super().setUp()
        self.seen: dict[str, observations.Observation] = {}
        self.pinged: list[Any] = []
        self.addOnException(self._collect)

    def _collect(self, failure: Any) -> None:
        """Attach the evidence, at the first failure alone."""
        if issubclass(failure[0], self.skipException):
            return
        for name, text in evidence.collect(self._sources()).items():
            self.addDetail(name, content.text_content(text))

    def _sources(self) -> dict[str, evidence.Source]:
        built = self.built
        sources: dict[str, evidence.Source] = {
            'ipv6-router': built.router6.show,
            **{name: port.show for name, port in built.ports.items()},
        }
        for name, server in built.servers.items():
            sources[f'{name}: console'] = server.console
            sources[f'{name}: state now'] = functools.partial(
                _state, built.guests[name]
            )
        return sources

    @property
    def aims(self) -> Mapping[str, Sequence[reach.Aim]]:
        """What each guest must reach."""
        return reach.aims(self.planned, self.built.links)

    def look(self, looking: Mapping[str, plans.Plan]) -> Seen:
        """Look around in some guests at once."""
        found = together.run(
            *(
                lambda name=name, plan=plan: self.built.guests[name].observe(
                    plan
                )
                for name, plan in looking.items()
            )
        )
        seen = dict(zip(looking, found, strict=True))
        self.attach(seen)
        return seen

    def attach(self, seen: Seen) -> None:
        """Show what was seen to whoever reads of this test."""
        self.seen.update(seen)
        for name, observation in seen.items():
            text = content.text_content(observation.text)
            self.addDetailUniqueName(f'{name}: seen', text)

    def report(self, seen: Seen) -> None:
        """Attach what the report draws and tabulates."""
        self.attach_data('addresses', report.addresses(self.planned, seen))
        for name, one in seen.items():
            self.report_pings(name, one)

    def report_pings(
        self,
        who: str,
        seen: observations.Observation,
        lost: Set[str] = frozenset(),
    ) -> None:
        """Attach the pings of a guest, beside those of before.

        :param lost: targets that must not answer
        """
        built = self.built
        self.pinged += report.pings(who, self.aims[who], seen, lost)
        steps = [
            {'name': name, 'seconds': seconds} for name, seconds in built.steps
        ]
        picture = report.picture(self.planned, built.links.external)
        self.attach_data('topology', picture)
        self.attach_data('pings', self.pinged)
        self.attach_data('steps', steps)

    def look_at_all(self) -> Seen:
        """Look at everything in all guests, once for all tests.

        The vRouter's counters are read before and after.
        """
        if not self.looks:
            idle = {VROUTER: plans.Plan()}
            every = {
                name: self.everything(name, self.built.links)
                for name in self.built.guests
            }
            self.looks.extend([*map(self.look, (idle, every, idle))])
        else:
            for one in self.looks:
                self.attach(one)
        return self.looks[1]

    def judge(
        self,
        where: str,
        found: Sequence[expect.Difference],
        hints: Mapping[str, diagnosis.Hint] | None = None,
    ) -> None:
        """Fail with the causes and a diagnosis if something differs."""
        if not found:
            return
        hints = hints or {one.attribute: DROPPED for one in found}
        text = diagnosis.as_text(where, 'scenario', found, hints)
        self.fail('\n'.join([*self.causes(), text]))

    def causes(self) -> list[str]:
        """Return why it may be so, by the document's steps."""
        built = self.built
        known = causes.Evidence(
            self.planned,
            built.router6.show()['routes'],
            {name: port.show() for name, port in built.ports.items()},
            self.seen,
        )
        return causes.found(known)

    def becomes(
        self, lost: Iterable[str], who: str = 'VM1'
    ) -> observations.Observation:
        """Wait until a guest reaches all but some targets."""
        wanted = set(lost)
        aims = self.aims[who]
        pings = reach.pings(aims, (reach.SMALL,), TOLD, SOON)
        plan = plans.Plan(pings=pings)
        try:
            waiting.wait_for(
                f'{who} to lose {sorted(wanted) or "nothing"}, and to reach '
                'the rest',
                lambda: self.look({who: plan})[who],
                2 * CONF.ipv6_overlay.guest_patience,
                until=lambda seen: as_wanted(seen, wanted),
                interval=0,
            )
        except waiting.WaitTimeout:
            self.report_pings(who, self.seen[who], wanted)
            self.judge(who, pattern(who, self.seen[who], wanted))
            raise
        self.report_pings(who, self.seen[who], wanted)
        return self.seen[who]

    def broken(
        self, breaks: Callable[[], object], mends: Callable[[], object]
    ) -> None:
        """Break something until the test ends; then all is well again."""
        # The last to be scheduled comes first.
        self.addCleanup(self.recovers)
        self.addCleanup(mends)
        breaks()

    def recovers(self) -> None:
        """Wait until VM1 and VM2 reach everything again."""
        together.run(
            *(
                lambda name=name: self.becomes((), name)
                for name in self.planned.machines
            )
        )

    def open_group(self) -> security.SecurityGroup:
        """Make a security group that lets everything in."""
        group = self.useFixture(security.SecurityGroup(self.manager))
        rules = [
            security.Rule(group, ethertype=family)
            for family in ('IPv4', 'IPv6')
        ]
        self.useFixture(together.Together(*rules))
        return group

    def fetched(self, name: str, key: servers.KeyPair) -> int:
        """Log in through the vRouter and fetch; return how many octets."""
        server = self.built.servers[name]
        address = str(self.planned.machine(name))
        guest = machines.Shell(server, address, key)
        return len(guest.run(f'head -c {OCTETS} /dev/zero | tr "\\0" x'))

    def solicits(self, name: str) -> None:
        """Wait until a guest has asked for routers in vain."""
        guest = self.built.guests[name]
        state = self.look({name: plans.Plan()})[name]
        card = state.interface(self.planned.machines[name])
        if not card:
            raise AssertionError(
                f'{name} has no card {self.planned.machines[name]}'
            )
        waiting.wait_for(
            f'{name} to send {ASKED} router solicitations',
            lambda: judging.solicitations(
                guest.run(f'cat /proc/net/dev_snmp6/{card.name}')
            ),
            CONF.ipv6_overlay.guest_patience,
            until=lambda seen: seen >= ASKED,
        )

    def far(self) -> Set[str]:
        """Return the targets of VM1 and VM2 that lie behind the vRouter."""
        return {
            one.name for one in self.aims['VM1'] if one.name in reach.BEYOND
        }


def as_wanted(seen: observations.Observation, lost: Set[str]) -> bool:
    """Say whether just some targets are lost, wholly."""
    return not pattern('', seen, lost)


def pattern(
    who: str, seen: observations.Observation, lost: Set[str]
) -> list[expect.Difference]:
    """Return the targets that are not as they must be."""
    return [
        expect.Difference(
            f'{who} -> {target}',
            'no reply' if target in lost else 'every reply',
            f'{echo.received} of {echo.sent} replies',
        )
        for name, echo in seen.pings.items()
        if (target := name.partition('.')[0])
        if echo.received != (0 if target in lost else max(echo.sent, 1))
    ]


def _state(guest: Any) -> str:
    """Return what a guest's network looks like, in its own words."""
    return str(guest.observe(plans.Plan()).text)
