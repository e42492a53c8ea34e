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

"""Fixtures: what they ask for, predict and remove."""

from typing import Any
from unittest import mock

import fixtures
import netaddr
from tempest.lib import exceptions
import testtools

from ipv6_tempest_plugin import addressing
from ipv6_tempest_plugin.overlay import cidrs
from ipv6_tempest_plugin.overlay import expect
from ipv6_tempest_plugin.overlay import modes
from ipv6_tempest_plugin.overlay import networks
from ipv6_tempest_plugin.overlay import ports
from ipv6_tempest_plugin.overlay import resources
from ipv6_tempest_plugin.overlay import routers
from ipv6_tempest_plugin.overlay import security
from ipv6_tempest_plugin.overlay import undo
from ipv6_tempest_plugin import waiting
from tests.unit.plugin.overlay import cloud

PREFIX = '2001:db8:0:1::/64'
MAC = 'fa:16:3e:00:00:01'


class FixtureTest(testtools.TestCase):
    """Everything is gone when the test ends."""

    def setUp(self) -> None:
        super().setUp()
        self.manager: Any = cloud.Manager()
        for module in (resources, routers):
            self.useFixture(
                fixtures.MockPatchObject(module, 'CONF', cloud.CONF)
            )
        self.useFixture(fixtures.MockPatchObject(security, '_defaults', {}))
        self.useFixture(fixtures.MockPatch('time.sleep'))

    def network(self) -> networks.Network:
        return self.useFixture(networks.Network(self.manager))

    def subnet(
        self,
        network: networks.Network,
        mode: modes.Mode = modes.SLAAC,
        cidr: str = PREFIX,
        **attributes: Any,
    ) -> networks.Subnet:
        return self.useFixture(
            networks.Subnet(
                self.manager, network, mode, cidr=cidr, **attributes
            )
        )

    def port(self, network: networks.Network, **attributes: Any) -> ports.Port:
        attributes.setdefault('mac_address', MAC)
        return self.useFixture(ports.Port(self.manager, network, **attributes))


class LifeTest(FixtureTest):
    def test_removed_in_the_order_of_dependency(self) -> None:
        with (
            networks.Network(self.manager) as network,
            networks.Subnet(self.manager, network, cidr=PREFIX) as subnet,
            ports.Port(self.manager, network) as port,
        ):
            self.assertEqual(3, len(self.manager.left()))
        self.assertEqual(
            [f'delete {one.id}' for one in (port, subnet, network)],
            self.manager.log[3:],
        )
        self.assertEqual([], undo.outstanding())

    def test_answer_that_never_came(self) -> None:
        client = self.manager.networks_client
        for error in (TimeoutError(), undo.Interrupted(15)):
            client.after_create = error
            self.assertRaises(
                (testtools.MultipleExceptions, undo.Interrupted),
                networks.Network(self.manager).setUp,
            )
            self.assertEqual([], self.manager.left())

    def test_made_long_after_the_request(self) -> None:
        """What the API was still making is waited for, and removed."""
        client = self.manager.networks_client
        client.after_create, client.slow = undo.Interrupted(15), 3
        self.assertRaises(
            undo.Interrupted, networks.Network(self.manager).setUp
        )
        self.assertEqual((0, []), (client.slow, self.manager.left()))

    def test_refused_it_is_not_waited_for(self) -> None:
        client = self.manager.networks_client
        client.slow = 2
        refusal = exceptions.BadRequest()
        with mock.patch.object(client, '_create', side_effect=refusal):
            self.assertRaises(
                testtools.MultipleExceptions,
                networks.Network(self.manager).setUp,
            )
        self.assertEqual(1, client.slow)

    def test_answer_without_an_id(self) -> None:
        client = self.manager.networks_client
        made = client._create
        with mock.patch.object(client, '_create') as create:
            create.side_effect = lambda **sent: (
                made(**sent),
                {'network': {}},
            )[1]
            errors = self.assertRaises(
                testtools.MultipleExceptions,
                networks.Network(self.manager).setUp,
            )
        self.assertIn("expected 'id'", str(errors.args[0][1]))
        self.assertEqual([], self.manager.left())

    def test_deleted_by_the_test(self) -> None:
        network = self.network()
        network.delete()
        self.assertEqual([], undo.outstanding())
        self.assertEqual([], self.manager.left())

    def test_in_use_a_little_longer(self) -> None:
        self.manager.networks_client.busy = 2
        with networks.Network(self.manager):
            pass
        self.assertEqual([], self.manager.left())

    def test_in_use_for_ever(self) -> None:
        self.manager.networks_client.busy = 10**9
        network = networks.Network(self.manager)
        network.setUp()
        error = self.assertRaises(waiting.WaitTimeout, network.cleanUp)
        self.assertIn('Conflict', str(error))
        self.manager.networks_client.busy = 0
        undo.keep_all()
        self.assertEqual([], self.manager.left())

    def test_bulk(self) -> None:
        some = [networks.Network(self.manager) for _ in range(2)]
        with resources.Bulk(some):
            shown = [one.show()['name'] for one in some]
            self.assertEqual([one.sent['name'] for one in some], shown)
        self.assertEqual([], self.manager.left())


