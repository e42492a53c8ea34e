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

"""What one endpoint is asked, and what it answered, as data."""

from collections.abc import Iterator
from dataclasses import dataclass
import functools

import netaddr

from ipv6_tempest_plugin import addressing
from ipv6_tempest_plugin.underlay import catalog
from ipv6_tempest_plugin.underlay import conversation
from ipv6_tempest_plugin.underlay import findings
from ipv6_tempest_plugin.underlay import following
from ipv6_tempest_plugin.underlay import masking
from ipv6_tempest_plugin.underlay import resolving
from ipv6_tempest_plugin.underlay import settings as config
from ipv6_tempest_plugin.underlay import together
from ipv6_tempest_plugin import waiting


@dataclass(frozen=True)
class Visit:
    """One address of one endpoint.

    :param listening: whether a TCP connection came about.
    :param status: of the last answer to the URL of the catalog.
    :param note: what to know of how the URL was read, or nothing.
    :param seconds: from the start of the endpoint's probe to the end.
    """

    address: str
    scope: str
    listening: bool
    status: int | None
    links: tuple[str, ...]
    note: str
    seconds: float
    findings: tuple[findings.Finding, ...]


@dataclass(frozen=True)
class Report:
    """Everything that was seen of one endpoint."""

    place: findings.Place
    visits: tuple[Visit, ...]
    findings: tuple[findings.Finding, ...]


def probe(target: catalog.Target, settings: config.Settings) -> Report:
    """Ask one endpoint everything, within ``settings.timeout`` seconds."""
    deadline = waiting.Deadline(settings.timeout)
    wrong: list[findings.Finding] = []
    found = list(_usable_addresses(target, settings, deadline, wrong))
    visits = together.gather(
        [
            functools.partial(visit, target, address, settings, deadline)
            for address in found
        ]
    )
    for seen in visits:
        wrong += seen.findings
    return Report(target.place, tuple(visits), tuple(wrong))


def _usable_addresses(
    target: catalog.Target,
    settings: config.Settings,
    deadline: waiting.Deadline,
    wrong: list[findings.Finding],
) -> Iterator[netaddr.IPAddress]:
    try:
        found = resolving.addresses_of(target.location, deadline)
    except findings.Fault as fault:
        wrong.append(findings.Finding.of(fault, target.place))
        return
    for address in found:
        try:
            resolving.require_usable(address, settings.scopes)
        except findings.Fault as fault:
            wrong.append(findings.Finding.of(fault, target.place))
        else:
            yield address


def visit(
    target: catalog.Target,
    address: netaddr.IPAddress,
    settings: config.Settings,
    deadline: waiting.Deadline,
) -> Visit:
    """Ask one address of an endpoint: TCP, TLS, HTTP, links."""
    talk = conversation.Conversation(address, settings, deadline)
    wrong: list[findings.Finding] = []
    try:
        talk.ask_endpoint(target.location)
        talk.ask_versions(target.location)
        wrong += following.read_versions(talk, target)
    except findings.Fault as fault:
        wrong.append(findings.Finding.of(fault, target.place))
    wrong += following.judge(
        talk.links, target, settings, deadline, talk.redirect
    )
    return Visit(
        str(address),
        addressing.scope(address).value,
        talk.connected,
        talk.status,
        tuple(dict.fromkeys(masking.masked(x.url) for x in talk.links)),
        target.location.note,
        deadline.elapsed,
        tuple(wrong),
    )
