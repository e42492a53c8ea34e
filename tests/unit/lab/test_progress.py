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
import io
import re
import threading

import fixtures
import testtools

from ipv6_lab import errors
from ipv6_lab import progress


class Terminal(io.StringIO):
    """A stream that claims to be a terminal."""

    def isatty(self) -> bool:
        return True


class Gone(io.StringIO):
    """A stream whose reader has gone."""

    def write(self, text: str) -> int:
        raise BrokenPipeError


class ProgressTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.useFixture(fixtures.EnvironmentVariable('NO_COLOR', None))
        self.useFixture(fixtures.EnvironmentVariable('TERM', 'xterm'))
        self.stream = io.StringIO()
        self.progress = progress.Progress(self.stream)

    def test_lines_are_aligned(self) -> None:
        for name in ('keystone', 'openvswitch on controller'):
            with self.progress.step(name):
                pass
        self.progress.total()
        first, second, total = self.stream.getvalue().splitlines()
        self.assertRegex(first, r'^keystone \.+ ready +\d+\.\d s$')
        self.assertEqual({len(first)}, {len(second), len(total)})
        self.assertEqual(first.index('ready'), second.index('ready'))

    def test_without_a_reader_the_work_goes_on(self) -> None:
        """Taking a lab down must not end with the `tee` that shows it."""
        self.progress = progress.Progress(Gone())
        with self.progress.step('keystone'):
            done = True
        self.progress.note('done')
        self.assertGreater(self.progress.total(), 0)
        self.assertTrue(done)

    def test_long_names_keep_their_dots(self) -> None:
        self.assertIn('x ... ready', progress.line('x' * 60, 'ready', 1))

    def test_the_time_is_the_steps_own(self) -> None:
        seen = progress.line('keystone', 'ready', 61.25)
        self.assertTrue(seen.endswith(' ready    61.2 s'), seen)

    def test_a_step_may_name_its_outcome(self) -> None:
        with self.progress.step('packages') as step:
            step.outcome = 'kept'
        self.assertIn(' kept ', self.stream.getvalue())

    def test_a_failed_step_says_so_and_raises(self) -> None:
        def fail() -> None:
            with self.progress.step('keystone'):
                raise ValueError('broken')

        self.assertRaises(ValueError, fail)
        self.assertIn(' failed ', self.stream.getvalue())

    def test_a_stopped_step_is_no_failure(self) -> None:
        for reason in (errors.Stopped('x'), KeyboardInterrupt()):
            stream = io.StringIO()
            with (
                testtools.ExpectedException(type(reason)),
                progress.Progress(stream).step('keystone'),
            ):
                raise reason
            self.assertIn(' stopped ', stream.getvalue())

    def test_steps_in_threads_print_whole_lines(self) -> None:
        barrier = threading.Barrier(8)

        def work(number: int) -> None:
            with self.progress.step(f'step {number}'):
                barrier.wait(10)

        threads = [
            threading.Thread(target=work, args=(number,))
            for number in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        lines = self.stream.getvalue().splitlines()
        self.assertEqual(8, len(lines))
        for line in lines:
            self.assertRegex(line, r'^step \d \.+ ready +\d+\.\d s$')

    def test_quiet_prints_warnings_alone(self) -> None:
        quiet = progress.Progress(self.stream, quiet=True)
        with quiet.step('keystone'):
            quiet.note('warning: odd')
        quiet.total()
        self.assertEqual('warning: odd\n', self.stream.getvalue())

    def test_no_escapes_without_a_terminal(self) -> None:
        with self.progress.step('keystone'):
            pass
        self.assertNotIn('\033', self.stream.getvalue())
        self.assertNotIn('\r', self.stream.getvalue())

    def test_a_terminal_shows_what_runs_in_colour(self) -> None:
        terminal = Terminal()
        live = progress.Progress(terminal)
        with live.step('keystone'):
            self.assertTrue(terminal.getvalue().endswith('keystone'))
        self.assertIn('\033[32mready\033[0m', terminal.getvalue())
        plain = re.sub('\033\\[[0-9]*[mK]|\r', '', terminal.getvalue())
        self.assertIn('ready     0.0 s\n', plain)

    def test_no_color_is_honoured(self) -> None:
        self.useFixture(fixtures.EnvironmentVariable('NO_COLOR', '1'))
        terminal = Terminal()
        with progress.Progress(terminal).step('keystone'):
            pass
        self.assertNotIn('\033[32m', terminal.getvalue())

    def test_a_dumb_terminal_gets_plain_lines(self) -> None:
        self.useFixture(fixtures.EnvironmentVariable('TERM', 'dumb'))
        terminal = Terminal()
        with progress.Progress(terminal).step('keystone'):
            pass
        self.assertNotIn('\033', terminal.getvalue())

    def test_the_total_is_returned(self) -> None:
        seconds = self.progress.total('all')
        self.assertBetween(0, seconds, 60)
        self.assertTrue(self.stream.getvalue().startswith('all .'))

    def assertBetween(self, low: float, seen: float, high: float) -> None:
        self.assertTrue(low <= seen <= high, seen)
