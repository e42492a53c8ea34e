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
"""A proxy before the networking API that lies.

It is an ordinary HTTP proxy (RFC 9112 section 3.2.2: requests name the
whole URL), so a client is led through it by its own configuration (Tempest:
``[service-clients] proxy_url``) and nothing of the cloud is changed: other
clients hear the truth. Requests to other APIs pass as they are.

``python3 -m ipv6_lab.faults.neutron_proxy FAULT`` prints the proxy's URL,
then serves until it is ended.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
import http.client
from http import server
import json
import socket
import sys
from typing import Any
from urllib import parse

from ipv6_lab.faults import answers
from ipv6_lab import inventory

# Of one connection, so not to be passed on (RFC 9110 section 7.6.1); the
# length is that of another body.
OWN = {
    'connection',
    'content-length',
    'keep-alive',
    'proxy-connection',
    'transfer-encoding',
}
TIMEOUT = 120
JSON = 'application/json'


class Proxy(server.ThreadingHTTPServer):
    """Serves on a loopback port that the kernel chooses.

    :param fault: what it does to exchanges with ``target``
    :param target: host and port, as URLs name them
    """

    address_family = socket.AF_INET6
    daemon_threads = True

    def __init__(self, fault: answers.Fault, target: str) -> None:
        super().__init__(('::1', 0), Handler)
        self.fault = fault
        self.target = target

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f'http://[::1]:{self.server_port}'


class Handler(server.BaseHTTPRequestHandler):
    """Passes one request on."""

    server: Proxy

    def pass_on(self) -> None:
        """Ask the server that is meant; answer for it."""
        url = parse.urlsplit(self.path)
        length = int(self.headers.get('Content-Length') or 0)
        body = self.rfile.read(length)
        fault = answers.Fault()
        if url.netloc == self.server.target:
            fault = self.server.fault
        path = parse.urlunsplit(('', '', url.path, url.query, ''))
        request = answers.Exchange(self.command, path, read(body))
        asked = fault.before(request)
        if asked.sent != request.sent:
            body = json.dumps(asked.sent).encode()
        answer, headers, raw = self._ask(url.netloc, asked, body)
        told = fault.after(answer)
        # What is no JSON, or was not touched, passes as it came.
        if told.body is not None:
            raw = json.dumps(told.body).encode()
        elif answer.body is not None:
            raw = b''
        self._answer(told.status, headers, raw)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = pass_on

    def _ask(
        self, host: str, request: answers.Exchange, body: bytes
    ) -> tuple[answers.Exchange, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(host, timeout=TIMEOUT)
        try:
            connection.request(
                request.method,
                request.path,
                body or None,
                dict(kept(self.headers.items())),
            )
            response = connection.getresponse()
            raw = response.read()
        finally:
            connection.close()
        answer = replace(request, status=response.status, body=read(raw))
        return answer, kept(response.getheaders()), raw

    def _answer(
        self, status: int, headers: list[tuple[str, str]], raw: bytes
    ) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if raw and not any(
            name.lower() == 'content-type' for name, _ in headers
        ):
            self.send_header('Content-Type', JSON)
        self.send_header('Content-Length', str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing: Tempest logs every request."""


def kept(headers: Any) -> list[tuple[str, str]]:
    """The headers that concern both ends."""
    return [
        (name, value) for name, value in headers if name.lower() not in OWN
    ]


def read(raw: bytes) -> Any:
    """JSON, or None for what is none."""
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return None


def main(arguments: Sequence[str]) -> int:
    """Print the URL, serve until ended."""
    parser = argparse.ArgumentParser(
        prog='neutron_proxy', description='A networking API that lies.'
    )
    parser.add_argument('fault', choices=answers.NAMES, metavar='FAULT')
    parser.add_argument(
        '--target',
        default=parse.urlsplit(inventory.url('network')).netloc,
        help='host and port of the networking API, as its URL has them',
    )
    chosen = parser.parse_args(arguments)
    with Proxy(answers.make(chosen.fault), chosen.target) as proxy:
        print(proxy.url, flush=True)
        proxy.serve_forever()
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
