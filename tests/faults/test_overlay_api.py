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
"""Every API test of the overlay is turned red by a lie of the API."""

import testtools
from testtools import content

from ipv6_lab import paths
from tests.lab import machine

TABLE = paths.CHECKOUT / 'doc' / 'source' / 'overlay-api-faults.csv'
TIMEOUT = 1200


class OverlayApiFaultsTest(testtools.TestCase):
    """The table of the documentation, shown once more to be true.

    The whole of it takes the best part of an hour
    (``tests/lab/lying.py``), so here each test meets one of its faults.
    """

    def test_each_test_turns_red(self) -> None:
        said = machine.lab(
            'run',
            '--',
            'python',
            '-m',
            'tests.lab.lying',
            'check',
            str(TABLE),
            timeout=TIMEOUT,
        )
        self.addDetail('runs', content.text_content(said.stdout))
        self.assertEqual(0, said.returncode, said.stdout[-3000:])
