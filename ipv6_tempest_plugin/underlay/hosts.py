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

"""The addresses under which Nova and Neutron know the hosts."""

from collections.abc import Iterable
from typing import Any

import netaddr

from ipv6_tempest_plugin import addressing
from ipv6_tempest_plugin.underlay import findings

Scopes = frozenset[addressing.Scope]


def judge_hypervisors(
    rows: Iterable[dict[str, Any]], usable: Scopes
) -> list[findings.Finding]:
    """Judge ``host_ip``: consoles and live migration use it.

    Source: Compute API, GET /os-hypervisors/detail.
    """
    return [
        findings.Finding(
            'hypervisor-ipv4',
            findings.Place('compute', interface=row['hypervisor_hostname']),
            f'host_ip {row.get("host_ip")!r}',
            row.get('host_ip'),
        )
        for row in rows
        if not is_usable(row.get('host_ip'), usable)
    ]


def tunnelling(
    agents: Iterable[dict[str, Any]], binaries: Iterable[str]
) -> list[dict[str, Any]]:
    """Return the agents of these binaries that make tunnels at all."""
    wanted = frozenset(binaries)
    return [
        agent
        for agent in agents
        if agent['binary'] in wanted
        and agent['configurations'].get('tunnel_types')
    ]


def judge_tunnels(
    agents: Iterable[dict[str, Any]], usable: Scopes
) -> list[findings.Finding]:
    """Judge ``tunneling_ip``, which VXLAN, GRE and Geneve start from.

    Source: Networking API v2.0, GET /v2.0/agents, ``configurations``.
    """
    wrong = []
    for agent in agents:
        address = agent['configurations'].get('tunneling_ip')
        if not is_usable(address, usable):
            place = findings.Place('network', interface=agent['host'])
            seen = f'tunneling_ip {address!r} of {agent["binary"]}'
            wrong.append(findings.Finding('tunnel-ipv4', place, seen, address))
    return wrong


def is_usable(text: object, usable: Scopes) -> bool:
    """Say whether this is an address of a usable scope."""
    if not netaddr.valid_ipv6(str(text)):
        return False
    return addressing.scope(netaddr.IPAddress(str(text))) in usable
