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

"""OPNFV's TestAPI, as far as a test case meets it.

    python -m tests.lab.testapi RECORD

prints its URL and serves until it is ended. It takes a result in which
every field is right, and refuses any other with what is wrong. Each is a
line of RECORD: its status and its body.
"""

from collections.abc import Iterator
import datetime
from http import server
import json
from pathlib import Path
import socket
import sys
from typing import Any

PATH = '/api/v1/results'
PROJECTS = ('functest',)
CASES = (
    'ipv6_underlay',
    'ipv6_overlay_api',
    'ipv6_overlay_scenario',
    'ipv6_vrouter',
    'ipv6',
)
TIME = '%Y-%m-%d %H:%M:%S'
TEXTS = (
    'project_name',
    'case_name',
    'installer',
    'scenario',
    'pod_name',
    'build_tag',
    'version',
    'criteria',
    'start_date',
    'stop_date',
)
LISTS = {
    'success': 'success_number',
    'skipped': 'skipped_number',
    'failures': 'failures_number',
}
DETAILS = {*LISTS, *LISTS.values(), 'tests_number', 'reasons', 'notes'}


def wrong(body: Any) -> Iterator[str]:
    """Say all that is wrong with a result."""
    if not isinstance(body, dict) or set(body) != {*TEXTS, 'details'}:
        yield f'expected {", ".join(TEXTS)}, details, seen {list(body)}'
        return
    for name in TEXTS:
        if not isinstance(body[name], str) or not body[name]:
            yield f'{name}: expected a text, seen {body[name]!r}'
    for name, known in (
        ('project_name', PROJECTS),
        ('case_name', CASES),
        ('criteria', ('PASS', 'FAIL')),
    ):
        if body[name] not in known:
            yield f'{name}: expected one of {known}, seen {body[name]!r}'
    yield from _times(body)
    yield from _details(body['details'])
    if body['criteria'] == 'PASS' and body['details'].get('failures'):
        yield 'PASS with failures'


def _times(body: dict[str, Any]) -> Iterator[str]:
    try:
        start, stop = (
            datetime.datetime.strptime(body[name], TIME)
            for name in ('start_date', 'stop_date')
        )
    except (TypeError, ValueError) as error:
        yield f'dates: {error}'
    else:
        now = datetime.datetime.now()
        if not start <= stop <= now <= stop + datetime.timedelta(minutes=5):
            yield f'dates: {start} to {stop}, and now it is {now}'


def _details(details: Any) -> Iterator[str]:
    if not isinstance(details, dict) or set(details) != DETAILS:
        yield f'details: expected {sorted(DETAILS)}, seen {details!r:.200}'
        return
    for names, number in LISTS.items():
        if len(details[names]) != details[number]:
            yield f'{number}: {details[number]}, named {len(details[names])}'
    every = [name for names in LISTS for name in details[names]]
    if len(set(every)) != details['tests_number']:
        yield f'tests_number: {details["tests_number"]}, named {len(every)}'
    if set(details['reasons']) != set(details['failures']):
        yield 'reasons: not of the failures'


class Handler(server.BaseHTTPRequestHandler):
    """Takes results."""

    record: Path

    def do_POST(self) -> None:  # noqa: N802
        """Check one, record it and answer as TestAPI does."""
        size = int(self.headers['Content-Length'])
        body = json.loads(self.rfile.read(size))
        found = list(wrong(body))
        if self.path != PATH:
            found.append(f'path: {self.path}')
        if self.headers['Content-Type'] != 'application/json':
            found.append(f'Content-Type: {self.headers["Content-Type"]}')
        status = 400 if found else 200
        with self.record.open('a') as stream:
            stream.write(json.dumps([status, found, body]) + '\n')
        # TestAPI itself is known to answer with a host that is not its own.
        answer = {'message': found, 'href': f'http://localhost{PATH}/5'}
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


class Server(server.ThreadingHTTPServer):
    """Listens where an IPv6-only host can reach it."""

    address_family = socket.AF_INET6


def main(record: str) -> None:
    """Serve until the process is ended."""
    Handler.record = Path(record)
    running = Server(('::1', 0), Handler)
    port = running.server_address[1]
    print(f'http://[::1]:{port}{PATH}', flush=True)
    running.serve_forever()


if __name__ == '__main__':
    main(sys.argv[1])
