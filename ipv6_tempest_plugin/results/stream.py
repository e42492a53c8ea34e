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

"""From the events of a subunit stream to a ``Run``."""

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field
import datetime
from typing import Protocol

import testtools

from ipv6_tempest_plugin.results import attachments
from ipv6_tempest_plugin.results import clip
from ipv6_tempest_plugin.results import failures
from ipv6_tempest_plugin.results import masking
from ipv6_tempest_plugin.results import model
from ipv6_tempest_plugin.results import names
from ipv6_tempest_plugin.results import observed
from ipv6_tempest_plugin.results import text

Status = model.Status
ENDED = {
    'success': Status.PASSED,
    'fail': Status.FAILED,
    'skip': Status.SKIPPED,
    'xfail': Status.EXPECTED_FAILURE,
    'uxsuccess': Status.UNEXPECTED_SUCCESS,
}
# What is no test, but stestr's complaint on a worker.
_WORKER = 'process-returncode'
# What we have the reader call that which is no subunit.
FOREIGN = 'stdout'
_INTERRUPTED = 'the run ended while this test was running'
# What the reader of subunit's version 1 says of a stream that ends.
_LOST = 'lost connection during test'
_SILENT = (
    'no reason was recorded, as when the worker ends in the middle of a test'
)
_TRACEBACKS = ('traceback', 'traceback-1', 'traceback-2')


@dataclass(slots=True)
class _Open:
    """A test that has not ended yet."""

    start: datetime.datetime | None
    is_running: bool = False
    tags: frozenset[str] = frozenset()
    files: attachments.Files = field(default_factory=attachments.Files)


class Watch(Protocol):
    """Is told what a stream tells, in its order; all of it is masked."""

    def listed(self, name: str) -> None:
        """Take the name of a test that is going to run."""

    def began(self, name: str) -> None:
        """Take the name of a test that began."""

    def ended(self, test: model.Test) -> None:
        """Take the result of a test, or of a ``setUpClass``."""


