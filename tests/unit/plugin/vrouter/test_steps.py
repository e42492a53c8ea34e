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


"""A build that fails says in which step of the document, and why."""

import types
from typing import Any
from unittest import mock

import fixtures
import testtools

from ipv6_tempest_plugin.overlay import management
from ipv6_tempest_plugin.overlay import together
from ipv6_tempest_plugin.overlay import undo
from ipv6_tempest_plugin.overlay.vrouter import building
from ipv6_tempest_plugin.overlay.vrouter import machines
from ipv6_tempest_plugin.overlay.vrouter import predicting
from ipv6_tempest_plugin.overlay.vrouter import steps
from ipv6_tempest_plugin.overlay.vrouter import userdata
from ipv6_tempest_plugin import waiting
from tests.unit.plugin.vrouter import sample


class Refused(Exception):
    """What a client raises."""


class Thing(fixtures.Fixture):
    """A fixture that may fail, and tells when it goes."""

    def __init__(self, log: list[str], error: BaseException | None) -> None:
        super().__init__()
        self.log = log
        self.error = error

    def _setUp(self) -> None:
        self.addCleanup(self.log.append, 'gone')
        if self.error:
            raise self.error


class StepsTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.log: list[str] = []

    def test_the_step_and_the_first_error(self) -> None:
        refused = Refused('400: no such next hop')
        one = steps.Step('14 (extra route)', Thing(self.log, refused))
        whole = together.InTurn(lambda: together.Together(one))
        error = self.assertRaises(steps.Failed, together.begin, whole)
        self.assertEqual(
            'OPNFV-NATIVE-SETUP-14 (extra route): Refused: 400: no such next '
            'hop',
            str(error),
        )
        self.assertIs(refused, error.__cause__)
        self.assertEqual(['gone'], self.log)

    def test_the_inner_step_is_the_one(self) -> None:
        one = steps.Step('12', Thing(self.log, Refused('no')))
        error = self.assertRaises(
            steps.Failed, together.begin, steps.Step('15', one)
        )
        self.assertTrue(str(error).startswith('OPNFV-NATIVE-SETUP-12: '))

    def test_a_signal_is_no_failure(self) -> None:
        one = steps.Step('5', Thing(self.log, undo.Interrupted(2)))
        self.assertRaises(undo.Interrupted, together.begin, one)

    def test_it_goes_with_its_fixture(self) -> None:
        with steps.Step('5', Thing(self.log, None)):
            self.assertEqual([], self.log)
        self.assertEqual(['gone'], self.log)


def machine(**shown: Any) -> Any:
    """A server, set up."""
    manager = mock.Mock()
    one = machines.Machine(manager, [], name='vm')
    one.id = 'id'
    client = manager.servers_client
    client.show_server.return_value = {'server': {'adminPass': 'x', **shown}}
    output = '\n'.join(f'line {n}' for n in range(100))
    client.get_console_output.return_value = {'output': output}
    return one


CONF: Any = types.SimpleNamespace(
    resource_name_prefix='unit',
    ipv6_overlay=types.SimpleNamespace(
        guest_access='ssh-ipv6', guest_patience=1
    ),
    ipv6_vrouter=sample.options(names={'VM1': 'client'}),
)


class BuildingTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        for module in (building, management):
            self.useFixture(fixtures.MockPatchObject(module, 'CONF', CONF))
        self.manager = mock.Mock()
        self.built: Any = building.Built(
            self.manager, sample.PLANNED, mock.Mock()
        )
        self.built.links = sample.LINKS
        for name in ('key', 'management', 'group'):
            setattr(self.built, name, None)
        self.built.ports = {}

    def boot(self) -> Any:
        self.built._routers = lambda: []
        self.built.useFixture = mock.Mock()
        self.built._boot()
        return self.built.servers

    def test_names_are_options(self) -> None:
        self.assertIn('unit-client-', building.named('VM1')['name'])
        self.assertIn('unit-VM2-', building.named('VM2')['name'])

    def test_members_of_a_group_are_placed_in_turn(self) -> None:
        self.built.group = mock.Mock()
        booted = self.boot()
        self.assertIs(booted['VM1'], booted['VM2'].after)
        # The vRouter is no member.
        self.assertIsNone(booted['VM1'].after)
        self.assertIsNone(booted['vRouter'].after)

    def test_others_boot_at_once(self) -> None:
        self.assertIsNone(self.boot()['VM2'].after)

    def test_the_vrouter_is_entered_once_it_is_ready(self) -> None:
        did: list[str] = []
        self.built.servers = {'vRouter': mock.Mock(), 'VM1': mock.Mock()}
        self.built._guest = mock.Mock()
        self.built._ready = lambda: did.append('ready')
        self.built.enter = did.append
        self.built._reach()
        self.assertIn('VM1', did)
        self.assertLess(did.index('ready'), did.index('vRouter'))

    def test_its_answers_keep_to_their_card_from_the_beginning(self) -> None:
        port: Any = types.SimpleNamespace(
            mac='fa:16:3e:00:00:09', first_address='2001:db8::9'
        )
        said = management.Management(mock.Mock(), 6).user_data(port)
        self.assertTrue(said.startswith('#!/bin/sh\n'))
        self.assertIn('mac=fa:16:3e:00:00:09', said)
        self.assertIn('2001:db8::9', said)
        self.assertEqual(
            '', management.Management(mock.Mock(), 4).user_data(port)
        )

    def test_what_goes_with_the_servers(self) -> None:
        vrouter = machine(status='ACTIVE', fault={'message': 'disk'})
        vrouter.ready = mock.Mock(side_effect=waiting.WaitTimeout('waited'))
        self.built.servers = {'vRouter': vrouter}
        self.built._guest = mock.Mock()
        error = self.assertRaises(steps.Failed, self.built._reach)
        self.assertEqual(
            'OPNFV-NATIVE-SETUP-15 (the vRouter): WaitTimeout: waited',
            str(error),
        )
        said = '\n'.join(error.__notes__)
        self.assertIn('disk', said)
        self.assertIn('line 99', said)
        # Bounded, and without secrets.
        self.assertNotIn('line 9\n', said)
        self.assertNotIn('adminPass', said)

    def test_what_the_vrouter_says(self) -> None:
        vrouter = mock.Mock()
        vrouter.ready.side_effect = userdata.Failed('no cards')
        self.built.servers = {'vRouter': vrouter}
        error = self.assertRaises(steps.Failed, self.built._ready)
        self.assertIn(
            '-SETUP-15 (the vRouter): the vRouter says: no cards', str(error)
        )


class PredictingTest(testtools.TestCase):
    def servers(self, mode: str, *rows: Any) -> list[str]:
        """The DNS servers that DHCPv6 must name."""
        built: Any = mock.Mock()
        built.planned.mode = mode
        built.outer6.id = 'six'
        built.manager.ports_client.list_ports.return_value = {
            'ports': [{'fixed_ips': [*rows]}]
        }
        return [*map(str, predicting._name_servers(built))]

    def test_dhcp_agents_name_themselves(self) -> None:
        rows = (
            {'subnet_id': 'four', 'ip_address': '10.0.0.2'},
            {'subnet_id': 'six', 'ip_address': '2001:db8:0:1::2'},
        )
        self.assertEqual(
            ['2001:db8:0:1::2'], self.servers('dhcpv6-stateless', *rows)
        )
        self.assertEqual([], self.servers('dhcpv6-stateless'))
        self.assertEqual([], self.servers('slaac', *rows))
