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

"""The external network and its IPv6 subnets, as tenants must see them."""

from collections.abc import Mapping
from typing import Any

from tempest import config

from ipv6_tempest_plugin.overlay import checks
from ipv6_tempest_plugin.overlay import expect
from ipv6_tempest_plugin.overlay import modes
from ipv6_tempest_plugin.overlay import promises
from ipv6_tempest_plugin.overlay import resources
from ipv6_tempest_plugin.tests.overlay.api import base

CONF = config.CONF


class ExternalStories(base.ApiTest):
    """What is asked of the external network."""

    def story_external_network(self) -> Mapping[str, Any]:
        """Find the external network, and nothing of ours, as external."""
        own = self.network()
        seen = own.search(**{'router:external': True})
        rows = {row['id']: row for row in seen}
        self.assertNotIn(own.id, rows, 'a tenant network is external')
        wanted = CONF.network.public_network_id
        self.assertIn(wanted, rows, '[network] public_network_id is listed')
        self.check(
            'GET /v2.0/networks?router:external=True',
            'network',
            promises.supported(
                external_network(wanted), resources.promised_extensions()
            ),
            rows[wanted],
        )
        return dict(rows[wanted])

    def external_subnets(self) -> list[Any]:
        """Return its IPv6 subnets, as a tenant lists them."""
        seen = self.manager.subnets_client.list_subnets(
            network_id=CONF.network.public_network_id, ip_version=6
        )
        return list(seen['subnets'])

    def story_external_subnets(self, network: Mapping[str, Any]) -> None:
        """Find its IPv6 subnets whole, and named by the network."""
        seen = self.external_subnets()
        self.assertNotEqual([], seen, 'no IPv6 subnet is on it')
        for row in seen:
            self.check(
                'GET /v2.0/subnets?ip_version=6',
                'subnet',
                external_subnet(network['id']),
                row,
            )
        self.check(
            'GET /v2.0/networks?router:external=True',
            'network',
            {'subnets': checks.including(row['id'] for row in seen)},
            network,
        )


def external_network(network_id: str) -> promises.Promise:
    """Return what must be true of the external network."""
    return {
        'id': checks.same(network_id),
        'status': checks.same('ACTIVE'),
        'admin_state_up': checks.same(True),
        'router:external': checks.same(True),
        'mtu': checks.at_least(promises.MINIMUM_MTU),
    }


def external_subnet(network_id: str) -> promises.Promise:
    """Return what must be true of an external network's IPv6 subnet."""
    return {
        'id': checks.present('its UUID'),
        'network_id': checks.same(network_id),
        'ip_version': checks.same(6),
        'cidr': checks.ipv6_prefix(),
        'gateway_ip': checks.either(checks.same(None), checks.ipv6_address()),
        'ipv6_ra_mode': modes_allowed(),
        'ipv6_address_mode': modes_allowed(),
    }


def modes_allowed() -> expect.Check:
    """Expect one of the modes, or none."""
    names = (None, *(mode.ra for mode in modes.EXPLICIT))
    return checks.either(*map(checks.same, names))
