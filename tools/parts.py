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
"""A part of a run: one command, its log, and what came of it."""

from collections.abc import Mapping
from collections.abc import Sequence
import contextlib
from dataclasses import dataclass
from dataclasses import field
import os
from pathlib import Path
import re
import signal
import subprocess
from typing import IO

from ipv6_lab import errors
from ipv6_lab import progress
from tools import checks
from tools import holding
from tools import totals

# `scripts/lab up` takes down what it began before it ends.
PATIENCE = 120
EXCERPT = 40
# As timeout(1) and shells have them.
NOT_ENDED, NOT_STARTED = 124, 127
# How stestr names a failing test, and heads the details of them all.
FAILED = re.compile(r'^\{\d+\} (.+?) (?:\[\S+\] )?\.\.\. FAILED$', re.M)
DETAILS = re.compile(
    r'^Failed \d+ tests? - output below:\n=+\n+(.*?)\n+={6}\nTotals',
    re.DOTALL | re.MULTILINE,
)

Output = IO[str] | None


@dataclass(frozen=True)
class Part:
    """One command of a run.

    :param name: what its line says
    :param argv: the program and its arguments
    :param log: the file that takes its output; None: the screen does
    :param environ: its whole environment
    :param cwd: where it runs
    :param tests: whether it closes with stestr's totals; otherwise the
        command itself is the test
    :param limit: seconds that it may take; None where a person watches
    """

    name: str
    argv: Sequence[str]
    log: Path | None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    cwd: Path = checks.ROOT
    tests: bool = False
    limit: float | None = 600


class Command:
    """A running part, in a session of its own so that all of it can end."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; when that cannot be, its log says why."""
        # A signal between its start and our knowing of it would orphan it.
        try:
            with _output(self.part.log, 'w') as log, holding.held():
                self._process = _start(self.part, log)
        except OSError as error:
            self._say(f'did not start: {error}')

    def wait(self) -> int:
        """The exit code, once the command has ended or took too long."""
        if self._process is None:
            return NOT_STARTED
        try:
            return self._process.wait(self.part.limit)
        except subprocess.TimeoutExpired:
            self.stop()
            self._say(f'did not end within {self.part.limit} s')
            return NOT_ENDED

    def stop(self) -> None:
        """End the command and what it started; it may clean up first."""
        if self._process is None or self._process.poll() is not None:
            return
        # It may have ended while another thread waits for it, and poll()
        # cannot know of it then.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _say(self, what: str) -> None:
        with _output(self.part.log, 'a') as log:
            print(f'{self.part.argv[0]} {what}', file=log)


def _output(
    log: Path | None, mode: str
) -> contextlib.AbstractContextManager[Output]:
    if log is None:
        return contextlib.nullcontext()
    log.parent.mkdir(parents=True, exist_ok=True)
    return log.open(mode)


def _start(part: Part, log: Output) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        part.argv,
        cwd=part.cwd,
        env=dict(part.environ),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def execute(part: Part) -> int:
    """Run a command to its end, without a line; its exit code."""
    command = Command(part)
    try:
        command.start()
        return command.wait()
    finally:
        command.stop()


def run(part: Part, lines: progress.Progress) -> totals.Totals:
    """Run a part to its end; when interrupted, end it too."""
    command = Command(part)
    try:
        command.start()
        return report(command, lines)
    finally:
        command.stop()


def report(command: Command, lines: progress.Progress) -> totals.Totals:
    """Print a command's line once it ends; when it failed, what it said."""
    part = command.part
    with lines.step(part.name) as step:
        code = command.wait()
        result = judge(part, code)
        step.outcome = 'failed' if result.failed else 'passed'
        if part.tests:
            step.name = f'{part.name}: {result}'
    if result.failed:
        lines.note(complaint(part, code))
    return result


def judge(part: Part, code: int) -> totals.Totals:
    """What the exit code and the log amount to."""
    if not part.tests or part.log is None:
        return totals.of_command(code)
    return totals.of_tests(code, part.log.read_text(errors='replace'))


def complaint(part: Part, code: int) -> str:
    """Why a part failed, and where to read more."""
    if part.log is None:
        return f'  exit code {code}; see above'
    said = [f'  | {line}' for line in excerpt(part.log)]
    return '\n'.join([f'  exit code {code}; {part.log} says:', *said])


def excerpt(log: Path) -> list[str]:
    """What a failed part's log says of the failure.

    Of a test run the failing tests and the first of their details, else
    the last lines.
    """
    text = log.read_text(errors='replace')
    details = DETAILS.search(text)
    if not details:
        return errors.tail(log, EXCERPT)
    names = [f'FAILED {name}' for name in FAILED.findall(text)]
    return [*names, '', *details[1].splitlines()[:EXCERPT]]
