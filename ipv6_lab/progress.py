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
"""One aligned line per step, with its time.

::

    with progress.step('openvswitch on controller') as step:
        ...
        step.outcome = 'kept'  # optional; 'ready' unless told

prints, when the step ends::

    openvswitch on controller ................... kept     0.3 s

Steps may run in several threads at once.
"""

from collections.abc import Iterator
import contextlib
import os
import sys
import threading
import time
from typing import TextIO

from ipv6_lab import errors

WIDTH = 48
GREEN, RED, YELLOW = '32', '31', '33'
COLOURS = {'ready': GREEN, 'failed': RED, 'stopped': RED}


class Step:
    """A step under way; set :attr:`outcome` to say how it ended."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.outcome = 'ready'
        self.started = time.monotonic()

    @property
    def seconds(self) -> float:
        """Time since the step began."""
        return time.monotonic() - self.started


class Progress:
    """Prints steps as they end; on a terminal also those under way.

    :param stream: where to print; standard output unless given
    :param quiet: print nothing but warnings
    """

    def __init__(
        self, stream: TextIO | None = None, quiet: bool = False
    ) -> None:
        self._stream = stream or sys.stdout
        self._quiet = quiet
        self._started = time.monotonic()
        self._lock = threading.Lock()
        self._running: list[Step] = []
        self._unread = False
        terminal = self._stream.isatty()
        self._live = terminal and os.environ.get('TERM') != 'dumb'
        self._colour = self._live and not os.environ.get('NO_COLOR')

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Time a step and print its line, also when it fails."""
        step = Step(name)
        self._begin(step)
        try:
            yield step
        except errors.Stopped:
            step.outcome = 'stopped'
            raise
        except Exception:
            step.outcome = 'failed'
            raise
        except BaseException:
            step.outcome = 'stopped'
            raise
        finally:
            self._end(step)

    def note(self, text: str) -> None:
        """Print a line of its own, such as a warning."""
        with self._lock:
            self._print(text)

    def total(self, name: str = 'total') -> float:
        """Print and return the seconds since this object was made."""
        seconds = time.monotonic() - self._started
        with self._lock:
            if not self._quiet:
                self._print(line(name, '', seconds))
        return seconds

    def _begin(self, step: Step) -> None:
        with self._lock:
            self._running.append(step)
            self._show_running()

    def _end(self, step: Step) -> None:
        with self._lock:
            self._running.remove(step)
            if not self._quiet:
                self._print(self._coloured(step))

    def _coloured(self, step: Step) -> str:
        text = line(step.name, step.outcome, step.seconds)
        if not self._colour:
            return text
        colour = COLOURS.get(step.outcome, YELLOW)
        before, _, after = text.rpartition(f' {step.outcome} ')
        return f'{before} \033[{colour}m{step.outcome}\033[0m {after}'

    def _print(self, text: str) -> None:
        clear = '\r\033[K' if self._live else ''
        self._write(f'{clear}{text}\n')
        self._show_running()

    def _show_running(self) -> None:
        if not self._live or self._quiet:
            return
        names = ', '.join(step.name for step in self._running)
        self._write(f'\r\033[K{names[:76]}')

    def _write(self, text: str) -> None:
        if self._unread:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            # The reader or the terminal has gone. What is under way, perhaps
            # just because of that, must come to its end all the same.
            self._unread = True


def line(name: str, outcome: str, seconds: float) -> str:
    """A step's line: name, dots, outcome, seconds in fixed columns.

    >>> line('keystone', 'ready', 1.25)
    'keystone ....................................... ready     1.2 s'
    """
    dots = '.' * max(3, WIDTH - len(name) - 1)
    return f'{name} {dots} {outcome:<7} {seconds:5.1f} s'
