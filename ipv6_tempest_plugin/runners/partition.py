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

"""Who runs what, so that all runners end together."""

from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
import heapq

from ipv6_tempest_plugin.results import durations
from ipv6_tempest_plugin.results import errors
from ipv6_tempest_plugin.results import names


@dataclass(frozen=True)
class Runner:
    """A machine that runs tests.

    :param workers: how many tests it runs at a time
    """

    name: str
    workers: int = 1


@dataclass(frozen=True)
class Share:
    """What one runner runs.

    :param tests: ids as Tempest lists them
    :param seconds: what it will take, as far as is known
    """

    runner: str
    tests: tuple[str, ...]
    classes: int
    seconds: float


@dataclass(frozen=True)
class _Class:
    """The tests of one class: what they share is built once, for all."""

    owner: str
    tests: tuple[str, ...]
    seconds: float


def spread(
    tests: Iterable[str],
    runners: Sequence[Runner],
    known: durations.Durations = durations.NOTHING,
) -> tuple[Share, ...]:
    """Return the share of each runner; one without tests has none.

    The longest class goes first, each to the worker that is free first
    (R. L. Graham, Bounds on Multiprocessing Timing Anomalies, 1969: at
    most a third over the best). A class stays whole, as with stestr's
    ``group_regex``. A test that is not known takes the median.

    :param tests: ids as Tempest lists them
    :param known: what tests took in earlier runs
    :raises ReportError: when there is no runner
    """
    if not runners:
        raise errors.ReportError(
            'expected at least one runner, seen none; name it with --runner'
        )
    workers = _workers(runners)
    shares: dict[str, list[_Class]] = {runner.name: [] for runner in runners}
    ends = dict.fromkeys(shares, 0.0)
    for one in _classes(tests, known):
        load, place, runner = heapq.heappop(workers)
        shares[runner].append(one)
        ends[runner] = max(ends[runner], load + one.seconds)
        heapq.heappush(workers, (load + one.seconds, place, runner))
    return tuple(
        Share(name, _tests(classes), len(classes), ends[name])
        for name, classes in shares.items()
        if classes
    )


def _workers(runners: Sequence[Runner]) -> list[tuple[float, int, str]]:
    """Return load, order and runner: the first worker of each goes first."""
    most = max(runner.workers for runner in runners)
    slots = [
        runner.name
        for number in range(most)
        for runner in runners
        if number < runner.workers
    ]
    return [(0.0, place, name) for place, name in enumerate(slots)]


def _tests(classes: Iterable[_Class]) -> tuple[str, ...]:
    return tuple(sorted(test for one in classes for test in one.tests))


def _classes(tests: Iterable[str], known: durations.Durations) -> list[_Class]:
    """Return the classes of tests, the longest first."""
    groups: dict[str, list[str]] = {}
    seconds: dict[str, float] = {}
    for test in tests:
        name = names.parse(test)
        groups.setdefault(name.owner, []).append(test)
        beside = known.owners.get(name.owner, 0.0)
        took = known.of(name.name)
        seconds[name.owner] = seconds.get(name.owner, beside) + (
            1.0 if took is None else took
        )
    found = [
        _Class(owner, tuple(ids), seconds[owner])
        for owner, ids in groups.items()
    ]
    return sorted(found, key=lambda one: (-one.seconds, one.owner))