class PredictionTest(FixtureTest):
    def wrong(self, resource: resources.Resource, **seen: Any) -> list[str]:
        """Return the attributes of an answer that differ, of those seen."""
        found = expect.differences(resource.expected, seen)
        return [one.attribute for one in found if one.attribute in seen]

    def test_network_knows_its_subnets(self) -> None:
        network = self.network()
        subnet = self.subnet(network)
        self.assertEqual([], self.wrong(network, subnets=[subnet.id]))
        self.assertEqual(['subnets'], self.wrong(network, subnets=[]))
        subnet.delete()
        self.assertEqual([], self.wrong(network, subnets=[]))

    def test_subnet_takes_a_prefix_of_its_own(self) -> None:
        network = self.network()
        pool = mock.Mock()
        pool.take.return_value = netaddr.IPNetwork(PREFIX)
        with mock.patch.object(cidrs, 'configured', return_value=pool):
            subnet = networks.Subnet(self.manager, network)
            with subnet:
                self.assertEqual(PREFIX, subnet.created['cidr'])
                pool.give_back.assert_not_called()
        pool.give_back.assert_called_once_with(subnet.prefix)

    def test_eui64_address_per_automatic_subnet(self) -> None:
        network = self.network()
        first = self.subnet(network)
        second = self.subnet(
            network, modes.STATELESS, cidr='2001:db8:0:2::/64'
        )
        port = self.port(network)
        rows = [
            {
                'subnet_id': subnet.id,
                'ip_address': str(
                    addressing.slaac_address(subnet.prefix, MAC)
                ),
            }
            for subnet in (first, second)
        ]
        self.assertEqual([], self.wrong(port, fixed_ips=rows))
        self.assertEqual(['fixed_ips'], self.wrong(port, fixed_ips=rows[:1]))
        rows[0]['ip_address'] = '2001:db8:0:1::5'
        self.assertEqual(['fixed_ips'], self.wrong(port, fixed_ips=rows))

    def test_address_of_the_pool(self) -> None:
        pool = {'start': '2001:db8:0:1::10', 'end': '2001:db8:0:1::1f'}
        network = self.network()
        subnet = self.subnet(network, modes.STATEFUL, allocation_pools=[pool])
        port = self.port(network)
        for address, wrong in (
            ('2001:db8:0:1::1f', []),
            ('2001:db8:0:1::20', ['fixed_ips']),
        ):
            row = {'subnet_id': subnet.id, 'ip_address': address}
            self.assertEqual(wrong, self.wrong(port, fixed_ips=[row]))

    def test_chosen_address_beside_the_automatic_one(self) -> None:
        network = self.network()
        automatic = self.subnet(network)
        stateful = self.subnet(
            network, modes.STATEFUL, cidr='2001:db8:0:2::/64'
        )
        chosen = {'subnet_id': stateful.id, 'ip_address': '2001:db8:0:2::9'}
        port = self.port(network, fixed_ips=[chosen])
        own = str(addressing.slaac_address(automatic.prefix, MAC))
        rows = [chosen, {'subnet_id': automatic.id, 'ip_address': own}]
        self.assertEqual([], self.wrong(port, fixed_ips=rows))
        self.assertEqual(['fixed_ips'], self.wrong(port, fixed_ips=[chosen]))

    def test_automatic_subnet_that_is_named_gives_one_address(self) -> None:
        network = self.network()
        subnet = self.subnet(network)
        port = self.port(network, fixed_ips=[{'subnet_id': subnet.id}])
        own = str(addressing.slaac_address(subnet.prefix, MAC))
        row = {'subnet_id': subnet.id, 'ip_address': own}
        self.assertEqual([], self.wrong(port, fixed_ips=[row]))
        self.assertEqual(['fixed_ips'], self.wrong(port, fixed_ips=[row, row]))

    def test_one_address_of_several_leased_subnets(self) -> None:
        network = self.network()
        first = self.subnet(network, modes.STATEFUL)
        port = self.port(network, fixed_ips=[{'subnet_id': first.id}])
        for address, wrong in (
            ('2001:db8:0:1::9', []),
            ('2001:db8:0:1::', ['fixed_ips']),
        ):
            row = {'subnet_id': first.id, 'ip_address': address}
            self.assertEqual(wrong, self.wrong(port, fixed_ips=[row]))

    def test_group_that_nobody_asked_for(self) -> None:
        port = self.port(self.network())
        seen = {'port_security_enabled': True, 'security_groups': ['own']}
        self.assertEqual([], self.wrong(port, **seen))
        for groups in ([], ['other'], ['own', 'other']):
            self.assertEqual(
                ['security_groups'], self.wrong(port, security_groups=groups)
            )
        self.assertEqual(
            ['port_security_enabled'],
            self.wrong(port, port_security_enabled=False),
        )

    def test_groups_that_were_asked_for(self) -> None:
        port = self.port(self.network(), security_groups=[])
        self.assertEqual([], self.wrong(port, security_groups=[]))
        self.assertEqual(
            ['security_groups'], self.wrong(port, security_groups=['own'])
        )

    def test_no_group_without_port_security(self) -> None:
        """A port does as its network does, unless it says."""
        network = self.useFixture(
            networks.Network(self.manager, port_security_enabled=False)
        )
        for attributes in ({}, {'port_security_enabled': False}):
            port = self.port(network, **attributes)
            seen = {'port_security_enabled': False, 'security_groups': []}
            self.assertEqual([], self.wrong(port, **seen))
        port = self.port(network, port_security_enabled=True)
        self.assertEqual([], self.wrong(port, security_groups=['own']))

    def test_address_pairs_speak_with_the_port_s_mac(self) -> None:
        pair = {'ip_address': PREFIX}
        port = self.port(self.network(), allowed_address_pairs=[pair])
        whole = {**pair, 'mac_address': MAC}
        self.assertEqual([], self.wrong(port, allowed_address_pairs=[whole]))
        self.assertEqual(
            ['allowed_address_pairs'],
            self.wrong(port, allowed_address_pairs=[pair]),
        )

    def test_what_the_api_chose_is_expected_from_then_on(self) -> None:
        subnet = self.subnet(self.network())
        subnet.created = {**subnet.created, 'gateway_ip': '2001:db8:0:1::1'}
        subnet.settle()
        seen = '2001:db8:0:1::'
        self.assertEqual(['gateway_ip'], self.wrong(subnet, gateway_ip=seen))

    def test_updated_it_is_expected_to_be_so(self) -> None:
        network = self.network()
        network.update(name='new')
        self.assertEqual(['name'], self.wrong(network, name='old'))
        self.assertEqual([], self.wrong(network, name='new'))

    def test_router_with_gateway(self) -> None:
        router = self.useFixture(
            routers.Router(self.manager, **routers.external_gateway())
        )
        info = {
            'network_id': 'public',
            'external_fixed_ips': [{'ip_address': '2001:db8::5'}],
        }
        self.assertEqual([], self.wrong(router, external_gateway_info=info))
        info['external_fixed_ips'] = []
        self.assertEqual(
            ['external_gateway_info'],
            self.wrong(router, external_gateway_info=info),
        )


