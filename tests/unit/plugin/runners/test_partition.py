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

"""Shares that end together."""

import itertools
import random

import testtools

from ipv6_tempest_plugin.results import durations
from ipv6_tempest_plugin.results import errors
from ipv6_tempest_plugin.runners import partition

ONE, TWO = partition.Runner('one'), partition.Runner('two')


def of_class(name: str, *seconds: float) -> dict[str, float]:
    """Return what the tests of a class take, by their names."""
    return {f'm.{name}.test_{n}': took for n, took in enumerate(seconds)}


def spread(
    seconds: dict[str, float], *runners: partition.Runner
) -> dict[str, partition.Share]:
    """Spread tests that are all known."""
    shares = partition.spread(
        [f'{name}[id-1]' for name in seconds],
        runners,
        durations.Durations(seconds),
    )
    return {share.runner: share for share in shares}


class PartitionTest(testtools.TestCase):
    def test_the_longest_first(self) -> None:
        seconds: dict[str, float] = {}
        for name, took in zip('ABCD', (7, 6, 5, 4), strict=True):
            seconds |= of_class(name, took)
        shares = spread(seconds, ONE, TWO)
        self.assertEqual(
            [11.0, 11.0], sorted(s.seconds for s in shares.values())
        )

    def test_every_test_once(self) -> None:
        seconds: dict[str, float] = {}
        for number in range(50):
            seconds |= of_class(f'C{number}', *range(1, 1 + number % 7))
        shares = spread(seconds, ONE, TWO, partition.Runner('three', 4))
        given = [t for share in shares.values() for t in share.tests]
        self.assertEqual(sorted(f'{n}[id-1]' for n in seconds), sorted(given))

    def test_a_class_stays_whole(self) -> None:
        seconds = of_class('A', 1, 1, 1, 1) | of_class('B', 1)
        shares = spread(seconds, ONE, TWO)
        self.assertEqual(
            {('A',) * 4, ('B',)},
            {
                tuple(t.split('.')[1] for t in share.tests)
                for share in shares.values()
            },
        )

    def test_parameters_with_dots_are_no_classes(self) -> None:
        tests = [f'm.A.test_e(http://{n}.example.org)' for n in 'abc']
        (share,) = partition.spread(tests, [ONE, TWO])
        self.assertEqual(tuple(tests), share.tests)

    def test_what_is_not_known_takes_the_median(self) -> None:
        known = of_class('A', 10) | of_class('B', 10) | of_class('C', 90)
        tests = [*known, 'm.D.test_new', 'm.E.test_new']
        shares = partition.spread(
            tests, [ONE, TWO], durations.Durations(known)
        )
        self.assertEqual([90.0, 40.0], [share.seconds for share in shares])

    def test_with_nothing_known_the_tests_are_counted(self) -> None:
        tests = [*of_class('A', 0, 0, 0), *of_class('B', 0, 0), 'm.C.test']
        shares = partition.spread(tests, [ONE, TWO])
        self.assertEqual([3.0, 3.0], [share.seconds for share in shares])

    def test_what_a_class_takes_beside_its_tests_counts(self) -> None:
        known = durations.Durations(
            of_class('A', 1) | of_class('B', 2) | of_class('C', 2),
            {'m.A': 4.0},
        )
        shares = partition.spread(known.tests, [ONE, TWO], known)
        self.assertEqual({'m.A.test_0'}, set(shares[0].tests))
        self.assertEqual([5.0, 4.0], [share.seconds for share in shares])

    def test_workers_count(self) -> None:
        seconds: dict[str, float] = {}
        for name in 'ABCDEF':
            seconds |= of_class(name, 5)
        shares = spread(seconds, ONE, partition.Runner('two', 2))
        self.assertEqual(
            {'one': (2, 10.0), 'two': (4, 10.0)},
            {n: (s.classes, s.seconds) for n, s in shares.items()},
        )

    def test_a_runner_too_many_gets_nothing(self) -> None:
        self.assertEqual(['one'], [*spread(of_class('A', 1, 2), ONE, TWO)])

    def test_without_a_runner_there_is_one_clear_error(self) -> None:
        error = self.assertRaises(
            errors.ReportError, partition.spread, ['m.A.t'], []
        )
        self.assertIn('expected at least one runner, seen none', str(error))

    def test_it_is_never_a_third_over_the_best(self) -> None:
        chance = random.Random(7)
        for _ in range(50):
            took = [chance.randint(1, 20) for _ in range(8)]
            seconds: dict[str, float] = {}
            for name, one in zip('ABCDEFGH', took, strict=True):
                seconds |= of_class(name, one)
            shares = spread(seconds, ONE, TWO)
            best = min(
                max(sum(some), sum(took) - sum(some))
                for size in range(9)
                for some in itertools.combinations(took, size)
            )
            seen = max(share.seconds for share in shares.values())
            self.assertTrue(best <= seen <= best * 7 / 6, (took, seen))
