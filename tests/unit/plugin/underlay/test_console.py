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

"""The console's WebSocket, and who greets behind it."""

import dataclasses
from typing import Any

import netaddr

from ipv6_tempest_plugin.underlay import catalog
from ipv6_tempest_plugin.underlay import console
from ipv6_tempest_plugin.underlay import findings
from ipv6_tempest_plugin.underlay import ipv4
from ipv6_tempest_plugin.underlay import urls
from tests.unit.plugin.underlay import base
from tests.unit.plugin.underlay import servers

SWITCH = (
    b'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n'
    b'Connection: Upgrade\r\n\r\n'
)
GREETING = b'RFB 003.008\n'


def frame(payload: bytes) -> bytes:
    """Return a binary frame of a server (RFC 6455 section 5.2)."""
    return bytes([0x82, len(payload)]) + payload


def target(host: str, port: int) -> catalog.Target:
    """Return a console as Nova would offer it."""
    url = f'http://{host}:{port}/vnc_lite.html?path=%3Ftoken%3Dsecret'
    place = findings.Place('console', interface='novnc', url=url)
    return catalog.Target(place, urls.locate(url))


class ConsoleTest(base.UnderlayTest):
    def judge(
        self, behaviour: servers.Behaviour, timeout: float = base.TIMEOUT
    ) -> list[findings.Finding]:
        self.server = self.serve(behaviour)
        return console.judge(
            target('[::1]', self.server.port),
            dataclasses.replace(base.SETTINGS, timeout=timeout),
        )

    def check(self, code: str, behaviour: servers.Behaviour) -> str:
        (finding,) = self.judge(behaviour)
        self.assertEqual((code, '::1'), (finding.code, finding.address))
        self.assertNotIn('secret', finding.as_text())
        return finding.seen

    def test_greeting(self) -> None:
        found = self.judge(servers.raw(SWITCH + frame(GREETING)))
        self.assertEqual([], found)
        head = self.server.requests[0]
        self.assertIn(b'GET /?token=secret HTTP/1.1\r\n', head)
        self.assertIn(b'Upgrade: websocket\r\n', head)
        self.assertIn(f'Host: [::1]:{self.server.port}\r\n'.encode(), head)

    def test_refused_handshake(self) -> None:
        self.assertEqual(
            '403 to the WebSocket handshake',
            self.check('console-dumb', servers.reply(403)),
        )

    def test_closed_behind_the_proxy(self) -> None:
        seen = self.check('console-dumb', servers.raw(SWITCH))
        self.assertEqual("greeted by ''", seen)

    def test_another_server_behind_the_proxy(self) -> None:
        other = servers.raw(SWITCH + frame(b'SSH-2.0-x'))
        self.assertIn('SSH-2.0-x', self.check('console-dumb', other))

    def test_silence_behind_the_proxy(self) -> None:
        def silent(*arguments: Any) -> None:
            servers.raw(SWITCH)(*arguments)
            servers.silence(*arguments)

        (finding,) = self.judge(silent, base.SHORT)
        self.assertEqual('http-drip', finding.code)

    def test_proxy_on_ipv4(self) -> None:
        for host, code in [
            ('192.0.2.1', 'literal-ipv4'),
            ('[::ffff:192.0.2.1]', 'scope-mapped'),
        ]:
            (finding,) = console.judge(target(host, 6080), base.SETTINGS)
            self.assertEqual(code, finding.code)

    def test_proxy_that_is_down(self) -> None:
        there = target('[::1]', servers.closed_port())
        (finding,) = console.judge(there, base.SETTINGS)
        self.assertEqual('tcp-refused', finding.code)

    def test_proxy_that_answers_on_ipv4_too(self) -> None:
        old = self.serve(servers.reply(), host='127.0.0.1')
        forbidden = dataclasses.replace(
            base.SETTINGS,
            ipv4_forbidden=True,
            control_plane_ipv4=(netaddr.IPAddress('127.0.0.1'),),
        )
        (finding,) = ipv4.judge(target('[::1]', old.port), forbidden)
        self.assertEqual('ipv4-listener', finding.code)
        self.assertEqual(
            [], ipv4.judge(target('[::1]', old.port), base.SETTINGS)
        )

    def test_where_the_page_would_open_its_socket(self) -> None:
        for query, expected in [
            ('vnc_lite.html?path=%3Ftoken%3Dt', '/?token=t'),
            ('vnc_lite.html?path=ws%3Ftoken%3Dt', '/ws?token=t'),
            ('vnc_auto.html?token=t', '/websockify?token=t'),
        ]:
            location = urls.locate(f'http://[::1]:6080/{query}')
            self.assertEqual(expected, console.socket_of(location).target)
