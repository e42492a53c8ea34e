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

"""A headless Chromium, driven over a pipe by its DevTools protocol."""

from collections.abc import Iterator
import contextlib
import itertools
import json
import os
from pathlib import Path
import select
import shutil
import subprocess
import tempfile
import time
from typing import Any

NAMES = ('chromium', 'chromium-browser', 'google-chrome')
TIMEOUT = 60.0
# The pipe's descriptors are 3 and 4 by definition of the option.
_START = 'exec 3<&"$1" 4>&"$2"; shift 2; exec "$@"'
_OPTIONS = (
    '--headless=new',
    '--remote-debugging-pipe',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--disable-background-networking',
    '--no-first-run',
    '--hide-scrollbars',
)


def command() -> str:
    """Return the path of a Chromium.

    :raises RuntimeError: when there is none
    """
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        raise RuntimeError(
            f'expected one of {", ".join(NAMES)}, found none: run '
            'scripts/lab install'
        )
    return found


class Tab:
    """One page. Events are kept in the order in which they came."""

    def __init__(self, source: int, sink: int) -> None:
        self.events: list[dict[str, Any]] = []
        self._source, self._sink = source, sink
        self._numbers = itertools.count(1)
        self._buffer = b''
        self._session = ''
        target = self.call('Target.createTarget', url='about:blank')
        attached = self.call(
            'Target.attachToTarget', targetId=target['targetId'], flatten=True
        )
        self._session = attached['sessionId']
        for domain in ('Page', 'Runtime', 'Network', 'Log', 'Accessibility'):
            self.call(f'{domain}.enable')

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol; return its result.

        :raises RuntimeError: with the browser's words when it refuses
        """
        number = next(self._numbers)
        message = {'id': number, 'method': method, 'params': parameters}
        if self._session:
            message['sessionId'] = self._session
        os.write(self._sink, json.dumps(message).encode() + b'\0')
        answer = self._until(lambda seen: seen.get('id') == number)
        if 'error' in answer:
            raise RuntimeError(f'{method}: {answer["error"]}')
        result: dict[str, Any] = answer['result']
        return result

    def open(self, path: Path) -> None:
        """Load a file and wait until it is loaded."""
        self.events.clear()
        self.call('Page.navigate', url=path.as_uri())
        if not any(e['method'] == 'Page.loadEventFired' for e in self.events):
            self._until(lambda s: s.get('method') == 'Page.loadEventFired')

    def js(self, expression: str) -> Any:
        """Return what an expression is worth.

        :raises RuntimeError: when it throws
        """
        done = self.call(
            'Runtime.evaluate',
            expression=expression,
            returnByValue=True,
            awaitPromise=True,
        )
        if 'exceptionDetails' in done:
            raise RuntimeError(str(done['exceptionDetails']))
        return done['result'].get('value')

    def seen(self, method: str) -> list[dict[str, Any]]:
        """Return the parameters of all events of a kind."""
        return [e['params'] for e in self.events if e['method'] == method]

    def _until(self, is_it: Any) -> dict[str, Any]:
        end = time.monotonic() + TIMEOUT
        while True:
            message = self._message(end)
            if 'method' in message:
                self.events.append(message)
            if is_it(message):
                return message

    def _message(self, end: float) -> dict[str, Any]:
        while b'\0' not in self._buffer:
            left = max(0.0, end - time.monotonic())
            if not select.select([self._source], [], [], left)[0]:
                raise TimeoutError(f'no answer of Chromium in {TIMEOUT} s')
            piece = os.read(self._source, 1 << 20)
            if not piece:
                raise EOFError('Chromium ended')
            self._buffer += piece
        raw, _, self._buffer = self._buffer.partition(b'\0')
        message: dict[str, Any] = json.loads(raw)
        return message


@contextlib.contextmanager
def tab(program: str) -> Iterator[Tab]:
    """Start a Chromium of its own; give a tab; end it."""
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [
                'bash', '-c', _START, 'bash', str(theirs_in), str(theirs_out),
                program, *_OPTIONS, f'--user-data-dir={profile}',
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(theirs_in, theirs_out),
        )  # fmt: skip
        os.close(theirs_in)
        os.close(theirs_out)
        try:
            yield Tab(ours_in, ours_out)
        finally:
            # It ends by itself when its end of the pipe is closed.
            os.close(ours_out)
            os.close(ours_in)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
