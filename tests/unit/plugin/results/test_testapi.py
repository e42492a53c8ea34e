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

"""What TestAPI is sent, and what becomes of it."""

from collections.abc import Iterator
import contextlib
from http import server
import json
import threading
from typing import Any

import testtools

from ipv6_tempest_plugin.results import errors
from ipv6_tempest_plugin.results import testapi
from ipv6_tempest_plugin.results import writing
from tests.unit.plugin.results import example
from tests.unit.plugin.results import streams


@contextlib.contextmanager
def api(status: int = 200) -> Iterator[tuple[str, list[Any]]]:
    """Serve TestAPI's one call; give its URL and what it received."""
    received: list[Any] = []

    class Handler(server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802
            size = int(self.headers['Content-Length'])
            body = json.loads(self.rfile.read(size))
            received.append((self.path, self.headers['Content-Type'], body))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b'{"href": "http://api/results/5"}')

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    running = server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    try:
        port = running.server_address[1]
        yield f'http://127.0.0.1:{port}/api/v1/results', received
    finally:
        running.shutdown()
        thread.join()
        running.server_close()


class TestapiTest(testtools.TestCase):
    def test_what_is_sent(self) -> None:
        environment = {
            'NODE_NAME': 'pod-1',
            'INSTALLER_TYPE': 'kolla',
            'DEPLOY_SCENARIO': 'os-nosdn-ipv6-noha',
            'BUILD_TAG': 'jenkins-7',
            'CASE_NAME': 'ipv6_underlay',
        }
        with api() as (url, received):
            said = writing.testapi_to(url, example.stream().run(), environment)
        self.assertEqual('sent to TestAPI: http://api/results/5', said)
        ((path, content_type, body),) = received
        self.assertEqual(
            ('/api/v1/results', 'application/json'), (path, content_type)
        )
        details = body.pop('details')
        self.assertEqual(
            {
                'project_name': 'functest',
                'case_name': 'ipv6_underlay',
                'pod_name': 'pod-1',
                'installer': 'kolla',
                'scenario': 'os-nosdn-ipv6-noha',
                'build_tag': 'jenkins-7',
                'version': 'unknown',
                'criteria': 'FAIL',
                'start_date': '2026-11-23 08:00:00',
                'stop_date': '2026-11-23 08:00:30',
            },
            body,
        )
        self.assertEqual(
            (25, 17, 1, 7),
            tuple(
                details[f'{name}_number']
                for name in ('tests', 'success', 'skipped', 'failures')
            ),
        )

    def test_a_green_run_passes(self) -> None:
        run = streams.Stream().passed('a.B.c').run()
        body = testapi.as_dict(run, testapi.Context())
        self.assertEqual('PASS', body['criteria'])

    def test_a_refusal_says_what_to_do_and_no_secret(self) -> None:
        with api(404) as (url, _):
            url = url.replace('//', '//user:hunter2@') + '?token=hunter2'
            problem = self.assertRaises(
                errors.ReportError,
                testapi.push,
                {},
                url.replace('user:hunter2@', ''),
            )
        self.assertIn('seen status 404', str(problem))
        self.assertIn('NODE_NAME', str(problem))
        self.assertNotIn('hunter2', str(problem))

    def test_nobody_there(self) -> None:
        problem = self.assertRaises(
            errors.ReportError, testapi.push, {}, 'http://127.0.0.1:1/x'
        )
        self.assertIn('Connection refused', str(problem))
