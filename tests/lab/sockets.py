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
"""The kernel's own tables of sockets (proc(5), /proc/net/tcp).

A raw socket stands in its table with its protocol's number for a port.
"""

from collections.abc import Iterator
import dataclasses
import ipaddress
from pathlib import Path
import struct

from ipv6_lab import hosts

LISTEN = '0A'
UNCONNECTED = '07'
# A datagram socket or raw socket waits as soon as it is bound.
TABLES = {
    'tcp': (4, LISTEN),
    'tcp6': (6, LISTEN),
    'udp': (4, UNCONNECTED),
    'udp6': (6, UNCONNECTED),
    'raw': (4, UNCONNECTED),
    'raw6': (6, UNCONNECTED),
}


@dataclasses.dataclass(frozen=True)
class Socket:
    """A socket that takes what comes from anybody.

    :param table: the kernel's table that it stands in
    :param port: of a raw socket, its protocol
    """

    table: str
    address: ipaddress.IPv4Address | ipaddress.IPv6Address
    port: int

    @property
    def is_ipv4(self) -> bool:
        """Whether IPv4 reaches it; a mapped address is one (RFC 4291)."""
        if self.address.version == 4:
            return True
        return self.address.ipv4_mapped is not None


def waiting(pid: int | str) -> Iterator[Socket]:
    """The waiting sockets of a process's network; ``self`` is ours."""
    for table in TABLES:
        yield from parse(table, Path(f'/proc/{pid}/net/{table}').read_text())


def inside(host: hosts.Running, network: str) -> Iterator[Socket]:
    """Those of a further network namespace of a host, by its name."""
    enter = ('ip', 'netns', 'exec', network)
    for table in TABLES:
        text = host.run([*enter, 'cat', f'/proc/net/{table}'])
        yield from parse(table, text)


def parse(table: str, text: str) -> Iterator[Socket]:
    """The waiting sockets of one table.

    :param table: one of :data:`TABLES`
    """
    version, state = TABLES[table]
    for line in text.splitlines()[1:]:
        fields = line.split()
        if fields[3] == state:
            where, _, port = fields[1].partition(':')
            yield Socket(table, _address(where, version), int(port, 16))


def _address(
    text: str, version: int
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """An address as the kernel prints it: words in the host's byte order."""
    words = [int(text[at : at + 8], 16) for at in range(0, len(text), 8)]
    packed = struct.pack(f'={len(words)}I', *words)
    if version == 4:
        return ipaddress.IPv4Address(packed)
    return ipaddress.IPv6Address(packed)
