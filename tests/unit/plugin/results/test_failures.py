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

"""What is taken from tracebacks."""

import ddt
import testtools

from ipv6_tempest_plugin.results import failures
from tests.unit.plugin.results import streams

_CHAINED = (
    streams.traceback('refused', 'ConnectionError')
    + '\nThe above exception was the direct cause of the following '
    'exception:\n\n' + streams.traceback('gave up', 'tempest.lib.Timeout')
)


@ddt.ddt
class FailuresTest(testtools.TestCase):
    @ddt.data(
        (streams.traceback('two\n  lines'), 'two\n  lines'),
        (streams.traceback('x', 'ValueError'), 'ValueError: x'),
        (
            streams.traceback('1 != 2', 'testtools.matchers.MismatchError'),
            '1 != 2',
        ),
        (_CHAINED, 'tempest.lib.Timeout: gave up'),
        ('just words\nof two lines', 'just words\nof two lines'),
        (
            'testtools.testresult.real._StringException: '
            + streams.traceback('x'),
            'x',
        ),
        ('', ''),
    )
    @ddt.unpack
    def test_diagnosis(self, traceback: str, told: str) -> None:
        self.assertEqual(told, failures.diagnosis(traceback))

    def test_exception(self) -> None:
        self.assertEqual('tempest.lib.Timeout', failures.exception(_CHAINED))
        self.assertEqual('', failures.exception('words'))

    def test_short_logs_stay_whole(self) -> None:
        log = '\n'.join(f'line {n}' for n in range(20))
        self.assertEqual(log, failures.log_lines(log))
