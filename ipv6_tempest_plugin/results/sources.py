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

"""Where runs come from, and in what form."""

import io
import json
from pathlib import Path
import re
import sys
from typing import BinaryIO

from stestr.repository import abstract
from stestr.repository import util
import subunit
import testtools

from ipv6_tempest_plugin.results import errors
from ipv6_tempest_plugin.results import from_json
from ipv6_tempest_plugin.results import masking
from ipv6_tempest_plugin.results import model
from ipv6_tempest_plugin.results import packets
from ipv6_tempest_plugin.results import stream

STDIN = '-'
# The first line of subunit's version 1, which stestr's repository holds.
_VERSION_1 = re.compile(
    rb'(?:time|tags|test|testing|progress|success|failure|error|skip): ?\S'
)
_WHAT = (
    'a subunit stream, a JSON report of this command, or a directory in '
    'which stestr has run'
)


def read(
    place: str,
    mask: masking.Mask | None = None,
    name: str = '',
    watch: stream.Watch | None = None,
) -> model.Run:
    """Return the run that a file, ``-`` or stestr's directory holds.

    :param name: what to call its workers by where several runs are merged
    :param watch: is told of each event as it comes
    :raises ReportError: when there is none
    """
    if place == STDIN:
        return decode(sys.stdin.buffer, 'standard input', mask, name, watch)
    path = Path(place)
    if path.is_dir():
        return decode(
            _last(path), f'the last run in {path}', mask, name, watch
        )
    try:
        with path.open('rb') as source:
            return decode(source, str(path), mask, name, watch)
    except OSError as error:
        raise errors.ReportError(
            f'{path}: expected {_WHAT}, seen: {error.strerror}'
        ) from error


def decode(
    source: BinaryIO,
    place: str,
    mask: masking.Mask | None = None,
    name: str = '',
    watch: stream.Watch | None = None,
) -> model.Run:
    """Return the run that a stream of bytes holds, in any of its forms.

    :raises ReportError: when it holds none
    """
    buffered = (
        source
        if isinstance(source, io.BufferedReader)
        else io.BufferedReader(source)  # type: ignore[type-var]
    )
    start = buffered.peek(4096)[:4096].lstrip()
    if start.startswith(b'{'):
        return _decode_json(buffered, place, mask)
    collector = stream.Collector(mask, name, watch)
    if _VERSION_1.match(start):
        _convert(buffered, collector)
    else:
        packets.read(buffered, collector)
    run = collector.run()
    if not run.tests and not run.listed:
        said = ''.join(f'; {note}' for note in run.notes)
        raise errors.ReportError(
            f'{place}: expected {_WHAT}, seen no result{said}'
        )
    return run


def _convert(source: BinaryIO, collector: stream.Collector) -> None:
    """Read version 1; what is no subunit would go to standard output."""
    foreign = io.BytesIO()
    events = testtools.ExtendedToStreamDecorator(collector)
    events.startTestRun()
    subunit.ProtocolTestCase(source, foreign).run(events)
    events.stopTestRun()
    if foreign.getvalue():
        collector.status(
            file_name=stream.FOREIGN, file_bytes=foreign.getvalue()
        )


def _decode_json(
    source: BinaryIO, place: str, mask: masking.Mask | None
) -> model.Run:
    try:
        data = json.load(source)
    except (ValueError, RecursionError) as error:
        raise errors.ReportError(
            f'{place}: expected {_WHAT}, seen JSON that ends or breaks: '
            f'{error}'
        ) from error
    return from_json.run(data, place, mask)


def _last(path: Path) -> BinaryIO:
    """Return the last run of stestr's repository in a directory.

    :raises ReportError: when there is no repository or no run in it
    """
    directory = path.parent if path.name == '.stestr' else path
    try:
        repository = util.get_repo_open(repo_url=str(directory))
        found: BinaryIO = repository.get_latest_run().get_subunit_stream()
    except (abstract.RepositoryNotFound, KeyError, ValueError, OSError) as e:
        raise errors.ReportError(
            f'{directory}: expected a .stestr with a run in it, seen '
            f'{type(e).__name__}: {e}; run tests there, or name a stream'
        ) from e
    return found


def test_ids(place: str) -> frozenset[str]:
    """Return the ids in a list of tests, one to a line.

    That is what ``stestr list`` and ``tempest run --list-tests`` print; a
    line without a dot is none.

    :raises ReportError: when it cannot be read or names no test
    """
    try:
        lines = Path(place).read_text('utf-8', 'replace').split('\n')
    except OSError as error:
        raise errors.ReportError(
            f'{place}: expected a list of tests, seen: {error.strerror}'
        ) from error
    found = frozenset(
        line.strip()
        for line in lines
        if '.' in line and ' ' not in line.strip()
    )
    if not found:
        raise errors.ReportError(
            f'{place}: expected the id of a test in each line, as `stestr '
            'list` prints them, seen none'
        )
    return found
