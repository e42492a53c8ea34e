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
from pathlib import Path

import fixtures
import testtools

from ipv6_lab import errors


class ErrorsTest(testtools.TestCase):
    def test_the_line_says_what_happened_and_what_to_do(self) -> None:
        error = errors.LabError('no disk is left', 'make room')
        self.assertEqual('no disk is left; make room', str(error))
        self.assertEqual('no disk', str(errors.LabError('no disk')))

    def test_a_failed_step_shows_the_end_of_its_log(self) -> None:
        directory = self.useFixture(fixtures.TempDir()).path
        log = Path(directory, 'keystone.log')
        log.write_text('one\ntwo\nthree\n')
        error = errors.StepFailed(
            'keystone', 'died', log, hint='look', lines=2
        )
        self.assertEqual('keystone: died; look', str(error))
        self.assertEqual(
            [f'last lines of {log}:', 'two', 'three'], list(error.details())
        )

    def test_no_failed_step_lacks_what_to_try(self) -> None:
        for hint in ('', ' '):
            self.assertRaises(
                ValueError, errors.StepFailed, 'keystone', 'died', hint=hint
            )

    def test_a_log_that_is_not_there_does_not_hide_the_failure(self) -> None:
        log = Path('/nonexistent/keystone.log')
        error = errors.StepFailed('keystone', 'died', log, hint='look')
        self.assertEqual([f'last lines of {log}:'], list(error.details()))

    def test_a_log_of_bad_bytes_is_shown(self) -> None:
        log = Path(self.useFixture(fixtures.TempDir()).path, 'log')
        log.write_bytes(b'\xff end\n')
        self.assertEqual(['\ufffd end'], errors.tail(log, 5))

    def test_a_refusal_counts_and_lists_its_problems(self) -> None:
        error = errors.PreflightRefused(['memory: little', 'disk: full'])
        self.assertIn('2 problems', str(error))
        self.assertEqual(('memory: little', 'disk: full'), error.details())
        self.assertEqual(3, error.exit_code)
