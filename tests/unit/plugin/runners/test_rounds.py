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

"""What a runner left, and what becomes of it."""

import testtools

from ipv6_tempest_plugin.results import model
from ipv6_tempest_plugin.runners import rounds
from tests.unit.plugin.results import streams

Status = model.Status
A, B, C, D = (f'{streams.API}.test_a.{n}Test.test' for n in 'ABCD')


def part(
    number: int, runner: str, tests: str, made: streams.Stream | None = None
) -> rounds.Part:
    """Return a part; the tests by their letters, ids with a UUID."""
    names = dict(zip('ABCD', (A, B, C, D), strict=True))
    ids = tuple(
        streams.test_id(names[letter], ord(letter)) for letter in tests
    )
    return rounds.Part(
        number, runner, ids, made.run() if made else model.Run(())
    )


def died(number: int = 1) -> rounds.Part:
    """Return the part of a runner that died in the second of three tests."""
    made = streams.Stream().passed(streams.test_id(A, ord('A')))
    made.start(streams.test_id(B, ord('B'))).raw(b'\xb3\x29')
    return part(number, 'one', 'ABC', made)


def passed(number: int, runner: str, tests: str) -> rounds.Part:
    """Return the part of a runner whose tests all passed."""
    empty = part(number, runner, tests)
    made = streams.Stream()
    for test in empty.tests:
        made.passed(test)
    return part(number, runner, tests, made)


def short(test_ids: tuple[str, ...]) -> str:
    """Return tests by their letters."""
    return ''.join(i.rpartition('Test.')[0][-1] for i in test_ids)


class LeftTest(testtools.TestCase):
    def test_what_was_running_and_what_never_ran(self) -> None:
        self.assertEqual('BC', short(died().left))
        self.assertFalse(died().is_whole)

    def test_a_runner_that_told_nothing_left_all(self) -> None:
        self.assertEqual('AB', short(part(1, 'one', 'AB').left))

    def test_nothing_is_left_of_what_ended(self) -> None:
        self.assertEqual((), passed(1, 'one', 'ABCD').left)

    def test_a_failure_is_an_end(self) -> None:
        made = streams.Stream().failed(streams.test_id(A, ord('A')), 'no')
        self.assertTrue(part(1, 'one', 'A', made).is_whole)

    def test_what_a_class_took_is_not_left(self) -> None:
        for tell in ('failed', 'skipped'):
            made = streams.Stream()
            owner = A.rpartition('.')[0]
            getattr(made, tell)(f'setUpClass ({owner})', 'no')
            self.assertEqual((), part(1, 'one', 'A', made).left, tell)

    def test_the_last_round_tells(self) -> None:
        parts = [died(), passed(1, 'two', 'D'), passed(2, 'two', 'BC')]
        self.assertEqual('BC', short(rounds.left(parts[:2])))
        self.assertEqual((), rounds.left(parts))
        self.assertEqual((), rounds.left([]))

    def test_who_left_something_is_dead(self) -> None:
        parts = [died(), passed(1, 'two', 'D'), passed(2, 'two', 'BC')]
        self.assertEqual({'one'}, rounds.dead(parts))

    def test_what_ended_tells_what_it_took(self) -> None:
        self.assertEqual({A: 1.0}, rounds.known([died()]).tests)


class MergeTest(testtools.TestCase):
    def test_what_others_took_over_is_green_and_says_so(self) -> None:
        run = rounds.merge(
            [died(), passed(1, 'two', 'D'), passed(2, 'two', 'BC')]
        )
        self.assertTrue(run.is_green, (run.notes, run.bad))
        self.assertEqual(
            {
                A: '',
                B: '[not run by one in round 1]',
                C: '[not run by one in round 1]',
                D: '',
            },
            {test.name: test.reason for test in run.tests},
        )
        (remark,) = run.remarks
        self.assertIn(
            'round 1: one ended early, 2 of its 3 test(s) not run', remark
        )
        self.assertIn('the stream is not whole', remark)

    def test_what_nobody_took_over_is_not_run(self) -> None:
        run = rounds.merge([died(), passed(1, 'two', 'D')])
        self.assertFalse(run.is_green)
        self.assertEqual(
            [(B, Status.NOT_RUN), (C, Status.NOT_RUN)],
            [(test.name, test.status) for test in run.bad],
        )
        self.assertEqual('not run by one in round 1', run.bad[0].reason)
        self.assertIn('2 of 4 listed test(s) did not run', run.notes)
        self.assertTrue(any('one ended early' in n for n in run.notes))

    def test_a_failure_where_it_was_taken_over(self) -> None:
        made = streams.Stream().failed(streams.test_id(B, ord('B')), 'no')
        made.passed(streams.test_id(C, ord('C')))
        run = rounds.merge([died(), part(2, 'two', 'BC', made)])
        (failure,) = run.bad
        self.assertEqual('no [not run by one in round 1]', failure.reason)

    def test_two_that_died_one_after_the_other(self) -> None:
        run = rounds.merge(
            [died(), part(2, 'two', 'BC'), passed(3, 'three', 'BC')]
        )
        self.assertTrue(run.is_green, run.notes)
        self.assertEqual(2, len(run.remarks))
        self.assertIn(
            '[not run by one in round 1, not run by two in round 2]',
            {test.reason for test in run.tests},
        )

    def test_noise_of_a_runner_that_lived_still_counts(self) -> None:
        made = streams.Stream().passed(streams.test_id(A, ord('A')))
        run = rounds.merge([part(1, 'one', 'A', made.raw(b'warning'))])
        self.assertFalse(run.is_green)
