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

"""No API test counts that no fault has turned red."""

import csv
import pathlib
import unittest

import testtools
from testtools import testsuite

ROOT = pathlib.Path(__file__).resolve().parents[4]
PLACE = ROOT / 'ipv6_tempest_plugin' / 'tests' / 'overlay' / 'api'
TABLE = ROOT / 'doc' / 'source' / 'overlay-api-faults.csv'
PACKAGE = 'ipv6_tempest_plugin.tests.overlay.api.'


class FaultsTableTest(testtools.TestCase):
    def test_every_test_was_seen_red(self) -> None:
        suite = unittest.TestLoader().discover(
            str(PLACE), top_level_dir=str(ROOT)
        )
        tests = {
            test.id().removeprefix(PACKAGE).partition('[')[0]
            for test in testsuite.iterate_tests(suite)
        }
        with TABLE.open(newline='') as stream:
            rows = {
                row['test']: row['faults'] for row in csv.DictReader(stream)
            }
        self.assertEqual(
            tests,
            {test for test, faults in rows.items() if faults},
            'tests/lab/lying.py survey writes the table anew',
        )
