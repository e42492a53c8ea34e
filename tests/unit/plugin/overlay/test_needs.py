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

"""Tests skip what tempest.conf does not promise, and say which option."""

import types
from typing import Any
import unittest

import fixtures
import testtools

from ipv6_tempest_plugin.tests.overlay.api import test_networks
from ipv6_tempest_plugin.tests.overlay.api import test_networks_negative
from ipv6_tempest_plugin.tests.overlay.api import test_ports
from ipv6_tempest_plugin.tests.overlay.api import test_ports_negative
from ipv6_tempest_plugin.tests.overlay.api import test_routers
from ipv6_tempest_plugin.tests.overlay.api import test_routers_negative
from ipv6_tempest_plugin.tests.overlay.api import test_security_groups as sg
from ipv6_tempest_plugin.tests.overlay.api import test_security_groups_negative
from ipv6_tempest_plugin.tests.overlay import needs
from ipv6_tempest_plugin.tests.vrouter import test_vrouter

EXTENSION = '[network-feature-enabled] api_extensions lacks '
MODES = '[network-feature-enabled] ipv6_subnet_attributes is False'
PUBLIC = '[network] public_network_id is not set'
IPV6 = '[ipv6_overlay] external_ipv6 is False'
VISIBLE = f'{EXTENSION}subnet-external-network'
ROUTERS = [f'{EXTENSION}router', MODES]
GROUPS = [f'{EXTENSION}security-group']
LOGIN = '[ipv6_overlay] guest_access = console: nobody can log in to a guest'
ROUTE = '[ipv6_vrouter] tests_have_route is False'
# What each class misses in a cloud that promises nothing.
CLASSES: dict[Any, list[str]] = {
    test_networks.BulkNetworkOpsIpV6Test: [],
    test_networks.NetworksIpV6Test: [],
    test_networks.NetworksIpV6TestAttrs: [MODES],
    test_networks_negative.NetworksIpV6NegativeTest: [MODES],
    test_ports.PortsIpV6TestJSON: [MODES],
    test_ports_negative.PortsIpV6NegativeTest: [MODES],
    test_routers.RoutersIpV6Test: ROUTERS,
    test_routers.RouterGatewaysIpV6Test: [
        f'{EXTENSION}router',
        VISIBLE,
        PUBLIC,
        IPV6,
    ],
    test_routers_negative.RoutersIpV6NegativeTest: ROUTERS,
    sg.SecGroupIPv6Test: GROUPS,
    test_security_groups_negative.SecGroupIPv6NegativeTest: GROUPS,
    test_vrouter.TestVRouter: [
        f'{EXTENSION}extraroute',
        f'{EXTENSION}port-security',
        PUBLIC,
    ],
}
# And what single tests miss beside.
TESTS = {
    test_networks.BulkNetworkOpsIpV6Test: {
        'test_bulk_create_delete_subnet': [MODES],
        'test_bulk_create_delete_port': [MODES],
    },
    test_networks.NetworksIpV6Test: {
        'test_external_network_visibility': [VISIBLE, PUBLIC],
    },
    test_networks.NetworksIpV6TestAttrs: {
        'test_external_network_visibility': [VISIBLE, PUBLIC, IPV6],
    },
    test_ports.PortsIpV6TestJSON: {
        'test_create_port_with_no_securitygroups': GROUPS,
        'test_update_port_security_groups': GROUPS,
        'test_port_with_allowed_address_pairs': [
            f'{EXTENSION}allowed-address-pairs'
        ],
    },
    test_routers.RoutersIpV6Test: {
        'test_update_delete_extra_route': [f'{EXTENSION}extraroute'],
    },
    test_routers_negative.RoutersIpV6NegativeTest: {
        'test_routes_that_lead_nowhere': [f'{EXTENSION}extraroute'],
        'test_remove_interface_that_a_route_needs': [f'{EXTENSION}extraroute'],
    },
    test_vrouter.TestVRouter: {
        'test_reach_from_outside': [ROUTE],
        'test_tcp_from_outside': [LOGIN, ROUTE],
        'test_control_without_forwarding': [LOGIN],
        'test_control_without_advertisements': [LOGIN],
    },
}


def conf(promises: bool, extensions: list[str]) -> types.SimpleNamespace:
    """Return a configuration that promises all or nothing."""
    return types.SimpleNamespace(
        network_feature_enabled=types.SimpleNamespace(
            api_extensions=extensions, ipv6_subnet_attributes=promises
        ),
        network=types.SimpleNamespace(public_network_id='n' * promises),
        ipv6_overlay=types.SimpleNamespace(
            external_ipv6=promises,
            guest_access='ssh-ipv6' if promises else 'console',
        ),
        ipv6_vrouter=types.SimpleNamespace(tests_have_route=promises),
    )


class NeedsTest(testtools.TestCase):
    def promise(self, promises: bool, *extensions: str) -> None:
        self.useFixture(
            fixtures.MockPatchObject(
                needs, 'CONF', conf(promises, [*extensions])
            )
        )

    def test_classes(self) -> None:
        self.promise(False)
        self.assertEqual(
            CLASSES, {one: one.required.lacking() for one in CLASSES}
        )

    def test_all_means_all(self) -> None:
        self.promise(True, 'all')
        for one in CLASSES:
            self.assertEqual([], one.required.lacking())

    def test_tests(self) -> None:
        self.promise(False)
        for one, tests in TESTS.items():
            for name, missing in tests.items():
                skipped = self.assertRaises(
                    unittest.SkipTest, getattr(one(name), name)
                )
                self.assertEqual('; '.join(missing), str(skipped))

    def test_with_all_that_it_needs_a_test_runs(self) -> None:
        self.promise(True, 'extraroute')
        ran: list[Any] = []
        needs.needs('extraroute', public_network=True)(ran.append)('self')
        self.assertEqual(['self'], ran)
