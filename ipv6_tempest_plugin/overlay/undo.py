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

"""Promises to undo what was done, kept even when the run is cut short.

A test's own clean-ups run when it ends. A signal that ends the process, or
one that comes between two of them, would leave resources in the cloud. So
whoever makes something first makes a :class:`Promise`; what was not undone
by then is undone when the process exits, latest first.
"""

import atexit
from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import logging
import os
import signal
import sys
import threading
import types
from typing import Any

LOG = logging.getLogger(__name__)
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_open: dict['Promise', None] = {}
_replaced: dict[signal.Signals, Any] = {}
_received: list[int] = []
_held: list[str] = []


class Interrupted(SystemExit):
    """A signal asked for an end; what is under way unwinds.

    :param number: the signal's number; the exit code is 128 more
    """

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)


@contextlib.contextmanager
def held(what: str) -> Iterator[None]:
    """Let something come to its end before a signal unwinds.

    A request that makes something must be answered: who does not know what
    came of it cannot undo it. Signals reach the main thread alone.

    :param what: what is under way, short
    :raises Interrupted: at its end, when a signal came meanwhile
    """
    if threading.current_thread() != threading.main_thread():
        yield
        return
    _held.append(what)
    try:
        yield
    finally:
        _held.pop()
        if _received and not _held:
            raise Interrupted(_received[0])


class Promise:
    """An undoing that succeeds once: when called, or at exit.

    :param what: what it removes, as a reader of logs would call it
    :param action: removes it; must tolerate that it is not there
    :raises Interrupted: when a signal has already asked for the end
    """

    def __init__(self, what: str, action: Callable[[], object]) -> None:
        if _received:
            raise Interrupted(_received[0])
        self.what = what
        self._action = action
        self._owner = os.getpid()
        _open[self] = None
        _watch()

    def __call__(self) -> None:
        """Undo, unless that is done."""
        if self in _open:
            self._action()
            self.drop()

    @property
    def ours(self) -> bool:
        """Whether this process gave it; what it forked must not keep it."""
        return self._owner == os.getpid()

    def drop(self) -> None:
        """Forget it: it was undone on purpose."""
        _open.pop(self, None)
        if not _open:
            _unwatch()


def outstanding() -> list[str]:
    """Return what still has to be undone, oldest first."""
    return [promise.what for promise in _open]


def release_all() -> None:
    """Undo nothing of what is open: somebody wants to keep it."""
    for promise in list(_open):
        promise.drop()


def keep_all() -> None:
    """Keep every promise that is open, the latest first.

    One that cannot be kept is logged and told to standard error, and must
    not keep the others from theirs; nor must a signal.
    """
    for number in _replaced:
        signal.signal(number, signal.SIG_IGN)
    for promise in [one for one in reversed(_open) if one.ours]:
        try:
            promise()
        except Exception as error:  # noqa: BLE001 - the others must go too
            promise.drop()
            LOG.exception('%s could not be removed', promise.what)
            print(
                f'{promise.what} could not be removed ({error}); remove it '
                'by hand or with `tempest cleanup`',
                file=sys.stderr,
            )


def _watch() -> None:
    """Let signals unwind as long as there is something to undo."""
    # Python lets only the main thread do this.
    if _replaced or threading.current_thread() != threading.main_thread():
        return
    for number in SIGNALS:
        _replaced[number] = signal.signal(number, _interrupt)
    # A runner that died is noticed by a write to its pipe, which must not
    # end this process before it has cleaned up.
    _replaced[signal.SIGPIPE] = signal.signal(signal.SIGPIPE, signal.SIG_IGN)


def _unwatch() -> None:
    if threading.current_thread() != threading.main_thread():
        return
    while _replaced:
        signal.signal(*_replaced.popitem())


def _interrupt(number: int, frame: types.FrameType | None) -> None:
    """Raise once; further signals must not cut the unwinding short."""
    if not _received:
        _received.append(number)
        if not _held:
            raise Interrupted(number)


atexit.register(keep_all)
