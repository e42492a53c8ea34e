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
"""What tests of runs that are cut short have in common."""

import testtools
from testtools import content

from tests.lab import machine


class CuttingTest(testtools.TestCase):
    """Runs :mod:`tests.lab.interrupted` in the controller.

    :cvar timeout: seconds that it may take
    """

    timeout = 300

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
            timeout=self.timeout,
        )
        self.addDetail('story', content.text_content(said.stdout))
        self.assertEqual(0, said.returncode, said.stdout)
