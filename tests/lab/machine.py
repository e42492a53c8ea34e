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
"""The machine that carries a lab, as the lab must leave it.

``python -m tests.lab.machine FILE`` writes what has to be the same at the
end of a long run, in which other programs of the machine did their work.
"""

from collections.abc import Iterator
from collections.abc import Mapping
import contextlib
import difflib
import hashlib
import itertools
import json
import os
from pathlib import Path
import re
import shutil
import subprocess
import sys

from ipv6_lab import hosts
from ipv6_lab import paths

LAB = str(paths.CHECKOUT / 'scripts' / 'lab')
TIMEOUT = 600
# Lifetimes run and entries expire by themselves.
VOLATILE = re.compile(r'(valid_lft|preferred_lft|expires) \S+')
NETWORK = {
    'links': ('ip', '-oneline', 'link', 'show'),
    'addresses': ('ip', '-oneline', 'address', 'show'),
    'routes': ('ip', 'route', 'show', 'table', 'all'),
    'IPv6 routes': ('ip', '-6', 'route', 'show', 'table', 'all'),
    'rules': ('ip', 'rule', 'show'),
    'IPv6 rules': ('ip', '-6', 'rule', 'show'),
}
SOCKETS = ('ss', '-Hltun')
# Whichever of them there are; packets are counted, and the time is told.
RULE_SETS = (
    ('nft', '--stateless', 'list', 'ruleset'),
    ('iptables-save',),
    ('ip6tables-save',),
    ('iptables-legacy-save',),
    ('ip6tables-legacy-save',),
)
COUNTED = re.compile(r'^#.*\n|\[\d+:\d+\]', re.MULTILINE)
NAMESPACES = ('mnt', 'net', 'uts', 'ipc', 'pid')
SYSCTLS = ('net/ipv4', 'net/ipv6')
SERVICES = (
    'beam.smp',
    'dnsmasq',
    'epmd',
    'haproxy',
    'libvirtd',
    'mariadbd',
    'ovs-vswitchd',
    'ovsdb-server',
    'radvd',
    'supervisord',
    'uwsgi',
    'virtlogd',
)
# The hosts have layers of their own over these.
COVERED = (Path('/usr/bin'), Path('/var/lib'))
RUN = Path('/run')
# A client of DHCP writes it anew at each renewal.
REWRITTEN = (Path('/etc/resolv.conf'),)
# Where programs like to leave something; the machine's own do so in the
# latter within hours.
OTHERS = tuple(map(Path, ('/', '/opt', '/srv', '/usr/local', '/var')))
BUSY_OTHERS = (Path('/root'), Path('/var/cache'))
# Of those who are logged in, of systemd, and of tests with `ip netns`.
FOREIGN = ('log', 'netns', 'systemd', 'udev', 'user', 'utmp')
FOREIGN_MOUNTS = ('/run/netns', '/run/user')


