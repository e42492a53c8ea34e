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
import testtools

from tools import totals

CLOSING = """
======
Totals
======
Ran: 12 tests in 0.5 sec.
 - Passed: 5
 - Skipped: 4
 - Expected Fail: 1
 - Unexpected Success: 1
 - Failed: {failed}
Sum of execute time for each test: 0.1 sec.
"""


class TotalsTest(testtools.TestCase):
    def test_sum(self) -> None:
        total = totals.Totals(1, 2, 3) + totals.Totals(10, 20, 30)
        self.assertEqual(totals.Totals(11, 22, 33), total)

    def test_text_is_the_closing_line(self) -> None:
        text = str(totals.Totals(12, 0, 3))
        self.assertEqual('12 passed, 0 failed, 3 skipped', text)

    def test_command(self) -> None:
        self.assertEqual(totals.Totals(passed=1), totals.of_command(0))
        self.assertEqual(totals.Totals(failed=1), totals.of_command(2))

    def test_every_count_of_a_test_run_is_counted(self) -> None:
        total = totals.of_tests(1, CLOSING.format(failed=2))
        self.assertEqual(totals.Totals(6, 3, 4), total)

    def test_a_run_without_tests_failed(self) -> None:
        self.assertEqual(totals.Totals(failed=1), totals.of_tests(0, ''))

    def test_a_run_in_which_nothing_passed_failed(self) -> None:
        text = ' - Passed: 0\n - Skipped: 31\n - Failed: 0\n'
        self.assertEqual(totals.Totals(0, 1, 31), totals.of_tests(0, text))
        text = ' - Passed: 0\n - Skipped: 1\n - Failed: 2\n'
        self.assertEqual(totals.Totals(0, 2, 1), totals.of_tests(1, text))

    def test_a_run_that_broke_after_its_tests_failed(self) -> None:
        text = CLOSING.replace('Success: 1', 'Success: 0').format(failed=0)
        self.assertEqual(totals.Totals(6, 1, 4), totals.of_tests(100, text))
        self.assertEqual(totals.Totals(6, 0, 4), totals.of_tests(0, text))
