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
"""Ctrl-C and its kin, as an exception that unwinds what was begun."""

from collections.abc import Iterator
import contextlib
import os
import signal
import types

SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


class Interrupted(BaseException):
    """A signal asked for an orderly end.

    :param number: the signal
    """

    def __init__(self, number: int) -> None:
        super().__init__(f'interrupted by {signal.Signals(number).name}')
        self.exit_code = 128 + number


class _Owner:
    """The process that unwinds; what it forked has nothing to undo."""

    pid = 0


def _interrupt(number: int, frame: types.FrameType | None) -> None:
    _pass(number, frame)
    raise Interrupted(number)


def _pass(number: int, frame: types.FrameType | None) -> None:
    """Do nothing; unlike SIG_IGN, commands do not inherit it."""
    if os.getpid() != _Owner.pid:
        # A forked helper, as pyroute2 has them, is ended by its parent's
        # SIGTERM: it must not run its copy of the parent's clean-up.
        os._exit(128 + number)


def unwind() -> None:
    """From now on a signal raises :class:`Interrupted`."""
    _Owner.pid = os.getpid()
    for number in SIGNALS:
        signal.signal(number, _interrupt)


@contextlib.contextmanager
def deferred() -> Iterator[None]:
    """Nothing interrupts what is within: it undoes what was begun."""
    before = {number: signal.signal(number, _pass) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
