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

"""Verbs of the controls: break, see that it shows, mend."""

from collections.abc import Callable
from collections.abc import Iterable
import functools
from typing import Any

from tempest import config

from ipv6_tempest_plugin.overlay import expect
from ipv6_tempest_plugin.overlay.guests import observations
from ipv6_tempest_plugin.overlay.guests import plans
from ipv6_tempest_plugin.overlay import security
from ipv6_tempest_plugin.overlay import together
from ipv6_tempest_plugin.overlay.vrouter import controls
from ipv6_tempest_plugin.overlay.vrouter import judging
from ipv6_tempest_plugin.overlay.vrouter import reach
from ipv6_tempest_plugin.tests.overlay import needs
from ipv6_tempest_plugin.tests.vrouter import base
from ipv6_tempest_plugin import waiting

CONF = config.CONF
# Echo requests that are only to tell whether there is a way.
TOLD = 2
# Seconds after which they are asked again.
SOON = 2
# Router solicitations without an answer that tell that nobody advertises; a
# host sends three at most (RFC 4861 section 10).
ASKED = 2


def control(taken: controls.Control) -> Callable[[needs.Test], needs.Test]:
    """Say what a test takes away.

    Before the first does, all is looked at for the other tests: so they see
    the guests as they were after their first boot.
    """

    def decorate(test: needs.Test) -> needs.Test:
        @functools.wraps(test)
        def wrapper(self: Any) -> None:
            self.look_at_all()
            self.control = taken
            test(self)

        return wrapper

    return decorate


class BreakingTest(base.VRouterTest):
    """Tests that break what is tested, for a while."""

    def becomes(
        self, lost: Iterable[str], who: str = 'VM1'
    ) -> observations.Observation:
        """Wait until a guest reaches all but some targets."""
        wanted = set(lost)
        pings = reach.pings(self.aims[who], (reach.SMALL,), TOLD, SOON)
        looking = {who: base.plain(pings)}
        last: list[observations.Observation] = []

        def look() -> list[expect.Difference]:
            last[:] = [self.look(looking)[who]]
            return judging.pattern(who, last[0], wanted)

        try:
            waiting.wait_for(
                f'{who} to lose {sorted(wanted) or "nothing"}, and to reach '
                'the rest',
                look,
                2 * CONF.ipv6_overlay.guest_patience,
                until=lambda found: not found,
                interval=0,
            )
        except waiting.WaitTimeout:
            # Without an observation there is nothing but the time-out.
            for seen in last:
                self.report_pings(who, seen, wanted)
                found = judging.pattern(who, seen, wanted)
                self.judge((who, found, None))
            raise
        self.report_pings(who, last[0], wanted)
        return last[0]

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
        self.control = None
        # The vRouter is not what it was when all was looked at.
        self.forwarded = None
        self.look({base.VROUTER: base.plain()})
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
