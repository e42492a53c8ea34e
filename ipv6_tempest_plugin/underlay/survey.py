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

"""All endpoints of a catalog, probed together."""

from collections.abc import Callable
from dataclasses import dataclass
import functools

from ipv6_tempest_plugin.underlay import catalog
from ipv6_tempest_plugin.underlay import crashes
from ipv6_tempest_plugin.underlay import findings
from ipv6_tempest_plugin.underlay import ipv4
from ipv6_tempest_plugin.underlay import kinds
from ipv6_tempest_plugin.underlay import probes
from ipv6_tempest_plugin.underlay import settings as config
from ipv6_tempest_plugin.underlay import tls
from ipv6_tempest_plugin.underlay import together

Findings = tuple[findings.Finding, ...]
Outcome = probes.Report | list[findings.Finding]


@dataclass(frozen=True)
class Survey:
    """What is known of a catalog and of every endpoint in it.

    :param places: every endpoint that was to be probed, usable or not.
    """

    places: tuple[findings.Place, ...]
    reports: tuple[probes.Report, ...]
    findings: Findings

    def of_check(self, check: str) -> Findings:
        """Return the findings that turn one check red.

        A probe that crashed says nothing, so it turns every check red
        that it was to speak for.
        """
        red = {check, *(['probe'] if check in kinds.PROBED else [])}
        return tuple(f for f in self.findings if f.check in red)

    def examined(self, check: str) -> int:
        """Return how many endpoints got as far as this check."""
        visits = [report.visits for report in self.reports]
        return {
            'catalog': len(self.places),
            'addresses': len(self.reports),
            'listening': sum(1 for v in visits if v),
            'answering': sum(1 for v in visits if any(x.listening for x in v)),
            'links': sum(1 for v in visits if any(x.status for x in v)),
            'ipv4': len(self.reports),
        }[check]


def survey(found: catalog.Catalog, settings: config.Settings) -> Survey:
    """Probe every target; the whole lasts little longer than one."""
    if any(target.location.scheme == 'https' for target in found.targets):
        # Before the deadlines begin.
        tls.context_of(settings.ca_file, settings.verify)
    jobs: list[Callable[[], Outcome]] = [
        crashes.confined(
            functools.partial(probes.probe, target, settings),
            'probe-crashed',
            target.place,
        )
        for target in found.targets
    ]
    # Silence is what the tries of IPv4 hope for, so they begin first.
    jobs = [*ipv4.tries(found, settings), *jobs]
    with together.room_for(len(jobs)):
        outcomes = together.gather(jobs)
    wrong = [*found.findings, *ipv4.unproven(found, settings)]
    for outcome in outcomes:
        if isinstance(outcome, probes.Report):
            wrong += outcome.findings
        else:
            wrong += outcome
    reports = [o for o in outcomes if isinstance(o, probes.Report)]
    # Endpoints of one name share what is wrong with the name.
    once = tuple(dict.fromkeys(wrong))
    return Survey(found.places, tuple(reports), once)
