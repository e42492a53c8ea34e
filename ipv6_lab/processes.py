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
"""Every process of a host, for ``status``: what runs and where it listens.

Supervised processes are asked of the supervisor. What agents start and let
go (a guest's QEMU, a network's dnsmasq, haproxy and radvd, helpers with
privileges) becomes a child of the host's init, and is asked of the kernel
(proc(5)).
"""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import os
from pathlib import Path
import re

from ipv6_lab import hosts
from ipv6_lab import listeners
from ipv6_lab import supervisor

PROC = Path('/proc')
NETWORKS = '/run/netns'
RUNNING = 'RUNNING'
STOPPED = 'STOPPED'
# A process that a signal or a debugger has stopped (proc(5), stat).
HELD = ('T', 't')
# What qemu(1) is told of a guest's name, and how the lab calls QEMU.
GUEST = re.compile(r'guest=([^,]+)')
WRAPPED = '.wrapped'

#: host, name, state, PID in its host, time since its start, sockets
Row = tuple[str, str, str, int, str, str]


@dataclasses.dataclass(frozen=True)
class Daemon:
    """A process that left the one that started it.

    :param name: its program, and a guest's own name
    :param pid: its number inside the host's PID namespace
    :param uptime: seconds since it was started
    :param network: a network namespace inside the host; empty for its own
    """

    name: str
    state: str
    pid: int
    uptime: int
    network: str


def rows(host: hosts.Running) -> Iterator[Row]:
    """A row for each process; those of a kind in one namespace share it.

    What is not supervised stands in parentheses.
    """
    sockets = listeners.of(host)
    states = supervisor.Client(host).states()
    for state in states:
        here = _sockets(sockets, {state.pid})
        up = f'{state.uptime} s'
        yield host.name, state.name, state.state, state.pid, up, here
    known = {state.pid for state in states}
    detached = [one for one in daemons(host) if one.pid not in known]
    yield from _daemon_rows(host, detached, sockets)
    known |= {one.pid for one in detached}
    for socket in sockets:
        if not known & set(socket.pids):
            name = f'({", ".join(socket.names)})'
            pid = min(socket.pids, default=0)
            yield host.name, name, RUNNING, pid, '', str(socket)


def _daemon_rows(
    host: hosts.Running,
    detached: Sequence[Daemon],
    sockets: Sequence[listeners.Listener],
) -> Iterator[Row]:
    """The rows of what is not supervised.

    :param sockets: of the host's own network
    """
    groups: dict[tuple[str, str, str], list[Daemon]] = {}
    for one in sorted(detached, key=lambda daemon: daemon.pid):
        key = (one.network, one.name, one.state)
        groups.setdefault(key, []).append(one)
    networks = {network for network, _, _ in groups if network}
    seen = {name: listeners.of(host, name) for name in sorted(networks)}
    for (network, name, state), some in sorted(groups.items()):
        pids = {one.pid for one in some}
        here = _sockets(seen.get(network, sockets), pids)
        where = f'{network}: {here}'.rstrip() if network else here
        many = f' x {len(some)}' if len(some) > 1 else ''
        up = f'{max(one.uptime for one in some)} s'
        yield host.name, f'({name}{many})', state, min(pids), up, where


def _sockets(sockets: Sequence[listeners.Listener], pids: set[int]) -> str:
    """Where processes listen; by TCP and by UDP is one place."""
    mine = (str(one) for one in sockets if pids & set(one.pids))
    return ' '.join(dict.fromkeys(mine))


def daemons(host: hosts.Running) -> Iterator[Daemon]:
    """What the host's init has as children, in no order."""
    networks = _networks(host)
    for entry in PROC.glob('[0-9]*'):
        try:
            one = _daemon(entry, host.pid, networks)
        except OSError:  # it ended meanwhile
            continue
        if one:
            yield one


def _daemon(
    entry: Path, parent: int, networks: Mapping[int, str]
) -> Daemon | None:
    fields = (entry / 'stat').read_text().rpartition(')')[2].split()
    state, above, begun = fields[0], int(fields[1]), int(fields[19])
    words = (entry / 'cmdline').read_text(errors='replace').split('\0')
    if above != parent or state in hosts.ENDED or not words[0]:
        return None
    return Daemon(
        program(words),
        STOPPED if state in HELD else RUNNING,
        _number_inside(entry),
        _since(begun),
        networks.get((entry / 'ns' / 'net').stat().st_ino, ''),
    )


def program(words: Sequence[str]) -> str:
    """A name for a command line.

    >>> program(['/opt/bin/python', '/opt/bin/privsep-helper', '--x'])
    'privsep-helper'
    >>> program(['qemu.wrapped', '-name', 'guest=one,debug-threads=on'])
    'qemu one'
    """
    name = Path(words[0]).name
    if name.startswith('python') and len(words) > 1:
        name = Path(words[1]).name
    guest = GUEST.match(words[2]) if words[1:2] == ['-name'] else None
    name = name.removesuffix(WRAPPED)
    return f'{name} {guest[1]}' if guest else name


def _number_inside(entry: Path) -> int:
    lines = (entry / 'status').read_text().splitlines()
    (numbers,) = (line for line in lines if line.startswith('NSpid:'))
    return int(numbers.split()[-1])


def _since(begun: int) -> int:
    """Seconds since a moment in clock ticks after the boot."""
    now = float((PROC / 'uptime').read_text().split()[0])
    return int(now - begun / os.sysconf('SC_CLK_TCK'))


def _networks(host: hosts.Running) -> dict[int, str]:
    """The names of a host's further network namespaces, by their inode."""
    place = host.path(NETWORKS)
    found = {}
    for path in place.iterdir() if place.is_dir() else ():
        try:
            found[path.stat().st_ino] = path.name
        except FileNotFoundError:  # it was removed meanwhile
            continue
    return found
