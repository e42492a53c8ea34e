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
"""Processes of a host, from a directory made like proc(5)."""

from collections.abc import Mapping
from collections.abc import Sequence
import os
from pathlib import Path

import ddt
import testtools

from ipv6_lab import errors
from ipv6_lab import hosts
from ipv6_lab import listeners
from ipv6_lab import processes
from ipv6_lab import supervisor
from tests.unit.lab import front

INIT = 4000
DHCP = 'qdhcp-1'
SOCKETS = {
    '': (
        'tcp LISTEN 0 5 [::1]:80 [::]:* users:(("web",pid=2,fd=3))\n'
        'tcp LISTEN 0 5 [::1]:4369 [::]:* users:(("epmd",pid=9,fd=3))\n'
        'udp UNCONN 0 0 [::]:546 [::]:*\n'
    ),
    DHCP: (
        'tcp LISTEN 0 5 10.0.0.2:53 0.0.0.0:* users:(("dns",pid=7,fd=3))\n'
        'udp UNCONN 0 0 10.0.0.2:53 0.0.0.0:* users:(("dns",pid=7,fd=4))\n'
        'tcp LISTEN 0 5 10.0.0.2:80 0.0.0.0:* users:(("other",pid=8,fd=3))\n'
    ),
}


class FakeHost(hosts.Running):
    """A host whose files lie below a directory of the test's."""

    def path(self, inside: str) -> Path:
        return processes.PROC / 'root' / inside.lstrip('/')

    def run(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str] | None = None,
        log: Path | None = None,
        directory: Path = Path('/'),
        timeout: float = 600,
    ) -> str:
        inside = arguments[:3] == ['ip', 'netns', 'exec']
        name = arguments[3] if inside else ''
        if name not in SOCKETS:
            raise errors.LabError(f'Cannot open network namespace "{name}"')
        return SOCKETS[name]


class FakeClient:
    """A supervisor of one process."""

    def __init__(self, host: hosts.Running) -> None:
        self.name = host.name

    def states(self) -> list[supervisor.State]:
        return [supervisor.State(self.name, 'web', 'RUNNING', 2, 33)]


class ProcTest(front.CacheTest):
    def setUp(self) -> None:
        super().setUp()
        self.patch(processes, 'PROC', self.root)
        self.patch(supervisor, 'Client', FakeClient)
        (self.root / 'uptime').write_text('500.00 900.00\n')
        self.networks = self.root / 'root/run/netns'
        self.networks.mkdir(parents=True)
        for name in ('own', DHCP):
            (self.networks / name).touch()
        (self.networks / 'own').rename(self.root / 'own')
        self.host = FakeHost('compute', INIT, 1)

    def process(
        self,
        inside: int,
        *words: str,
        parent: int = INIT,
        state: str = 'S',
        network: str = '',
    ) -> None:
        """A process that was begun 20 s after the boot."""
        entry = self.root / str(INIT + inside)
        (entry / 'ns').mkdir(parents=True)
        begun = 20 * os.sysconf('SC_CLK_TCK')
        zeros = ' '.join('0' * 17)
        name = '(a) b'
        (entry / 'stat').write_text(
            f'{INIT + inside} ({name}) {state} {parent} {zeros} {begun} 0\n'
        )
        (entry / 'cmdline').write_text('\0'.join((*words, '')))
        (entry / 'status').write_text(
            f'Name:\tx\nNSpid:\t{INIT + inside}\t{inside}\n'
        )
        there = self.networks / network if network else self.root / 'own'
        (entry / 'ns' / 'net').hardlink_to(there)

    def rows(self) -> list[tuple[object, ...]]:
        return [row[1:] for row in processes.rows(self.host)]

    def test_what_is_supervised_stands_once(self) -> None:
        self.process(2, 'web')
        self.assertEqual(
            ('web', 'RUNNING', 2, '33 s', '[::1]:80'), self.rows()[0]
        )
        self.assertEqual(1, sum('web' in str(row) for row in self.rows()))

    def test_what_agents_left_behind(self) -> None:
        self.process(7, '/usr/sbin/dnsmasq', '-x', network=DHCP)
        self.process(9, 'epmd', '-daemon')
        where = f'{DHCP}: 10.0.0.2:53'
        self.assertEqual(
            [
                ('(epmd)', 'RUNNING', 9, '480 s', '[::1]:4369'),
                ('(dnsmasq)', 'RUNNING', 7, '480 s', where),
            ],
            self.rows()[1:3],
        )

    def test_a_listener_of_nobody_that_is_known(self) -> None:
        self.assertEqual(
            [
                ('(epmd)', 'RUNNING', 9, '', '[::1]:4369'),
                ('()', 'RUNNING', 0, '', '[::]:546'),
            ],
            self.rows()[1:],
        )

    def test_those_of_a_kind_share_a_row(self) -> None:
        helper = ('/venv/bin/python', '/venv/bin/privsep-helper', '--x')
        for inside in (30, 29, 31):
            self.process(inside, *helper)
        self.process(32, *helper, state='T')
        self.process(33, *helper, network=DHCP)
        seen = [row[:3] for row in self.rows() if 'helper' in str(row)]
        self.assertEqual(
            [
                ('(privsep-helper x 3)', 'RUNNING', 29),
                ('(privsep-helper)', 'STOPPED', 32),
                ('(privsep-helper)', 'RUNNING', 33),
            ],
            seen,
        )

    def test_others_are_not_the_hosts(self) -> None:
        """Children of children, the dead, and who has no command line."""
        self.process(40, 'worker', parent=INIT + 2)
        self.process(41, 'dead', state='Z')
        self.process(42)
        (self.root / '4043').mkdir()  # it ended meanwhile
        self.assertEqual([], list(processes.daemons(self.host)))

    def test_a_network_that_goes_meanwhile(self) -> None:
        self.assertEqual([], listeners.of(self.host, 'qdhcp-gone'))
        (self.networks / 'qdhcp-stays').touch()
        self.assertRaises(
            errors.LabError, listeners.of, self.host, 'qdhcp-stays'
        )


@ddt.ddt
class ProgramTest(testtools.TestCase):
    @ddt.data(
        ('radvd -C /etc/radvd.conf', 'radvd'),
        ('/usr/sbin/dnsmasq --no-hosts', 'dnsmasq'),
        ('/v/bin/python3.11 /v/bin/privsep-helper -x', 'privsep-helper'),
        (
            '/usr/bin/qemu-system-x86_64.wrapped -name '
            'guest=instance-00000001,debug-threads=on -S',
            'qemu-system-x86_64 instance-00000001',
        ),
        ('radvd -name x', 'radvd'),
        ('sh', 'sh'),
    )
    @ddt.unpack
    def test_name(self, line: str, name: str) -> None:
        self.assertEqual(name, processes.program([*line.split(), '']))
