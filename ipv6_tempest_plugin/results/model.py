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

"""A run of tests as data."""

from collections.abc import Iterable
from collections import Counter
from dataclasses import dataclass
from dataclasses import field
import datetime
import enum
import functools

from ipv6_tempest_plugin.results import observed


class Status(enum.StrEnum):
    """How a test ended. The values are those of the JSON report."""

    PASSED = 'passed'
    FAILED = 'failed'
    SKIPPED = 'skipped'
    EXPECTED_FAILURE = 'expected-failure'
    UNEXPECTED_SUCCESS = 'unexpected-success'
    INTERRUPTED = 'interrupted'
    NOT_RUN = 'not-run'

    @property
    def is_bad(self) -> bool:
        """Whether a run with such a test is not green."""
        return self in _BAD

    @property
    def is_good(self) -> bool:
        """Whether such a test did what its author expects."""
        return self in (Status.PASSED, Status.EXPECTED_FAILURE)


_BAD = (
    Status.FAILED,
    Status.UNEXPECTED_SUCCESS,
    Status.INTERRUPTED,
    Status.NOT_RUN,
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """Text that a test left, masked and perhaps cut.

    :param size: bytes in the stream, before anything was cut or masked
    """

    name: str
    content_type: str
    size: int
    text: str
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Test:
    """One result: of a test, or of a ``setUpClass`` and its like.

    :param id: the UUID of the test's ``idempotent_id``, else its name. A
        test that classes inherit has one UUID in all of them: with the
        name it is unique in a run.
    :param name: ``module.Class.method``, without Tempest's ``[id-...]``
    :param start: when it began, in UTC
    :param seconds: how long it took
    :param took: tests that this one's skip or failure kept from running
    """

    id: str
    name: str
    owner: str
    label: str
    tier: str
    status: Status
    start: datetime.datetime | None = None
    seconds: float | None = None
    worker: str = ''
    attributes: tuple[str, ...] = ()
    reason: str = ''
    diagnosis: str = ''
    took: tuple[str, ...] = ()
    evidence: observed.Evidence = observed.NOTHING
    attachments: tuple[Attachment, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What is unique in a run."""
        return self.id, self.name


@dataclass(frozen=True)
class Run:
    """All results of a run, in the order in which they ended.

    :param notes: what is wrong with the record of the run itself, such as
        a stream that ends within a packet
    :param remarks: what a reader should know and what spoils nothing, such
        as a runner that died and whose tests others ran
    """

    tests: tuple[Test, ...]
    notes: tuple[str, ...] = ()
    listed: frozenset[str] = field(default=frozenset(), repr=False)
    remarks: tuple[str, ...] = ()

    @functools.cached_property
    def counts(self) -> dict[Status, int]:
        """How many there are of each status, also where there are none."""
        return count(self.tests)

    @functools.cached_property
    def tiers(self) -> dict[str, dict[Status, int]]:
        """The same for each tier that occurs, in alphabetical order."""
        found: dict[str, list[Test]] = {}
        for test in self.tests:
            found.setdefault(test.tier, []).append(test)
        return {tier: count(found[tier]) for tier in sorted(found)}

    @functools.cached_property
    def start(self) -> datetime.datetime | None:
        """When the first test began."""
        return min((t.start for t in self.tests if t.start), default=None)

    @functools.cached_property
    def stop(self) -> datetime.datetime | None:
        """When the last test ended."""
        ends = (
            test.start + datetime.timedelta(seconds=test.seconds or 0)
            for test in self.tests
            if test.start
        )
        return max(ends, default=None)

    @property
    def seconds(self) -> float:
        """From the first start to the last end."""
        if self.start is None or self.stop is None:
            return 0.0
        return (self.stop - self.start).total_seconds()

    @property
    def bad(self) -> list[Test]:
        """What keeps the run from being green."""
        return [test for test in self.tests if test.status.is_bad]

    @property
    def is_green(self) -> bool:
        """Whether tests passed, nothing is bad and the record is whole."""
        return bool(
            self.counts[Status.PASSED] and not self.bad and not self.notes
        )


def count(tests: Iterable[Test]) -> dict[Status, int]:
    """Return how many tests have each status."""
    counter = Counter(test.status for test in tests)
    return {status: counter[status] for status in Status}
