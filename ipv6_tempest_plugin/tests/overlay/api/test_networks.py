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

"""Networks and subnets: the document's tests, and what they leave out."""

from collections.abc import Sequence

from tempest import config
from tempest.lib import decorators

from ipv6_tempest_plugin.overlay import cidrs
from ipv6_tempest_plugin.overlay import modes
from ipv6_tempest_plugin.overlay import networks
from ipv6_tempest_plugin.overlay import ports
from ipv6_tempest_plugin.overlay import resources
from ipv6_tempest_plugin.tests.overlay.api import base
from ipv6_tempest_plugin.tests.overlay.api import stories
from ipv6_tempest_plugin.tests.overlay import needs

CONF = config.CONF


class BulkNetworkOpsIpV6Test(base.ApiTest):
    """Several resources in one request: each answered whole."""

    def bulk(self, some: Sequence[resources.Resource]) -> None:
        """Make in one request, check, list; then delete each."""
        self.witness.note(*some)
        self.useFixture(resources.Bulk(some))
        for one in some:
            self.check_created(one)
            self.check_shown(one)
        self.check_listed(some, name=[one.sent['name'] for one in some])
        for one in some:
            self.check_deleted(one)

    @decorators.attr(type='smoke')
    @decorators.idempotent_id('4a38b5d7-2ee5-4b59-8d37-4ae5b8cc0b0a')
    def test_bulk_create_delete_network(self) -> None:
        self.bulk([networks.Network(self.manager) for _ in range(2)])

    @decorators.attr(type='smoke')
    @decorators.idempotent_id('7d7c9ab7-1a35-44b7-a5f0-5c3ba2f2a2b4')
    @needs.needs(modes=True)
    def test_bulk_create_delete_subnet(self) -> None:
        """One subnet of each mode on a network, in one request."""
        network = self.network()
        self.bulk(
            [
                networks.Subnet(self.manager, network, mode)
                for mode in modes.EXPLICIT
            ]
        )

    @decorators.attr(type='smoke')
    @decorators.idempotent_id('0a7de0b9-33b1-4e6c-9e8f-6a6f6ba1f3c5')
    @needs.needs(modes=True)
    def test_bulk_create_delete_port(self) -> None:
        """Two ports whose EUI-64 addresses are known beforehand."""
        network = self.subnet(modes.SLAAC).network
        self.bulk([ports.Port(self.manager, network) for _ in range(2)])


class NetworksIpV6Test(stories.SubnetStories):
    """Subnets that set no mode: what every IPv6 subnet has."""

    @decorators.attr(type='smoke')
    @decorators.idempotent_id('e2a1df03-a62d-4449-b3a1-553e34f20502')
    def test_create_update_delete_network_subnet(self) -> None:
        self.story_create_update_delete(modes.UNSPECIFIED)

    @decorators.attr(type='smoke')
    @decorators.idempotent_id('b805b0d1-7b63-4872-91aa-dcbce4edb2d6')
    @needs.needs('subnet-external-network', public_network=True)
    def test_external_network_visibility(self) -> None:
        """The external network is seen, and its IPv6 subnet with it.

        The subnet where [ipv6_overlay] external_ipv6 says that it has one.
        """
        external = self.story_external_network()
        if CONF.ipv6_overlay.external_ipv6:
            self.story_external_subnets(external)

    @decorators.attr(type='smoke')
    @decorators.idempotent_id('474bc7b2-778e-4c18-8105-d8946d6f2e35')
    def test_list_networks(self) -> None:
        network = self.shared(modes.UNSPECIFIED)
        self.check_listed([network])
        self.check_listed([network], name=network.sent['name'])

    @decorators.attr(type='smoke')
    @decorators.idempotent_id('1dd02bde-cfdf-470e-ac5f-89ce16dc4501')
    def test_list_subnets(self) -> None:
        self.story_list_subnets(self.shared(modes.UNSPECIFIED))

    @decorators.attr(type='smoke')
    @decorators.idempotent_id('7ea8e0de-514f-4d9d-8005-ff8ac4ce96d8')
    def test_show_network(self) -> None:
        """A network shows its subnets, and its MTU suits IPv6."""
        self.check_shown(self.shared(modes.UNSPECIFIED))

    @decorators.attr(type='smoke')
    @decorators.idempotent_id('4612179e-d68b-46ec-b551-16fe71f229b6')
    def test_show_subnet(self) -> None:
        self.check_shown(self.shared(modes.UNSPECIFIED).subnets[0])

    @decorators.idempotent_id('af1df133-3367-4ea0-8ca0-99c1d5bd904f')
    def test_create_delete_subnet_with_gw(self) -> None:
        """Gateways at the ends of the prefix and in its middle."""
        network = self.network()
        for place in (1, 0x53, -1):
            subnet = self.gateway_subnet(network, place)
            self.check_shown(subnet)
            self.check_deleted(subnet)

    @decorators.idempotent_id('617ad8b7-328d-443e-98a2-4fc89c698382')
    def test_create_delete_subnet_with_default_gw(self) -> None:
        """Left to choose, the cloud takes the prefix's first address."""
        subnet = self.subnet()
        self.check_shown(subnet)
        self.check_deleted(subnet)

    @decorators.idempotent_id('91e487f3-bcba-4d95-a516-e77f9d84af5a')
    def test_create_delete_subnet_without_gateway(self) -> None:
        """Null is a value: this subnet has no gateway."""
        subnet = self.subnet(gateway_ip=None)
        self.check_shown(subnet)
        self.check_deleted(subnet)

    @decorators.idempotent_id('5cb1d569-a994-46a5-8583-d2495f591790')
    def test_create_list_subnet_with_no_gw64_one_network(self) -> None:
        """Two subnets on a network, one with a gateway and one without."""
        network = self.network()
        first = self.gateway_subnet(network, 1)
        second = self.subnet(network=network, gateway_ip=None)
        self.check_listed([first, second], network_id=network.id)
        self.check_shown(network)

    @decorators.idempotent_id('8bef9966-9472-4022-9d95-b8e6d67b1af2')
    def test_create_delete_subnet_with_allocation_pools(self) -> None:
        """Two pools in one prefix, kept apart."""
        prefix = self.useFixture(cidrs.Prefix()).network
        subnet = self.subnet(
            cidr=str(prefix),
            allocation_pools=[
                {'start': str(prefix[0x100]), 'end': str(prefix[0x1FF])},
                {'start': str(prefix[0xA000]), 'end': str(prefix[0xAFFF])},
            ],
        )
        self.check_shown(subnet)
        self.check_deleted(subnet)

    @decorators.idempotent_id('4f47c4fa-aa61-4d48-9a57-c517bad5cd63')
    def test_create_delete_subnet_with_host_routes_and_dns(self) -> None:
        """IPv6 name servers in their order, and IPv6 routes."""
        prefix, other = (
            self.useFixture(cidrs.Prefix()).network for _ in range(2)
        )
        subnet = self.subnet(
            cidr=str(prefix),
            dns_nameservers=[str(other[0x53]), str(other[0x35])],
            host_routes=[
                {'destination': str(other), 'nexthop': str(prefix[2])},
                {'destination': f'{other[9]}/128', 'nexthop': str(prefix[3])},
            ],
        )
        self.check_shown(subnet)
        self.check_deleted(subnet)

    @decorators.idempotent_id('ddf77778-014b-4d61-a036-4768a31dae3c')
    def test_update_subnet_gw_dns_host_routes_dhcp(self) -> None:
        """What may change does, and nothing else with it."""
        prefix = self.useFixture(cidrs.Prefix()).network
        subnet = self.subnet(
            cidr=str(prefix),
            gateway_ip=str(prefix[1]),
            allocation_pools=[
                {'start': str(prefix[0x100]), 'end': str(prefix[0x1FF])}
            ],
        )
        route = {'destination': '::/0', 'nexthop': str(prefix[3])}
        self.check_updated(
            subnet,
            gateway_ip=str(prefix[2]),
            dns_nameservers=[str(prefix[0x35]), str(prefix[0x53])],
            host_routes=[route],
            enable_dhcp=False,
        )
        self.check_updated(subnet, gateway_ip=None, host_routes=[])


