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
"""Python scripts, run by a process forked from one that has imported much.

The process goes on as if it had executed the script: what execve(2) drops
is dropped, and the process ends with the script.
"""

import atexit
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
import io
import os
from pathlib import Path
import runpy
import signal
import sys
import threading
import traceback
from typing import cast
from typing import NoReturn
from typing import TypeVar

PROGRAMS = Path(sys.executable).parent
# The variable by which a program is told its nice value.
NICE = 'IPV6_LAB_NICE'
# CPython keeps frames in chunks of 16 KiB, and a loop whose calls cross the
# end of one maps and unmaps memory for each: nova-api lost four seconds so. A
# frame of this size (in words) gets a chunk of its own, of 1 MiB, which has
# room behind it for those of a script.
LARGE_FRAME = 80_000

T = TypeVar('T')


def is_script(program: Path) -> bool:
    """Whether a program is a Python script of this environment."""
    if program.parent != PROGRAMS or not program.is_file():
        return False
    with program.open('rb') as stream:
        return stream.readline().strip() == f'#!{sys.executable}'.encode()


def become(
    filename: str, argv: Sequence[str], env: Mapping[str, str]
) -> NoReturn:
    """Go on as a script; to be called in a forked child.

    :param argv: the script's arguments, its name first
    :param env: its whole environment
    """
    status = 1
    try:
        forget(env)
        sys.argv = list(argv)
        status = with_room(lambda: run(filename))
        # As an interpreter ends: the script's other threads first.
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
    finally:
        if any(sys.exc_info()):
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def forget(env: Mapping[str, str]) -> None:
    """Drop what execve(2) drops: handlers of signals, the environment."""
    for number in signal.valid_signals():
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(env)
    for stream in (sys.stdout, sys.stderr):
        cast(io.TextIOWrapper, stream).reconfigure(write_through=True)


def with_room(action: Callable[[], T]) -> T:
    """Call with a stack that need not grow soon."""
    return action()


with_room.__code__ = with_room.__code__.replace(co_stacksize=LARGE_FRAME)


def run(filename: str) -> int:
    """Run a script to its end; its exit status (sys.exit)."""
    try:
        runpy.run_path(filename, run_name='__main__')
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    return 0
