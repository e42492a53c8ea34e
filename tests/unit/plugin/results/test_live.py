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

"""A run under somebody's eyes: in a file and on a terminal."""

from collections.abc import Iterator
from collections.abc import Mapping
import contextlib
import fcntl
import io
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from typing import IO

import ddt
import testtools

from ipv6_tempest_plugin.results import durations
from ipv6_tempest_plugin.results.live import screen
from ipv6_tempest_plugin.results.live import tally as tallying
from ipv6_tempest_plugin.results.live import wording
from ipv6_tempest_plugin.results import masking
from ipv6_tempest_plugin.results import model
from ipv6_tempest_plugin.results import sources
from tests.unit.plugin.results import streams
from tests.unit.plugin.results import test_masking

OWNER = f'{streams.API}.test_a.ATest'
A, B, C, D = (f'{OWNER}.test_{letter}' for letter in 'abcd')
COLUMNS = 80
# What a program can do to a terminal: ECMA-48's escape sequences.
ESCAPE = re.compile(r'\x1b\[([?0-9;]*)([A-Za-z])')
TERMINAL = {'TERM': 'xterm'}


class Clock:
    """Stands still until it is told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Terminal:
    """A pseudo terminal, and what was written to it."""

    def __init__(self) -> None:
        self._master, slave = pty.openpty()
        size = struct.pack('HHHH', 24, COLUMNS, 0, 0)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, size)
        self.stream = os.fdopen(slave, 'w', encoding='utf-8')
        self._seen: list[bytes] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        # A terminal that nobody holds open any more says EIO.
        with contextlib.suppress(OSError):
            while data := os.read(self._master, 65536):
                self._seen.append(data)

    def wait_for(self, what: str) -> None:
        """Return once something was written; fail after a while."""
        ends = time.monotonic() + 20
        while what not in b''.join(self._seen).decode():
            if time.monotonic() > ends:
                raise AssertionError(f'{what} did not come: {self._seen}')
            time.sleep(0.01)

    def text(self) -> str:
        """Close it and return all that was written."""
        self.stream.close()
        self._reader.join()
        os.close(self._master)
        return b''.join(self._seen).decode()


def show(
    stream: IO[str],
    made: streams.Stream | bytes,
    choice: str = 'auto',
    environ: Mapping[str, str] = TERMINAL,
    known: durations.Durations = durations.NOTHING,
    clock: Clock | None = None,
) -> None:
    """Read a stream and show it."""
    tally = tallying.Tally(known, clock or Clock())
    console = screen.console(stream, choice, environ)
    with screen.Screen(console, tally) as watch:
        source = io.BytesIO(bytes(made))
        sources.decode(source, 'it', masking.Mask(['hunter2']), '', watch)


def plain(made: streams.Stream | bytes, choice: str = 'auto') -> str:
    """Return what a file gets."""
    output = io.StringIO()
    show(output, made, choice)
    return output.getvalue()


def some() -> streams.Stream:
    """Return a stream with something of everything."""
    made = streams.Stream().exists(A, B, C, D)
    made.passed(A).failed(B, 'guest-2: no address').skipped(C, 'no such')
    return made.start(D)


class PlainTest(testtools.TestCase):
    def test_a_line_for_each_test(self) -> None:
        lines = plain(some()).splitlines()
        shown = [line.partition('] ')[2].split() for line in lines]
        self.assertEqual(
            [
                ['passed', '1.00', 's', 'ATest.test_a'],
                ['FAILED', '2.50', 's', 'ATest.test_b'],
                ['skipped', '0.00', 's', 'ATest.test_c:', 'no', 'such'],
                ['INTERRUPTED', '-', 'ATest.test_d'],
            ],
            [words for words in shown if words],
        )
        self.assertEqual('guest-2: no address', lines[2].strip())
        self.assertTrue(lines[3].startswith('[3/4, 0:00 elapsed'))

    def test_it_has_no_escape_sequence(self) -> None:
        self.assertNotIn('\x1b', plain(some()))
        self.assertIn('\x1b[32m', plain(some(), 'always'))

    def test_a_class_that_was_skipped_is_done(self) -> None:
        made = streams.Stream().exists(A, B)
        made.skipped(f'setUpClass ({OWNER})', 'not here')
        said = plain(made)
        self.assertIn('[2/2, ', said)
        self.assertIn('ATest (setUpClass): not here', said)

    def test_long_names_are_whole_in_a_file(self) -> None:
        name = f'{OWNER}.test_{"x" * 200}'
        self.assertIn('x' * 200, plain(streams.Stream().passed(name)))

    def test_secrets_are_masked(self) -> None:
        made = streams.Stream().exists(f'{OWNER}.test_a(hunter2)')
        made.passed(f'{OWNER}.test_a(hunter2)')
        made.failed(B, f'X-Auth-Token: {test_masking.FERNET} hunter2')
        said = plain(made)
        self.assertIn('***', said)
        self.assertNotIn('hunter2', said)
        self.assertNotIn(test_masking.FERNET[:20], said)

    def test_a_line_is_there_before_the_next_test_ends(self) -> None:
        made = streams.Stream().exists(A, B).passed(A)
        reader, writer = (os.fdopen(fd, m) for fd, m in pipe())
        output = Lines()
        thread = threading.Thread(
            target=lambda: read_live(reader, output)  # type: ignore[arg-type]
        )
        thread.start()
        self.addCleanup(thread.join)
        with writer:
            writer.write(bytes(made))
            writer.flush()
            self.assertTrue(output.came.wait(10), 'the line did not come')


def pipe() -> Iterator[tuple[int, str]]:
    """Return the ends of a pipe with their modes."""
    yield from zip(os.pipe(), ('rb', 'wb'), strict=True)


def read_live(reader: io.BufferedReader, output: IO[str]) -> None:
    """Show what comes through a pipe."""
    console = screen.console(output, 'never', {})
    with reader, screen.Screen(console, tallying.Tally()) as watch:
        sources.decode(reader, 'it', None, '', watch)


class Lines(io.StringIO):
    """Tells when something was written."""

    def __init__(self) -> None:
        super().__init__()
        self.came = threading.Event()

    def write(self, text: str) -> int:
        """Take a text."""
        self.came.set()
        return super().write(text)


@ddt.ddt
class TerminalTest(testtools.TestCase):
    def shown(self, made: streams.Stream, choice: str = 'auto') -> str:
        terminal = Terminal()
        show(terminal.stream, made, choice)
        return terminal.text()

    def test_the_line_below_goes_when_it_is_over(self) -> None:
        said = self.shown(some())
        self.assertTrue(said.startswith('\x1b[?25l'), 'the cursor is shown')
        self.assertIn('\x1b[?25h', said)
        last = said.rpartition('4/4')[2]
        self.assertIn('\x1b[2K', last)

    def test_colours_tell_the_status(self) -> None:
        said = self.shown(some())
        for code, status in (
            ('32', 'passed'),
            ('1;31', 'FAILED'),
            ('33', 'skipped'),
        ):
            self.assertIn(f'\x1b[{code}m{status}', said)

    @ddt.data(
        ('never', {'TERM': 'xterm'}, False),
        ('auto', {'TERM': 'xterm', 'NO_COLOR': '1'}, False),
        ('auto', {'TERM': 'xterm', 'NO_COLOR': ''}, True),
        ('auto', {'TERM': 'dumb'}, False),
        ('always', {'TERM': 'xterm', 'NO_COLOR': '1'}, True),
    )
    @ddt.unpack
    def test_who_decides_on_colours(
        self, choice: str, environ: dict[str, str], wanted: bool
    ) -> None:
        terminal = Terminal()
        show(terminal.stream, some(), choice, environ)
        codes = [m[2] for m in ESCAPE.finditer(terminal.text())]
        self.assertEqual(wanted, 'm' in codes)

    def test_a_dumb_terminal_gets_plain_lines(self) -> None:
        terminal = Terminal()
        show(terminal.stream, some(), 'auto', {'TERM': 'dumb'})
        said = terminal.text()
        self.assertNotIn('\x1b', said)
        self.assertIn('[1/4, 0:00 elapsed', said)

    def test_no_line_is_wider_than_the_terminal(self) -> None:
        name = f'{OWNER}.test_{"x" * 200}'
        made = streams.Stream().start(name).failed(name, 'y' * 250)
        said = ESCAPE.sub('', self.shown(made))
        widths = {len(line) for line in re.split('[\r\n]', said)}
        self.assertTrue(max(widths) <= COLUMNS, widths)
        self.assertIn('x\N{HORIZONTAL ELLIPSIS}', said)

    def test_what_the_cloud_says_cannot_steer_the_terminal(self) -> None:
        evil = '\x1b[2J\x1b]0;x\x07\x9b31m\b[red]ok[/red] :ok:'
        made = streams.Stream().exists(f'{OWNER}.test_a({evil})')
        made.passed(f'{OWNER}.test_a({evil})').failed(B, evil)
        made.skipped(C, evil)
        said = self.shown(made, 'never')
        for code in ('\x1b[2J', '\x1b]', '\x07', '\x9b', '\x08'):
            self.assertNotIn(code, said)
        self.assertEqual(3, said.count('[red]ok[/red] :ok:'), said)
        self.assertNotIn('m', {m[2] for m in ESCAPE.finditer(said)})


# What `tempest ipv6-report --live` runs, without Tempest around it.
PROGRAM = """
import sys
from ipv6_tempest_plugin.cmd import report
command = report.Ipv6Report(None, None)
sys.exit(command.take_action(command.get_parser('it').parse_args(['--live'])))
"""


class SignalsTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.terminal = Terminal()
        self.program = subprocess.Popen(
            [sys.executable, '-c', PROGRAM],
            stdin=subprocess.PIPE,
            stdout=self.terminal.stream,
            env={**os.environ, 'TERM': 'xterm'},
        )
        self.addCleanup(self.program.kill)
        self.tell(streams.Stream().exists(A, B).passed(A))
        self.terminal.wait_for('1/2')

    def tell(self, made: streams.Stream) -> None:
        assert self.program.stdin  # noqa: S101
        self.program.stdin.write(bytes(made))
        self.program.stdin.flush()

    def end(self) -> tuple[int, str]:
        """Close the stream; return the status and what was written."""
        assert self.program.stdin  # noqa: S101
        self.program.stdin.close()
        return self.program.wait(20), self.terminal.text()

    def test_the_first_ctrl_c_is_left_to_the_tests(self) -> None:
        self.program.send_signal(signal.SIGINT)
        self.tell(streams.Stream().passed(B))
        status, said = self.end()
        self.assertEqual(0, status, said)
        self.assertIn('green: 2 passed', said)

    def test_who_ends_it_has_the_cursor_back(self) -> None:
        self.program.send_signal(signal.SIGTERM)
        status, said = self.end()
        self.assertEqual(128 + signal.SIGTERM, status)
        self.assertIn('\x1b[?25h', said)


class Told:
    """A watch that keeps what it is told."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    def listed(self, name: str) -> None:
        """Keep a name."""
        self.said.append(('listed', name))

    def began(self, name: str) -> None:
        """Keep a name."""
        self.said.append(('began', name))

    def ended(self, test: model.Test) -> None:
        """Keep a name."""
        self.said.append(('ended', test.name))


