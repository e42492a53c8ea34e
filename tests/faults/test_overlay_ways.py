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

"""The scenario tests are green on the lab, however guests are reached."""

import re

import ddt
import testtools
from testtools import content

from tests.lab import breaking
from tests.lab import machine

TIMEOUT = 900
COUNTS = re.compile(r'^ - (Passed|Skipped|Failed): (\d+)$', re.M)
# Tests that pass, by how guests are reached and have their cards: those of
# networks without IPv4 cannot be reached by floating IPs.
PASSED = (
    ('ssh-ipv6', 'trunk', 12),
    ('ssh-ipv6', 'ports', 12),
    ('ssh-floating-ip', 'trunk', 8),
    ('ssh-floating-ip', 'ports', 8),
    ('console', 'ports', 12),
)


@ddt.ddt
class OverlayScenarioTest(testtools.TestCase):
    @ddt.data(*PASSED)
    @ddt.unpack
    def test_green(self, way: str, cards: str, passed: int) -> None:
        said = machine.lab(
            'run',
            '--',
            'python',
            '-m',
            'tests.lab.breaking',
            'run',
            way,
            rf'^{re.escape(breaking.PACKAGE)}\.',
            f'guest_cards={cards}',
            timeout=TIMEOUT,
        )
        self.addDetail('run', content.text_content(said.stdout))
        counts = {
            word: int(count) for word, count in COUNTS.findall(said.stdout)
        }
        self.assertEqual(passed, counts.get('Passed'), said.stdout[-2000:])
        self.assertEqual(0, counts.get('Failed'))
