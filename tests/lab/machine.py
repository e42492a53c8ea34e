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
"""The machine that carries a lab, as the lab must leave it."""

from collections.abc import Iterator
import hashlib
import os
from pathlib import Path
import re
import subprocess

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
    'listening sockets': ('ss', '-Hltun'),
}
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
COVERED = ('/usr/bin', '/var/lib')
# Where programs like to leave something.
OTHERS = ('/', '/opt', '/root', '/srv', '/usr/local', '/var', '/var/cache')


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


def snapshot() -> dict[str, str]:
    """The machine's network, settings, mounts, /etc, services, as text."""
    network = {
        name: VOLATILE.sub('', _output(command))
        for name, command in NETWORK.items()
    }
    return {
        **network,
        'network settings': '\n'.join(_settings()),
        'mounts': Path('/proc/self/mounts').read_text(),
        'files of /etc': '\n'.join(_files(Path('/etc'))),
        'other files': '\n'.join(_others()),
        'services': '\n'.join(_services()),
    }


def _output(command: tuple[str, ...]) -> str:
    return subprocess.run(
        command, stdout=subprocess.PIPE, text=True, check=True
    ).stdout


def _settings() -> Iterator[str]:
    """Writable settings of the network namespace, with their values."""
    for place in SYSCTLS:
        for path in sorted(Path('/proc/sys', place).rglob('*')):
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
        if _namespace(entry, 'pid') == ours:
            name = (entry / 'comm').read_text().strip()
            if name in SERVICES:
                yield f'{entry.name} {name}'


def _others() -> Iterator[str]:
    """Files below what is covered, when they changed; names elsewhere."""
    for place in COVERED:
        for path in sorted(Path(place).rglob('*')):
            yield f'{path} {path.lstat().st_mtime_ns}'
    for place in OTHERS:
        yield from sorted(map(str, Path(place).iterdir()))


def _files(root: Path) -> Iterator[str]:
    """Every file below a directory: mode, owner, digest of its content."""
    for path in sorted(root.rglob('*')):
        status = path.lstat()
        owner = f'{status.st_mode:o} {status.st_uid}:{status.st_gid}'
        if path.is_symlink():
            yield f'{path} {owner} -> {os.readlink(path)}'
        elif path.is_file():
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            yield f'{path} {owner} {digest}'
        else:
            yield f'{path} {owner}'


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
