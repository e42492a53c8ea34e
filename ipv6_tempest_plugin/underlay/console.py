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

"""The console of a guest: from its URL to the greeting of the VNC server.

noVNC's page only starts a WebSocket (RFC 6455), through which the proxy
passes what the hypervisor's VNC server says. That it greets (RFC 6143
section 7.1.1) proves the whole way, so the page itself is not asked for.
"""

import base64
import dataclasses
from http import client
import os
from urllib import parse

import netaddr

from ipv6_tempest_plugin.underlay import catalog
from ipv6_tempest_plugin.underlay import exchange
from ipv6_tempest_plugin.underlay import findings
from ipv6_tempest_plugin.underlay import masking
from ipv6_tempest_plugin.underlay import resolving
from ipv6_tempest_plugin.underlay import settings as config
from ipv6_tempest_plugin.underlay import urls
from ipv6_tempest_plugin import waiting

GREETING = b'RFB '


def judge(
    target: catalog.Target, settings: config.Settings
) -> list[findings.Finding]:
    """Greet the console through every address of its proxy."""
    deadline = waiting.Deadline(settings.timeout)
    wrong = []
    try:
        for address in resolving.addresses_of(target.location, deadline):
            resolving.require_usable(address, settings.scopes)
            greet(target.location, address, deadline, settings)
    except findings.Fault as fault:
        wrong.append(findings.Finding.of(fault, target.place))
    return wrong


def greet(
    location: urls.Location,
    address: netaddr.IPAddress,
    deadline: waiting.Deadline,
    settings: config.Settings,
) -> None:
    """Open the WebSocket behind a noVNC URL and wait for the greeting.

    :raises Fault: ``tcp-...``, ``tls-...``, ``http-...`` on the way,
        ``console-dumb`` when no VNC server greets.
    """
    question = exchange.Question(
        socket_of(location), _handshake(), _first_frame
    )
    said = exchange.put(question, address, deadline, settings)
    if not said.startswith(GREETING):
        seen = f'greeted by {masking.excerpt(said)}'
        raise findings.Fault('console-dumb', seen, str(address))


def _first_frame(response: client.HTTPResponse) -> bytes:
    """Return the payload of the first frame (RFC 6455 section 5.2).

    A server's frames are not masked, and a greeting is shorter than the
    126 bytes from which on the length would be written elsewhere.
    """
    if response.status != 101:
        seen = f'{response.status} to the WebSocket handshake'
        raise findings.Fault('console-dumb', seen)
    head = response.fp.read(2)
    return response.fp.read(head[1] & 0x7F) if len(head) == 2 else b''


def socket_of(location: urls.Location) -> urls.Location:
    """Return where noVNC's page would open its WebSocket.

    The page takes it from ``path`` of its own query; before noVNC 1.1 it
    was ``websockify`` with the token of the query.
    """
    asked = dict(parse.parse_qsl(parse.urlsplit(location.target).query))
    path = asked.get('path', f'websockify?token={asked.get("token", "")}')
    return dataclasses.replace(location, target='/' + path.removeprefix('/'))


def _handshake() -> dict[str, str]:
    return {
        'Connection': 'Upgrade',
        'Upgrade': 'websocket',
        'Sec-WebSocket-Key': base64.b64encode(os.urandom(16)).decode(),
        'Sec-WebSocket-Protocol': 'binary',
        'Sec-WebSocket-Version': '13',
    }
