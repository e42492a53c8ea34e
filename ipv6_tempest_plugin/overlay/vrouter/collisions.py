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

"""Prefixes that are in use already. Pure: no Tempest.

Two routers that both hold 2001:db8:0:1::/64 cannot both be routed to, and
Neutron does not mind: what follows looks like a broken vRouter.
"""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
import itertools
from typing import Any

import netaddr

from ipv6_tempest_plugin.overlay.vrouter import topology

Subnet = Mapping[str, Any]


def options(planned: topology.Topology) -> dict[str, netaddr.IPNetwork]:
    """Return each prefix by the option that changes it."""
    return {
        'outer_prefix': planned.outer,
        'inner_prefix': planned.inner,
        'outer_ipv4': planned.outer_ipv4,
        'inner_ipv4': planned.inner_ipv4,
    }


def found(
    planned: topology.Topology,
    subnets: Iterable[Subnet],
    external: str,
    pools: Mapping[str, str],
) -> list[str]:
    """Return what collides, as sentences that name the option.

    :param subnets: of the whole cloud, as the Networking API shows them
    :param external: id of the external network. Tenants may use the same
        IPv4 prefixes as each other, since floating IPs hide them, but not
        those of the external network
    :param pools: prefixes that other tests take theirs from, by option
    """
    taken = [(_named(one), one['cidr'], one) for one in subnets]
    clashes = [
        (option, prefix, name)
        for option, prefix in options(planned).items()
        for name, cidr, one in taken
        if prefix.version == 6 or one['network_id'] == external
        if _overlap(prefix, cidr)
    ]
    shared = [
        (option, prefix, f'{name} ({cidr}), where other tests build')
        for option, prefix in options(planned).items()
        for name, cidr in pools.items()
        if _overlap(prefix, cidr)
    ]
    return [
        f'[ipv6_vrouter] {option} = {prefix} overlaps {name}'
        for option, prefix, name in [*clashes, *shared, *_own(planned)]
    ]


def _own(
    planned: topology.Topology,
) -> Iterator[tuple[str, netaddr.IPNetwork, str]]:
    pairs = itertools.combinations(options(planned).items(), 2)
    for (first, prefix), (second, other) in pairs:
        if _overlap(prefix, str(other)):
            yield first, prefix, f'[ipv6_vrouter] {second} = {other}'


def _overlap(prefix: netaddr.IPNetwork, cidr: str) -> bool:
    other = netaddr.IPNetwork(cidr)
    return prefix.version == other.version and (
        prefix in other or other in prefix
    )


def _named(one: Subnet) -> str:
    return (
        f'subnet {one.get("name") or one["id"]} ({one["cidr"]}, network '
        f'{one["network_id"]}, project {one.get("project_id")})'
    )
