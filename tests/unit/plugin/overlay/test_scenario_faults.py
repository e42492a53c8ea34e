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


"""Faults of the data plane: what tests must name, and which were seen red."""

import csv
import pathlib
import unittest

import testtools
from testtools import testsuite

from ipv6_lab.faults import packets
from ipv6_tempest_plugin.overlay import judging
from ipv6_tempest_plugin.overlay import replies
from tests.lab import breaking

ROOT = pathlib.Path(__file__).resolve().parents[4]
PLACE = ROOT / 'ipv6_tempest_plugin' / 'tests' / 'overlay' / 'scenario'
TABLE = ROOT / 'doc' / 'source' / 'overlay-scenario-faults.csv'
EXPLAINED = TABLE.with_stem(f'{TABLE.stem}-explained')
ANEW = 'tests/lab/breaking.py survey writes the table anew'
NAME = f'{breaking.PACKAGE}.test_network_v6.TestGettingAddress.test_slaac'
SAID = """\
{{0}} {name}_from_os [9.1s] ... FAILED

    AssertionError: guest one: it is not what it must be in: RA: O flag, MTU
    RA: O flag
      expected      [True]
{{0}} {name}_other [8.2s] ... ok
"""


class ReasonsTest(testtools.TestCase):
    def reasons(self, *tells: str, follows: str = '') -> list[str]:
        """Return what was wrong with each of two tests."""
        said = SAID.format(name=NAME)
        trial = breaking.Trial({}, frozenset(tells), frozenset([follows]))
        return list(breaking.reasons(said, trial).values())

    def test_what_was_broken_is_named(self) -> None:
        wanted = ['RA: O flag, MTU', '']
        self.assertEqual(wanted, self.reasons('RA: O flag', 'MTU'))
        self.assertEqual(wanted, self.reasons('MTU', follows='RA: O flag'))

    def test_something_else_is_named(self) -> None:
        tells = ('RA: O flag', 'MTU', 'RA: A flag')
        error = self.assertRaises(RuntimeError, self.reasons, *tells)
        self.assertIn("'RA: A flag'", str(error))

    def test_too_much_is_named(self) -> None:
        # As when no advertisement came at all.
        error = self.assertRaises(RuntimeError, self.reasons, 'RA: O flag')
        self.assertIn("expected ['RA: O flag'], seen ['MTU'", str(error))

    def test_nothing_is_named(self) -> None:
        said = SAID.format(name=NAME).replace('must be in', 'may be')
        trial = breaking.TRIED['ra-o-flag']
        self.assertRaises(RuntimeError, breaking.reasons, said, trial)

    def test_no_test_ran(self) -> None:
        trial = breaking.TRIED['ra-o-flag']
        error = self.assertRaises(
            RuntimeError, breaking.reasons, 'setUpClass FAILED', trial
        )
        self.assertIn('setUpClass FAILED', str(error))


class FaultsTest(testtools.TestCase):
    def test_every_fault_is_tried(self) -> None:
        self.assertEqual(set(packets.BY_NAME), set(breaking.TRIED))

    def test_what_tests_must_name_is_what_they_can(self) -> None:
        for fault, trial in breaking.TRIED.items():
            self.assertTrue(trial.tells, fault)
            for name in trial.tells | trial.follows:
                known = name in judging.HINTS or replies.aim(name) in (
                    replies.LOST
                )
                self.assertTrue(known, f'{fault}: {name}')


class TablesTest(testtools.TestCase):
    def rows(self, path: pathlib.Path) -> list[dict[str, str]]:
        with path.open(newline='') as stream:
            return list(csv.DictReader(stream))

    def test_every_test_was_seen_red(self) -> None:
        suite = unittest.TestLoader().discover(
            str(PLACE), top_level_dir=str(ROOT)
        )
        tests = {
            test.id().removeprefix(f'{breaking.PACKAGE}.').partition('[')[0]
            for test in testsuite.iterate_tests(suite)
        }
        red = {row['test'] for row in self.rows(TABLE) if row['faults']}
        self.assertEqual(tests, red, ANEW)

    def test_every_fault_has_turned_some_test_red(self) -> None:
        matrix = [row['faults'].split() for row in self.rows(TABLE)]
        for row in self.rows(EXPLAINED):
            name = row['fault']
            self.assertEqual(packets.BY_NAME[name].what, row['what is broken'])
            killed = sum(name in faults for faults in matrix)
            self.assertEqual(str(killed), row['tests it turns red'], name)
            self.assertGreater(killed, 0, name)
        explained = {row['fault'] for row in self.rows(EXPLAINED)}
        self.assertEqual(set(packets.BY_NAME), explained, ANEW)
