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

"""Deadlines and waits, on a clock that the tests turn."""

from unittest import mock

import testtools

from ipv6_tempest_plugin import waiting


class Clock:
    """Seconds that pass only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.naps: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds


class WaitingTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.clock = Clock()
        patcher = mock.patch('time.sleep', self.clock.sleep)
        patcher.start()
        self.addCleanup(patcher.stop)

    def deadline(self, seconds: float) -> waiting.Deadline:
        return waiting.Deadline(seconds, self.clock)

    def test_deadline_counts_down_to_zero_and_stays(self) -> None:
        deadline = self.deadline(5)
        self.assertEqual((0, 5, False), self._state(deadline))
        self.clock.now += 4
        self.assertEqual((4, 1, False), self._state(deadline))
        self.clock.now += 4
        self.assertEqual((8, 0, True), self._state(deadline))

    @staticmethod
    def _state(deadline: waiting.Deadline) -> tuple[float, float, bool]:
        return deadline.elapsed, deadline.remaining, deadline.expired

    def test_a_deadline_in_the_past_is_refused(self) -> None:
        error = self.assertRaises(ValueError, waiting.Deadline, -1)
        self.assertIn('got -1', str(error))

    def test_the_answer_comes_back_without_a_nap(self) -> None:
        answer = waiting.wait_for('it', lambda: 'yes', self.deadline(5))
        self.assertEqual('yes', answer)
        self.assertEqual([], self.clock.naps)

    def test_until_decides(self) -> None:
        answers = iter([1, 2, 3])
        self.assertEqual(
            3,
            waiting.wait_for(
                'three',
                lambda: next(answers),
                self.deadline(5),
                until=lambda seen: seen == 3,
                interval=0.5,
            ),
        )
        self.assertEqual([0.5, 0.5], self.clock.naps)

    def test_the_last_nap_ends_at_the_deadline_with_one_more_look(
        self,
    ) -> None:
        looks: list[float] = []

        def look() -> bool:
            looks.append(self.clock.now - 100)
            return False

        self.assertRaises(
            waiting.WaitTimeout,
            waiting.wait_for,
            'nothing',
            look,
            self.deadline(2.5),
        )
        self.assertEqual([0, 1, 2, 2.5], looks)

    def test_no_time_at_all_is_still_one_look(self) -> None:
        self.assertTrue(waiting.wait_for('it', lambda: 1, 0))

    def test_the_error_says_what_was_awaited_and_last_seen(self) -> None:
        error = self.assertRaises(
            waiting.WaitTimeout,
            waiting.wait_for,
            'port 1 to be ACTIVE',
            lambda: 'DOWN',
            self.deadline(2),
            until=lambda seen: seen == 'ACTIVE',
        )
        self.assertEqual(
            "waited 2.0 s for port 1 to be ACTIVE; last seen: 'DOWN'",
            str(error),
        )

    def test_named_exceptions_mean_not_yet(self) -> None:
        def refuse() -> None:
            raise ConnectionRefusedError('not yet')

        error = self.assertRaises(
            waiting.WaitTimeout,
            waiting.wait_for,
            'a listener',
            refuse,
            self.deadline(1),
            retry_on=(ConnectionError,),
        )
        self.assertIn('ConnectionRefusedError: not yet', str(error))
        self.assertIsInstance(error.__cause__, ConnectionRefusedError)

    def test_any_other_exception_passes_through(self) -> None:
        def crash() -> None:
            raise KeyError('status')

        self.assertRaises(
            KeyError, waiting.wait_for, 'it', crash, self.deadline(1)
        )
        self.assertEqual([], self.clock.naps)
