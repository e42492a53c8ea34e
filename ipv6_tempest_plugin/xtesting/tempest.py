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

"""Tempest as a process: its command line, its workspace, its end."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import contextlib
from dataclasses import dataclass
import os
from pathlib import Path
import shutil
import signal
import subprocess
import sys
import threading

from ipv6_tempest_plugin.results import packets
from ipv6_tempest_plugin.results import stream
from ipv6_tempest_plugin.xtesting import arguments
from ipv6_tempest_plugin.xtesting import errors

# Seconds after which what does not end by itself is killed.
GRACE = 10.0
STDERR = 'tempest.stderr'
# What stestr's own caller may have set for another directory's tests.
_NOT_OURS = ('OS_TEST_PATH', 'OS_TOP_LEVEL')


@dataclass(frozen=True)
class Ended:
    """How Tempest ended.

    :param status: as ``subprocess`` has it, negative for a signal
    :param is_late: whether that was because its time was over
    """

    status: int
    is_late: bool


def program(environment: Mapping[str, str]) -> str:
    """Return the path of ``tempest``, on the PATH or beside this Python.

    :raises CaseError: when there is none
    """
    beside = str(Path(sys.executable).parent)
    for places in (environment.get('PATH', os.defpath), beside):
        if found := shutil.which('tempest', path=places):
            return found
    raise errors.CaseError(
        f'expected the program tempest on the PATH or in {beside}, seen '
        'none; pip install tempest'
    )


def command(
    tempest: str,
    config: Path,
    wanted: arguments.Arguments,
    workspace: Path,
) -> list[str]:
    """Return a command line; lists of expressions go to the workspace."""
    words = [tempest, 'run', '--subunit', f'--config-file={config}']
    for name in ('regex', 'exclude_regex'):
        if value := getattr(wanted, name):
            words.append(f'--{name.replace("_", "-")}={value}')
    for name in ('include_list', 'exclude_list'):
        if lines := getattr(wanted, name):
            path = workspace / f'{name}.txt'
            path.write_text('\n'.join(lines) + '\n')
            words.append(f'--{name.replace("_", "-")}={path}')
    if wanted.concurrency:
        words.append(f'--concurrency={wanted.concurrency}')
    return words


def execute(
    words: Sequence[str],
    workspace: Path,
    environment: Mapping[str, str],
    events: stream.Collector,
    timeout: float = 0,
) -> Ended:
    """Run it there; give the events to a collector as they come.

    Its standard error goes to a file of the workspace. When this is
    interrupted Tempest and its workers are ended before the exception goes
    on; the collector has what was read by then.

    :param timeout: seconds; 0 is for ever
    :raises CaseError: when it cannot be started
    """
    kept = {k: v for k, v in environment.items() if k not in _NOT_OURS}
    with (workspace / STDERR).open('wb') as stderr:
        try:
            process = subprocess.Popen(
                words,
                cwd=workspace,
                env=kept,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                start_new_session=True,
            )
        except OSError as error:
            raise errors.CaseError(
                f'expected a tempest that can be run, seen {words[0]}: '
                f'{error.strerror}'
            ) from error
    with process, _limit(process, timeout) as late:
        _read(process, events)
        status = process.wait()
    return Ended(status, late.is_set())


def _read(process: subprocess.Popen[bytes], events: stream.Collector) -> None:
    if process.stdout is None:
        raise AssertionError('it was started with a pipe')
    try:
        packets.read(process.stdout, events)  # type: ignore[arg-type]
    except BaseException:
        _end(process)
        raise


@contextlib.contextmanager
def _limit(
    process: subprocess.Popen[bytes], seconds: float
) -> Iterator[threading.Event]:
    """End a process after so many seconds; the event then is set."""
    late = threading.Event()

    def end() -> None:
        late.set()
        _end(process)

    timer = threading.Timer(seconds, end)
    if seconds:
        timer.start()
    try:
        yield late
    finally:
        timer.cancel()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it, then by force what there is left of its workers."""
    with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(GRACE)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
