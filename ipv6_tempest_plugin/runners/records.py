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

"""The directory in which the rounds of a run are kept.

::

    tests.list            ids of all tests, as Tempest lists them
    round-1/RUNNER.list   the share of a runner
    round-1/RUNNER.subunit  what it told; missing where it told nothing
    round-2/...           what others took over
"""

from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path
import re

from ipv6_tempest_plugin.results import errors
from ipv6_tempest_plugin.results import masking
from ipv6_tempest_plugin.results import model
from ipv6_tempest_plugin.results import sources
from ipv6_tempest_plugin.runners import partition
from ipv6_tempest_plugin.runners import rounds

TESTS = 'tests.list'
# What can be the name of a file: hosts have names and addresses.
_NAME = re.compile(r'[\w@:%+-][\w@:%+.-]*', re.ASCII)
_ROUND = re.compile(r'round-([1-9][0-9]*)')


def is_record(place: Path) -> bool:
    """Whether a directory holds rounds."""
    return place.is_dir() and bool(numbers(place))


def numbers(place: Path) -> list[int]:
    """Return the numbers of the rounds in a directory, in order."""
    if not place.is_dir():
        return []
    found = (_ROUND.fullmatch(path.name) for path in place.iterdir())
    return sorted(int(match[1]) for match in found if match)


def runner(text: str) -> partition.Runner:
    """Return what ``NAME`` or ``NAME=WORKERS`` names.

    :raises ReportError: when it names nothing
    """
    name, equals, workers = text.rpartition('=')
    name, workers = (name, workers) if equals else (text, '1')
    if not _NAME.fullmatch(name) or not re.fullmatch('[1-9][0-9]*', workers):
        raise errors.ReportError(
            '--runner: expected NAME or NAME=WORKERS, a name of letters, '
            f'digits and @:%+._- and a number above 0, seen {text!r}'
        )
    return partition.Runner(name, int(workers))


def begin(place: Path, tests: Iterable[str]) -> None:
    """Begin a record.

    :raises ReportError: when there is one, or it cannot be written
    """
    if is_record(place):
        raise errors.ReportError(
            f'{place}: expected no rounds, seen {len(numbers(place))}; '
            'leave --list out to go on with them, or name another directory'
        )
    _write(place / TESTS, tests)


def add(place: Path, shares: Iterable[partition.Share]) -> int:
    """Write the shares of the next round; return its number.

    :raises ReportError: when they cannot be written
    """
    number = max(numbers(place), default=0) + 1
    for share in shares:
        _write(list_of(place, number, share.runner), share.tests)
    return number


def list_of(place: Path, number: int, runner: str) -> Path:
    """Return where the share of a runner is."""
    return place / f'round-{number}' / f'{runner}.list'


def _write(path: Path, tests: Iterable[str]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(''.join(f'{test}\n' for test in tests), 'utf-8')
    except OSError as error:
        raise errors.ReportError(
            f'{path}: expected a file that can be written, seen: '
            f'{error.strerror}'
        ) from error


def read(place: Path, mask: masking.Mask) -> list[rounds.Part]:
    """Return what every runner was given in every round, and told.

    :raises ReportError: when a share cannot be read
    """
    return [
        part
        for number in numbers(place)
        for part in _round(place, number, mask)
    ]


def _round(
    place: Path, number: int, mask: masking.Mask
) -> Iterator[rounds.Part]:
    for path in sorted((place / f'round-{number}').glob('*.list')):
        tests = tuple(sorted(sources.test_ids(str(path))))
        name = path.name.removesuffix('.list')
        run = _told(path.with_name(f'{name}.subunit'), name, mask)
        yield rounds.Part(number, name, tests, run)


def _told(path: Path, name: str, mask: masking.Mask) -> model.Run:
    """Return what a runner told; nothing where it died before it could."""
    if not path.exists() or not path.stat().st_size:
        return model.Run((), (f'{name} told nothing',))
    try:
        return sources.read(str(path), mask, name)
    except errors.ReportError as error:
        return model.Run((), (str(error),))
