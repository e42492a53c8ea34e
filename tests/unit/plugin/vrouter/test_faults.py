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

"""Faults around the vRouter: what tests must tell, which were seen red."""

import csv
import pathlib
import unittest

import testtools
from testtools import testsuite

from tests.lab import vrouter_breaking as breaking

ROOT = pathlib.Path(__file__).resolve().parents[4]
PLACE = ROOT / 'ipv6_tempest_plugin' / 'tests' / 'vrouter'
TABLE = ROOT / 'doc' / 'source' / 'vrouter-faults.csv'
EXPLAINED = TABLE.with_stem(f'{TABLE.stem}-explained')
ANEW = 'tests/lab/vrouter_breaking.py writes the table anew'
SAID = """\
AssertionError: OPNFV-NATIVE-SETUP-14: router does not use the extra route
RESULT test_reach red
AssertionError: waited 10 s for VM1
RESULT test_path red
RESULT test_tcp ok
"""


class ComplaintsTest(testtools.TestCase):
    def complaints(self, fault: str, *red: str) -> list[str]:
        return breaking.complaints(fault, breaking.texts(SAID), set(red))

    def test_it_is_told(self) -> None:
        self.assertEqual([], self.complaints('route-lost', 'test_reach'))

    def test_another_test_tells_it(self) -> None:
        found = self.complaints('route-lost', 'test_reach', 'test_path')
        self.assertEqual(1, len(found))
        self.assertIn('test_path does not tell', found[0])

    def test_nothing_is_red(self) -> None:
        self.assertEqual(
            ['route-lost: no test is red'], self.complaints('route-lost')
        )

    def test_something_is_red_without_a_fault(self) -> None:
        self.assertEqual(
            ['none: test_path is red'], self.complaints('none', 'test_path')
        )


class TablesTest(testtools.TestCase):
    def rows(self, path: pathlib.Path) -> list[dict[str, str]]:
        with path.open(newline='') as stream:
            return list(csv.DictReader(stream))

    def test_every_fault_must_be_told(self) -> None:
        self.assertEqual(set(breaking.WHAT), set(breaking.TOLD))

    def test_every_test_was_seen_red(self) -> None:
        suite = unittest.TestLoader().discover(
            str(PLACE), top_level_dir=str(ROOT)
        )
        names = (test.id() for test in testsuite.iterate_tests(suite))
        tests = {name.partition('[')[0].rpartition('.')[2] for name in names}
        red = {row['test'] for row in self.rows(TABLE) if row['faults']}
        self.assertEqual(tests, red, ANEW)

    def test_every_fault_has_turned_some_test_red(self) -> None:
        matrix = [row['faults'].split() for row in self.rows(TABLE)]
        explained = self.rows(EXPLAINED)
        self.assertEqual(
            breaking.WHAT,
            {row['fault']: row['what is wrong'] for row in explained},
            ANEW,
        )
        for row in explained:
            killed = sum(row['fault'] in faults for faults in matrix)
            self.assertEqual(str(killed), row['tests it turns red'])
            self.assertGreater(killed, 0, row['fault'])