class NetworksIpV6TestAttrs(stories.SubnetStories):
    """Subnets that say how hosts come by their addresses."""

    required = needs.Needs(modes=True)

    @decorators.idempotent_id('cb5a6644-3ff7-4e37-8f47-608e79b474fc')
    def test_create_update_delete_network_subnet(self) -> None:
        for mode in modes.EXPLICIT:
            self.story_create_update_delete(mode)

    @decorators.idempotent_id('5de3992e-1eb1-4e0c-bd2c-f5cd2fa636c6')
    @needs.needs(
        'subnet-external-network', public_network=True, external_ipv6=True
    )
    def test_external_network_visibility(self) -> None:
        """The external network's IPv6 subnet shows all its attributes."""
        self.story_external_subnets(self.story_external_network())

    @decorators.idempotent_id('c8c7529b-2015-47d8-b767-7d1b4bed9482')
    def test_list_networks(self) -> None:
        """A network with a subnet of each mode lists all of them."""
        network = self.shared(*modes.EXPLICIT)
        self.check_listed([network])
        self.check_listed([network], id=network.id)

    @decorators.idempotent_id('a6df3717-1634-422a-8359-08ff3e6b192f')
    def test_list_subnets(self) -> None:
        self.story_list_subnets(self.shared(*modes.EXPLICIT))

    @decorators.idempotent_id('628cb8a6-ade0-4782-b452-23d7d7cbc7f9')
    def test_show_network(self) -> None:
        self.check_shown(self.shared(*modes.EXPLICIT))

    @decorators.idempotent_id('94f6133d-fc21-41fc-b6a9-f818122cf1ce')
    def test_show_subnet(self) -> None:
        """Both modes come back as they were sent."""
        network = self.shared(*modes.EXPLICIT)
        for subnet in network.subnets:
            self.check_shown(subnet)

    @decorators.idempotent_id('81b28421-3ca8-4989-b487-f7c8bbebd981')
    def test_show_subnet_with_one_mode(self) -> None:
        """Where others advertise or assign, only one mode is set."""
        network = self.network()
        for mode in modes.ONE_SIDED:
            self.check_shown(self.subnet(mode, network))

    @decorators.idempotent_id('461c863b-2248-4f25-ab32-caff73896649')
    def test_create_delete_subnet_with_v6_attributes_stateful(self) -> None:
        self.story_attributes(modes.STATEFUL)

    @decorators.idempotent_id('de844b58-4d34-4134-9858-ce346ab036b7')
    def test_create_delete_subnet_with_v6_attributes_slaac(self) -> None:
        self.story_attributes(modes.SLAAC)

    @decorators.idempotent_id('42ace194-91d2-4fde-b701-40f38f9f6862')
    def test_create_delete_subnet_with_v6_attributes_stateless(self) -> None:
        self.story_attributes(modes.STATELESS)

    @decorators.idempotent_id('007d5101-7ffe-4111-8632-f5c87e0a1ee7')
    def test_create_delete_slaac_subnet_with_ports(self) -> None:
        self.story_delete_with_port(modes.SLAAC)

    @decorators.idempotent_id('a19222b1-e65d-4497-adec-755dd8e839a8')
    def test_create_delete_stateless_subnet_with_ports(self) -> None:
        self.story_delete_with_port(modes.STATELESS)
