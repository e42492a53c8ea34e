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

"""Several things at once, and none of them forgotten."""

import threading
from typing import Any

import fixtures
import testtools

from ipv6_tempest_plugin.overlay import together


class Thing(fixtures.Fixture):
    """Says when it comes and goes; fails when told to."""

    def __init__(
        self, name: str, log: list[str], error: Exception | None = None
    ) -> None:
        super().__init__()
        self.name = name
        self.log = log
        self.error = error

    def _setUp(self) -> None:
        self.addCleanup(self.log.append, f'{self.name} goes')
        if self.error:
            raise self.error
        self.log.append(f'{self.name} comes')


class Stubborn(fixtures.Fixture):
    """Cannot be removed."""

    def _setUp(self) -> None:
        self.addCleanup(self.fail)

    def fail(self) -> None:
        """Fail."""
        raise RuntimeError('stubborn')


class TogetherTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.log: list[str] = []

    def test_actions_run_at_once(self) -> None:
        barrier = threading.Barrier(2, timeout=5)
        self.assertEqual(2, len(together.run(barrier.wait, barrier.wait)))

    def test_results_have_the_order_of_the_actions(self) -> None:
        self.assertEqual([1, 2], together.run(lambda: 1, lambda: 2))
        self.assertEqual([], together.run())

    def test_the_first_error_is_raised_and_the_others_end(self) -> None:
        def fail() -> None:
            raise ValueError('first')

        self.assertRaises(
            ValueError, together.run, fail, lambda: self.log.append('other')
        )
        self.assertEqual(['other'], self.log)

    def test_what_is_there_goes_when_another_fails(self) -> None:
        whole = together.Together(
            Thing('one', self.log), Thing('two', self.log, ValueError('no'))
        )
        self.assertRaises(ValueError, together.begin, whole)
        self.assertEqual({'one comes', 'one goes', 'two goes'}, set(self.log))

    def test_nested_fixtures_raise_the_first_error_alone(self) -> None:
        inner = together.Together(Thing('x', self.log, ValueError('root')))
        outer = together.Together(together.Together(inner))
        error = self.assertRaises(ValueError, together.begin, outer)
        self.assertEqual('root', str(error))

    def test_fixtures_that_use_others_raise_the_first_error_too(self) -> None:
        log = self.log

        class Outer(fixtures.Fixture):
            def _setUp(self) -> None:
                self.useFixture(Thing('inner', log, ValueError('root')))

        class Outermost(fixtures.Fixture):
            def _setUp(self) -> None:
                self.useFixture(Outer())

        error = self.assertRaises(ValueError, together.begin, Outermost())
        self.assertEqual('root', str(error))


class SweeperTest(testtools.TestCase):
    def left(self, *some: fixtures.Fixture) -> Any:
        """Leave some fixtures to a sweeper and end it."""
        with together.Sweeper() as sweeper:
            for one in some:
                one.setUp()
                sweeper.leave(one)

    def test_in_the_order_in_which_they_were_left(self) -> None:
        log: list[str] = []
        self.left(*(Thing(name, log) for name in 'abc'))
        gone = [line for line in log if line.endswith('goes')]
        self.assertEqual(['a goes', 'b goes', 'c goes'], gone)

    def test_what_cannot_be_removed_is_told_at_the_end(self) -> None:
        log: list[str] = []
        error = self.assertRaises(
            RuntimeError, self.left, Stubborn(), Thing('next', log)
        )
        self.assertEqual('stubborn', str(error))
        self.assertIn('next goes', log)


class AheadTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.log: list[str] = []

    def thing(self, name: str, error: Exception | None = None) -> Thing:
        """Describe a thing that tells the log."""
        return Thing(name, self.log, error)

    def test_it_comes_in_the_background_and_goes(self) -> None:
        come = threading.Event()

        class Slow(Thing):
            def _setUp(self) -> None:
                come.wait(10)
                super()._setUp()

        with together.Ahead(Slow('a', self.log)) as ahead:
            self.assertEqual([], self.log)
            come.set()
            self.assertEqual('a', ahead.ready().name)
        self.assertEqual(['a comes', 'a goes'], self.log)

    def test_it_goes_also_when_nobody_waited_for_it(self) -> None:
        with together.Ahead(self.thing('a')):
            pass
        self.assertEqual(['a comes', 'a goes'], self.log)

    def test_an_error_is_raised_to_who_wants_it_alone(self) -> None:
        with together.Ahead(self.thing('a', ValueError('no'))) as ahead:
            error = self.assertRaises(ValueError, ahead.ready)
        self.assertEqual('no', str(error))
        self.assertEqual(['a goes'], self.log)

    def test_who_takes_removes(self) -> None:
        with together.Prepared() as prepared:
            for name in 'ab':
                prepared.begin(name, self.thing(name))
            prepared.begin('a', self.thing('another'))
            prepared.wait('b')
            taken = prepared.take('a')
            self.assertEqual('a', taken.ready().name)
            self.assertRaises(KeyError, prepared.take, 'a')
        self.assertIn('b goes', self.log)
        self.assertNotIn('a goes', self.log)
        self.assertNotIn('another comes', self.log)
        taken.cleanUp()
        self.assertIn('a goes', self.log)

    def test_what_is_put_back_goes_with_the_others(self) -> None:
        with together.Prepared() as prepared:
            prepared.begin('a', self.thing('a'))
            prepared.put('a', prepared.take('a'))
            prepared.begin('a', self.thing('another'))
        self.assertEqual(['a comes', 'a goes'], self.log)
