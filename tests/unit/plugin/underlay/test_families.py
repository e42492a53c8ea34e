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

"""The recorder sees every family; the judge knows what is wrong."""

import socket
import threading

import netaddr
import testtools
import urllib3

from ipv6_tempest_plugin.underlay import families
from ipv6_tempest_plugin.underlay import findings
from tests.unit.plugin.underlay import servers

PLACE = findings.Place('image', 'RegionOne', 'public')


class RecorderTest(testtools.TestCase):
    def test_ipv4_is_seen(self) -> None:
        server = self.useFixture(servers.Server(servers.reply(), '127.0.0.1'))
        with families.Recorder() as recorder:
            urllib3.request('GET', f'http://127.0.0.1:{server.port}')
        self.assertEqual(
            [families.Connect('AF_INET', '127.0.0.1', server.port)],
            recorder.connects,
        )

    def test_ipv6_is_seen(self) -> None:
        server = self.useFixture(servers.Server(servers.reply()))
        with families.Recorder() as recorder:
            urllib3.request('GET', f'http://[::1]:{server.port}')
        self.assertEqual(
            [families.Connect('AF_INET6', '::1', server.port)],
            recorder.connects,
        )

    def test_what_fails_is_seen_too(self) -> None:
        port = servers.closed_port()
        with families.Recorder() as recorder, socket.socket() as sock:
            sock.connect_ex(('127.0.0.1', port))
        self.assertEqual(['AF_INET'], [c.family for c in recorder.connects])

    def test_other_threads_are_seen(self) -> None:
        port = servers.closed_port()

        def connect() -> None:
            with socket.socket() as sock:
                sock.connect_ex(('127.0.0.1', port))

        with families.Recorder() as recorder:
            thread = threading.Thread(target=connect)
            thread.start()
            thread.join()
        self.assertEqual(1, len(recorder.connects))

    def test_nothing_is_seen_outside(self) -> None:
        with families.Recorder() as recorder:
            pass
        with socket.socket() as sock:
            sock.connect_ex(('127.0.0.1', servers.closed_port()))
        self.assertEqual([], recorder.connects)

    def test_datagrams_and_unix_sockets_are_not_requests(self) -> None:
        with families.Recorder() as recorder:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.connect(('127.0.0.1', 9))
            with socket.socket(socket.AF_UNIX) as sock:
                sock.connect_ex('/nonexistent')
        self.assertEqual([], recorder.connects)


class JudgeTest(testtools.TestCase):
    MEANT = frozenset({netaddr.IPAddress('fd00::1')})

    def judge(self, *seen: tuple[str, str]) -> list[str]:
        connects = [families.Connect(f, a, 80) for f, a in seen]
        found = families.judge(connects, PLACE, self.MEANT)
        return [finding.code for finding in found]

    def test_ipv6_to_where_it_should_go(self) -> None:
        self.assertEqual([], self.judge(('AF_INET6', 'fd00::1')))

    def test_ipv4_even_beside_ipv6(self) -> None:
        self.assertEqual(
            ['travel-ipv4'],
            self.judge(('AF_INET6', 'fd00::1'), ('AF_INET', '192.0.2.1')),
        )

    def test_mapped_address_is_ipv4(self) -> None:
        self.assertEqual(
            ['travel-ipv4'], self.judge(('AF_INET6', '::ffff:192.0.2.1'))
        )

    def test_another_host(self) -> None:
        self.assertEqual(
            ['travel-elsewhere'], self.judge(('AF_INET6', 'fd00::2'))
        )

    def test_a_name_proves_nothing(self) -> None:
        self.assertEqual(
            ['travel-elsewhere'], self.judge(('AF_INET6', 'localhost'))
        )

    def test_no_connect_proves_nothing(self) -> None:
        self.assertEqual(['travel-unseen'], self.judge())
