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

"""Subnets that the API must refuse, each with the documented status.

Source: Networking API v2, Subnets, response codes of POST and PUT: 400 for
what contradicts itself, the prefix or the mode.
"""

import functools

import netaddr
from tempest.lib import decorators

from ipv6_tempest_plugin.overlay import cidrs
from ipv6_tempest_plugin.overlay import modes
from ipv6_tempest_plugin.overlay import networks
from ipv6_tempest_plugin.tests.overlay.api import base
from ipv6_tempest_plugin.tests.overlay import needs

BAD_REQUEST = 400
# Both name a mode, and not the same one.
CONTRADICTIONS = tuple(
    modes.Mode(one.ra, other.address)
    for one in modes.EXPLICIT
    for other in modes.EXPLICIT
    if one != other
)


class NetworksIpV6NegativeTest(base.ApiTest):
    """No subnet comes of a contradiction."""

    required = needs.Needs(modes=True)

    def refused(
        self,
        mode: modes.Mode = modes.UNSPECIFIED,
        network: networks.Network | None = None,
        **attributes: object,
    ) -> None:
        """Check that there is no making such a subnet."""
        network = network or self.network()
        self.check_not_made(
            BAD_REQUEST,
            networks.Subnet(self.manager, network, mode, **attributes),
        )

    @decorators.attr(type='negative')
    @decorators.idempotent_id('fb9ace16-e357-422b-8c7d-8bcbde87a4f9')
    def test_modes_that_contradict_each_other(self) -> None:
        network = self.network()
        for mode in CONTRADICTIONS:
            self.refused(mode, network)

    @decorators.attr(type='negative')
    @decorators.idempotent_id('cc499494-798e-44c6-a46e-87920526c534')
    def test_unknown_mode(self) -> None:
        self.refused(modes.Mode('dhcpv6', 'dhcpv6'))

    @decorators.attr(type='negative')
    @decorators.idempotent_id('db095ea1-81e8-470d-b41a-9da2b09161d0')
    def test_mode_without_dhcp(self) -> None:
        self.refused(modes.SLAAC, enable_dhcp=False)

    @decorators.attr(type='negative')
    @decorators.idempotent_id('4583fb60-b2b9-4c77-bb22-65f5c0125315')
    def test_mode_on_an_ipv4_subnet(self) -> None:
        self.refused(modes.SLAAC, ip_version=4)

    @decorators.attr(type='negative')
    @decorators.idempotent_id('438a3f08-9b21-4112-8d44-26d9d259e210')
    def test_prefix_that_is_no_64_with_slaac(self) -> None:
        """The interface identifier takes 64 bits (RFC 4862 5.5.3)."""
        network = self.network()
        prefix = self.useFixture(cidrs.Prefix()).network
        for mode in modes.AUTOMATIC:
            for length in (63, 65, 96):
                cidr = f'{prefix.ip}/{length}'
                self.refused(
                    mode, network, cidr=str(netaddr.IPNetwork(cidr).cidr)
                )

    @decorators.attr(type='negative')
    @decorators.idempotent_id('8b52640e-4fac-4322-a053-164e1373750c')
    def test_prefixes_of_one_network_that_overlap(self) -> None:
        subnet = self.subnet()
        longer = next(subnet.prefix.subnet(72))
        for prefix in (subnet.prefix, longer):
            self.refused(network=subnet.network, cidr=str(prefix))

    @decorators.attr(type='negative')
    @decorators.idempotent_id('ddd6889c-a4de-4999-801e-f54ec4441fad')
    def test_ip_version_of_another_prefix(self) -> None:
        network = self.network()
        ipv4 = self.useFixture(cidrs.Prefix(4)).network
        ipv6 = self.useFixture(cidrs.Prefix()).network
        self.refused(network=network, ip_version=6, cidr=str(ipv4))
        self.refused(network=network, ip_version=4, cidr=str(ipv6))

    @decorators.attr(type='negative')
    @decorators.idempotent_id('d45732d7-cfef-4805-8332-75bf1eb79ee7')
    def test_ipv4_gateway(self) -> None:
        self.refused(gateway_ip='192.0.2.1')

    @decorators.attr(type='negative')
    @decorators.idempotent_id('85f3b352-b322-43de-b7d7-3dfcce296be4')
    def test_gateway_within_the_pools(self) -> None:
        """Some host would get the router's address (status 409)."""
        prefix = self.useFixture(cidrs.Prefix()).network
        pool = {'start': str(prefix[0x100]), 'end': str(prefix[0x1FF])}
        self.check_not_made(
            409,
            networks.Subnet(
                self.manager,
                self.network(),
                cidr=str(prefix),
                gateway_ip=str(prefix[0x180]),
                allocation_pools=[pool],
            ),
        )

    @decorators.attr(type='negative')
    @decorators.idempotent_id('a822fb26-9210-4754-90e2-d3ae8e4affbc')
    def test_pool_outside_of_the_prefix(self) -> None:
        network = self.network()
        own, other = (
            self.useFixture(cidrs.Prefix()).network for _ in range(2)
        )
        for pool in (
            {'start': str(other[0x100]), 'end': str(other[0x1FF])},
            {'start': '192.0.2.100', 'end': '192.0.2.200'},
        ):
            self.refused(
                network=network, cidr=str(own), allocation_pools=[pool]
            )

    @decorators.attr(type='negative')
    @decorators.idempotent_id('54424fe5-58f8-47a3-8a23-cca82de3513c')
    def test_ipv4_name_server_and_route(self) -> None:
        network = self.network()
        self.refused(network=network, dns_nameservers=['192.0.2.53'])
        route = {'destination': '::/0', 'nexthop': '192.0.2.1'}
        self.refused(network=network, host_routes=[route])

    @decorators.attr(type='negative')
    @decorators.idempotent_id('b3fab1ce-d12e-4ee8-bac5-b2cd6cd1500d')
    def test_update_of_the_modes(self) -> None:
        """Hosts have configured themselves: the modes stay."""
        subnet = self.subnet(modes.SLAAC)
        for change in (
            {'ipv6_ra_mode': 'dhcpv6-stateful'},
            {'ipv6_address_mode': 'dhcpv6-stateful'},
            {'enable_dhcp': False},
            {'gateway_ip': '192.0.2.1'},
        ):
            self.check_refused(
                BAD_REQUEST,
                f'PUT {subnet.path} {change}',
                functools.partial(subnet.update, **change),
            )
        self.check_shown(subnet)
