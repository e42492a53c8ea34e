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

"""What several tests do with subnets, each with modes of its own."""

from ipv6_tempest_plugin.overlay import checks
from ipv6_tempest_plugin.overlay import cidrs
from ipv6_tempest_plugin.overlay import modes
from ipv6_tempest_plugin.overlay import networks
from ipv6_tempest_plugin.overlay import resources
from ipv6_tempest_plugin.tests.overlay.api import external


class SubnetStories(external.ExternalStories):
    """What both classes of the document do, and some of one."""

    def story_create_update_delete(self, mode: modes.Mode) -> None:
        subnet = self.subnet(mode)
        network = subnet.network
        self.check_updated(network, name=resources.rand_name('network'))
        self.check_updated(
            subnet,
            name=resources.rand_name('subnet'),
            dns_nameservers=[str(subnet.prefix[0x53])],
        )
        self.check_deleted(subnet)
        self.check_shown(network)
        self.check_deleted(network)

    def story_list_subnets(self, network: networks.Network) -> None:
        some = network.subnets
        self.check_listed(some)
        self.check_listed(some, network_id=network.id, ip_version=6)
        cidr = str(some[0].prefix)
        self.check_listed(some[:1], network_id=network.id, cidr=cidr)
        self.assertEqual(
            [],
            some[0].search(network_id=network.id, ip_version=4),
            'an IPv6 subnet is listed as one of IPv4',
        )

    def gateway_subnet(
        self, network: networks.Network, place: int
    ) -> networks.Subnet:
        """Make a subnet whose gateway is that address of the prefix."""
        prefix = self.useFixture(cidrs.Prefix()).network
        return self.subnet(
            network=network, cidr=str(prefix), gateway_ip=str(prefix[place])
        )

    def story_attributes(self, mode: modes.Mode) -> None:
        """Every attribute that a subnet of this mode can be sent."""
        prefix = self.useFixture(cidrs.Prefix()).network
        subnet = self.subnet(
            mode,
            cidr=str(prefix),
            gateway_ip=str(prefix[1]),
            enable_dhcp=True,
            dns_nameservers=[str(prefix[0x53])],
            host_routes=[
                {'destination': '::/0', 'nexthop': str(prefix[0xFE])}
            ],
        )
        self.check_shown(subnet)
        self.check_deleted(subnet)

    def story_delete_with_port(self, mode: modes.Mode) -> None:
        """Nobody leased an EUI-64 address, so its subnet may go."""
        subnet = self.subnet(mode)
        network = subnet.network
        port = self.port(network)
        self.check_deleted(subnet)
        port.expected['fixed_ips'] = checks.fixed_ips([])
        self.check_shown(port)
        self.check_refused(409, f'DELETE {network.path}', network.delete)
