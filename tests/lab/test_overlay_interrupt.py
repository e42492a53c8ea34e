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
"""A run that is cut short leaves nothing in the cloud."""

import ddt
import testtools
from testtools import content

from tests.lab import interrupted
from tests.lab import machine

TIMEOUT = 300


@ddt.ddt
class OverlayInterruptTest(testtools.TestCase):
    """Ctrl-C, SIGTERM, and a runner that dies under its workers."""

    @ddt.data(*interrupted.WAYS)
    def test_nothing_is_left(self, way: str) -> None:
        self.check(way, 'api')

    def test_nothing_is_left_of_a_scenario(self) -> None:
        """Guests, their key pair and the way to them are there by then."""
        self.check('ctrl-c', 'scenario')

    def check(self, way: str, moment: str) -> None:
        """Cut a run short at a moment; nothing of it may be left."""
        said = machine.lab(
            'run',
            '--',
            'python',
            '-m',
            'tests.lab.interrupted',
            way,
            moment,
            timeout=TIMEOUT,
        )
        self.addDetail('story', content.text_content(said.stdout))
        self.assertEqual(0, said.returncode, said.stdout)
