# Licensed under the Apache License, Version 2.0 (the "License"); you may
# not use this file except in compliance with the License. You may obtain
# a copy of the License at
#
#      http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS, WITHOUT
# WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the
# License for the specific language governing permissions and limitations
# under the License.

"""One test case: from its arguments to a judged run and its files."""

from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
import functools
from pathlib import Path
from typing import Any
from typing import IO

from ipv6_tempest_plugin.results import complete
from ipv6_tempest_plugin.results import literals
from ipv6_tempest_plugin.results import masking
from ipv6_tempest_plugin.results import merging
from ipv6_tempest_plugin.results import model
from ipv6_tempest_plugin.results import summary
from ipv6_tempest_plugin.results import testapi
from ipv6_tempest_plugin.results import wrapping
from ipv6_tempest_plugin.results import writing
from ipv6_tempest_plugin.xtesting import arguments
from ipv6_tempest_plugin.xtesting import configuration
from ipv6_tempest_plugin.xtesting import errors
from ipv6_tempest_plugin.xtesting import recording
from ipv6_tempest_plugin.xtesting import tempest

STREAM = 'tempest.subunit'
LOG = 'tempest.log'
# By what writing.WRITERS calls them; the first two are Functest's names.
REPORTS = {
    'html': 'tempest-report.html',
    'junit': 'tempest-report.xml',
    'json': 'tempest-report.json',
}
FILES = (STREAM, LOG, *REPORTS.values())
# Lines of Tempest's standard error that are told.
_TOLD = 5
# 1 says that tests failed, or that there was none.
_STATUSES = (0, 1)


@dataclass(frozen=True)
class Place:
    """Where a test case runs.

    :param results: the directory for what stays
    :param workspace: the directory in which Tempest works
    :param environment: the variables that Tempest sees
    """

    name: str
    results: Path
    workspace: Path
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Outcome:
    """A run and what to think of it.

    :param result: percent of those that were not skipped
    :param broken: why the record of the run proves nothing
    :param objections: why it fails whatever the percentage
    """

    run: model.Run
    result: float = 0.0
    broken: tuple[str, ...] = ()
    objections: tuple[str, ...] = ()

    @property
    def details(self) -> dict[str, Any]:
        """Functest's keys, and under ``notes`` why it fails anyway."""
        notes = [*self.broken, *self.objections]
        return {**testapi.details(self.run), 'notes': notes}


def nothing(why: str) -> Outcome:
    """Return the outcome of a case that had no run."""
    return Outcome(model.Run(()), broken=(why,))


def run(
    wanted: arguments.Arguments, place: Place, tell: recording.Tell
) -> Outcome:
    """Run Tempest, write the reports and judge.

    :param tell: takes lines for the user; they hold no secret
    :raises CaseError: when there is no result to judge
    :raises ReportError: when a report cannot be written
    """
    config = configuration.path(place.environment)
    mask = literals.mask([config], place.environment)
    program = tempest.program(place.environment)
    _empty(place.results)
    words = tempest.command(program, config, wanted, place.workspace)
    tell(mask.text(f'{" ".join(words)} (in {place.workspace})'))
    try:
        with (place.results / STREAM).open('wb') as copy:
            recorder = recording.Recorder(mask, copy, tell)
            try:
                ended = tempest.execute(
                    words,
                    place.workspace,
                    place.environment,
                    recorder,
                    wanted.timeout,
                )
            finally:
                recorder.close()
    finally:
        said = _log(place, mask)
    seen = complete.complete(merging.merge([recorder.run()]))
    if not seen.tests:
        said = '\n'.join([*seen.notes, said]).strip()
        raise errors.CaseError(_why_nothing(ended, wanted, program, said))
    outcome = judge(seen, ended, wanted)
    _report(outcome.run, place)
    tell(summary.text(outcome.run, None).rstrip('\n'))
    return outcome


