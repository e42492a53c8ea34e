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

import netaddr

from ipv6_tempest_plugin.overlay.guests import observations
from ipv6_tempest_plugin.overlay import report
from ipv6_tempest_plugin.overlay.vrouter import judging
from ipv6_tempest_plugin.overlay.vrouter import reach
from ipv6_tempest_plugin.overlay.vrouter import topology

Row = report.Row
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
        report.node(reach.EXTERNAL, 'external', external),
        report.node(
            'ipv4-router', 'router', planned.inner_ipv4[topology.ROUTER]
        ),
        report.node(reach.ROUTER, 'router', planned.router),
        report.node(INNER, 'network', planned.inner_ipv4),
        report.node(OUTER, 'network', planned.outer_ipv4, outer),
        report.node(
            topology.VROUTER,
            'vrouter',
            planned.vrouter_outer,
            planned.vrouter_inner,
        ),
        *(
            report.node(name, 'guest', planned.machine(name))
            for name in planned.machines
        ),
    ]
    links = [
        report.link('ipv4-router', reach.EXTERNAL),
        report.link(reach.ROUTER, reach.EXTERNAL),
        report.link('ipv4-router', INNER),
        report.link(reach.ROUTER, OUTER, outer),
        report.link(topology.VROUTER, OUTER, 'eth0'),
        report.link(topology.VROUTER, INNER, f'eth1, advertises {inner}'),
        *(report.link(name, INNER) for name in planned.machines),
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
        for row in report.addresses(
            {'guest': name, 'network': network},
            mac,
            [predicted],
            seen[name],
            versions=(6,),
        )
    ]


def pings(
    who: str,
    aims: Sequence[reach.Aim],
    pings: Mapping[str, observations.Echo],
    lost: Set[str] = frozenset(),
) -> list[Row]:
    """Return the pings of a guest, or of whoever sent them.

    :param pings: by target and size
    :param lost: targets that must not answer
    """
    known = {aim.name: aim for aim in aims}
    rows = []
    for name, echo in pings.items():
        target = name.partition('.')[0]
        aim = known[target]
        rows.append(
            report.ping(
                (who, NODES.get(target, target)),
                aim.address,
                aim.source,
                echo,
                target not in lost,
            )
        )
    return rows
