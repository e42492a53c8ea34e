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

"""One HTTP request to one address: the answer, or what went wrong.

The standard library's client is used bare, beneath what requests and
urllib3 add: those choose the address themselves, and neither can end a
server that drips its headers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import client
from typing import Generic
from typing import TypeVar

import netaddr

from ipv6_tempest_plugin.underlay import findings
from ipv6_tempest_plugin.underlay import masking
from ipv6_tempest_plugin.underlay import settings as config
from ipv6_tempest_plugin.underlay import sockets
from ipv6_tempest_plugin.underlay import tls
from ipv6_tempest_plugin.underlay import urls
from ipv6_tempest_plugin import waiting

T = TypeVar('T')

BODY_LIMIT = 256 * 1024
_HEADERS = {
    'Accept': 'application/json',
    'Accept-Encoding': 'identity',
    'Connection': 'close',
    'User-Agent': 'ipv6-tempest-plugin',
}
_STATUS_LINE = b'HTTP/'
# Record types 20 to 23 and version 3.x (RFC 8446 section 5.1).
_TLS_RECORDS = tuple(bytes([kind, 3]) for kind in range(20, 24))

_Socket = sockets.BoundedSocket | tls.TLSSocket


@dataclass(frozen=True)
class Answer:
    """What a service said.

    :param headers: by lower-case name, in one string where repeated.
    """

    status: int
    headers: dict[str, str]
    body: bytes


def ask(
    location: urls.Location,
    address: netaddr.IPAddress,
    deadline: waiting.Deadline,
    settings: config.Settings,
    connected: Callable[[], object] = lambda: None,
) -> Answer:
    """GET a URL from exactly this address, with its Host and SNI.

    :param connected: is called once there is a TCP connection.
    :raises Fault: ``tcp-...``, ``tls-...`` or ``http-...``.
    """
    question = Question(location, _HEADERS, _read, connected)
    return put(question, address, deadline, settings)


@dataclass(frozen=True)
class Question(Generic[T]):
    """A GET with its headers, and how to read what comes back.

    :param connected: is called once there is a TCP connection.
    """

    location: urls.Location
    headers: dict[str, str]
    read: Callable[[client.HTTPResponse], T]
    connected: Callable[[], object] = lambda: None


def put(
    question: Question[T],
    address: netaddr.IPAddress,
    deadline: waiting.Deadline,
    settings: config.Settings,
) -> T:
    """Put a question to exactly this address; return what was read.

    :raises Fault: as :func:`ask`, and what reading raises.
    """
    try:
        return _put(question, address, deadline, settings)
    except findings.Fault as fault:
        raise fault.noting(question.location.note) from fault


def _put(
    question: Question[T],
    address: netaddr.IPAddress,
    deadline: waiting.Deadline,
    settings: config.Settings,
) -> T:
    location = question.location
    with sockets.connect(address, location.port, deadline) as plain:
        question.connected()
        if location.scheme == 'http':
            return _exchange(plain, question, str(address))
        context = tls.context_of(settings.ca_file, settings.verify)
        with tls.secure(plain, context, location.host) as secured:
            return _exchange(secured, question, str(address))


def _exchange(sock: _Socket, question: Question[T], address: str) -> T:
    try:
        with _request(sock, question) as response:
            return question.read(response)
    except (client.HTTPException, OSError, ValueError) as error:
        raise _fault(error, sock).at(address) from error
    except findings.Fault as fault:
        raise fault.at(address) from fault


def _fault(error: Exception, sock: _Socket) -> findings.Fault:
    """Say what went wrong; who does not speak HTTP is neither slow nor ill."""
    begins = masking.excerpt(sock.first)
    if not _STATUS_LINE.startswith(sock.first[:5]):
        is_tls = sock.first.startswith(_TLS_RECORDS)
        return findings.Fault(
            'http-on-tls' if is_tls else 'http-garbage', begins
        )
    if isinstance(error, TimeoutError):
        return _late(sock)
    if isinstance(error, client.IncompleteRead):
        return findings.Fault('http-truncated', str(error))
    if isinstance(error, OSError):
        seen = f'closed after {sock.received} bytes: {error}'
        return findings.Fault('http-closed', seen)
    return findings.Fault('http-garbage', f'{error}; it begins {begins}')


def _request(sock: _Socket, question: Question[T]) -> client.HTTPResponse:
    location = question.location
    connection = client.HTTPConnection(location.host, location.port)
    # Only this decides whether the Host header names the port.
    connection.default_port = urls.DEFAULT_PORTS[location.scheme]
    connection.sock = sock
    connection.request('GET', location.target, headers=question.headers)
    return connection.getresponse()


def _read(response: client.HTTPResponse) -> Answer:
    body = response.read(BODY_LIMIT + 1)
    if len(body) > BODY_LIMIT:
        seen = f'more than {BODY_LIMIT} bytes'
        raise findings.Fault('http-huge', seen)
    if response.length:
        seen = f'{len(body)} bytes, {response.length} are missing'
        raise findings.Fault('http-truncated', seen)
    names = {name.lower() for name in response.headers}
    return Answer(
        response.status,
        {n: ', '.join(response.headers.get_all(n, [])) for n in names},
        body,
    )


def _late(sock: _Socket) -> findings.Fault:
    elapsed = f'within {sock.deadline.elapsed:.1f} s'
    if not sock.received:
        seen = f'connected, then nothing {elapsed}'
        return findings.Fault('http-silent', seen)
    begins = masking.excerpt(sock.first)
    seen = f'{sock.received} bytes {elapsed}, no end; it begins {begins}'
    return findings.Fault('http-drip', seen)
