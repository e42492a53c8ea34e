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

"""Addresses that the API must refuse to ports.

Source: Networking API v2, Ports, response codes of POST and PUT: 400 for an
address that the subnet cannot give, 409 for one that is taken.
"""

from typing import Any

from tempest.lib import decorators

from ipv6_tempest_plugin.overlay import cidrs
from ipv6_tempest_plugin.overlay import modes
from ipv6_tempest_plugin.overlay import networks
from ipv6_tempest_plugin.overlay import ports
from ipv6_tempest_plugin.tests.overlay.api import base
from ipv6_tempest_plugin.tests.overlay import needs


class PortsIpV6NegativeTest(base.ApiTest):
    """No port gets an address that its subnet would not give."""

    required = needs.Needs(modes=True)

    def refused(
        self, status: int, subnet: networks.Subnet, address: Any
    ) -> None:
        """Check that no port can choose this address."""
        chosen = {'subnet_id': subnet.id, 'ip_address': str(address)}
        self.check_not_made(
            status,
            ports.Port(self.manager, subnet.network, fixed_ips=[chosen]),
        )

    @decorators.attr(type='negative')
    @decorators.idempotent_id('a1650ab6-ff15-4a8a-a719-1bff9df43b74')
    def test_chosen_address_of_slaac_subnet(self) -> None:
        """Hosts of a SLAAC subnet make their addresses themselves."""
        subnet = self.subnet(modes.SLAAC)
        self.refused(400, subnet, subnet.prefix[0x42])

    @decorators.attr(type='negative')
    @decorators.idempotent_id('6076bc59-99d9-4d2f-9e55-85bfc5d9b60b')
    def test_chosen_address_of_stateless_subnet(self) -> None:
        """Stateless DHCPv6 gives options, never addresses."""
        subnet = self.subnet(modes.STATELESS)
        self.refused(400, subnet, subnet.prefix[0x42])

    @decorators.attr(type='negative')
    @decorators.idempotent_id('637a3399-bde3-457f-a746-b26f29d3783c')
    def test_update_to_chosen_address_of_slaac_subnet(self) -> None:
        subnet = self.subnet(modes.SLAAC)
        port = self.port(subnet.network)
        chosen = {
            'subnet_id': subnet.id,
            'ip_address': str(subnet.prefix[0x42]),
        }
        self.check_refused(
            400,
            f'PUT {port.path} fixed_ips={chosen}',
            lambda: port.update(fixed_ips=[chosen]),
        )
        self.check_shown(port)

    @decorators.attr(type='negative')
    @decorators.idempotent_id('2bf88309-0663-40f6-a789-5adcca1d792c')
    def test_address_outside_of_the_subnet(self) -> None:
        other = self.useFixture(cidrs.Prefix()).network
        subnet = self.subnet(modes.STATEFUL)
        self.refused(400, subnet, other[0x42])
        self.refused(400, subnet, '192.0.2.42')

    @decorators.attr(type='negative')
    @decorators.idempotent_id('e8d7d187-462e-498f-8f5f-76f5e3c06aba')
    def test_address_that_is_taken(self) -> None:
        subnet = self.subnet(modes.STATEFUL)
        chosen = {
            'subnet_id': subnet.id,
            'ip_address': str(subnet.prefix[0x42]),
        }
        self.port(subnet.network, fixed_ips=[chosen])
        self.refused(409, subnet, subnet.prefix[0x42])
