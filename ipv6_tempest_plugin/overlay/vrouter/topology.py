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

"""The vRouter scenario as data, every address predicted. Pure: no Tempest.

::

    ext-net ------+-----------------------------+
                  |                             |
            [ipv4-router]                 [ipv6-router]  route to inner
                  |                             |        via the vRouter
          ipv4-int-network1            ipv6-int-network2 (outer)
             (inner)                            |
       +----------+----------+                  |
      VM1        VM2       eth1---[vRouter]---eth0
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import netaddr

from ipv6_tempest_plugin import addressing
from ipv6_tempest_plugin import vrouter_config

# Interface identifier of whatever is the router of a prefix.
ROUTER = 1
VROUTER = 'vRouter'
MACHINES = ('VM1', 'VM2')
# What this machine sends, seen by a neighbour (RFC 8200 section 3; Linux's
# default).
HOP_LIMIT = 64


@dataclass(frozen=True)
class Topology:
    """Prefixes and MAC addresses; the rest follows.

    :param outer: /64 between ipv6-router and the vRouter
    :param inner: /64 behind the vRouter
    :param machines: the MAC addresses of VM1 and VM2, by name
    :param mode: ``slaac`` or ``dhcpv6-stateless``, of the outer prefix
    """

    outer: netaddr.IPNetwork
    inner: netaddr.IPNetwork
    outer_ipv4: netaddr.IPNetwork
    inner_ipv4: netaddr.IPNetwork
    mode: str
    outer_mac: str
    inner_mac: str
    machines: Mapping[str, str]

    @property
    def router(self) -> netaddr.IPAddress:
        """ipv6-router's address in the outer prefix."""
        return self.outer[ROUTER]

    @property
    def vrouter_outer(self) -> netaddr.IPAddress:
        """The vRouter's address on eth0, the next hop of the extra route."""
        return addressing.slaac_address(self.outer, self.outer_mac)

    @property
    def vrouter_inner(self) -> netaddr.IPAddress:
        """The vRouter's address on eth1."""
        return self.inner[ROUTER]

    @property
    def default_router(self) -> netaddr.IPAddress:
        """What VM1 and VM2 have for a default router (RFC 4861 4.2)."""
        return addressing.link_local_address(self.inner_mac)

    @property
    def route(self) -> dict[str, str]:
        """The extra route of ipv6-router (OPNFV-NATIVE-SETUP-14)."""
        return {
            'destination': str(self.inner),
            'nexthop': str(self.vrouter_outer),
        }

    def machine(self, name: str) -> netaddr.IPAddress:
        """The address of VM1 or VM2."""
        return addressing.slaac_address(self.inner, self.machines[name])


def configured(options: Any) -> Topology:
    """Read the topology from the options of ``[ipv6_vrouter]``.

    :raises ValueError: names the option that is wrong
    """
    unknown = sorted(set(options.names) - set(vrouter_config.NAMES))
    if unknown:
        raise ValueError(
            '[ipv6_vrouter] names: expected names of the document '
            f'({", ".join(vrouter_config.NAMES)}), got {unknown}'
        )
    return Topology(
        outer=_prefix(options, 'outer_prefix', 6),
        inner=_prefix(options, 'inner_prefix', 6),
        outer_ipv4=_prefix(options, 'outer_ipv4', 4),
        inner_ipv4=_prefix(options, 'inner_ipv4', 4),
        mode=options.outer_mode,
        outer_mac=options.vrouter_outer_mac,
        inner_mac=options.vrouter_inner_mac,
        machines={'VM1': options.vm1_mac, 'VM2': options.vm2_mac},
    )


def _prefix(options: Any, name: str, version: int) -> netaddr.IPNetwork:
    text = options[name]
    wanted = 'an IPv6 /64' if version == 6 else 'an IPv4 prefix'
    try:
        prefix = netaddr.IPNetwork(text)
    except (ValueError, netaddr.AddrFormatError):
        prefix = None
    fits = prefix is not None and prefix.version == version
    if not fits or (version == 6 and prefix.prefixlen != 64):
        raise ValueError(
            f'[ipv6_vrouter] {name}: expected {wanted}, got {text!r}'
        )
    return prefix.cidr
