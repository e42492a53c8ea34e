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
"""How many tests passed, failed and were skipped."""

from __future__ import annotations

from dataclasses import dataclass
import re

# The table that stestr and `tempest run` close with, one count a line.
COUNT = re.compile(
    r'^ - (Passed|Skipped|Expected Fail|Unexpected Success|Failed): (\d+)$',
    re.MULTILINE,
)
MEANING = {
    'Passed': 'passed',
    'Expected Fail': 'passed',
    'Failed': 'failed',
    'Unexpected Success': 'failed',
    'Skipped': 'skipped',
}


@dataclass(frozen=True)
class Totals:
    """Counts of tests, or of checks where a check stands for itself."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Totals) -> Totals:
        return Totals(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
        )

    def __str__(self) -> str:
        return (
            f'{self.passed} passed, {self.failed} failed, '
            f'{self.skipped} skipped'
        )


def of_command(code: int) -> Totals:
    """A command that counts as one test."""
    return Totals(failed=1) if code else Totals(passed=1)


def of_tests(code: int, output: str) -> Totals:
    """The totals of a test run, from its exit code and what it printed.

    A run that broke before or after its tests, and a run in which no test
    passed, count one failure more: neither may look green.
    """
    counts = {'passed': 0, 'failed': 0, 'skipped': 0}
    for name, number in COUNT.findall(output):
        counts[MEANING[name]] += int(number)
    totals = Totals(**counts)
    if not totals.failed and (code or not totals.passed):
        return totals + Totals(failed=1)
    return totals
