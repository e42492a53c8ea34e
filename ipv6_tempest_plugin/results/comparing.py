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

"""What changed between two runs."""

from collections.abc import Iterable
from collections import Counter
from dataclasses import dataclass

from ipv6_tempest_plugin.results import model

# Slower by half, and by so much that nobody takes it for noise.
RATIO = 1.5
LEAST_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Change:
    """A test in both runs."""

    before: model.Test
    after: model.Test

    @property
    def ratio(self) -> float:
        """How many times as long it takes now."""
        return (self.after.seconds or 0) / (self.before.seconds or 1)


@dataclass(frozen=True)
class Comparison:
    """What broke, was mended, got slower or faster, came and went."""

    broken: tuple[Change, ...] = ()
    mended: tuple[Change, ...] = ()
    slower: tuple[Change, ...] = ()
    faster: tuple[Change, ...] = ()
    skipped: tuple[Change, ...] = ()
    new: tuple[model.Test, ...] = ()
    gone: tuple[model.Test, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether there is nothing to tell."""
        return self == Comparison()


def compare(before: model.Run, after: model.Run) -> Comparison:
    """Compare two runs, test by test.

    A test that has another name now is known by its UUID, where only one
    test of each run has it.
    """
    pairs, new, gone = _pairs(before.tests, after.tests)
    return Comparison(
        broken=tuple(p for p in pairs if _broke(p.before, p.after)),
        mended=tuple(p for p in pairs if _broke(p.after, p.before)),
        slower=tuple(p for p in pairs if _slower(p.before, p.after)),
        faster=tuple(p for p in pairs if _slower(p.after, p.before)),
        skipped=tuple(p for p in pairs if _stopped(p)),
        new=tuple(new),
        gone=tuple(gone),
    )


def _pairs(
    before: Iterable[model.Test], after: Iterable[model.Test]
) -> tuple[list[Change], list[model.Test], list[model.Test]]:
    earlier = {test.key: test for test in before}
    later = {test.key: test for test in after}
    pairs = [
        Change(earlier.pop(key), later.pop(key))
        for key in list(later)
        if key in earlier
    ]
    old, new = _by_id(earlier.values()), _by_id(later.values())
    for test_id in new.keys() & old.keys():
        was, now = old[test_id], new[test_id]
        pairs.append(Change(was, now))
        del earlier[was.key], later[now.key]
    return pairs, list(later.values()), list(earlier.values())


def _by_id(tests: Iterable[model.Test]) -> dict[str, model.Test]:
    tests = list(tests)
    times = Counter(test.id for test in tests)
    return {test.id: test for test in tests if times[test.id] == 1}


def _broke(before: model.Test, after: model.Test) -> bool:
    return after.status.is_bad and not before.status.is_bad


def _stopped(pair: Change) -> bool:
    skipped = model.Status.SKIPPED
    return pair.after.status is skipped and pair.before.status.is_good


def _slower(before: model.Test, after: model.Test) -> bool:
    if not (before.status.is_good and after.status.is_good):
        return False
    was, now = before.seconds, after.seconds
    if was is None or now is None:
        return False
    return now > was * RATIO and now - was >= LEAST_SECONDS
