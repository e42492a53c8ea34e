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


def _interrupt(number: int, frame: types.FrameType | None) -> None:
    raise Interrupted(number)


def _pass(number: int, frame: types.FrameType | None) -> None:
    """Do nothing; unlike SIG_IGN, children do not inherit it."""


def unwind() -> None:
    """From now on a signal raises :class:`Interrupted`."""
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