class RoutersTest(FixtureTest):
    def test_routes_go_before_interfaces(self) -> None:
        subnet = self.subnet(self.network())
        router = self.useFixture(routers.Router(self.manager))
        with routers.Interface(router, subnet) as interface:
            self.assertEqual('port-of-router', interface.port_id)
            route = {'destination': '::/0', 'nexthop': '2001:db8:0:1::9'}
            with routers.ExtraRoutes(router, [route]):
                self.assertEqual([route], router.show()['routes'])
            self.assertEqual([], router.show()['routes'])
        names = {'subnet_id': subnet.id}
        self.assertEqual(
            [f'add {names} of {router.id}', f'remove {names} of {router.id}'],
            self.manager.log[-2:],
        )

    def test_interface_by_port(self) -> None:
        network = self.network()
        subnet = self.subnet(network)
        port = self.port(network)
        router = self.useFixture(routers.Router(self.manager))
        interface = routers.Interface(router, subnet, port)
        self.useFixture(interface)
        answer = {
            'id': router.id,
            'subnet_id': subnet.id,
            'subnet_ids': [subnet.id],
            'port_id': port.id,
        }
        promise = interface.promised()
        self.assertEqual([], expect.differences(promise, answer))
        answer['port_id'] = 'other'
        self.assertEqual(1, len(expect.differences(promise, answer)))


class SecurityTest(FixtureTest):
    def test_rules_are_for_ipv6_and_inward(self) -> None:
        group = self.useFixture(security.SecurityGroup(self.manager))
        rule = self.useFixture(security.icmpv6(group, 135, 0))
        self.assertEqual(
            {
                'direction': 'ingress',
                'ethertype': 'IPv6',
                'protocol': 'ipv6-icmp',
                'port_range_min': 135,
                'port_range_max': 0,
                'security_group_id': group.id,
            },
            rule.sent,
        )

    def test_default_group_is_asked_for_once(self) -> None:
        client = self.manager.security_groups_client
        self.assertEqual('own', security.default_group(self.manager))
        with mock.patch.object(client, '_list', side_effect=TimeoutError):
            self.assertEqual('own', security.default_group(self.manager))

    def test_project_without_a_default_group(self) -> None:
        self.manager.security_groups_client.born.clear()
        error = self.assertRaises(
            AssertionError, security.default_group, self.manager
        )
        self.assertIn('seen []', str(error))

    def test_rule_without_an_answer_goes_with_its_group(self) -> None:
        group = self.useFixture(security.SecurityGroup(self.manager))
        client = self.manager.security_group_rules_client
        client.after_create = TimeoutError()
        rule = security.allow_icmpv6(group)
        self.assertRaises(testtools.MultipleExceptions, rule.setUp)
        self.assertEqual(1, len(client.kept))
