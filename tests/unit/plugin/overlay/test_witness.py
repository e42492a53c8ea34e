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

"""What a test that failed tells beside, and what it costs the others."""

from collections.abc import Mapping
import unittest
from unittest import mock

import ddt
import fixtures
from tempest import test as tempest_test
import testtools

from ipv6_tempest_plugin.overlay import evidence
from ipv6_tempest_plugin.overlay.guests import plans
from ipv6_tempest_plugin.overlay import networks
from ipv6_tempest_plugin.overlay import routers
from ipv6_tempest_plugin.overlay import security
from ipv6_tempest_plugin.overlay import witness
from ipv6_tempest_plugin.tests.overlay import base
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
        """Return what is to be seen now."""
        return evidence.collect(self.witness.sources())

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

    def test_a_test_that_passes_asks_nothing(self) -> None:
        network = self.network()
        log = list(self.manager.log)
        self.witness.note(network)
        self.assertEqual(log, self.manager.log)
        self.admin.assert_not_called()


class GuestTest(testtools.TestCase):
    def test_what_tells_of_a_guest(self) -> None:
        guest = mock.Mock()
        guest.observe.return_value.text = 'its network'
        sources = witness.of_guest('VM1', guest)
        guest.assert_not_called()
        self.assertEqual('its network', sources['VM1: state now']())
        self.assertIs(guest.server.show, sources['VM1: server'])
        self.assertIs(guest.server.console, sources['VM1: console'])

    def test_its_network_is_waited_for_less_than_evidence(self) -> None:
        self.assertLess(plans.Plan().patience, evidence.PATIENCE)


class Hidden:
    """Hides a test from whoever looks for tests in this module."""

    class Story(base.OverlayTest):
        """Fails, or skips, as often as it is told to."""

        def __init__(self, *errors: BaseException) -> None:
            super().__init__('runTest')
            self.errors = errors
            self.asked = 0

        def runTest(self) -> None:
            """Fail in the test, and then in clean-ups."""
            for error in reversed(self.errors[1:]):
                self.addCleanup(self.fail_with, error)
            self.fail_with(self.errors[0])

        def fail_with(self, error: BaseException) -> None:
            """Fail."""
            raise error

        def to_fetch(self) -> Mapping[str, evidence.Source]:
            """Say how often this was asked for."""
            self.asked += 1
            return {'seen': lambda: f'{self.asked} time'}


@ddt.ddt
class TellTest(testtools.TestCase):
    """When evidence is attached."""

    def setUp(self) -> None:
        super().setUp()
        # Tempest's own want a class that was set up, and a configuration.
        for name in ('setUp', 'tearDown'):
            own = fixtures.MockPatchObject(
                tempest_test.BaseTestCase,
                name,
                getattr(testtools.TestCase, name),
            )
            self.useFixture(own)

    def run_story(self, *errors: BaseException) -> Hidden.Story:
        """Return a test that has run."""
        story = Hidden.Story(*errors)
        story.run(testtools.TestResult())
        return story

    @ddt.data(AssertionError, TimeoutError)
    def test_at_a_failure(self, error: type[Exception]) -> None:
        story = self.run_story(error('so'))
        self.assertEqual('1 time', story.getDetails()['seen'].as_text())

    def test_at_the_first_alone(self) -> None:
        story = self.run_story(AssertionError('one'), ValueError('two'))
        self.assertEqual(1, story.asked)
        self.assertIn('two', story.getDetails()['traceback-1'].as_text())

    def test_at_a_failure_after_a_skip(self) -> None:
        story = self.run_story(unittest.SkipTest('so'), ValueError('two'))
        self.assertEqual(1, story.asked)

    def test_not_at_a_skip(self) -> None:
        self.assertEqual(0, self.run_story(unittest.SkipTest('so')).asked)
