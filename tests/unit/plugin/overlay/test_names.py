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

"""The names of the overlay list are those of tests here, and stay so."""

from collections.abc import Mapping
import pathlib
import unittest

import testtools
from testtools import testsuite

ROOT = pathlib.Path(__file__).resolve().parents[4]
PACKAGE = 'ipv6_tempest_plugin.tests.overlay'
Listed = Mapping[str, tuple[str, ...]]
# "Overlay Testing" of OPNFV's IPv6 installation guide (Hunter): modules of
# tempest.api.network and tempest.scenario, their classes, their tests.
API: Listed = {
    'test_networks.BulkNetworkOpsIpV6Test': (
        'test_bulk_create_delete_network',
        'test_bulk_create_delete_port',
        'test_bulk_create_delete_subnet',
    ),
    'test_networks.NetworksIpV6Test': (
        'test_create_update_delete_network_subnet',
        'test_external_network_visibility',
        'test_list_networks',
        'test_list_subnets',
        'test_show_network',
        'test_show_subnet',
    ),
    'test_networks.NetworksIpV6TestAttrs': (
        'test_create_update_delete_network_subnet',
        'test_external_network_visibility',
        'test_list_networks',
        'test_list_subnets',
        'test_show_network',
        'test_show_subnet',
    ),
    'test_ports.PortsIpV6TestJSON': (
        'test_create_port_in_allowed_allocation_pools',
        'test_create_port_with_no_securitygroups',
        'test_create_update_delete_port',
        'test_list_ports',
        'test_show_port',
    ),
    'test_routers.RoutersIpV6Test': (
        'test_add_multiple_router_interfaces',
        'test_add_remove_router_interface_with_port_id',
        'test_add_remove_router_interface_with_subnet_id',
        'test_create_show_list_update_delete_router',
    ),
    'test_security_groups.SecGroupIPv6Test': (
        'test_create_list_update_show_delete_security_group',
        'test_create_show_delete_security_group_rule',
        'test_list_security_groups',
    ),
}
SCENARIO: Listed = {
    'test_network_v6.TestGettingAddress': (
        'test_dhcp6_stateless_from_os',
        'test_dualnet_dhcp6_stateless_from_os',
        'test_dualnet_multi_prefix_dhcpv6_stateless',
        'test_dualnet_multi_prefix_slaac',
        'test_dualnet_slaac_from_os',
        'test_multi_prefix_dhcpv6_stateless',
        'test_multi_prefix_slaac',
        'test_slaac_from_os',
    ),
}
# What NetworksIpV6TestAttrs of Tempest has today.
CURRENT: Listed = {
    'test_networks.NetworksIpV6TestAttrs': (
        'test_create_delete_slaac_subnet_with_ports',
        'test_create_delete_stateless_subnet_with_ports',
        'test_create_delete_subnet_with_v6_attributes_slaac',
        'test_create_delete_subnet_with_v6_attributes_stateful',
        'test_create_delete_subnet_with_v6_attributes_stateless',
    ),
}


def names(listed: Listed) -> set[str]:
    """Return the tests of a list, below their package."""
    return {f'{name}.{test}' for name, some in listed.items() for test in some}


def discovered(part: str) -> list[str]:
    """Return the tests that a loader finds in a part of the package."""
    place = ROOT.joinpath(*PACKAGE.split('.'), part)
    suite = unittest.TestLoader().discover(str(place), top_level_dir=str(ROOT))
    return [
        test.id().removeprefix(f'{PACKAGE}.{part}.').partition('[')[0]
        for test in testsuite.iterate_tests(suite)
    ]


class NamesTest(testtools.TestCase):
    def test_the_list_is_whole(self) -> None:
        sizes = [len(names(one)) for one in (API, SCENARIO, CURRENT)]
        self.assertEqual([27, 8, 5], sizes)

    def test_api(self) -> None:
        missing = (names(API) | names(CURRENT)) - set(discovered('api'))
        self.assertEqual(set(), missing)

    def test_scenario(self) -> None:
        missing = names(SCENARIO) - set(discovered('scenario'))
        self.assertEqual(set(), missing)

    def test_none_twice(self) -> None:
        for part in ('api', 'scenario'):
            found = discovered(part)
            self.assertEqual(sorted(set(found)), sorted(found))
