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

"""Guests that last, with the cards of all tests, and others."""

import shlex
import types
from typing import Any
from unittest import mock

import fixtures
from tempest.lib import exceptions
import testtools

from ipv6_tempest_plugin.overlay.guests import console
from ipv6_tempest_plugin.overlay.guests import images
from ipv6_tempest_plugin.overlay import management
from ipv6_tempest_plugin.overlay import resources
from ipv6_tempest_plugin.overlay import servers
from ipv6_tempest_plugin.overlay import stages
from ipv6_tempest_plugin.overlay import together
from ipv6_tempest_plugin.overlay import trunks
from tests.unit.plugin.overlay import test_together

COMMAND = '\'lower "$name"\''


def port(name: str) -> Any:
    """Describe a port."""
    return mock.Mock(mac=f'mac of {name}')


class Way(fixtures.Fixture):
    """A way to guests, in place of one that asks the cloud."""

    log: list[str] = []

    def __init__(self, *_: Any) -> None:
        super().__init__()

    def port(self) -> Any:
        """Describe a first card."""
        first: Any = test_together.Thing('first', [])
        first.mac = 'mac of parent'
        return first

    def user_data(self, _: Any) -> str:
        """Return none."""
        return ''

    def uplink(self) -> Any:
        """Describe a router that tells the log."""
        return test_together.Thing('router', self.log)


class Access(fixtures.Fixture):
    """A guest that tells the log."""

    def __init__(self, way: Any, server: Any) -> None:
        super().__init__()
        self.guest = mock.Mock(server=server)
        self.guest.run = lambda said: Way.log.append(
            f'{server.name}: {"; ".join(said.splitlines()[-4:-1]) or said}'
        )


class Server(test_together.Thing):
    """A server that is asked for when the test says so."""

    def requested(self) -> bool:
        """Say whether it has come."""
        return bool(self.error) or f'{self.name} comes' in self.log


class Trunk(test_together.Thing):
    """A trunk that gives each port the same VLAN."""

    error: Any = None

    def __init__(self, _: Any, parent: Any) -> None:
        super().__init__('trunk', [], type(self).error)
        self.parent = parent
        self.ports: list[Any] = []

    def carry(self, port: Any) -> None:
        """Have a port."""
        self.ports.append(port)

    def drop(self, port: Any) -> None:
        """Have it no more."""
        self.ports.remove(port)

    def vlan(self, _: Any) -> int:
        """Return a number."""
        return 101


class SharedTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.log: list[str] = []
        self.useFixture(fixtures.MockPatchObject(Way, 'log', self.log))
        self.options = types.SimpleNamespace(
            lower_command='lower {interface}',
            vlan_command='tag {parent} {interface} {mac} {vlan}',
            guest_cards='ports',
            card_command='raise {interface}',
            lease_command='',
            hold_command='hold',
            guest_access='ssh-ipv6',
        )
        known = types.SimpleNamespace(
            ipv6_overlay=self.options,
            compute=types.SimpleNamespace(
                build_timeout=5, min_compute_nodes=1
            ),
        )
        for module in (images, stages):
            self.useFixture(fixtures.MockPatchObject(module, 'CONF', known))
        for module, name, stand_in in (
            (management, 'Management', Way),
            (management, 'Access', Access),
            (servers, 'KeyPair', lambda _: test_together.Thing('key', [])),
        ):
            self.useFixture(fixtures.MockPatchObject(module, name, stand_in))
        self.error: Exception | None = None
        self.booted: list[list[Any]] = []

    def stage(self) -> stages.Shared:
        """Return a stage with a card for each guest, not set up yet."""
        rows = [[port('a')], [port('b')]]
        stage = stages.Shared(mock.Mock(), 6, lambda: rows)
        self.useFixture(fixtures.MockPatchObject(stage, 'pair', self.pair))
        return stage

    def pair(self, cards: Any, *_: Any) -> list[Any]:
        """Describe servers, and keep what cards they have."""
        self.booted = list(cards)
        return [Server(name, self.log, self.error) for name in stages.NAMES]

    def test_they_boot_with_the_cards_of_all_tests(self) -> None:
        with self.stage():
            macs = [one.mac for row in self.booted for one in row[1:]]
            self.assertEqual(['mac of a', 'mac of b'], macs)
            self.assertEqual([2, 2], [len(row) for row in self.booted])

    def test_the_router_comes_after_servers_are_asked_for(self) -> None:
        with self.stage() as stage:
            stage.wait()
            self.assertEqual({'one comes', 'two comes'}, {*self.log[:2]})
            self.assertEqual('router comes', self.log[2])

    def test_cards_are_down_before_the_first_test(self) -> None:
        with self.stage():
            wanted = {
                f"one: ) || exit; failed=0; lower 'mac of a' {COMMAND} || "
                'failed=1',
                f"two: ) || exit; failed=0; lower 'mac of b' {COMMAND} || "
                'failed=1',
            }
            self.assertEqual(wanted, {*self.log[3:]})

    def test_nobody_waits_for_servers_that_fail(self) -> None:
        self.error = ValueError('no host')
        stage = self.stage()
        with testtools.ExpectedException(ValueError, 'no host'):
            together.begin(stage)
        stage.wait()

    def test_a_test_takes_its_own_cards_down_at_its_end(self) -> None:
        with self.stage() as stage:
            del self.log[:]
            owner = mock.Mock()
            rows = [[port('c')], [port('d')]]
            self.assertEqual(stage.guests, stage.bring(owner, rows, ()))
            self.assertEqual([], self.log)
            for call in owner.addCleanup.call_args_list:
                undo, *arguments = call.args
                undo(*arguments)
            said = ' '.join(self.log)
            for mac in ('mac of c', 'mac of d'):
                self.assertIn(f"lower '{mac}' {COMMAND} || failed=1", said)
            self.assertNotIn('hold', said)

    def trunked(self) -> stages.Trunked:
        """Return a stage whose guests have trunks, not set up yet."""
        stage = stages.Trunked(mock.Mock(), 6)
        self.useFixture(fixtures.MockPatchObject(stage, 'pair', self.pair))
        self.useFixture(fixtures.MockPatchObject(trunks, 'Trunk', Trunk))
        self.active = self.useFixture(
            fixtures.MockPatchObject(trunks, 'wait_for')
        ).mock
        return stage

    def test_with_trunks_they_boot_with_a_card_each(self) -> None:
        with self.trunked() as stage:
            self.assertEqual([1, 1], [len(row) for row in self.booted])
            parents = [one.parent for one in stage.carriers]
            self.assertEqual([row[0] for row in self.booted], parents)
            self.assertIn('hold', ' '.join(self.log))

    def test_ports_come_and_go_while_they_run(self) -> None:
        row = [port('a'), port('b')]
        stage = self.trunked()
        stage.setUp()
        carriers: Any = stage.carriers
        stage.plug(row)
        self.assertEqual([[one] for one in row], [c.ports for c in carriers])
        carried, awaited, ended = self.active.call_args.args
        self.assertEqual((carriers, row), (carried, awaited))
        self.assertFalse(ended())
        stage.unplug(row)
        self.assertEqual([[], []], [one.ports for one in carriers])
        stage.cleanUp()
        self.assertTrue(ended())

    def test_nobody_waits_for_sub_ports_when_guests_fail(self) -> None:
        self.error = ValueError('no host')
        stage = self.trunked()
        self.assertRaises(ValueError, together.begin, stage)
        self.assertTrue(stage.ends.is_set())

    def test_guests_make_a_card_of_a_vlan(self) -> None:
        row = [port('a'), port('b')]
        with self.trunked() as stage:
            stage.plug(row)
            cards = [[one] for one in row]
            guests: Any = stage.bring(mock.Mock(), cards, ())
            made = [shlex.split(guest.first) for guest in guests]
            for name, words in zip('ab', made, strict=True):
                mac = f'mac of {name}'
                command = f'tag "$name" vlan101 {mac} 101'
                wanted = ['tag', 'mac of parent', mac, command, '||', 'exit']
                self.assertEqual(wanted, words)

    def test_there_are_no_trunks(self) -> None:
        self.error = ValueError('no host')
        stage = self.trunked()
        stage.unplug([])
        with mock.patch.object(Trunk, 'error', ValueError('no extension')):
            self.assertRaises(ValueError, together.begin, stage)
        error = self.assertRaises(ValueError, stage.plug, [])
        self.assertIn('there are no trunks', str(error))

    def test_a_cloud_without_trunks(self) -> None:
        self.options.guest_cards = 'trunk'
        promised = self.useFixture(
            fixtures.MockPatchObject(resources, 'promised_extensions')
        ).mock
        promised.return_value = ('router', 'trunk')
        self.assertIsInstance(
            stages.configured(mock.Mock(), list), stages.Trunked
        )
        promised.return_value = ('router',)
        error = self.assertRaises(
            exceptions.InvalidConfiguration, stages.configured, None, list
        )
        self.assertIn('guest_cards = trunk: expected', str(error))
        self.assertIn("'router'", str(error))
        promised.return_value = ('all',)
        self.options.vlan_command = ''
        error = self.assertRaises(
            exceptions.InvalidConfiguration, stages.configured, None, list
        )
        self.assertIn('vlan_command is empty', str(error))

    def test_what_cannot_be_removed_is_told_and_keeps_no_other(self) -> None:
        with (
            testtools.ExpectedException(RuntimeError, 'stubborn'),
            self.stage() as stage,
        ):
            for one in (
                test_together.Stubborn(),
                test_together.Thing('turn', self.log),
            ):
                one.setUp()
                stage.leave(one)
        self.assertIn('turn goes', self.log)

    def test_each_pair_that_is_booted_has_a_group_of_its_own(self) -> None:
        stage = stages.Single(mock.Mock())
        groups: list[Any] = []

        def pair(*_: Any) -> list[Any]:
            groups.append(stage.group)
            return [test_together.Thing(name, []) for name in stages.NAMES]

        for name, stand_in in (
            ('pair', pair),
            ('apart', lambda: test_together.Thing('group', self.log)),
        ):
            self.useFixture(fixtures.MockPatchObject(stage, name, stand_in))
        self.useFixture(fixtures.MockPatchObject(console, 'ConsoleGuest'))
        for _ in range(2):
            stage.bring(mock.Mock(), [[], []], [])
        self.assertIsNot(groups[0], groups[1])
        self.assertEqual(['group comes'] * 2, self.log)

    def test_a_card_that_nothing_raises_or_lowers(self) -> None:
        self.assertIsInstance(
            stages.configured(mock.Mock(), list), stages.Shared
        )
        for name in ('lower_command', 'card_command'):
            setattr(self.options, name, '')
            error = self.assertRaises(
                exceptions.InvalidConfiguration, stages.configured, None, list
            )
            self.assertIn(f'{name} is empty', str(error))
        self.options.guest_access = 'console'
        self.assertIsInstance(
            stages.configured(mock.Mock(), list), stages.Single
        )
