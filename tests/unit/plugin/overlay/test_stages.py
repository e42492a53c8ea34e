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

"""Cards of guests that last: plugged in ahead, down but for their test."""

from concurrent import futures
import types
from typing import Any
from unittest import mock

import fixtures
from tempest.lib import exceptions
import testtools

from ipv6_tempest_plugin.overlay.guests import console
from ipv6_tempest_plugin.overlay.guests import images
from ipv6_tempest_plugin.overlay import servers
from ipv6_tempest_plugin.overlay import stages
from ipv6_tempest_plugin.overlay import together
from tests.unit.plugin.overlay import test_together

COMMAND = '\'lower "$name"\''


class Ground(test_together.Thing):
    """Networks that tell the log, with a port for each guest."""

    def __init__(self, name: str, log: list[str]) -> None:
        super().__init__(name, log)
        self.ports = [
            mock.Mock(mac=f'mac of {name}', id=f'{name}.{number}')
            for number in range(stages.PAIR)
        ]


class Without(stages.Shared):
    """A stage whose guests tell the log."""

    def __init__(self, log: list[str]) -> None:
        super().__init__(mock.Mock(), 6)
        self.log = log
        self.told: futures.Future[None] = futures.Future()

    def _boot(self) -> None:
        self.told.result()
        self.useFixture(self.sweeper)
        self.addCleanup(self._clear)
        for name in stages.NAMES:
            guest: Any = mock.Mock(server=name)
            guest.run = lambda said, name=name: self.log.append(
                f'{name}: {said.splitlines()[-2]}'
            )
            self.guests.append(guest)
        self.addCleanup(self.log.append, 'guests go')


class SharedTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.log: list[str] = []
        self.options = types.SimpleNamespace(
            lower_command='lower {interface}',
            card_command='raise {interface}',
            lease_command='',
            hold_command='',
            guest_access='ssh-ipv6',
        )
        known = types.SimpleNamespace(ipv6_overlay=self.options)
        for module in (images, stages):
            self.useFixture(fixtures.MockPatchObject(module, 'CONF', known))
        self.useFixture(fixtures.MockPatchObject(servers, 'Plug', self.plug))

    def plug(self, server: Any, port: Any) -> Any:
        """Describe a card that tells the log."""
        return test_together.Thing(f'{port.id} in {server}', self.log)

    def laid(self, stage: Without, name: str) -> Any:
        """Describe networks with the cards of guests."""
        ground: Any = Ground(name, self.log)
        return stage.lay(ground)

    def test_cards_are_plugged_in_once_there_are_guests(self) -> None:
        stage = Without(self.log)
        with together.Prepared() as prepared, together.Ahead(stage) as ahead:
            prepared.begin('a', self.laid(stage, 'a'))
            stage.told.set_result(None)
            ahead.ready()
            prepared.wait('a')
            self.assertEqual('a comes', self.log[0])
            self.assertEqual(
                {'a.0 in one comes', 'a.1 in two comes'}, {*self.log[1:]}
            )
        # Guests go first: then nobody has to wait for a card.
        self.assertEqual('guests go', self.log[3])
        self.assertEqual('a goes', self.log[-1])

    def play(self, stage: Without, name: str) -> None:
        """Run a test on networks of its own."""
        laid = self.laid(stage, name)
        laid.setUp()
        stage.bring(mock.Mock(), [[], []], ())
        stage.leave(laid)

    def test_cards_are_pulled_while_the_next_test_runs(self) -> None:
        stage = Without(self.log)
        stage.told.set_result(None)
        with stage:
            self.play(stage, 'a')
            self.assertNotIn('a goes', self.log)
            self.play(stage, 'b')
        self.assertLess(
            self.log.index('a.0 in one goes'), self.log.index('a goes')
        )
        gone = self.log.index('guests go')
        self.assertLess(gone, self.log.index('b.0 in one goes'))
        self.assertLess(gone, self.log.index('b goes'))

    def test_what_cannot_be_removed_is_told_and_keeps_no_other(self) -> None:
        stage = Without(self.log)
        stage.told.set_result(None)
        with testtools.ExpectedException(RuntimeError, 'stubborn'), stage:
            stubborn = test_together.Stubborn()
            stubborn.setUp()
            stage.leave(stubborn)
            self.play(stage, 'a')
        self.assertIn('a goes', self.log)

    def test_guests_that_never_come_get_no_cards(self) -> None:
        stage = Without(self.log)
        with together.Prepared() as prepared, together.Ahead(stage) as ahead:
            prepared.begin('a', self.laid(stage, 'a'))
            stage.told.set_exception(RuntimeError('no host'))
            error = self.assertRaises(RuntimeError, ahead.ready)
            self.assertEqual('no host', str(error))
            error = self.assertRaises(RuntimeError, prepared.wait, 'a')
            self.assertEqual('no host', str(error))
        self.assertEqual(['a comes', 'a goes'], self.log)

    def test_a_test_takes_its_own_cards_down_at_its_end(self) -> None:
        stage = Without(self.log)
        stage.told.set_result(None)
        with stage:
            owner = mock.Mock()
            wanted = [
                f'one: lower m1 {COMMAND} || failed=1',
                f'two: lower m2 {COMMAND} || failed=1',
            ]
            rows = [[mock.Mock(mac='m1')], [mock.Mock(mac='m2')]]
            self.assertEqual(stage.guests, stage.bring(owner, rows, ()))
            self.assertEqual([], self.log)
            for call in owner.addCleanup.call_args_list:
                undo, *arguments = call.args
                undo(*arguments)
        self.assertEqual(wanted, self.log[:-1])

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
        self.assertIsInstance(stages.configured(mock.Mock()), stages.Shared)
        for name in ('lower_command', 'card_command'):
            setattr(self.options, name, '')
            error = self.assertRaises(
                exceptions.InvalidConfiguration, stages.configured, None
            )
            self.assertIn(f'{name} is empty', str(error))
        self.options.guest_access = 'console'
        self.assertIsInstance(stages.configured(mock.Mock()), stages.Single)
