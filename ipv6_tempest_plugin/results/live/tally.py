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

"""How far a run is: counted, and told ahead from what tests took before."""

from collections.abc import Callable
from collections import Counter
import time

from ipv6_tempest_plugin.results import durations
from ipv6_tempest_plugin.results.live import left
from ipv6_tempest_plugin.results import model


class Tally:
    """Counts the tests of a run as they begin and end.

    :param known: what earlier runs took
    :param clock: seconds; only differences count
    """

    def __init__(
        self,
        known: durations.Durations = durations.NOTHING,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._start = clock()
        self._first: float | None = None
        self._left = left.Left(known)
        self._worked = 0.0
        #: when each of the tests that run now began, by name
        self.running: dict[str, float] = {}
        self.done = 0
        self.counts: Counter[model.Status] = Counter()

    @property
    def total(self) -> int:
        """How many tests there are, as far as is known."""
        return self.done + len(self._left)

    @property
    def elapsed(self) -> float:
        """Seconds since the watching began."""
        return self._clock() - self._start

    def listed(self, name: str) -> None:
        """Count a test that is going to run."""
        self._left.add(name)

    def began(self, name: str) -> None:
        """Count a test that runs now."""
        self.running[name] = self._clock()
        if self._first is None:
            self._first = self.running[name]
        self._left.add(name)

    def ended(self, test: model.Test) -> None:
        """Count a result; that of a ``setUpClass`` is one of all it took."""
        self.counts[test.status] += 1
        self.running.pop(test.name, None)
        if test.label.startswith('setUp'):
            for name in self._left.of(test.owner):
                self._end(name)
        elif test.name in self._left:
            self._work(test)
            self._end(test.name)
        elif not test.label.startswith('tearDown'):
            self.done += 1

    def _end(self, name: str) -> None:
        self._left.remove(name)
        self.done += 1

    def _work(self, test: model.Test) -> None:
        if test.seconds is None:
            return
        self._left.learn(test.seconds)
        self._worked += self._left.expected(test.name) or 0.0

    def remaining(self) -> float | None:
        """Return the seconds that are left; None when nobody can tell.

        What is left takes as long for each second of expected work as what
        was done took: this counts in workers, ``setUpClass`` and a slow
        day. It is never less than what the longest test takes by itself.
        """
        now = self._clock()
        under_way = self._under_way(now)
        worked = self._worked + under_way
        if self._first is None or self._left.usual is None or not worked:
            return None
        pace = (now - self._first) / worked
        ahead = max(0.0, self._left.work - under_way) * pace
        return max(ahead, self._left.longest - self._longest_running(now))

    def _under_way(self, now: float) -> float:
        """Return how much of the tests that run now is done."""
        return sum(
            min(now - began, self._left.expected(name) or 0.0)
            for name, began in self.running.items()
        )

    def _longest_running(self, now: float) -> float:
        return max((now - began for began in self.running.values()), default=0)
