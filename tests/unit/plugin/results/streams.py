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

"""Subunit streams as Tempest and stestr write them."""

import datetime
import io
import json
from typing import Any

import subunit

from ipv6_tempest_plugin.results import complete
from ipv6_tempest_plugin.results import masking
from ipv6_tempest_plugin.results import merging
from ipv6_tempest_plugin.results import model
from ipv6_tempest_plugin.results import sources

BEGIN = datetime.datetime(2026, 11, 23, 8, 0, 0, tzinfo=datetime.UTC)
TEXT = 'text/plain; charset="utf8"'
TRACEBACK = 'text/x-traceback; charset="utf8"; language="python"'
UNDERLAY = 'ipv6_tempest_plugin.tests.underlay'
API = 'ipv6_tempest_plugin.tests.overlay.api'
SCENARIO = 'ipv6_tempest_plugin.tests.overlay.scenario'


def uuid(number: int) -> str:
    """Return what an ``idempotent_id`` looks like."""
    return f'00000000-0000-4000-8000-{number:012x}'


def test_id(name: str, number: int, *attributes: str) -> str:
    """Return an id as Tempest writes it."""
    return f'{name}[{",".join([f"id-{uuid(number)}", *attributes])}]'


def traceback(message: str, error: str = 'AssertionError') -> str:
    """Return a traceback that ends with a message."""
    return (
        'Traceback (most recent call last):\n'
        '  File "/usr/lib/test.py", line 1, in test\n'
        '    self.verify()\n'
        '  File "/usr/lib/verify.py", line 2, in verify\n'
        '    raise problem\n'
        f'{error}: {message}\n'
    )


class Stream:
    """Writes a stream; the clock goes on with every test."""

    def __init__(self) -> None:
        self.now = BEGIN
        self._bytes = io.BytesIO()
        self._output = subunit.StreamResultToBytes(self._bytes)

    def __bytes__(self) -> bytes:
        return self._bytes.getvalue()

    def raw(self, data: bytes) -> 'Stream':
        """Write what need not be subunit."""
        self._bytes.write(data)
        return self

    def exists(self, *test_ids: str) -> 'Stream':
        """Say which tests a worker is going to run."""
        for name in test_ids:
            self._output.status(test_id=name, test_status='exists')
        return self

    def start(self, name: str) -> 'Stream':
        """Begin a test."""
        self._output.status(
            test_id=name, test_status='inprogress', timestamp=self.now
        )
        return self

    def file(
        self, name: str | None, file: str, data: bytes, mime: str = TEXT
    ) -> 'Stream':
        """Attach a file, in two pieces when it can be."""
        half = len(data) // 2
        for piece, eof in ((data[:half], False), (data[half:], True)):
            self._output.status(
                test_id=name,
                file_name=file,
                file_bytes=piece,
                mime_type=mime,
                eof=eof,
                timestamp=self.now,
            )
        return self

    def end(
        self, name: str, status: str, seconds: float = 1.0, worker: int = 0
    ) -> 'Stream':
        """End a test."""
        self.now += datetime.timedelta(seconds=seconds)
        self._output.status(
            test_id=name,
            test_status=status,
            timestamp=self.now,
            test_tags=[f'worker-{worker}'],
        )
        return self

    def passed(self, name: str, **evidence: Any) -> 'Stream':
        """Write a test that passed."""
        return self.start(name).evidence(name, **evidence).end(name, 'success')

    def failed(
        self, name: str, message: str, log: str = '', **evidence: Any
    ) -> 'Stream':
        """Write a test that failed."""
        self.start(name).evidence(name, **evidence)
        self.file(name, 'traceback', traceback(message).encode(), TRACEBACK)
        if log:
            self.file(name, "pythonlogging:''", log.encode())
        return self.end(name, 'fail', 2.5, 1)

    def skipped(self, name: str, reason: str) -> 'Stream':
        """Write a test, or a class, that was skipped."""
        if not name.startswith('setUp'):
            self.start(name)
        return self.file(name, 'reason', reason.encode()).end(name, 'skip', 0)

    def evidence(self, name: str, **evidence: Any) -> 'Stream':
        """Attach evidence; the keys are its kinds."""
        for kind, data in evidence.items():
            mime = f'application/x-ipv6-{kind}+json'
            self.file(name, kind, json.dumps(data).encode(), mime)
        return self

    def run(self, *secrets: str) -> model.Run:
        """Return the run that the command makes of the stream."""
        return read(bytes(self), *secrets)


def read(data: bytes, *secrets: str) -> model.Run:
    """Return the run that the command makes of some bytes."""
    mask = masking.Mask(secrets)
    run = sources.decode(io.BytesIO(data), 'a stream', mask)
    return complete.complete(merging.merge([run]))
