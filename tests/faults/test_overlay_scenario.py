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

"""Every scenario test of the overlay is turned red by a broken data plane."""

import sys

import testtools
from testtools import content

from ipv6_lab import paths
from tests.lab import machine

TABLE = paths.CHECKOUT / 'doc' / 'source' / 'overlay-scenario-faults.csv'
TIMEOUT = 2400


class OverlayScenarioFaultsTest(testtools.TestCase):
    """The table of the documentation, shown once more to be true.

    The whole of it takes long (``tests/lab/breaking.py``), so here each test
    meets one of its faults.
    """

    def test_each_test_turns_red(self) -> None:
        said = machine.run(
            sys.executable,
            '-m',
            'tests.lab.breaking',
            'check',
            str(TABLE),
            timeout=TIMEOUT,
            cwd=paths.CHECKOUT,
        )
        self.addDetail('runs', content.text_content(said.stdout))
        self.assertEqual(0, said.returncode, said.stdout[-3000:])
