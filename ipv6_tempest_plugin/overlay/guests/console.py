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

"""Guests that nobody can reach: what they print is read."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
import contextlib

from tempest import config

from ipv6_tempest_plugin.overlay import diagnosis
from ipv6_tempest_plugin.overlay import evidence
from ipv6_tempest_plugin.overlay.guests import images
from ipv6_tempest_plugin.overlay.guests import observations
from ipv6_tempest_plugin.overlay.guests import observer
from ipv6_tempest_plugin.overlay.guests import plans
from ipv6_tempest_plugin.overlay.guests import reading
from ipv6_tempest_plugin.overlay.guests import reports
from ipv6_tempest_plugin.overlay import servers
from ipv6_tempest_plugin import waiting

CONF = config.CONF
POLL = 1.0
SILENT = diagnosis.Hint(
    'the guest has not booted, its image runs no user data or gets none, or '
    'the console is not on the port that Nova keeps',
    "the end of the guest's console; [compute] image_ref; config drive and "
    'metadata service; the kernel of the image needs console=ttyS0',
)
Enough = Callable[[observations.Observation], bool]


def user_data(plan: plans.Plan) -> str:
    """Return the user data of a guest that is to be a ConsoleGuest.

    :param plan: all probes that its observations will need
    """
    return observer.forever(plan, images.commands())


class ConsoleGuest:
    """A server's guest, by its serial console.

    :param server: booted with :func:`user_data`
    """

    def __init__(self, server: servers.Server) -> None:
        self.server = server

    @property
    def name(self) -> str:
        """The server's name."""
        return self.server.name

    def wait(self) -> None:
        """Wait for the first report.

        :raises WaitTimeout: after ``[validation] ssh_timeout``
        """
        with evidence.explained(SILENT, {}):
            waiting.wait_for(
                f'a report on the console of {self.name}',
                self._reports,
                CONF.validation.ssh_timeout,
                interval=POLL,
                retry_on=(reports.MalformedReport,),
            )

    def settle(self, plan: plans.Plan) -> plans.Plan:
        """Wait for what a plan waits for; return what is left of it.

        What is missing in the end is for whoever looks then to see.

        :raises WaitTimeout: when no report comes
        """
        self._satisfying(plan)
        return plan.settled

    def connected(self) -> contextlib.AbstractContextManager[None]:
        """Return nothing to be entered: nobody logs in."""
        return contextlib.nullcontext()

    def _reports(self) -> list[reports.Report]:
        return reports.find(self.server.console())

    def counters(self, plan: plans.Plan) -> Mapping[str, int]:
        """Wait for a report, and return the counters in it."""
        return self.observe(plan).counters

    def observe(self, plan: plans.Plan) -> observations.Observation:
        """Wait for a report that was begun after now and has what is asked.

        :param plan: with probes that are in the user data's plan too
        :raises WaitTimeout: when no report comes
        """
        seen = self._satisfying(plan)
        if satisfied(plan, seen) and in_part(plan, seen):
            # It came true while the guest pinged: the next report tells.
            seen = self._report(seen.number, _patience(plan), lambda _: True)
        return seen

    def _satisfying(self, plan: plans.Plan) -> observations.Observation:
        """Wait for a report from now on that has what is asked."""
        return self._report(
            self._latest(plan) + 1,
            _patience(plan),
            lambda one: satisfied(plan, one),
        )

    def _latest(self, plan: plans.Plan) -> int:
        """The number of the last whole report, 0 before the first."""
        every = waiting.wait_for(
            f'a report of {self.name} that is not garbled',
            self._reports,
            plan.patience,
            until=lambda _: True,
            interval=POLL,
            retry_on=(reports.MalformedReport,),
        )
        return max((one.number for one in every), default=0)

    def _report(
        self, after: int, patience: float, enough: Enough
    ) -> observations.Observation:
        """Wait for a later report that shows enough, or return the last."""
        last: list[observations.Observation] = []

        def look() -> list[observations.Observation]:
            new = [one for one in self._reports() if one.number > after]
            last[:] = [reading.read(new[-1])] if new else last
            return last

        try:
            waiting.wait_for(
                f'a report of {self.name} with what is waited for',
                look,
                patience,
                until=lambda seen: seen and enough(seen[0]),
                interval=POLL,
                retry_on=(reports.MalformedReport,),
            )
        except waiting.WaitTimeout:
            # What is missing is for the caller to see.
            if not last:
                raise
        return last[0]


def _patience(plan: plans.Plan) -> int:
    """Return the seconds that a plan may be waited for in all."""
    return (1 + len(plan.answers)) * plan.patience


def satisfied(plan: plans.Plan, seen: observations.Observation) -> bool:
    """Say whether all that a plan waits for is there."""
    usable = {
        one.address
        for one in seen.addresses
        if 'tentative' not in one.flags or 'dadfailed' in one.flags
    }
    heard = {one.interface for one in seen.advertisements or ()}
    told = {
        one.interface
        for one in seen.name_servers or ()
        if one.source == 'dhcp6'
    }
    return (
        set(plan.addresses) <= usable
        and _names(plan.informed, seen) <= told
        and _names(plan.cards, seen) <= heard
        and set(plan.servers) <= set(seen.resolv_conf)
        and all(seen.pings[one.name].received for one in plan.answers)
    )


def in_part(plan: plans.Plan, seen: observations.Observation) -> bool:
    """Say whether some of what must be answered was, and some was lost."""
    return any(
        seen.pings[one.name].first(one.count).received < one.count
        for one in plan.answers
    )


def _names(
    macs: Iterable[str], seen: observations.Observation
) -> set[str | None]:
    """Return the interfaces with these MAC addresses, None for a lacking."""
    cards = [seen.interface(mac) for mac in macs]
    return {card.name if card else None for card in cards}
