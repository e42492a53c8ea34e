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

import types
from typing import Any
from unittest import mock

import fixtures
from tempest.lib import exceptions
import testtools

from ipv6_tempest_plugin.overlay.guests import console
from ipv6_tempest_plugin.overlay.guests import images
from ipv6_tempest_plugin.overlay import management
from ipv6_tempest_plugin.overlay import servers
from ipv6_tempest_plugin.overlay import stages
from ipv6_tempest_plugin.overlay import together
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
        return test_together.Thing('first', [])

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
            f'{server.name}: {"; ".join(said.splitlines()[-4:-1])}'
        )


class Server(test_together.Thing):
    """A server that is asked for when the test says so."""

    def requested(self) -> bool:
        """Say whether it has come."""
        return bool(self.error) or f'{self.name} comes' in self.log


class SharedTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.log: list[str] = []
        self.useFixture(fixtures.MockPatchObject(Way, 'log', self.log))
        self.options = types.SimpleNamespace(
            lower_command='lower {interface}',
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
