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

"""No API test counts that no fault has turned red, and no fault that none."""

from collections.abc import Mapping
import csv
import pathlib
import re

import testtools

from ipv6_lab.faults import answers
from tests.lab import lying
from tests.lab import trials
from tests.unit.plugin.overlay import test_names

ROOT = pathlib.Path(__file__).resolve().parents[4]
TABLE = ROOT / 'doc' / 'source' / 'overlay-api-faults.csv'
EXPLAINED = TABLE.with_stem('overlay-api-faults-explained')
ANEW = 'tests/lab/lying.py survey writes the table anew'
CONTROL = {'honest'}


class FaultsTableTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.matrix: Mapping[str, list[str]] = lying.read(TABLE)

    def test_every_test_was_seen_red(self) -> None:
        self.assertEqual(
            set(test_names.discovered('api')),
            {test for test, faults in self.matrix.items() if faults},
            ANEW,
        )

    def test_every_fault_is_tried(self) -> None:
        self.assertEqual(set(answers.NAMES), set(trials.TRIED))

    def test_every_fault_but_the_control_kills(self) -> None:
        killers = {fault for some in self.matrix.values() for fault in some}
        self.assertEqual(set(trials.TRIED) - CONTROL, killers, ANEW)

    def test_each_kills_what_it_is_tried_on(self) -> None:
        strays = [
            f'{fault}: {test}'
            for test, faults in self.matrix.items()
            for fault in faults
            if not re.match(trials.TRIED[fault].tests, test)
        ]
        self.assertEqual([], strays, ANEW)

    def test_the_explanations_are_of_this_table(self) -> None:
        with EXPLAINED.open(newline='') as stream:
            rows = [tuple(row.values()) for row in csv.DictReader(stream)]
        self.assertEqual(
            [
                (name, answers.make(name).what, str(self.killed(name)))
                for name in answers.NAMES
            ],
            rows,
            ANEW,
        )

    def killed(self, fault: str) -> int:
        """Return how many tests a fault kills."""
        return sum(fault in faults for faults in self.matrix.values())