class Collector(testtools.StreamResult):
    """Takes the events of one stream; see testtools' ``StreamResult``.

    :param source: what to call the stream where several are merged; its
        workers are then ``SOURCE/N``
    :param watch: is told of each event as it comes
    """

    def __init__(
        self,
        mask: masking.Mask | None = None,
        source: str = '',
        watch: Watch | None = None,
    ) -> None:
        super().__init__()
        self._watch = watch
        self._mask = mask or masking.Mask()
        self._prefix = f'{source}/' if source else ''
        self._open: dict[tuple[str | None, str], _Open] = {}
        self._tests: list[model.Test] = []
        self._notes: list[str] = []
        self._listed: set[str] = set()
        self._loose: dict[str, clip.Clip] = {}
        self._printed = clip.Clip(4096, 0)

    def status(
        self,
        test_id: str | None = None,
        test_status: str | None = None,
        test_tags: Iterable[str] | None = None,
        runnable: bool = True,
        file_name: str | None = None,
        file_bytes: bytes | None = None,
        eof: bool = False,
        mime_type: str | None = None,
        route_code: str | None = None,
        timestamp: datetime.datetime | None = None,
    ) -> None:
        """Take one event."""
        if test_id is None:
            self._take_loose(file_name, file_bytes, route_code)
            return
        if test_status == 'exists':
            self._list(self._name(test_id).name)
            return
        key = route_code, test_id
        test = self._open.get(key)
        if test is None:
            test = self._open[key] = _Open(timestamp)
        if test_tags:
            test.tags |= frozenset(test_tags)
        if file_name is not None and file_bytes is not None:
            test.files.add(file_name, mime_type, bytes(file_bytes))
        if test_status == 'inprogress':
            test.is_running, test.start = True, timestamp
            if self._watch:
                self._watch.began(self._name(test_id).name)
        elif test_status is not None:
            del self._open[key]
            self._end(test_id, ENDED[test_status], test, timestamp)

    def damaged(self, how: str) -> None:
        """Note that the stream itself is not whole."""
        self._note(f'the stream is not whole: {how}')

    def run(self) -> model.Run:
        """Return the run, with what was left running."""
        for (_, test_id), test in list(self._open.items()):
            if test.is_running:
                self._end(test_id, Status.INTERRUPTED, test, None)
        for name, kept in self._loose.items():
            self._note(self._said_of(name, kept))
        return model.Run(
            tuple(self._tests),
            tuple(dict.fromkeys(self._notes)),
            frozenset(self._listed),
            self._remarks(),
        )

    def _take_loose(
        self, name: str | None, data: bytes | None, worker: str | None
    ) -> None:
        if name == FOREIGN and worker is not None and data:
            # stestr kept apart what a worker printed, such as the log of a
            # Tempest that has no log file: the stream itself is sound.
            self._printed.add(bytes(data))
        elif name is not None and data:
            kept = self._loose.setdefault(name, clip.Clip(4096, 0))
            kept.add(bytes(data))

    def _remarks(self) -> tuple[str, ...]:
        if not self._printed.size:
            return ()
        head = text.line(self._printed.text(change=self._mask.text), 200)
        return (f'workers printed {self._printed.size} byte(s): {head}',)

    def _said_of(self, name: str, kept: clip.Clip) -> str:
        head = text.line(kept.text(change=self._mask.text), 200)
        if name == FOREIGN:
            return f'{kept.size} byte(s) of the stream are no subunit: {head}'
        return f'{text.line(self._mask.text(name))}: {head}'

    def _list(self, name: str) -> None:
        self._listed.add(name)
        if self._watch:
            self._watch.listed(name)

    def _note(self, note: str) -> None:
        self._notes.append(note)

    def _name(self, test_id: str) -> names.Name:
        if not test_id.isprintable() or len(test_id) > 1000:
            test_id = text.line(self._mask.text(test_id), 1000)
        return names.parse(self._mask.name(test_id))

    def _end(
        self,
        test_id: str,
        status: Status,
        test: _Open,
        stop: datetime.datetime | None,
    ) -> None:
        if test_id == _WORKER:
            said = test.files.text_of(('traceback',), self._mask)
            self._note(f'a worker failed: {text.line(said)}')
        else:
            if status is Status.FAILED and self._is_lost(test):
                status = Status.INTERRUPTED
            name = self._name(test_id)
            if not name.fixture:
                self._listed.add(name.name)
            self._tests.append(self._test(name, status, test, stop))
            if self._watch:
                self._watch.ended(self._tests[-1])

    def _is_lost(self, test: _Open) -> bool:
        said = test.files.text_of(_TRACEBACKS[:1], self._mask)
        return failures.diagnosis(said).startswith(_LOST)

    def _test(
        self,
        name: names.Name,
        status: Status,
        test: _Open,
        stop: datetime.datetime | None,
    ) -> model.Test:
        seen = test.files.evidence(self._mask) if test.files.files else None
        reason = diagnosis = ''
        left: tuple[model.Attachment, ...] = ()
        if status is not Status.PASSED:
            reason, diagnosis, left = self._told(status, test.files)
        if test.files.notes:
            diagnosis = '\n\n'.join([diagnosis, *test.files.notes]).strip()
        return model.Test(
            name.id,
            name.name,
            name.owner,
            name.label,
            name.tier,
            status,
            test.start,
            _seconds(test.start, stop),
            self._worker(test.tags),
            name.attributes,
            reason,
            diagnosis,
            evidence=seen or observed.NOTHING,
            attachments=left,
        )

    def _told(
        self, status: Status, files: attachments.Files
    ) -> tuple[str, str, tuple[model.Attachment, ...]]:
        """Return reason, diagnosis and what else there is to read."""
        left = files.attachments(self._mask, ('reason',))
        if status is Status.INTERRUPTED:
            return _INTERRUPTED, '', left
        why = text.line(files.text_of(('reason',), self._mask))
        if status is Status.SKIPPED:
            return why, '', left
        said = files.text_of(_TRACEBACKS, self._mask)
        diagnosis = failures.diagnosis(said)
        reason = why or text.line(failures.reason(diagnosis))
        if status is Status.FAILED and not reason and not files.files:
            reason = _SILENT
        return reason, diagnosis, left

    def _worker(self, tags: frozenset[str]) -> str:
        workers = [tag[7:] for tag in tags if tag.startswith('worker-')]
        return self._prefix + workers[0] if workers else self._prefix[:-1]


def _seconds(
    start: datetime.datetime | None, stop: datetime.datetime | None
) -> float | None:
    if start is None or stop is None:
        return None
    # Clocks are set back now and then; a duration is never negative.
    return max(0.0, (stop - start).total_seconds())
