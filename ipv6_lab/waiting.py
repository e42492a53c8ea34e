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
"""The lab's one waiter: a deadline, and what was last seen."""

from collections.abc import Callable
from pathlib import Path
import time
from typing import TypeVar

from ipv6_lab import errors

INTERVAL = 0.1
HINT = 'look with scripts/lab status and scripts/lab logs'

T = TypeVar('T')


class NotReady(Exception):
    """What a probe raises to say what it saw instead of readiness.

    :param process: whose log explains it, when a probe knows
    """

    def __init__(self, message: str, process: str = '') -> None:
        super().__init__(message)
        self.process = process


def wait_for(
    probe: Callable[[], T | None],
    what: str,
    deadline: float,
    log: Callable[[str], Path] | None = None,
    interval: float = INTERVAL,
    hint: str = HINT,
) -> T:
    """Call a probe until it returns something true.

    :param probe: returns what is waited for; something false, or NotReady
        with words, while it is not there
    :param what: what is waited for, for the message
    :param deadline: seconds from now
    :param log: the log whose end explains a failure, by the process that
        the probe named or an empty word
    :param interval: seconds between two calls
    :param hint: what to try when the deadline passes
    :raises StepFailed: when the deadline passes, with what was last seen
    """
    ends = time.monotonic() + deadline
    while True:
        seen, process = 'nothing yet', ''
        try:
            result = probe()
        except NotReady as problem:
            result = None
            seen, process = str(problem), problem.process
        if result:
            return result
        if time.monotonic() >= ends:
            message = f'not there after {deadline:.0f} s; last seen: {seen}'
            where = log and log(process)
            raise errors.StepFailed(what, message, where, hint=hint)
        time.sleep(interval)
