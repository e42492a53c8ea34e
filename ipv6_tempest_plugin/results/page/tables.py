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

"""What the page shows in tables, from a run."""

from dataclasses import dataclass
from dataclasses import field

from ipv6_tempest_plugin.results import model
from ipv6_tempest_plugin.results import observed

_SLOWEST = 15
_MOST = 200
Status = model.Status


@dataclass(frozen=True)
class Cell:
    """One interface of an endpoint, with the result that tells of it."""

    test: model.Test
    endpoint: observed.Endpoint


@dataclass(frozen=True)
class Matrix:
    """Endpoints: a row for each service and region."""

    interfaces: tuple[str, ...]
    rows: dict[tuple[str, str], dict[str, Cell]] = field(default_factory=dict)


@dataclass(frozen=True)
class Skip:
    """Everything that was skipped for one reason."""

    reason: str
    tests: tuple[model.Test, ...]

    @property
    def number(self) -> int:
        """How many tests that are, with those that a class took."""
        return sum(len(test.took) or 1 for test in self.tests)


@dataclass(frozen=True)
class Worker:
    """What one worker did."""

    name: str
    tests: int
    seconds: float


def failures(run: model.Run) -> list[model.Test]:
    """Return what has a diagnosis of its own.

    What a ``setUpClass`` took with it is told there.
    """
    told = {name for test in run.tests for name in test.took}
    return [test for test in run.bad if test.name not in told]


def skips(run: model.Run) -> list[Skip]:
    """Return the reasons of skips, the most frequent first."""
    found: dict[str, list[model.Test]] = {}
    for test in run.tests:
        if test.status is Status.SKIPPED:
            found.setdefault(test.reason, []).append(test)
    groups = [Skip(why, tuple(tests)) for why, tests in found.items()]
    return sorted(groups, key=lambda group: -group.number)


def matrix(run: model.Run) -> Matrix:
    """Return the endpoints of the catalog with their results."""
    rows: dict[tuple[str, str], dict[str, Cell]] = {}
    for test in run.tests:
        for one in test.evidence.endpoints:
            row = rows.setdefault((one.service, one.region), {})
            row[one.interface] = Cell(test, one)
    usual = ('public', 'internal', 'admin')
    seen = {interface for row in rows.values() for interface in row}
    columns = [name for name in usual if name in seen]
    columns += sorted(seen.difference(usual))
    return Matrix(tuple(columns), {key: rows[key] for key in sorted(rows)})


def addresses(run: model.Run) -> list[model.Test]:
    """Return the tests with addresses; those with a wrong one first."""
    found = [test for test in run.tests if test.evidence.addresses]
    found.sort(key=lambda t: all(a.is_right for a in t.evidence.addresses))
    return found[:_MOST]


def slowest(run: model.Run) -> list[tuple[model.Test, float]]:
    """Return the slowest tests, each with its share of the slowest."""
    timed = [test for test in run.tests if test.seconds]
    timed.sort(key=lambda test: -(test.seconds or 0))
    longest = (timed[0].seconds if timed else None) or 1.0
    return [(t, 100 * (t.seconds or 0) / longest) for t in timed[:_SLOWEST]]


def stepping(
    run: model.Run,
) -> list[tuple[model.Test, list[tuple[observed.Step, float, float]]]]:
    """Return tests with their steps: begin and length in percent."""
    found = []
    for test in run.tests:
        steps = test.evidence.steps
        total = sum(step.seconds for step in steps)
        if total > 0:
            begin, bars = 0.0, []
            for step in steps:
                share = 100 * step.seconds / total
                bars.append((step, begin, share))
                begin += share
            found.append((test, bars))
    return found[:_MOST]


def workers(run: model.Run) -> list[Worker]:
    """Return what each worker did, by name."""
    found: dict[str, list[model.Test]] = {}
    for test in run.tests:
        if test.worker:
            found.setdefault(test.worker, []).append(test)
    return [
        Worker(name, len(tests), sum(t.seconds or 0 for t in tests))
        for name, tests in sorted(found.items())
    ]
