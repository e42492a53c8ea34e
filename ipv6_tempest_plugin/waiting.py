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

"""Deadlines, and the one place that sleeps."""

from collections.abc import Callable
import time
from typing import TypeVar

T = TypeVar('T')


class WaitTimeout(TimeoutError):
    """What was waited for did not come in time."""


class Deadline:
    """A moment in the future on the monotonic clock.

    :param seconds: how far away it is, >= 0.
    :param clock: seconds as a float; only tests give their own.
    """

    def __init__(
        self, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        if seconds < 0:
            raise ValueError(
                f'a deadline lies ahead: expected seconds >= 0, got {seconds}'
            )
        self.seconds = seconds
        self._clock = clock
        self._start = clock()

    @property
    def elapsed(self) -> float:
        """Seconds since the deadline was made."""
        return self._clock() - self._start

    @property
    def remaining(self) -> float:
        """Seconds that are left, never below 0."""
        return max(0.0, self.seconds - self.elapsed)

    @property
    def expired(self) -> bool:
        """Whether nothing is left."""
        return self.remaining <= 0


def wait_for(
    what: str,
    probe: Callable[[], T],
    timeout: float | Deadline,
    *,
    until: Callable[[T], object] = bool,
    interval: float = 1.0,
    retry_on: tuple[type[Exception], ...] = (),
) -> T:
    """Call ``probe`` until ``until(its answer)`` is true; return the answer.

    The probe is called at least once, and once more when time is up.

    :param what: what is waited for, as the end of "waited ... s for".
    :param timeout: seconds, or a deadline shared with other waits.
    :param interval: seconds between one answer and the next question.
    :param retry_on: exceptions of the probe that mean "not yet". Any other
        passes through.
    :raises WaitTimeout: says what was waited for and what was last seen.
    """
    deadline = timeout if isinstance(timeout, Deadline) else Deadline(timeout)
    while True:
        cause = None
        try:
            answer = probe()
        except retry_on as error:
            cause, seen = error, f'{type(error).__name__}: {error}'
        else:
            if until(answer):
                return answer
            seen = repr(answer)
        if deadline.expired:
            raise WaitTimeout(
                f'waited {deadline.elapsed:.1f} s for {what}; '
                f'last seen: {seen}'
            ) from cause
        time.sleep(min(interval, deadline.remaining))
