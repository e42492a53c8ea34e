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

"""Servers on loopback that are broken on purpose."""

from collections.abc import Callable
import json
import socket
import ssl
import threading
from typing import Any

import fixtures

Behaviour = Callable[[socket.socket, threading.Event, bytes], None]


class Server(fixtures.Fixture):
    """Does one thing with every connection to one port of loopback.

    :ivar port: where it listens.
    :ivar requests: what came, one entry for each connection.
    """

    def __init__(
        self,
        behaviour: Behaviour,
        host: str = '::1',
        context: ssl.SSLContext | None = None,
        port: int = 0,
    ) -> None:
        super().__init__()
        self._behaviour = behaviour
        self._host = host
        self._context = context
        self._port = port
        self._stop = threading.Event()
        self.requests: list[bytes] = []

    def _setUp(self) -> None:
        family = socket.AF_INET6 if ':' in self._host else socket.AF_INET
        self._listener = socket.socket(family, socket.SOCK_STREAM)
        self.addCleanup(self._listener.close)
        self._listener.bind((self._host, self._port))
        self._listener.listen(32)
        self.port: int = self._listener.getsockname()[1]
        thread = threading.Thread(target=self._accept, daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self._listener.shutdown, socket.SHUT_RDWR)
        self.addCleanup(self._stop.set)

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(
                target=self._serve, args=(sock,), daemon=True
            ).start()

    def _serve(self, plain: socket.socket) -> None:
        with plain:
            try:
                if self._context is None:
                    self._converse(plain)
                else:
                    with self._context.wrap_socket(plain, True) as secured:
                        self._converse(secured)
            except OSError:
                # A caller that hangs up early is half of these tests.
                return

    def _converse(self, sock: socket.socket) -> None:
        sock.settimeout(30)
        request = sock.recv(65536)
        self.requests.append(request)
        self._behaviour(sock, self._stop, request)


class Blackhole(fixtures.Fixture):
    """A port whose accept queue is full: the kernel drops every SYN."""

    def _setUp(self) -> None:
        listener = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
        self.addCleanup(listener.close)
        listener.bind(('::1', 0))
        listener.listen(0)
        self.port: int = listener.getsockname()[1]
        for _ in range(4):
            filler = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
            self.addCleanup(filler.close)
            filler.setblocking(False)
            filler.connect_ex(('::1', self.port))


def closed_port() -> int:
    """Return a port of ::1 on which nothing listens."""
    with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as sock:
        sock.bind(('::1', 0))
        return int(sock.getsockname()[1])


def reply(
    status: int = 200,
    body: bytes = b'',
    length: int | None = None,
    **headers: str,
) -> Behaviour:
    """Answer properly; ``content_type='x'`` becomes Content-Type: x."""
    lines = [f'HTTP/1.1 {status} Whatever']
    lines += [f'{n.replace("_", "-")}: {v}' for n, v in headers.items()]
    lines += [f'Content-Length: {len(body) if length is None else length}']
    data = '\r\n'.join([*lines, '', '']).encode() + body
    return raw(data)


def document(content: Any, status: int = 200) -> Behaviour:
    """Answer with a JSON document."""
    return reply(
        status, json.dumps(content).encode(), content_type='application/json'
    )


def raw(data: bytes) -> Behaviour:
    """Send exactly this and close."""

    def behave(sock: socket.socket, stop: threading.Event, _: bytes) -> None:
        sock.sendall(data)

    return behave


def routed(root: Behaviour, other: Behaviour) -> Behaviour:
    """Do one thing for the path /, another for every other path."""

    def behave(
        sock: socket.socket, stop: threading.Event, request: bytes
    ) -> None:
        chosen = root if request.startswith(b'GET / ') else other
        chosen(sock, stop, request)

    return behave


def silence(sock: socket.socket, stop: threading.Event, _: bytes) -> None:
    """Say nothing."""
    stop.wait(30)


def drip(sock: socket.socket, stop: threading.Event, _: bytes) -> None:
    """Begin well and never end: a byte every 50 ms."""
    sock.sendall(b'HTTP/1.1 200 OK\r\nX-Endless: ')
    while not stop.wait(0.05):
        sock.sendall(b'a')


def flood(sock: socket.socket, stop: threading.Event, _: bytes) -> None:
    """Send a body without end as fast as it is taken."""
    sock.sendall(b'HTTP/1.1 200 OK\r\n\r\n')
    while not stop.is_set():
        sock.sendall(b'x' * 65536)
