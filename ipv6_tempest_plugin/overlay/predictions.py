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

"""What a guest must find behind a port. Pure: no Tempest.

Everything here follows from what was asked of the API, before the guest is
looked at: RFC 4862 forms addresses from prefixes and the MAC address, and
RFC 4861 says what a host makes of an advertisement.
"""

from dataclasses import dataclass

import netaddr

from ipv6_tempest_plugin import addressing


@dataclass(frozen=True)
class Card:
    """A guest's network card.

    :param prefixes: /64s that the router advertises for SLAAC
    :param router: link-local address of the default router; None without
        IPv6
    :param mtu: the network's
    :param other: whether DHCPv6 has other configuration (the O flag)
    :param servers: DNS servers of the link
    :param fourth: leases of IPv4
    :param dhcp: addresses of the link's DHCP servers themselves
    :param domain: that DHCPv6 gives with other configuration; empty when
        nobody knows
    """

    mac: str
    prefixes: tuple[netaddr.IPNetwork, ...]
    router: netaddr.IPAddress | None
    mtu: int
    other: bool
    servers: tuple[netaddr.IPAddress, ...]
    fourth: tuple[netaddr.IPAddress, ...] = ()
    dhcp: tuple[netaddr.IPAddress, ...] = ()
    domain: str = ''

    @property
    def is_ambiguous(self) -> bool:
        """Whether a DHCPv6 server cannot tell which subnet is asked for."""
        return len(self.prefixes) > 1

    @property
    def link_local(self) -> netaddr.IPAddress:
        """Its link-local address."""
        return addressing.link_local_address(self.mac)

    @property
    def addresses(self) -> tuple[netaddr.IPAddress, ...]:
        """Its addresses, in the order of the prefixes."""
        return tuple(
            addressing.slaac_address(prefix, self.mac)
            for prefix in self.prefixes
        )
