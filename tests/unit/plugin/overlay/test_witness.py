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

"""What a failed API test tells beside, and what it costs the others."""

from typing import Any
import unittest
from unittest import mock

import testtools

from ipv6_tempest_plugin.overlay import networks
from ipv6_tempest_plugin.overlay import routers
from ipv6_tempest_plugin.overlay import security
from ipv6_tempest_plugin.overlay import witness
from ipv6_tempest_plugin.tests.overlay.api import base
from tests.unit.plugin.overlay import test_resources as fixtures_of

AGENT = {'agent_type': 'L3 agent', 'host': 'h', 'alive': False, 'x': 'y'}


class WitnessTest(fixtures_of.FixtureTest):
    def setUp(self) -> None:
        super().setUp()
        self.admin = mock.Mock()
        agents = self.admin.return_value.network_agents_client
        agents.list_agents.return_value = {'agents': [AGENT]}
        self.witness = witness.Witness(self.admin)

    def told(self) -> dict[str, str]:
        """Return what a test has attached in the end."""
        case: Any = testtools.PlaceHolder('case')
        details: dict[str, Any] = {}
        case.addDetailUniqueName = details.__setitem__
        self.witness.tell(case)
        return {name: text.as_text() for name, text in details.items()}

    def test_what_was_made_and_its_ports(self) -> None:
        network = self.network()
        subnet = self.subnet(network)
        port = self.port(network)
        router = self.useFixture(routers.Router(self.manager))
        self.witness.note(network, subnet, port, router, network)
        told = self.told()
        self.assertEqual(
            {
                'agents',
                f'network {network.id}',
                f'ports of network {network.id}',
                f'subnet {subnet.id}',
                f'port {port.id}',
                f'router {router.id}',
                f'ports of router {router.id}',
            },
            set(told),
        )
        self.assertIn(str(subnet.prefix), told[f'subnet {subnet.id}'])
        self.assertIn(port.mac, told[f'ports of network {network.id}'])
        self.assertNotIn(port.mac, told[f'ports of router {router.id}'])
        self.assertIn('"alive": false', told['agents'])

    def test_what_is_not_there(self) -> None:
        """Each says so in its own place, and raises nothing."""
        self.admin.side_effect = RuntimeError('no administrator')
        gone, lost = self.network(), networks.Network(self.manager)
        gone.delete()
        rule = security.allow_icmpv6(security.SecurityGroup(self.manager))
        self.witness.note(gone, lost, rule)
        told = self.told()
        self.assertEqual('(RuntimeError: no administrator)', told['agents'])
        self.assertIn('NotFound', told[f'network {gone.id}'])
        self.assertEqual('[]', told[f'network {lost.sent["name"]}'])
        self.assertIn('not answered', told['security_group_rule'])

    def test_once(self) -> None:
        self.assertEqual({'agents'}, set(self.told()))
        self.assertEqual({}, self.told())
        self.admin.assert_called_once_with()

    def test_a_test_that_passes_asks_nothing(self) -> None:
        network = self.network()
        log = list(self.manager.log)
        self.witness.note(network)
        self.assertEqual(log, self.manager.log)
        self.admin.assert_not_called()


class ApiTestTest(testtools.TestCase):
    """Who calls the witness."""

    def told(self, error: type[BaseException]) -> bool:
        case: Any = base.ApiTest('setUp')
        case.witness = mock.Mock()
        case._tell((error, error(), None))
        return bool(case.witness.tell.mock_calls)

    def test_a_failure_is_told(self) -> None:
        self.assertTrue(self.told(AssertionError))
        self.assertTrue(self.told(TimeoutError))

    def test_a_skip_is_not(self) -> None:
        self.assertFalse(self.told(unittest.SkipTest))
