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
"""What listens on a host, as its kernel tells by ss(8)."""

from collections.abc import Iterator
import dataclasses
import ipaddress
import re

from ipv6_lab import errors
from ipv6_lab import hosts

COMMAND = ('ss', '--no-header', '--listening', '--tcp', '--udp')
OPTIONS = ('--numeric', '--processes')
USER = re.compile(r'\("([^"]+)",pid=(\d+),')


@dataclasses.dataclass(frozen=True)
class Listener:
    """A socket that waits for packets from anybody.

    :param protocol: ``tcp`` or ``udp``
    :param address: ``::`` and ``0.0.0.0`` mean every address
    :param pids: of the processes that have it open, in the host's own
        PID namespace
    """

    protocol: str
    address: ipaddress.IPv4Address | ipaddress.IPv6Address
    port: int
    names: tuple[str, ...]
    pids: tuple[int, ...]

    def __str__(self) -> str:
        if self.address.version == 6:
            return f'[{self.address}]:{self.port}'
        return f'{self.address}:{self.port}'


def of(host: hosts.Running, network: str = '') -> list[Listener]:
    """The listening sockets of a network namespace of a host.

    :param network: its name; the host's own when empty
    :raises LabError: when they cannot be asked for
    """
    enter = ('ip', 'netns', 'exec', network) if network else ()
    try:
        text = host.run([*enter, *COMMAND, *OPTIONS])
    except errors.LabError:
        if network and not host.path(f'/run/netns/{network}').exists():
            return []  # it was removed meanwhile
        raise
    return list(parse(text))


def parse(text: str) -> Iterator[Listener]:
    """Listeners from lines of ss.

    >>> line = 'tcp LISTEN 0 9 [::1]:25 [::]:* users:(("x",pid=7,fd=3))'
    >>> [str(listener) for listener in parse(line)]
    ['[::1]:25']
    """
    for line in text.splitlines():
        protocol, _, _, _, local, _, *users = line.split()
        where, _, port = local.rpartition(':')
        where = where.partition('%')[0].strip('[]')
        found = USER.findall(' '.join(users))
        yield Listener(
            protocol,
            ipaddress.ip_address('::' if where == '*' else where),
            int(port),
            tuple(sorted({name for name, _ in found})),
            tuple(sorted({int(pid) for _, pid in found})),
        )