class WatchTest(testtools.TestCase):
    def test_it_is_told_in_order(self) -> None:
        told = Told()
        made = streams.Stream().exists(A, B).passed(A).start(B)
        sources.decode(io.BytesIO(bytes(made)), 'it', None, '', told)
        self.assertEqual(
            [
                ('listed', A),
                ('listed', B),
                ('began', A),
                ('ended', A),
                ('began', B),
                ('ended', B),
            ],
            told.said,
        )

    def test_what_runs_is_named_the_longest_first(self) -> None:
        tally = tallying.Tally()
        for number in range(6):
            tally.began(f'{OWNER}.test_{number}')
        said = wording.running(tally)
        self.assertTrue(said.startswith('ATest.test_0, ATest.test_1'), said)
        self.assertTrue(said.endswith('ATest.test_3 and 2 more'), said)


class TallyTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.clock = Clock()

    def tally(self, **seconds: float) -> tallying.Tally:
        known = {f'{OWNER}.{name}': s for name, s in seconds.items()}
        made = tallying.Tally(durations.Durations(known), self.clock)
        for name in (A, B, C, D):
            made.listed(name)
        return made

    def run_one(self, tally: tallying.Tally, name: str, took: float) -> None:
        tally.began(name)
        self.clock.now += took
        made = streams.Stream().start(name).end(name, 'success', took)
        tally.ended(made.run().tests[0])

    def test_nothing_is_told_before_anything_is_known(self) -> None:
        tally = self.tally()
        self.assertIsNone(tally.remaining())
        tally.began(A)
        self.clock.now += 5
        self.assertIsNone(tally.remaining())

    def test_what_is_recorded_tells_before_the_first_end(self) -> None:
        tally = self.tally(test_a=10, test_b=20, test_c=30, test_d=40)
        tally.began(A)
        self.clock.now += 5
        self.assertEqual(95, tally.remaining())

    def test_two_workers_take_half_the_time(self) -> None:
        tally = self.tally(test_a=10, test_b=10, test_c=10, test_d=10)
        tally.began(A)
        tally.began(B)
        self.clock.now += 5
        self.assertEqual(15, tally.remaining())

    def test_a_slow_day_is_counted_in(self) -> None:
        tally = self.tally(test_a=1, test_b=1, test_c=1, test_d=1)
        self.run_one(tally, A, 3)
        self.assertEqual(9, tally.remaining())

    def test_the_longest_test_is_not_shared(self) -> None:
        tally = self.tally(test_a=2, test_b=2, test_c=2, test_d=100)
        for name in (A, B, C):
            tally.began(name)
        self.clock.now += 1
        self.assertGreaterEqual(tally.remaining() or 0, 99)

    def test_without_a_record_this_run_tells(self) -> None:
        tally = self.tally()
        self.run_one(tally, A, 4)
        self.assertEqual(12, tally.remaining())

    def test_at_the_end_nothing_is_left(self) -> None:
        tally = self.tally(test_a=1, test_b=1)
        for name in (A, B, C, D):
            self.run_one(tally, name, 1)
        self.assertEqual(
            (4, 4, 0), (tally.done, tally.total, tally.remaining())
        )


class WordingTest(testtools.TestCase):
    def test_clock(self) -> None:
        said = [wording.clock(s) for s in (0, 59.9, 60, 3725)]
        self.assertEqual(['0:00', '0:59', '1:00', '1:02:05'], said)

    def test_short(self) -> None:
        self.assertEqual('ATest.test_a', wording.short(A))
        self.assertEqual(
            'ATest.test_a(x.y,z)', wording.short(f'{A}[id-1](x.y,z)')
        )