def lab(
    *arguments: str, timeout: float = TIMEOUT, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run scripts/lab; standard output holds what it said on both."""
    return run(str(LAB), *arguments, timeout=timeout, cwd=cwd)


def run(
    *command: str, timeout: float, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command; standard output holds what it said on both.

    :param timeout: seconds
    """
    return subprocess.run(
        command,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
    )


def lasting() -> dict[str, str]:
    """What nobody but a lab would change, as text.

    The machine's network, rule sets, settings, mounts, /etc, services.
    """
    network = {
        name: VOLATILE.sub('', _output(command))
        for name, command in NETWORK.items()
    }
    sockets = _output(SOCKETS).splitlines()
    mounts = _mounts()
    return {
        **network,
        'rule sets': '\n'.join(_rule_sets()),
        'network settings': '\n'.join(_settings()),
        'network namespaces': '\n'.join(_names(RUN / 'netns')),
        'listening sockets': '\n'.join(_sockets(sockets, ephemeral=False)),
        'mounts': '\n'.join(
            line
            for line in mounts
            if not line.split()[1].startswith(FOREIGN_MOUNTS)
        ),
        'files of /etc': '\n'.join(files(Path('/etc'))),
        'programs': '\n'.join(_times(COVERED[0])),
        'names': '\n'.join(_names(*OTHERS, COVERED[1])),
        'services': '\n'.join(_services()),
    }


def snapshot() -> dict[str, str]:
    """All that, and what stays the same while nothing but a lab is at work."""
    sockets = _output(SOCKETS).splitlines()
    return {
        **lasting(),
        'ephemeral sockets': '\n'.join(_sockets(sockets, ephemeral=True)),
        'every mount': '\n'.join(_mounts()),
        'files of /run': '\n'.join(_run()),
        'files of /var/lib': '\n'.join(_times(COVERED[1])),
        'more names': '\n'.join(_names(*BUSY_OTHERS)),
    }


def differences(before: Mapping[str, str], seen: Mapping[str, str]) -> str:
    """Return the lines that went (-) and came (+); empty when none did."""
    told = []
    for name in sorted({*before, *seen}):
        old, new = before.get(name, ''), seen.get(name, '')
        if old != new:
            _, _, *lines = difflib.unified_diff(
                f'{old}\n'.splitlines(keepends=True),
                f'{new}\n'.splitlines(keepends=True),
                n=0,
            )
            told += [f'{name}:\n', *lines]
    return ''.join(told)


def _output(command: tuple[str, ...]) -> str:
    return subprocess.run(
        command, stdout=subprocess.PIPE, text=True, check=True
    ).stdout


def _rule_sets() -> Iterator[str]:
    """What each program that knows rules of netfilter tells of them."""
    for command in RULE_SETS:
        if shutil.which(command[0]):
            said = run(*command, timeout=TIMEOUT)
            text = COUNTED.sub('', said.stdout)
            yield f'{command[0]}: status {said.returncode}\n{text}'


def _sockets(lines: list[str], ephemeral: bool) -> list[str]:
    """Protocol and address of each; not how much waits in its queues."""
    border = Path('/proc/sys/net/ipv4/ip_local_port_range').read_text()
    first, last = map(int, border.split())
    fields = [line.split() for line in lines]
    return sorted(
        f'{one[0]} {one[4]}'
        for one in fields
        if (first <= int(one[4].rpartition(':')[2]) <= last) == ephemeral
    )


def _mounts() -> list[str]:
    return Path('/proc/self/mounts').read_text().splitlines()


def _settings() -> Iterator[str]:
    """Writable settings of the network namespace, with their values."""
    for place in SYSCTLS:
        for path in below(Path('/proc/sys', place)):
            with contextlib.suppress(FileNotFoundError):
                if path.is_file() and os.stat(path).st_mode & 0o222:
                    yield f'{path}: {_value(path)}'


def _value(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError as error:  # some can only be written
        return str(error.errno)


def _services() -> Iterator[str]:
    """Processes of the machine's own that do what the lab's do."""
    ours = os.readlink('/proc/self/ns/pid')
    for entry in sorted(Path('/proc').glob('[0-9]*')):
        name = _name(entry)
        if name in SERVICES and _namespace(entry, 'pid') == ours:
            yield f'{entry.name} {name}'


def _name(entry: Path) -> str:
    try:
        return (entry / 'comm').read_text().strip()
    except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
        return ''


def below(place: Path) -> list[Path]:
    """Return all that lies below a directory, what goes meanwhile apart.

    The machine's own programs make and remove files, too.
    """

    def unless_gone(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            raise error

    return sorted(
        Path(top, name)
        for top, *names in os.walk(place, onerror=unless_gone)
        for name in itertools.chain(*names)
    )


def _times(place: Path) -> Iterator[str]:
    """Files below a directory, and when they changed."""
    for path in below(place):
        with contextlib.suppress(FileNotFoundError):
            yield f'{path} {path.lstat().st_mtime_ns}'


def _names(*places: Path) -> Iterator[str]:
    """What lies in directories; nothing in one that is not there."""
    for place in places:
        if place.is_dir():
            yield from sorted(map(str, place.iterdir()))


def _run() -> Iterator[str]:
    """Names in /run and in its directories, what is foreign apart."""
    for path in sorted(RUN.iterdir()):
        if path.name not in FOREIGN:
            yield str(path)
            if path.is_dir() and not path.is_symlink():
                yield from _names(path)


def files(root: Path) -> Iterator[str]:
    """Every file below a directory: mode, owner, digest of its content.

    And its inode and time: one that was written with what it had before is
    another. A directory's time tells only that something in it is.
    """
    for path in below(root):
        with contextlib.suppress(FileNotFoundError):
            yield f'{path} {_file(path)}'


def _file(path: Path) -> str:
    status = path.lstat()
    seen = f'{status.st_mode:o} {status.st_uid}:{status.st_gid}'
    if path not in REWRITTEN and not path.is_dir():
        seen += f' {status.st_ino} {status.st_mtime_ns}'
    if path.is_symlink():
        return f'{seen} -> {os.readlink(path)}'
    if path.is_file():
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return f'{seen} {digest}'
    return seen


def namespaces() -> frozenset[str]:
    """The namespaces of the hosts that are up, as the kernel names them."""
    return frozenset(
        os.readlink(host.namespace(kind))
        for host in hosts.find().values()
        for kind in NAMESPACES
    )


def traces(namespaces: frozenset[str]) -> list[str]:
    """What of a lab is on the machine: processes and files.

    :param namespaces: of its hosts while they were up; a namespace that
        no process is in and nothing is mounted on is gone
    """
    pids = {*hosts.leftovers(), *_processes(namespaces)}
    found = [f'process {pid}: {_command(pid)}' for pid in sorted(pids)]
    if paths.state().exists():
        found.append(f'files in {paths.state()}')
    return found


def _processes(namespaces: frozenset[str]) -> list[int]:
    """Processes that are in one of these namespaces."""
    return [
        int(entry.name)
        for entry in Path('/proc').glob('[0-9]*')
        if namespaces & {_namespace(entry, kind) for kind in NAMESPACES}
    ]


def _namespace(entry: Path, kind: str) -> str:
    try:
        return os.readlink(entry / 'ns' / kind)
    except OSError:  # a kernel thread, or it ended meanwhile
        return ''


def _command(pid: int) -> str:
    try:
        text = Path(f'/proc/{pid}/cmdline').read_text(errors='replace')
    except OSError:
        return '(gone)'
    return text.replace('\0', ' ')[:100]


def main(arguments: list[str]) -> None:
    """Write what must last into a file."""
    (file,) = arguments
    Path(file).write_text(json.dumps(lasting(), indent=1))


if __name__ == '__main__':
    main(sys.argv[1:])
