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

"""Verbs of the vRouter tests: build once, look, judge."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from collections.abc import Set
from concurrent import futures
import contextlib
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
from ipv6_tempest_plugin.overlay import together
from ipv6_tempest_plugin.overlay import undo
from ipv6_tempest_plugin.overlay.vrouter import building
from ipv6_tempest_plugin.overlay.vrouter import causes
from ipv6_tempest_plugin.overlay.vrouter import collisions
from ipv6_tempest_plugin.overlay.vrouter import controls
from ipv6_tempest_plugin.overlay.vrouter import judging
from ipv6_tempest_plugin.overlay.vrouter import keeping
from ipv6_tempest_plugin.overlay.vrouter import outside
from ipv6_tempest_plugin.overlay.vrouter import reach
from ipv6_tempest_plugin.overlay.vrouter import report
from ipv6_tempest_plugin.overlay.vrouter import topology
from ipv6_tempest_plugin.overlay import witness
from ipv6_tempest_plugin.tests.overlay import base
from ipv6_tempest_plugin.tests.overlay import needs

CONF = config.CONF
VROUTER = topology.VROUTER
# Echo requests for each round trip that is measured.
MEASURED = 3
# Seconds that a report on a console takes at most, which is when nothing
# answers: traceroute then waits 2 s for each of 3 probes of 8 hops.
REPORT = 60
DROPPED = diagnosis.Hint(
    'what is named above; if nothing is, packets are dropped on the way',
    'the pings, below; tcpdump icmp6 on both cards of the vRouter and in '
    'the namespace qrouter-ID of ipv6-router',
)
Seen = Mapping[str, observations.Observation]
# Whom or what was judged, what differs, and what that may mean.
Verdict = tuple[
    str, Sequence[expect.Difference], Mapping[str, diagnosis.Hint] | None
]


class VRouterTest(base.GuestTest):
    """One service VM and two guests behind it, for a whole class."""

    required = needs.Needs(
        ('extraroute', 'port-security'), public_network=True
    )
    built: building.Built
    planned: topology.Topology
    #: what was seen in all guests, once they were looked at
    looks: list[Seen]
    #: the vRouter's counters before and after that
    counted: list[judging.Counters]
    #: what pings from outside saw during the looks, once they were sent
    outside: list[futures.Future[Mapping[str, observations.Echo]]]
    #: what the test that runs has taken away
    control: controls.Control | None = None
    #: packets that the vRouter forwarded during the looks
    forwarded: int | None = None

    @classmethod
    def skip_checks(cls) -> None:
        super().skip_checks()
        if not CONF.compute_feature_enabled.console_output:
            raise cls.skipException(
                '[compute-feature-enabled] console_output is False: on its '
                'console the vRouter says that it is ready'
            )

    @classmethod
    def resource_setup(cls) -> None:
        super().resource_setup()
        cls.planned = topology.configured(CONF.ipv6_vrouter)
        cls.looks = []
        cls.counted = []
        cls.outside = []
        cls.check_collisions()
        cls.built = building.Built(cls.os_primary, cls.planned, cls.everything)
        together.begin(cls.built)
        cls.addClassResourceCleanup(cls.leave)

    @classmethod
    def leave(cls) -> None:
        """Remove all, or keep all and tell how to go on with it."""
        if not CONF.ipv6_vrouter.keep:
            cls.built.cleanUp()
            return
        place = Path(CONF.oslo_concurrency.lock_path, keeping.PLACE)
        project = cls.os_primary.credentials.project_id
        managers = (cls.os_primary, cls.os_admin)
        made = CONF.auth.use_dynamic_credentials
        text = keeping.told(
            cls.built,
            place / project,
            [one.credentials for one in managers if made],
        )
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
        return plans.Plan(
            addresses=cls.addresses(name),
            cards=cls.recorded(name),
            raised=[cls.planned.machines[name]] if machine else [],
            leasing=[cls.planned.machines[name]] if machine else [],
            answers=reach.pings(reach.awaited(aims), (reach.SMALL,), 1),
            pings=reach.pings(aims, sizes, MEASURED),
            connections=reach.connections(
                cls.planned, name, CONF.ipv6_vrouter.tcp_port
            ),
            paths=[
                one.path
                for one in reach.traced(aims)
                if machine and CONF.ipv6_vrouter.traceroute
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

    def to_fetch(self) -> Mapping[str, evidence.Source]:
        """Return ipv6-router, the ports and what tells of guests."""
        built = self.built
        sources: dict[str, evidence.Source] = {
            'ipv6-router': built.router6.show,
            **{name: port.show for name, port in built.ports.items()},
        }
        for name, guest in built.guests.items():
            sources |= witness.of_guest(name, guest)
        return sources

    @property
    def aims(self) -> Mapping[str, Sequence[reach.Aim]]:
        """What each guest must reach."""
        return reach.aims(self.planned, self.built.links)

    @property
    def aims_from_outside(self) -> Sequence[reach.Aim]:
        """What whoever runs the tests must reach."""
        return reach.from_outside(self.planned, self.built.links)

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

    @contextlib.contextmanager
    def connected(self) -> Iterator[None]:
        """Log in to each guest once, for all that is asked within."""
        with contextlib.ExitStack() as logins:
            for one in self.built.guests.values():
                logins.enter_context(one.connected())
            yield

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
        self.pinged += report.pings(who, self.aims[who], seen.pings, lost)
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
            self.outside.clear()
            self.looks.append(self._first_look())
        else:
            self.attach(self.looks[0])
        self.forwarded = judging.grown(*self.counted)
        told = content.json_content(self.forwarded)
        self.addDetail('packets that the vRouter forwarded', told)
        return self.looks[0]

    def _first_look(self) -> Seen:
        every = {
            name: self.everything(name, self.built.links)
            for name in self.built.guests
        }
        with self.connected(), futures.ThreadPoolExecutor(1) as beside:
            before = self.count()
            if CONF.ipv6_vrouter.tests_have_route:
                # What goes wrong there is for the tests from outside to tell.
                self.outside.append(beside.submit(self._ping_from_outside))
            seen = self.look(every)
            futures.wait(self.outside)
            self.counted[:] = before, self.count()
        return seen

    def count(self) -> judging.Counters:
        """Read the vRouter's counters."""
        found: judging.Counters = self.built.guests[VROUTER].counters(plain())
        return found

    def _ping_from_outside(self) -> Mapping[str, observations.Echo]:
        aims = self.aims_from_outside
        patience = CONF.ipv6_overlay.guest_patience
        outside.answered(reach.pings(aims, (reach.SMALL,), 1, 1), patience)
        sizes = (reach.SMALL, reach.FULL)
        return outside.pings(reach.pings(aims, sizes, MEASURED))

    def forwarded_for_outside(self) -> int:
        """Count the replies of VM1 and VM2 to pings from outside."""
        seen = [one.result() for one in self.outside if not one.exception()]
        return judging.answered(seen, set(self.planned.machines))

    def judge(self, *verdicts: Verdict) -> None:
        """Fail with the causes and a diagnosis of all that differs."""
        texts = [
            diagnosis.as_text(
                where, 'scenario', found, self._hints(found, hints)
            )
            for where, found, hints in verdicts
            if found
        ]
        if texts:
            self.fail('\n\n'.join([*self.causes(), *texts]))

    def _hints(
        self,
        found: Sequence[expect.Difference],
        hints: Mapping[str, diagnosis.Hint] | None,
    ) -> Mapping[str, diagnosis.Hint]:
        if self.control:
            return self.control.hints(found)
        return hints or {one.attribute: DROPPED for one in found}

    def causes(self) -> list[str]:
        """Return why it may be so, by the document's steps.

        What a control has taken away is no cause of its failure.
        """
        if self.control:
            return []
        built = self.built
        known = causes.Evidence(
            self.planned,
            built.router6.show()['routes'],
            {name: port.show() for name, port in built.ports.items()},
            self.seen,
            self.forwarded,
        )
        return causes.found(known)

    def far(self) -> Set[str]:
        """Return the targets of VM1 and VM2 that lie behind the vRouter."""
        return {
            one.name for one in self.aims['VM1'] if one.name in reach.BEYOND
        }


def plain(pings: Sequence[plans.Ping] = ()) -> plans.Plan:
    """Return a plan that waits for nothing but what it is told.

    Whoever reads a console waits for the report that is under way, and then
    for the next.
    """
    if CONF.ipv6_overlay.guest_access == 'console':
        return plans.Plan(pings=pings, patience=2 * REPORT)
    return plans.Plan(pings=pings)
