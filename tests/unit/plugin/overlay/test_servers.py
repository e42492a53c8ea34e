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

"""Servers, their cards and floating IPs: asked for, waited for, removed."""

import base64
import types
from typing import Any
from unittest import mock

import fixtures
from tempest.lib import exceptions
import testtools

from ipv6_tempest_plugin.overlay import resources
from ipv6_tempest_plugin.overlay import servers
from ipv6_tempest_plugin.overlay import undo
from ipv6_tempest_plugin import waiting

CONF = types.SimpleNamespace(
    resource_name_prefix='unit',
    compute=types.SimpleNamespace(
        image_ref='image', flavor_ref='42', build_timeout=0.05
    ),
    compute_feature_enabled=types.SimpleNamespace(config_drive=True),
    ipv6_overlay=types.SimpleNamespace(removal_timeout=0.05),
    network=types.SimpleNamespace(public_network_id='public'),
)
PORT: Any = types.SimpleNamespace(id='port', mac='fa:16:3e:00:00:01')


class ServerTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        for module in (resources, servers):
            self.useFixture(fixtures.MockPatchObject(module, 'CONF', CONF))
        self.useFixture(fixtures.MockPatch('time.sleep'))
        self.useFixture(fixtures.MockPatchObject(servers, 'POLL', 0))
        self.manager = mock.Mock()
        self.client = self.manager.servers_client
        self.client.create_server.return_value = {'server': {'id': 'one'}}
        self.client.list_servers.side_effect = self.lists
        self.building = 0
        self.fault: dict[str, str] = {}
        self.shows('BUILD', 'ACTIVE')

    def lists(self, name: str = '', status: str = '') -> dict[str, Any]:
        """List the server, as one that is built for some answers only."""
        if status:
            self.assertEqual('BUILD', status)
            self.building -= 1
            there = self.building >= 0
        else:
            there = not self.client.delete_server.called
        return {'servers': [{'id': 'one'}] if there else []}

    def shows(self, *states: str) -> None:
        """Show a server in these states."""
        self.client.show_server.side_effect = [
            {'server': {'status': one, 'hostId': 'h', 'fault': self.fault}}
            for one in states
        ]

    def test_asked_for_with_its_ports(self) -> None:
        key: Any = types.SimpleNamespace(name='key')
        group: Any = types.SimpleNamespace(id='apart')
        with servers.Server(self.manager, [PORT], key, group, 'text') as one:
            sent = self.client.create_server.call_args.kwargs
            self.assertEqual([{'port': 'port'}], sent['networks'])
            self.assertEqual('key', sent['key_name'])
            self.assertEqual({'group': 'apart'}, sent['scheduler_hints'])
            self.assertEqual(b'text', base64.b64decode(sent['user_data']))
            self.assertTrue(sent['config_drive'])
            self.assertEqual(('one', 'h'), (one.id, one.host))
        self.client.delete_server.assert_called_once_with('one')
        self.assertEqual([], undo.outstanding())

    def fails(self, *states: str) -> BaseException:
        """Return what a server fails with that is shown in these states."""
        self.shows(*states)
        self.client.get_console_output.return_value = {'output': 'panic'}
        server = servers.Server(self.manager, [PORT])
        error = self.assertRaises(testtools.MultipleExceptions, server.setUp)
        self.client.delete_server.assert_called_once_with('one')
        found: BaseException = error.args[0][1]
        return found

    def test_one_in_error_is_removed_and_says_why(self) -> None:
        self.fault = {'message': 'No valid host was found.'}
        error = self.fails('BUILD', 'ERROR', 'ERROR')
        self.assertIn('ERROR: No valid host', str(error))
        self.assertIn('no host has room', str(error))
        # What was to be seen before it was removed.
        self.assertIn('"status": "ERROR"', error.__notes__[0])
        self.assertIn('panic', error.__notes__[1])

    def test_one_that_never_comes_says_the_likely_cause(self) -> None:
        self.useFixture(
            fixtures.MockPatchObject(CONF.compute, 'build_timeout', 0)
        )
        error = self.fails('BUILD', 'BUILD')
        self.assertIsInstance(error, waiting.WaitTimeout)
        self.assertIn('nova-compute', error.__notes__[0])
        self.assertIn('"status": "BUILD"', error.__notes__[1])

    def test_one_whose_answer_was_lost_is_removed_by_name(self) -> None:
        self.client.create_server.side_effect = TimeoutError()
        self.shows()
        server = servers.Server(self.manager, [PORT])
        self.assertRaises(testtools.MultipleExceptions, server.setUp)
        # To remove it, and to see that it has gone.
        asked = self.client.list_servers.call_args_list
        self.assertEqual([mock.call(name=server.name)] * 2, asked)
        self.client.delete_server.assert_called_once_with('one')

    def test_one_that_shall_run_apart_waits_for_the_other(self) -> None:
        places = iter(('', '', 'h1'))
        other: Any = mock.Mock(placed=lambda: bool(next(places)))
        asked = self.client.create_server
        with servers.Server(self.manager, [PORT], after=other):
            self.assertEqual('', next(places, ''))
            asked.assert_called_once()

    def test_one_that_is_built_is_listed_and_not_shown(self) -> None:
        self.building = 3
        self.shows('ACTIVE')
        with servers.Server(self.manager, [PORT]):
            self.client.show_server.assert_called_once()

    def test_all_who_wait_share_an_answer(self) -> None:
        self.useFixture(fixtures.MockPatchObject(servers, 'POLL', 1000))
        self.building = 1
        for server_id, wanted in (('one', True), ('two', False)):
            seen = servers.Building.of(self.client).has(server_id)
            self.assertIs(wanted, seen)
        self.client.list_servers.assert_called_once_with(status='BUILD')
        other = mock.Mock()
        other.list_servers.return_value = {'servers': []}
        self.assertFalse(servers.Building.of(other).has('one'))

    def test_one_that_is_listed_no_more_may_still_be_built(self) -> None:
        self.shows('BUILD', 'BUILD', 'ACTIVE')
        with servers.Server(self.manager, [PORT]) as one:
            self.assertEqual('h', one.host)

    def test_nobody_waits_for_one_that_is_refused(self) -> None:
        self.client.create_server.side_effect = RuntimeError('no quota')
        self.shows()
        server = servers.Server(self.manager, [PORT])
        self.assertRaises(testtools.MultipleExceptions, server.setUp)
        self.assertTrue(server.placed())

    def test_placed_once_it_has_a_host_or_never_will(self) -> None:
        server = servers.Server(self.manager, [PORT])
        self.assertFalse(server.placed())
        server.id = 'one'
        for status, host, wanted in (
            ('BUILD', '', False),
            ('BUILD', 'h', True),
            ('ERROR', '', True),
        ):
            self.client.show_server.side_effect = None
            self.client.show_server.return_value = {
                'server': {'status': status, 'hostId': host}
            }
            self.assertIs(wanted, server.placed())

    def test_who_waits_until_it_is_requested(self) -> None:
        server = servers.Server(self.manager, [])
        self.assertFalse(server.requested())
        server.id = 'one'
        self.assertTrue(server.requested())
        server.id, server.failed = None, True
        self.assertTrue(server.requested())

    def test_a_floating_ip(self) -> None:
        client = self.manager.floating_ips_client
        client.create_floatingip.return_value = {
            'floatingip': {'id': 'f', 'floating_ip_address': '172.24.4.7'}
        }
        client.list_floatingips.return_value = {'floatingips': [{'id': 'f'}]}
        with servers.FloatingIp(self.manager, PORT) as one:
            self.assertEqual('172.24.4.7', one.address)
        client.delete_floatingip.assert_called_once_with('f')

    def test_a_group_whose_answer_was_lost_is_removed_by_name(self) -> None:
        client = self.manager.server_groups_client
        client.create_server_group.side_effect = TimeoutError()
        group = servers.Apart(self.manager)
        ours = {'name': group.name, 'id': 'g'}
        # It appears late.
        client.list_server_groups.side_effect = [
            {'server_groups': []},
            {'server_groups': [{'name': 'other', 'id': 'x'}, ours]},
        ]
        self.assertRaises(testtools.MultipleExceptions, group.setUp)
        client.delete_server_group.assert_called_once_with('g')

    def test_a_key_pair_whose_answer_was_lost(self) -> None:
        client = self.manager.keypairs_client
        client.create_keypair.side_effect = TimeoutError()
        key = servers.KeyPair(self.manager)
        rows = [{'keypair': {'name': name}} for name in ('other', key.name)]
        client.list_keypairs.side_effect = [
            {'keypairs': []},
            {'keypairs': rows},
        ]
        self.assertRaises(testtools.MultipleExceptions, key.setUp)
        client.delete_keypair.assert_called_once_with(key.name)

    def test_a_floating_ip_whose_answer_was_lost(self) -> None:
        client = self.manager.floating_ips_client
        client.create_floatingip.side_effect = TimeoutError()
        client.list_floatingips.side_effect = [
            {'floatingips': []},
            {'floatingips': [{'id': 'f'}]},
        ]
        one = servers.FloatingIp(self.manager, PORT)
        self.assertRaises(testtools.MultipleExceptions, one.setUp)
        client.delete_floatingip.assert_called_once_with('f')

    def test_what_was_refused_is_not_waited_for(self) -> None:
        client = self.manager.keypairs_client
        client.create_keypair.side_effect = exceptions.Conflict()
        client.list_keypairs.return_value = {'keypairs': []}
        key = servers.KeyPair(self.manager)
        self.assertRaises(testtools.MultipleExceptions, key.setUp)
        client.list_keypairs.assert_called_once_with()

    def test_a_group_is_removed(self) -> None:
        client = self.manager.server_groups_client
        client.create_server_group.return_value = {'server_group': {'id': 'g'}}
        with servers.Apart(self.manager) as group:
            self.assertEqual('g', group.id)
        client.delete_server_group.assert_called_once_with('g')
