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

"""The vRouter scenario for the report: a picture, addresses, pings.

Pure: no Tempest. The forms are those of doc/source/report-formats.rst.
"""

from collections.abc import Mapping
from collections.abc import Sequence
from collections.abc import Set
from typing import Any

import netaddr

from ipv6_tempest_plugin import addressing
from ipv6_tempest_plugin.overlay.guests import observations
from ipv6_tempest_plugin.overlay.vrouter import judging
from ipv6_tempest_plugin.overlay.vrouter import reach
from ipv6_tempest_plugin.overlay.vrouter import topology

Row = dict[str, Any]
INNER = 'ipv4-int-network1'
OUTER = 'ipv6-int-network2'
# Targets of pings are addresses of nodes.
NODES = {
    reach.INNER: topology.VROUTER,
    reach.OUTER: topology.VROUTER,
}


def picture(
    planned: topology.Topology, external: netaddr.IPAddress | None
) -> Row:
    """Return the topology."""
    inner, outer = str(planned.inner), str(planned.outer)
    nodes = [
        _node(reach.EXTERNAL, 'external', external),
        _node('ipv4-router', 'router', planned.inner_ipv4[topology.ROUTER]),
        _node(reach.ROUTER, 'router', planned.router),
        _node(INNER, 'network', planned.inner_ipv4),
        _node(OUTER, 'network', planned.outer_ipv4, outer),
        _node(
            topology.VROUTER,
            'vrouter',
            planned.vrouter_outer,
            planned.vrouter_inner,
        ),
        *(
            _node(name, 'guest', planned.machine(name))
            for name in planned.machines
        ),
    ]
    links = [
        _link('ipv4-router', reach.EXTERNAL),
        _link(reach.ROUTER, reach.EXTERNAL),
        _link('ipv4-router', INNER),
        _link(reach.ROUTER, OUTER, outer),
        _link(topology.VROUTER, OUTER, 'eth0'),
        _link(topology.VROUTER, INNER, f'eth1, advertises {inner}'),
        *(_link(name, INNER) for name in planned.machines),
    ]
    return {
        'title': 'the service VM as an IPv6 vRouter',
        'nodes': nodes,
        'links': links,
    }


def addresses(planned: topology.Topology, seen: judging.Seen) -> list[Row]:
    """Return the addresses, predicted beside seen."""
    cards = [
        (topology.VROUTER, planned.outer_mac, OUTER, planned.vrouter_outer),
        (topology.VROUTER, planned.inner_mac, INNER, planned.vrouter_inner),
        *(
            (name, mac, INNER, planned.machine(name))
            for name, mac in planned.machines.items()
        ),
    ]
    return [
        row
        for name, mac, network, predicted in cards
        if name in seen
        for row in _addresses(seen[name], name, mac, network, predicted)
    ]


def pings(
    who: str,
    aims: Sequence[reach.Aim],
    seen: observations.Observation,
    lost: Set[str] = frozenset(),
) -> list[Row]:
    """Return the pings of a guest.

    :param lost: targets that must not answer
    """
    known = {aim.name: aim for aim in aims}
    rows = []
    for name, echo in seen.pings.items():
        target = name.partition('.')[0]
        aim = known[target]
        rows.append(
            {
                'source': who,
                'target': NODES.get(target, target),
                'address': str(aim.address),
                'source_address': str(aim.source),
                'sent': echo.sent,
                'received': echo.received,
                'wanted': target not in lost,
                **_times(echo.times),
            }
        )
    return rows


def _times(times: Sequence[float]) -> Mapping[str, float]:
    if not times:
        return {}
    return {
        'minimum_ms': min(times),
        'average_ms': sum(times) / len(times),
        'maximum_ms': max(times),
    }


def _node(name: str, kind: str, *some: object) -> Row:
    there = [str(one) for one in some if one]
    return {'name': name, 'kind': kind, 'addresses': there}


def _link(one: str, other: str, label: str = '') -> Row:
    return {'between': [one, other], 'label': label}


def _addresses(
    seen: observations.Observation,
    name: str,
    mac: str,
    network: str,
    predicted: netaddr.IPAddress,
) -> list[Row]:
    card = seen.interface(mac)
    there = [
        one
        for one in seen.addresses
        if card
        and one.interface == card.name
        and one.address.version == 6
        and not one.address.is_link_local()
    ]
    base = {
        'guest': name,
        'interface': card.name if card else 'missing',
        'mac': mac,
        'network': network,
    }
    wanted = {
        'predicted': str(predicted),
        'predicted_prefix_length': addressing.SLAAC_PREFIX_LENGTH,
    }
    rows = [
        {
            **base,
            **(wanted if one.address == predicted else {}),
            'seen': str(one.address),
            'prefix_length': one.prefix_length,
            'state': ', '.join(sorted(one.flags)),
        }
        for one in there
    ]
    if all(one.address != predicted for one in there):
        rows.append({**base, **wanted})
    return rows
