# Licensed under the Apache License, Version 2.0 (the "License"); you may
# not use this file except in compliance with the License. You may obtain
# a copy of the License at
#
#      http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS, WITHOUT
# WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the
# License for the specific language governing permissions and limitations
# under the License.
"""After all that a run of scripts/test did with labs: the machine.

Named so that it comes after the other tests of start and stop.
"""

import json
import os
from pathlib import Path

import testtools

from tests.lab import machine
from tests.lab import meanwhile
from tools import lab


class WholeRunTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        place = os.environ.get(lab.MACHINE_BEFORE)
        if not place:
            self.skipTest(f'scripts/test sets {lab.MACHINE_BEFORE}')
        self.before = json.loads(Path(place).read_text())
        self.since = Path(place).stat().st_mtime

    def test_machine_is_as_before_the_first_up(self) -> None:
        """Nothing that any `up` did is on it: it is as after the install.

        The machine's own programs may change it meanwhile, and nothing tells
        that from a change by a lab: it is a failure that names them.
        """
        said = machine.lab('down')
        self.assertEqual(0, said.returncode, said.stdout)
        seen = machine.lasting()
        self.assertEqual(set(self.before), set(seen))
        found = machine.differences(self.before, seen)
        if found:
            self.fail(f'{found}{meanwhile.told(self.since)}')
