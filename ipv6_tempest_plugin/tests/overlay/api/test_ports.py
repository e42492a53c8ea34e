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

"""Ports: each address predicted from the prefix, the mode and the MAC."""

from tempest.lib import decorators

from ipv6_tempest_plugin import addressing
from ipv6_tempest_plugin.overlay import checks
from ipv6_tempest_plugin.overlay import cidrs
from ipv6_tempest_plugin.overlay import modes
from ipv6_tempest_plugin.overlay import networks
from ipv6_tempest_plugin.overlay import resources
from ipv6_tempest_plugin.overlay import security
from ipv6_tempest_plugin.tests.overlay.api import base
from ipv6_tempest_plugin.tests.overlay import needs


class PortsIpV6TestJSON(base.ApiTest):
    """Ports on networks with subnets of every mode."""

    required = needs.Needs(modes=True)

    def network_of(self, *some: modes.Mode) -> networks.Network:
        """Make a network with a subnet of each of these modes."""
        network = self.network()
        for mode in some:
            self.subnet(mode, network)
        return network

    def pool_subnet(self, mode: modes.Mode) -> networks.Subnet:
        """Make a subnet with a pool of 16 addresses."""
        prefix = self.useFixture(cidrs.Prefix()).network
        pool = {'start': str(prefix[0x100]), 'end': str(prefix[0x10F])}
        return self.subnet(mode, cidr=str(prefix), allocation_pools=[pool])

    @decorators.attr(type='smoke')
    @decorators.idempotent_id('21edc371-8b11-429c-bda3-db7a8e7908de')
    def test_create_port_in_allowed_allocation_pools(self) -> None:
        """A stateful subnet gives addresses of its pool and no others."""
        for mode in (modes.STATEFUL, modes.UNSPECIFIED):
            network = self.pool_subnet(mode).network
            for _ in range(2):
                self.check_shown(self.port(network))

    @decorators.attr(type='smoke')
    @decorators.idempotent_id('9f6c1f56-4e22-4a7b-a11f-13d59d5392ee')
    @needs.needs('security-group')
    def test_create_port_with_no_securitygroups(self) -> None:
        network = self.shared(modes.SLAAC)
        port = self.port(network, security_groups=[])
        self.check_shown(port)

    @decorators.attr(type='smoke')
    @decorators.idempotent_id('e0f27f5a-90be-4818-a421-16180fbb85e9')
    def test_create_update_delete_port(self) -> None:
        """Changes leave the EUI-64 addresses alone."""
        port = self.port(self.shared(modes.SLAAC, modes.STATELESS))
        self.check_updated(
            port, name=resources.rand_name('port'), admin_state_up=False
        )
        self.check_deleted(port)

    @decorators.attr(type='smoke')
    @decorators.idempotent_id('36177e97-dea8-4b60-87b6-f208199aeb91')
    def test_list_ports(self) -> None:
        network = self.shared(modes.SLAAC)
        wanted = [self.port(network) for _ in range(2)]
        self.check_listed(wanted)
        self.check_listed(
            wanted, network_id=network.id, id=[one.id for one in wanted]
        )

    @decorators.attr(type='smoke')
    @decorators.idempotent_id('5e8a0a3b-c38e-4adc-ac99-f4fa4a11b8f6')
    def test_show_port(self) -> None:
        self.check_shown(self.port(self.shared(modes.SLAAC)))

    @decorators.idempotent_id('d7b24188-7ef5-452d-98d1-93c3dadc6421')
    def test_port_in_every_automatic_subnet(self) -> None:
        """One EUI-64 address per SLAAC or stateless prefix."""
        network = self.shared(
            modes.SLAAC, modes.STATELESS, modes.Mode(None, 'slaac')
        )
        self.check_shown(self.port(network))

    @decorators.idempotent_id('55c22dc0-400d-4dff-96f6-0f258465665a')
    def test_port_in_automatic_and_stateful_subnets(self) -> None:
        """A leased address, and an EUI-64 address beside it."""
        network = self.shared(modes.STATEFUL, modes.SLAAC)
        self.check_shown(self.port(network))

    @decorators.idempotent_id('db4a7e2a-56fc-4a71-b274-b11bc5a87ace')
    def test_port_gets_address_of_a_later_slaac_subnet(self) -> None:
        """A prefix that comes later reaches ports that were there."""
        network = self.network_of(modes.SLAAC)
        port = self.port(network)
        self.subnet(modes.SLAAC, network)
        port.expected['fixed_ips'] = checks.each_of(port.addresses())
        self.check_shown(port)

    @decorators.idempotent_id('1047401e-24b8-46e4-95c7-75e0e3752c69')
    def test_port_with_chosen_address_of_stateful_subnet(self) -> None:
        """Chosen addresses lie in the prefix, not only in the pool."""
        subnet = self.pool_subnet(modes.STATEFUL)
        for place in (0x105, 0xBEEF):
            chosen = {
                'subnet_id': subnet.id,
                'ip_address': str(subnet.prefix[place]),
            }
            self.check_shown(self.port(subnet.network, fixed_ips=[chosen]))

    @decorators.idempotent_id('83b3e736-b809-451c-a0bb-0a3ed6f2c545')
    def test_port_with_its_own_eui64_address(self) -> None:
        """The one address that an automatic subnet lets a port choose."""
        for mode in modes.AUTOMATIC:
            subnet = self.subnet(mode)
            port = self.port(subnet.network)
            own = addressing.slaac_address(subnet.prefix, port.mac)
            chosen = {'subnet_id': subnet.id, 'ip_address': str(own)}
            self.check_updated(port, fixed_ips=[chosen])

    @decorators.idempotent_id('e732d989-46b8-4242-acaa-e90733cc90d7')
    def test_port_list_filter_by_ip(self) -> None:
        """Found by the address that it must have, in either case.

        Not in every notation: the API promises none, and Neutron looks for
        the text.
        """
        network = self.shared(modes.SLAAC)
        port, _ = self.port(network), self.port(network)
        prefix = network.subnets[0].prefix
        own = str(addressing.slaac_address(prefix, port.mac))
        for address in (own, own.upper()):
            self.check_listed(
                [port],
                network_id=network.id,
                fixed_ips=f'ip_address={address}',
            )

    @decorators.idempotent_id('7a73de62-6272-462b-af95-7e23fb693efb')
    @needs.needs('allowed-address-pairs')
    def test_port_with_allowed_address_pairs(self) -> None:
        """A prefix and an address that the port may speak for."""
        other = self.useFixture(cidrs.Prefix()).network
        network = self.shared(modes.SLAAC)
        pairs = [{'ip_address': str(other)}, {'ip_address': str(other[1])}]
        port = self.port(network, allowed_address_pairs=pairs)
        self.check_shown(port)

    @decorators.idempotent_id('5562c10e-777c-45e8-b640-00d1b4557608')
    @needs.needs('security-group')
    def test_update_port_security_groups(self) -> None:
        network = self.shared(modes.SLAAC)
        groups = [
            self.made(security.SecurityGroup(self.manager)) for _ in range(2)
        ]
        port = self.port(network, security_groups=[groups[0].id])
        self.check_updated(
            port, security_groups=[group.id for group in groups]
        )
