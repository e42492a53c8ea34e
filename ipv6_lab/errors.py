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
"""What the lab says when it cannot go on: one line, and what to do."""

import collections
from collections.abc import Sequence
from pathlib import Path


class LabError(Exception):
    """A failure that the user can act on.

    :param message: what happened, with what was expected and what was seen
    :param hint: what to do about it, in the imperative
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = '') -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f'{self.message}; {self.hint}' if self.hint else self.message

    def details(self) -> Sequence[str]:
        """Lines that are printed, indented, below the message."""
        return ()


class StepFailed(LabError):
    """A service or an installing command failed; its log's end is shown.

    :param service: the name that `scripts/lab logs` knows, or the step's
    :param message: what was expected of it and what was seen
    :param log: the log file, which may be missing
    :param hint: what to try, which no failed step may lack
    :param lines: how many of the log's last lines to show
    :raises ValueError: when the hint is empty
    """

    def __init__(
        self,
        service: str,
        message: str,
        log: Path | None = None,
        *,
        hint: str,
        lines: int = 15,
    ) -> None:
        if not hint.strip():
            raise ValueError(f'{service}: a failed step says what to try')
        super().__init__(f'{service}: {message}', hint)
        self.service = service
        self.log = log
        self.tail = tail(log, lines) if log else []

    def details(self) -> Sequence[str]:
        """The log's place and its last lines."""
        if self.log is None:
            return ()
        return (f'last lines of {self.log}:', *self.tail)


class Stopped(LabError):
    """Work that was given up because something else failed or a signal."""


class PreflightRefused(LabError):
    """The machine cannot carry the lab; every reason is listed at once.

    :param problems: one line each: expected, seen, what to do
    """

    exit_code = 3

    def __init__(self, problems: Sequence[str]) -> None:
        many = 'problem' if len(problems) == 1 else 'problems'
        super().__init__(f'this machine is not ready: {len(problems)} {many}')
        self.problems = tuple(problems)

    def details(self) -> Sequence[str]:
        """The problems, one line each."""
        return self.problems


def tail(path: Path, lines: int) -> list[str]:
    """The last lines of a text file; none when it cannot be read."""
    try:
        with path.open(errors='replace') as stream:
            last = collections.deque(stream, maxlen=lines)
    except OSError:
        return []
    return [line.rstrip('\n') for line in last]
