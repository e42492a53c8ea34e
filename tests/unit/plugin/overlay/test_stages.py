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

"""Cards that tests leave plugged in: pulled by the next, or never."""

from typing import Any
from unittest import mock

import testtools

from ipv6_tempest_plugin.overlay import stages
from ipv6_tempest_plugin.overlay import together
from tests.unit.plugin.overlay import test_together


class Owner:
    """A test that ends when it is told to."""

    def __init__(self) -> None:
        self.watch = mock.Mock()
        self.undoings: list[Any] = []

    def addCleanup(self, undo: Any, *arguments: Any) -> None:
        """Have something done at the end."""
        self.undoings.append((undo, arguments))

    def end(self) -> None:
        """Do it, latest first."""
        for undo, arguments in reversed(self.undoings):
            undo(*arguments)


class Without(stages.Shared):
    """A stage without guests, whose cards tell the log."""

    def __init__(self, log: list[str]) -> None:
        super().__init__(mock.Mock(), 6)
        self.log = log

    def _setUp(self) -> None:
        self.useFixture(self.sweeper)
        self.addCleanup(self._clear)
        self.addCleanup(self.log.append, 'guests go')

    def plugs(self, cards: Any) -> Any:
        """Return what tells that cards come and go."""
        return self.thing(f'card {cards}')

    def thing(self, name: str) -> Any:
        """Describe what tells the log."""
        return together.Together(test_together.Thing(name, self.log))


class SharedTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.log: list[str] = []

    def play(self, stage: Without, name: Any) -> None:
        """Run a test on networks of its own."""
        owner = Owner()
        ground = stage.thing(f'network {name}')
        ground.setUp()
        owner.addCleanup(stage.leave, ground)
        stage.bring(owner, name, ())
        owner.end()

    def test_cards_are_pulled_for_the_next_test(self) -> None:
        with Without(self.log) as stage:
            self.play(stage, 1)
            self.assertEqual(['network 1 comes', 'card 1 comes'], self.log)
            self.play(stage, 2)
            self.assertIn('card 1 goes', self.log)
            self.assertNotIn('card 2 goes', self.log)
        gone = [line for line in self.log if line.endswith(('goes', 'go'))]
        for before, after in (
            ('card 1 goes', 'network 1 goes'),
            ('guests go', 'card 2 goes'),
            ('card 2 goes', 'network 2 goes'),
        ):
            self.assertLess(gone.index(before), gone.index(after))

    def test_what_is_kept_goes_after_the_guests(self) -> None:
        with Without(self.log) as stage:
            for name in ('network', 'card'):
                one = stage.thing(name)
                one.setUp()
                stage.keep(one)
            self.play(stage, 1)
            self.play(stage, 2)
        gone = self.log[self.log.index('guests go') :]
        self.assertLess(gone.index('card goes'), gone.index('network goes'))

    def test_what_cannot_be_removed_is_told_and_keeps_no_other(self) -> None:
        with (
            testtools.ExpectedException(RuntimeError, 'stubborn'),
            Without(self.log) as stage,
        ):
            stubborn = test_together.Stubborn()
            stubborn.setUp()
            other = stage.thing('other')
            other.setUp()
            stage.leave(stubborn)
            stage.leave(other)
        self.assertIn('other goes', self.log)