def _empty(directory: Path) -> None:
    """Make the directory of results; remove those of an earlier run."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            (directory / name).unlink(missing_ok=True)
    except OSError as error:
        raise errors.CaseError(
            f'expected a directory for results that can be written, seen '
            f'{directory}: {error.strerror}'
        ) from error


def _log(place: Place, mask: masking.Mask) -> str:
    """Keep what Tempest said on standard error; return its end."""
    path = place.workspace / tempest.STDERR
    said = ''
    if path.exists():
        with path.open('rb') as stream:
            # It quotes the cloud, and goes to terminals and dashboards.
            said = wrapping.ends(stream, mask)
    writing.replace(place.results / LOG, lambda file: file.write(said))
    return '\n'.join(said.rstrip().split('\n')[-_TOLD:])


def _why_nothing(
    ended: tempest.Ended,
    wanted: arguments.Arguments,
    program: str,
    said: str,
) -> str:
    which = wanted.regex or ', '.join(wanted.include_list)
    told = f'expected results of tests that match {which}, seen none'
    if ended.is_late:
        return f'{told} within the timeout of {wanted.timeout:g} s'
    if ended.status in _STATUSES and not said:
        return (
            f'{told}: {program} knows no such test. `tempest run '
            '--list-tests` shows those that it knows; this plugin must be '
            'installed beside that Tempest'
        )
    return (
        f'{told}: {program} ended with {_status(ended)}, saying: '
        f'{said or "nothing"}'
    )


def _status(ended: tempest.Ended) -> str:
    if ended.status < 0:
        return f'signal {-ended.status}'
    return f'status {ended.status}'


def judge(
    run: model.Run, ended: tempest.Ended, wanted: arguments.Arguments
) -> Outcome:
    """Return the percentage and what speaks against the run."""
    details = testapi.details(run)
    counted = details['tests_number'] - details['skipped_number']
    broken = tuple(_broken(run, ended, wanted))
    return Outcome(
        run,
        # Not rounded: 999 of 1000 are not 100 percent.
        100 * details['success_number'] / counted
        if counted and not broken
        else 0.0,
        broken,
        tuple(_objections(details, wanted)),
    )


def _broken(
    run: model.Run, ended: tempest.Ended, wanted: arguments.Arguments
) -> Iterator[str]:
    if ended.is_late:
        yield f'Tempest was ended after its timeout of {wanted.timeout:g} s'
    elif ended.status not in _STATUSES:
        yield (
            f'Tempest ended with {_status(ended)}, expected 0 or 1; see {LOG}'
        )
    elif ended.status and not _explains(run):
        yield (
            'Tempest ended with status 1, and none of its tests failed; '
            f'see {LOG}'
        )
    yield from run.notes
    if lost := run.counts[model.Status.INTERRUPTED]:
        yield f'{lost} test(s) were running when the run ended'


def _explains(run: model.Run) -> bool:
    """Say whether it is plain why Tempest ended with status 1."""
    return bool(run.bad or run.notes or not run.counts[model.Status.PASSED])


def _objections(
    details: Mapping[str, Any], wanted: arguments.Arguments
) -> Iterator[str]:
    if wanted.deny_skipping and details['skipped_number']:
        yield (
            f'{details["skipped_number"]} result(s) are skips, and '
            'deny_skipping is true'
        )
    number = details['tests_number']
    if wanted.tests_count and number != wanted.tests_count:
        yield f'expected {wanted.tests_count} result(s), seen {number}'
    if number == details['skipped_number']:
        yield 'everything was skipped: nothing is proved'


def _report(run: model.Run, place: Place) -> None:
    title = f'IPv6 in this cloud: {place.name}'
    for kind, name in REPORTS.items():
        write = functools.partial(
            _write, writing.WRITERS[kind], run=run, title=title
        )
        writing.replace(place.results / name, write)


def _write(
    writer: writing.Writer, file: IO[str], run: model.Run, title: str
) -> None:
    writer(file, run, None, title)
