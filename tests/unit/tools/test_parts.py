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
import dataclasses
import io
import os
from pathlib import Path
import sys

import fixtures
import testtools

from ipv6_lab import progress
from tools import parts
from tools import totals

# A child of a child, which would outlive both. Both hold the FIFO open.
NESTED = """
import subprocess, sys
late = 'import select; select.select([], [], [], 5); print("outlived")'
with open('fifo', 'w') as fifo:
    child = subprocess.Popen([sys.executable, '-c', late], stdout=fifo)
    print('running', file=fifo, flush=True)
    child.wait()
"""
RUN = """
{0} t.X.test_a [0.1s] ... ok
{0} t.X.test_b [0.1s] ... FAILED
{1} setUpClass (t.Y) [0.0s] ... FAILED

==============================
Failed 2 tests - output below:
==============================

t.X.test_b
----------
    MismatchError: 1 != 2

======
Totals
======
 - Passed: 1
 - Failed: 2
"""


class PartTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.place = Path(self.useFixture(fixtures.TempDir()).path)
        self.screen = io.StringIO()
        self.lines = progress.Progress(self.screen)

    def part(self, code: str, tests: bool = False) -> parts.Part:
        argv = (sys.executable, '-c', code)
        log = self.place / 'logs' / 'part.log'
        return parts.Part('a part', argv, log, cwd=self.place, tests=tests)

    def test_a_passing_command_is_quiet(self) -> None:
        result = parts.run(self.part('print("chatter")'), self.lines)
        self.assertEqual(totals.Totals(passed=1), result)
        self.assertRegex(self.screen.getvalue(), r'^a part \.+ passed .*\n$')

    def test_a_failing_command_says_why_and_where(self) -> None:
        part = self.part('raise SystemExit("no route")')
        result = parts.run(part, self.lines)
        self.assertEqual(totals.Totals(failed=1), result)
        text = self.screen.getvalue()
        self.assertRegex(text, r'^a part \.+ failed ')
        self.assertIn(f'exit code 1; {part.log} says:\n  | no route', text)

    def test_a_missing_program_is_a_failure_not_a_traceback(self) -> None:
        log = self.place / 'part.log'
        part = parts.Part('a part', ('/nowhere/program',), log)
        self.assertEqual(1, parts.run(part, self.lines).failed)
        self.assertIn('/nowhere/program did not start', self.screen.getvalue())

    def test_a_test_run_shows_its_counts(self) -> None:
        closing = ' - Passed: 3\n - Skipped: 1'
        part = self.part(f'print({closing!r})', tests=True)
        result = parts.run(part, self.lines)
        self.assertEqual(totals.Totals(3, 0, 1), result)
        wanted = 'a part: 3 passed, 0 failed, 1 skipped '
        self.assertIn(wanted, self.screen.getvalue())

    def test_a_failed_test_run_names_its_failures_first(self) -> None:
        log = self.place / 'part.log'
        log.write_text(RUN)
        self.assertEqual(
            ['FAILED t.X.test_b', 'FAILED setUpClass (t.Y)', ''],
            parts.excerpt(log)[:3],
        )
        self.assertIn('    MismatchError: 1 != 2', parts.excerpt(log))

    def test_output_that_is_no_text_does_no_harm(self) -> None:
        code = 'import sys; sys.stdout.buffer.write(b"\\xff"); sys.exit(3)'
        part = self.part(code, tests=True)
        self.assertEqual(1, parts.run(part, self.lines).failed)

    def test_a_command_that_does_not_end_is_ended(self) -> None:
        waiting = 'import select; select.select([], [], [], 20)'
        part = dataclasses.replace(self.part(waiting), limit=0.2)
        self.assertEqual(1, parts.run(part, self.lines).failed)
        text = self.screen.getvalue()
        self.assertIn('exit code 124', text)
        self.assertIn('did not end within 0.2 s', text)

    def test_what_ended_meanwhile_is_not_stopped(self) -> None:
        command = parts.Command(self.part(''))
        command.start()
        command.wait()
        # What Popen says while another thread is about to know better.
        ended = fixtures.MonkeyPatch(
            'subprocess.Popen.poll', lambda process: None
        )
        self.useFixture(ended)
        command.stop()

    def test_stop_ends_children_too(self) -> None:
        fifo = self.place / 'fifo'
        os.mkfifo(fifo)
        command = parts.Command(self.part(NESTED))
        command.start()
        with fifo.open() as reader:
            self.assertEqual('running\n', reader.readline())
            command.stop()
            # The end of the file: nobody is left to write to it.
            self.assertEqual('', reader.readline())
        self.assertNotEqual(0, command.wait())
