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

"""The tests that are still to end, and what they will take."""

import bisect
from collections import defaultdict
import heapq

from ipv6_tempest_plugin.results import durations
from ipv6_tempest_plugin.results import names


class Left:
    """A set of names; each of its questions is answered without a search.

    :param known: what earlier runs took
    """

    def __init__(self, known: durations.Durations) -> None:
        self._known = known
        self._owners: dict[str, str] = {}
        # Of a class, and of a module, since a fixture may be of either.
        self._of: defaultdict[str, set[str]] = defaultdict(set)
        self._recorded = 0.0
        self._strange = 0
        self._longest: list[tuple[float, str]] = []
        self._seen: list[float] = []

    def __len__(self) -> int:
        return len(self._owners)

    def __contains__(self, name: str) -> bool:
        return name in self._owners

    def add(self, name: str) -> None:
        """Take a test, if it is not there."""
        if name in self._owners:
            return
        owner = names.parse(name).owner
        self._owners[name] = owner
        for place in (owner, _module(owner)):
            self._of[place].add(name)
        recorded = self._known.tests.get(name)
        if recorded is None:
            self._strange += 1
        else:
            self._recorded += recorded
            heapq.heappush(self._longest, (-recorded, name))

    def remove(self, name: str) -> None:
        """Give up a test that is there."""
        owner = self._owners.pop(name)
        for place in (owner, _module(owner)):
            self._of[place].discard(name)
        recorded = self._known.tests.get(name)
        if recorded is None:
            self._strange -= 1
        else:
            self._recorded -= recorded

    def of(self, owner: str) -> list[str]:
        """Return the tests of a class or of a module."""
        return list(self._of.get(owner, ()))

    def learn(self, seconds: float) -> None:
        """Take what a test of this run took: others may be like it."""
        bisect.insort(self._seen, seconds)

    @property
    def usual(self) -> float | None:
        """What a test takes of which nothing is recorded, in seconds."""
        if self._known.median is not None:
            return self._known.median
        return self._seen[len(self._seen) // 2] if self._seen else None

    def expected(self, name: str) -> float | None:
        """Return the seconds that a test will take; None: nobody knows."""
        return self._known.tests.get(name, self.usual)

    @property
    def work(self) -> float:
        """The seconds that all of them take, one after the other."""
        return max(0.0, self._recorded) + self._strange * (self.usual or 0.0)

    @property
    def longest(self) -> float:
        """The longest of those of which something is recorded."""
        while self._longest and self._longest[0][1] not in self._owners:
            heapq.heappop(self._longest)
        return -self._longest[0][0] if self._longest else 0.0


def _module(owner: str) -> str:
    return owner.rpartition('.')[0]
