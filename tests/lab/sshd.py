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

"""An OpenSSH server of a test's own: unpacked, never installed.

It runs in a host of the lab, on one address and a port of its own, for one
throw-away key. What is started through it carries a mark, so that the
server and all of that can be killed at one blow, as when a machine dies.
"""

from collections.abc import Callable
from collections.abc import Sequence
import os
from pathlib import Path
import signal
import subprocess

import fixtures

from ipv6_lab.guest import packages
from ipv6_lab import paths
from ipv6_lab import waiting

PACKAGES = ('openssh-server', 'libwrap0')
VARIABLE = 'IPV6_LAB_RUNNER'
PORT = 2022
PATIENCE = 20
CONFIGURATION = """\
ListenAddress [{address}]:{port}
HostKey {place}/host
AuthorizedKeysFile {key}.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
Subsystem sftp internal-sftp
SetEnv {variable}={mark}
"""
# The server wants a user of its own, and root with a password that is not
# locked: in files that only it sees.
LAUNCH = """\
mount --bind {place}/passwd /etc/passwd
mount --bind {place}/shadow /etc/shadow
mkdir -p /run/sshd
exec {tree}/usr/sbin/sshd -D -e -f {place}/sshd_config
"""
PASSWD = """\
root:x:0:0:root:{place}/home:/bin/sh
sshd:x:100:65534::/run/sshd:/usr/sbin/nologin
"""
SHADOW = 'root:*:19000:0:99999:7:::\nsshd:*:19000:0:99999:7:::\n'


def unpack(tree: Path) -> None:
    """Unpack the server; apt fetches it once.

    :raises LabError: when apt cannot deliver it
    """
    for package in packages.fetch(PACKAGES, paths.downloads() / 'sshd'):
        packages.unpack(package, tree)


def make_key(path: Path) -> None:
    """Make a key without a passphrase; ``PATH.pub`` is its other half."""
    options = ('-q', '-t', 'ed25519', '-N', '', '-f')
    subprocess.run(('ssh-keygen', *options, str(path)), check=True)


def marked(mark: str) -> list[int]:
    """The processes that carry a mark, and those that they started.

    The server writes its title over its environment, so it is known by its
    command line, and what serves a connection by its parent.
    """
    parents = {}
    found = set()
    for entry in Path('/proc').glob('[0-9]*'):
        pid = int(entry.name)
        parents[pid] = _parent(_text(entry / 'status'))
        named = _text(entry / 'environ').split('\0')
        if f'{VARIABLE}={mark}' in named or _serves(entry, mark):
            found.add(pid)
    while more := {p for p, up in parents.items() if up in found} - found:
        found |= more
    return sorted(found)


def _serves(entry: Path, mark: str) -> bool:
    return f'{mark}/sshd_config' in _text(entry / 'cmdline')


def _parent(status: str) -> int:
    """The parent in /proc/PID/status (proc(5)); 0 of one that is gone."""
    lines = (line.split() for line in status.splitlines())
    return next((int(x[1]) for x in lines if x and x[0] == 'PPid:'), 0)


def _text(path: Path) -> str:
    try:
        return path.read_text(errors='replace')
    except OSError:  # it ended meanwhile
        return ''


class Sshd(fixtures.Fixture):
    """A server that answers when it is set up, and is dead afterwards.

    ``known`` is its line for a file of known hosts.

    :param inside: makes of a command line the one that runs it in the host
    :param tree: where the server is unpacked
    :param key: the user's key, beside ``KEY.pub``
    :param place: a directory of its own, which the host sees
    """

    def __init__(
        self,
        inside: Callable[[Sequence[str]], list[str]],
        address: str,
        tree: Path,
        key: Path,
        place: Path,
        port: int = PORT,
    ) -> None:
        super().__init__()
        self._inside = inside
        self._address = address
        self._tree = tree
        self._key = key
        self._place = place
        self._port = port
        self.mark = place.as_posix()
        self.known = ''

    def _setUp(self) -> None:
        # A home of its own: what the machine's user starts a shell with may
        # hold locks, which a kill would leave.
        (self._place / 'home').mkdir(parents=True)
        make_key(self._place / 'host')
        (self._place / 'passwd').write_text(PASSWD.format(place=self._place))
        (self._place / 'shadow').write_text(SHADOW)
        (self._place / 'sshd_config').write_text(
            CONFIGURATION.format(
                address=self._address,
                port=self._port,
                place=self._place,
                key=self._key,
                variable=VARIABLE,
                mark=self.mark,
            )
        )
        self.addCleanup(self.kill)
        self._start()
        self.known = waiting.wait_for(
            self._answer, f'the SSH server on {self._address}', PATIENCE
        )

    def _start(self) -> None:
        script = LAUNCH.format(place=self._place, tree=self._tree)
        libraries = self._tree / 'usr/lib/x86_64-linux-gnu'
        with (self._place / 'log').open('w') as log:
            self._process = subprocess.Popen(
                self._inside(('unshare', '--mount', 'sh', '-ec', script)),
                env={
                    'PATH': '/usr/sbin:/usr/bin:/sbin:/bin',
                    'LD_LIBRARY_PATH': str(libraries),
                    VARIABLE: self.mark,
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def _answer(self) -> str | None:
        if self._process.poll() is not None:
            said = (self._place / 'log').read_text()
            raise AssertionError(f'the SSH server ended: {said}')
        scan = ('ssh-keyscan', '-T', '1', '-p', str(self._port))
        return subprocess.run(
            self._inside((*scan, self._address)),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ).stdout

    def kill(self) -> None:
        """Kill the server and all that was started through it."""

        def gone() -> bool:
            self._process.poll()  # or it would stay, as a zombie
            there = marked(self.mark)
            for pid in there:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            return not there

        waiting.wait_for(gone, f'the end of {self.mark}', PATIENCE)
        self._process.wait(PATIENCE)
