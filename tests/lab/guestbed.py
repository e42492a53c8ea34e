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
"""A link of its own for guests: a router, a DHCP server, metadata.

::

    guest ---tap--- br0 (namespace): 2001:db8:9::1/64, fe80::1, 10.9.0.1/24
                                     fe80::a9fe:a9fe, 169.254.169.254
                                     radvd, dnsmasq, HTTP server on port 80
"""

from collections.abc import Callable
import dataclasses
import ipaddress
import json
import os
from pathlib import Path
import signal
import subprocess
import sys
from typing import TypeVar

import fixtures

from ipv6_lab import waiting

T = TypeVar('T')

PREFIX = ipaddress.IPv6Network('2001:db8:9::/64')
ROUTER = 'fe80::1'
STATEFUL_RANGE = ('2001:db8:9::100', '2001:db8:9::1ff')
DHCP6_DNS = '2001:db8:9::6:53'
RA_DNS = '2001:db8:9::4:53'
DHCP4_DNS = '10.9.0.53'
DOMAIN = 'lab.example'
MTU = 1430
ADDRESSES = (
    '10.9.0.1/24',
    '169.254.169.254/32',
    f'{PREFIX[1]}/{PREFIX.prefixlen}',
    f'{ROUTER}/64',
    'fe80::a9fe:a9fe/64',
)


@dataclasses.dataclass(frozen=True)
class Advertisement:
    """What the router says: RFC 4861's M and O flags, the prefix's A flag.

    :ivar dns: whether it names a DNS server too (RFC 8106)
    """

    managed: bool = False
    other: bool = False
    autonomous: bool = True
    dns: bool = False


def wait_for(
    what: str, seen: Callable[[], T | None], seconds: float = 60
) -> T:
    """The first true value of a function, asked for until then.

    :raises StepFailed: when the time is over
    """
    return waiting.wait_for(seen, what, seconds)


def eui64(
    mac: str, prefix: ipaddress.IPv6Network = PREFIX
) -> ipaddress.IPv6Address:
    """The address that SLAAC forms on a link (RFC 4291, appendix A)."""
    octets = bytearray(bytes.fromhex(mac.replace(':', '')))
    octets[0] ^= 2
    identifier = octets[:3] + b'\xff\xfe' + octets[3:]
    return prefix[int.from_bytes(identifier, 'big')]


class Bed(fixtures.Fixture):
    """The namespace with its bridge; whatever is started in it ends too.

    :ivar name: the namespace
    :ivar path: a directory for files
    """

    def _setUp(self) -> None:
        self.name = f'guestbed-{os.getpid()}'
        self.path = Path(self.useFixture(fixtures.TempDir()).path)
        subprocess.run(['ip', 'netns', 'add', self.name], check=True)
        self.addCleanup(
            subprocess.run, ['ip', 'netns', 'delete', self.name], check=True
        )
        self.ip('link set lo up')
        # A link-local address of the bridge's own would answer beside ours.
        self.ip('link add br0 type bridge')
        self.ip('link set br0 addrgenmode none')
        self.ip('link set br0 up')
        for address in ADDRESSES:
            nodad = 'nodad' if ':' in address else ''
            self.ip(f'address add {address} dev br0 {nodad}')
        self.run('sysctl', '-q', 'net.ipv6.conf.all.forwarding=1')

    def ip(self, command: str) -> None:
        """Run ip(8) in the namespace."""
        subprocess.run(
            ['ip', '-netns', self.name, *command.split()], check=True
        )

    def command(self, *argv: str) -> list[str]:
        """The command that runs a program in the namespace."""
        return ['ip', 'netns', 'exec', self.name, *argv]

    def run(self, *argv: str) -> str:
        """Run a program to its end and return what it printed."""
        return subprocess.run(
            self.command(*argv), check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    def start(self, name: str, *argv: str) -> subprocess.Popen[bytes]:
        """Start a program; it is ended with the fixture."""
        with (self.path / f'{name}.log').open('ab') as log:
            process = subprocess.Popen(
                self.command(*argv),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.addCleanup(stop, process)
        return process

    def log(self, name: str) -> str:
        """What a program has said so far."""
        return (self.path / f'{name}.log').read_text(errors='replace')

    def advertise(self, what: Advertisement) -> subprocess.Popen[bytes]:
        """Start a router that sends these advertisements."""
        config = self.path / 'radvd.conf'
        config.write_text(radvd_configuration(what))
        pidfile = str(self.path / 'radvd.pid')
        return self.start(
            'radvd', 'radvd', '--nodaemon', '--logmethod=stderr',
            f'--config={config}', f'--pidfile={pidfile}',
        )  # fmt: skip

    def serve_dhcp(self) -> None:
        """Start a DHCP server for both protocols."""
        self.start(
            'dnsmasq', 'dnsmasq', '--keep-in-foreground',
            '--conf-file=/dev/null', '--port=0', '--interface=br0',
            '--bind-interfaces', '--no-ping', '--log-dhcp',
            '--log-facility=-', '--user=root', '--leasefile-ro',
            '--dhcp-range=10.9.0.100,10.9.0.199,1h',
            f'--dhcp-range={",".join(STATEFUL_RANGE)},64,1h',
            f'--dhcp-option=option:dns-server,{DHCP4_DNS}',
            f'--dhcp-option=option:mtu,{MTU}',
            '--dhcp-option=option:classless-static-route,'
            '0.0.0.0/0,10.9.0.1,192.0.2.0/24,10.9.0.2',
            f'--dhcp-option=option6:dns-server,[{DHCP6_DNS}]',
            f'--dhcp-option=option6:domain-search,{DOMAIN}',
        )  # fmt: skip

    def serve_metadata(self, metadata: dict[str, object], user: str) -> None:
        """Start the metadata service, on all addresses."""
        write_metadata(self.path / 'metadata', metadata, user)
        self.start(
            'metadata', sys.executable, '-m', 'http.server', '80',
            '--bind', '::', '--directory', str(self.path / 'metadata'),
        )  # fmt: skip


def write_metadata(
    root: Path, metadata: dict[str, object], user_data: str
) -> None:
    """The files of the service or of a config drive."""
    latest = root / 'openstack' / 'latest'
    latest.mkdir(parents=True)
    (latest / 'meta_data.json').write_text(json.dumps(metadata))
    if user_data:
        (latest / 'user_data').write_text(user_data)


def radvd_configuration(what: Advertisement) -> str:
    """The router's configuration, radvd.conf(5)."""

    def flag(value: bool) -> str:
        return 'on' if value else 'off'

    dns = f'RDNSS {RA_DNS} {{}};' if what.dns else ''
    return f"""\
interface br0 {{
    AdvSendAdvert on;
    MinRtrAdvInterval 3;
    MaxRtrAdvInterval 6;
    AdvLinkMTU {MTU};
    AdvManagedFlag {flag(what.managed)};
    AdvOtherConfigFlag {flag(what.other)};
    AdvRASrcAddress {{ {ROUTER}; }};
    prefix {PREFIX} {{
        AdvOnLink on;
        AdvAutonomous {flag(what.autonomous)};
    }};
    {dns}
}};
"""


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process, politely first."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
