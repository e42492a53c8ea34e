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

"""Networks behind a router: joined, compared, and somebody behind it."""

import types
from typing import Any

import fixtures
import netaddr

from ipv6_tempest_plugin.overlay import across
from ipv6_tempest_plugin.overlay import cidrs
from ipv6_tempest_plugin.overlay import lans
from ipv6_tempest_plugin.overlay import modes
from ipv6_tempest_plugin.overlay import ports
from ipv6_tempest_plugin.overlay import routers
from ipv6_tempest_plugin.overlay import undo
from tests.unit.plugin.overlay import test_resources

POOL = '2001:db8:9000::/36'
CONF = types.SimpleNamespace(
    ipv6_overlay=types.SimpleNamespace(dns_domain='openstacklocal'),
    network=types.SimpleNamespace(project_network_v6_cidr=POOL),
)


class Prefixes(fixtures.Fixture):
    """Prefixes in turn, in place of those that workers share."""

    number = 0

    def __init__(self, version: int = 6) -> None:
        super().__init__()
        type(self).number += 1
        text = {4: '10.{}.0.0/24', 6: '2001:db8:900{:x}::/64'}[version]
        self.network = netaddr.IPNetwork(text.format(self.number))


class LansTest(test_resources.FixtureTest):
    def setUp(self) -> None:
        super().setUp()
        Prefixes.number = 0
        self.useFixture(fixtures.MockPatchObject(cidrs, 'Prefix', Prefixes))
        for module in (across, lans):
            self.useFixture(fixtures.MockPatchObject(module, 'CONF', CONF))
        create = self.manager.networks_client._create
        self.manager.networks_client._create = lambda **sent: create(
            **sent, mtu=1430
        )
        keep = self.manager.ports_client._keep
        self.manager.ports_client._keep = lambda sent: self.addressed(
            keep(sent)
        )
        self.router = self.useFixture(routers.Router(self.manager))

    def addressed(self, port: Any) -> Any:
        """Give a port an address in each subnet of its network."""
        port['fixed_ips'] = [
            {
                'subnet_id': one['id'],
                'ip_address': str(netaddr.IPNetwork(one['cidr'])[7]),
            }
            for one in self.manager.subnets_client.kept.values()
            if one['network_id'] == port['network_id']
        ]
        return port


class FarSideTest(LansTest):
    def test_it_answers_behind_the_router_alone(self) -> None:
        with across.FarSide(self.router) as far:
            (route,) = far.other.show()['routes']
            self.assertEqual(POOL, route['destination'])
            gateway = netaddr.IPAddress(route['nexthop'])
            self.assertIn(gateway, netaddr.IPNetwork(f'{far.address}/64'))
            self.assertNotEqual(gateway, far.address)
            added = [one for one in self.manager.log if 'add ' in one]
            self.assertEqual(2, len(added))
            through = [one for one in added if one.endswith(self.router.id)]
            self.assertIn('subnet_id', through[0])
        self.assertEqual([self.router.id], self.manager.left())

    def test_nothing_is_left_to_undo(self) -> None:
        before = undo.outstanding()
        with across.FarSide(self.router):
            pass
        self.assertEqual(before, undo.outstanding())


class UplinkTest(LansTest):
    def uplink(self, **changes: Any) -> lans.Uplink:
        """Return an uplink whose port the API shows changed."""
        lan = self.useFixture(lans.Lan(self.manager, [modes.SLAAC] * 2))
        port = {
            'id': 'port-of-router',
            'mac_address': 'fa:16:3e:00:00:09',
            'device_id': self.router.id,
            'device_owner': routers.INTERFACE_OWNERS[0],
            'network_id': lan.network.id,
            'fixed_ips': [
                {'subnet_id': one.id, 'ip_address': one.sent['gateway_ip']}
                for one in lan.subnets
            ],
        }
        kept = self.manager.ports_client.kept
        kept['port-of-router'] = {**port, **changes}
        return self.useFixture(lans.Uplink(self.router, lan))

    def wrong(self, **changes: Any) -> list[str]:
        """Return what is wrong with the port of such an uplink."""
        ((path, found),) = self.uplink(**changes).differences()
        self.assertEqual('/v2.0/ports/port-of-router', path)
        return [one.attribute for one in found]

    def test_as_it_must_be(self) -> None:
        self.assertEqual([], self.wrong())

    def test_interfaces_that_share_a_port_are_removed_with_it(self) -> None:
        with lans.Uplink(self.router, self.uplink().lan):
            before = len(self.manager.log)
        gone = [one for one in self.manager.log[before:] if 'remove ' in one]
        self.assertEqual(1, len(gone))
        self.assertIn('port_id', gone[0])

    def test_of_another_router(self) -> None:
        self.assertEqual(['device_id'], self.wrong(device_id='other'))

    def test_without_its_addresses(self) -> None:
        self.assertEqual(['fixed_ips'], self.wrong(fixed_ips=[]))


class CardTest(LansTest):
    def card(self, *some: modes.Mode) -> Any:
        """Predict a card where a DHCP server has its port."""
        lan = self.useFixture(lans.Lan(self.manager, some))
        port = self.useFixture(ports.Port(self.manager, lan.network))
        self.manager.ports_client.kept['dhcp'] = self.addressed(
            {
                'network_id': lan.network.id,
                'device_owner': lans.DHCP,
                'id': 'dhcp',
            }
        )
        return lan.card(port)

    def test_of_two_stateless_prefixes_the_dhcp_port_counts(self) -> None:
        card = self.card(modes.STATELESS, modes.STATELESS)
        wanted = {prefix[7] for prefix in card.prefixes}
        self.assertEqual(wanted, set(card.dhcp))

    def test_elsewhere_it_does_not(self) -> None:
        self.assertEqual((), self.card(modes.STATELESS).dhcp)
        self.assertEqual('openstacklocal', self.card(modes.SLAAC).domain)
