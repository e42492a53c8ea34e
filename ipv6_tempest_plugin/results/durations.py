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

"""How long tests took in earlier runs, and so what they will take."""

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
import dbm
import functools
import math
from pathlib import Path
import statistics

from ipv6_tempest_plugin.results import errors
from ipv6_tempest_plugin.results import masking
from ipv6_tempest_plugin.results import model
from ipv6_tempest_plugin.results import names
from ipv6_tempest_plugin.results import sources

# stestr keeps how long each test took when it last passed.
_TIMES = ('.stestr', 'times.dbm')


@dataclass(frozen=True)
class Durations:
    """Seconds that are known.

    :param tests: by the name of the test
    :param owners: by class: what it takes beside its tests, such as
        ``setUpClass``
    """

    tests: Mapping[str, float] = field(default_factory=dict)
    owners: Mapping[str, float] = field(default_factory=dict)

    @functools.cached_property
    def median(self) -> float | None:
        """The median of all tests; None when nothing is known."""
        return statistics.median(self.tests.values()) if self.tests else None

    def of(self, name: str) -> float | None:
        """Return what a test takes: the median when it is not known."""
        return self.tests.get(name, self.median)


NOTHING = Durations()


def read(places: Sequence[str], mask: masking.Mask) -> Durations:
    """Return what earlier runs took; the later ones count.

    :param places: streams, JSON reports and directories with a ``.stestr``
    :raises ReportError: when one of them cannot be read
    """
    tests: dict[str, float] = {}
    owners: dict[str, float] = {}
    for place in places:
        known = _read(place, mask)
        tests |= known.tests
        owners |= known.owners
    return Durations(tests, owners)


def _read(place: str, mask: masking.Mask) -> Durations:
    """Return what a place tells; of stestr's also what earlier runs took."""
    recorded = stestr(Path(place))
    try:
        run = of_run(sources.read(place, mask))
    except errors.ReportError:
        if not recorded:
            raise
        run = NOTHING
    return Durations({**recorded, **run.tests}, run.owners)


def of_run(run: model.Run) -> Durations:
    """Return what the tests of a run took that ran to their end."""
    tests = {
        test.name: test.seconds
        for test in run.tests
        if test.seconds is not None
        and test.status in (*_WHOLE, model.Status.FAILED)
        and not test.label.startswith(_FIXTURES)
    }
    return Durations(tests, dict(_beside(run.tests)))


_WHOLE = (model.Status.PASSED, model.Status.EXPECTED_FAILURE)
_FIXTURES = ('setUp', 'tearDown')


def _beside(tests: Iterable[model.Test]) -> dict[str, float]:
    """Return the gaps in which workers prepared their classes.

    A worker's tests follow one another; between the last of one class and
    the first of the next lies what both do for all of their tests.
    """
    found: dict[str, float] = {}
    before: dict[str, tuple[str, float]] = {}
    timed = [t for t in tests if t.start and t.seconds is not None]
    for test in sorted(timed, key=_start):
        begin = _start(test)
        owner, end = before.get(test.worker, (test.owner, begin))
        if owner != test.owner:
            gap = max(0.0, begin - end)
            found[test.owner] = found.get(test.owner, 0.0) + gap
        before[test.worker] = test.owner, begin + (test.seconds or 0.0)
    return found


def _start(test: model.Test) -> float:
    return test.start.timestamp() if test.start else math.inf


def stestr(directory: Path) -> dict[str, float]:
    """Return what stestr recorded in a directory; nothing where it did not.

    :raises ReportError: when its record cannot be read
    """
    path = directory.joinpath(*_TIMES)
    try:
        if not dbm.whichdb(str(path)):
            return {}
        with dbm.open(str(path), 'r') as known:
            return {
                names.parse(_text(key)).name: float(known[key])
                for key in known.keys()  # noqa: SIM118 (it cannot be iterated)
            }
    except (OSError, ValueError, *dbm.error) as error:
        raise errors.ReportError(
            f'{path}: expected how long tests took, as stestr keeps it, '
            f'seen {type(error).__name__}: {error}; remove the file'
        ) from error


def _text(key: str | bytes) -> str:
    return key if isinstance(key, str) else key.decode()
