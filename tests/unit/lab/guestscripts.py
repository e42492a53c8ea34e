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
"""Running the guest's scripts on any machine: another root, stubs, dash."""

from collections.abc import Mapping
import os
from pathlib import Path
import re
import subprocess

import fixtures

from ipv6_lab.guest import staging

SCRIPTS = 'usr/lib/guest'
# The places that the scripts know, all moved below a directory.
PLACES = re.compile(
    r'(?<![\w$}/])/(?=(?:proc|sys|etc|home|run|usr/lib|usr/bin|var/log)/'
    r'|dev/console|dev/disk)'
)


class Scripts(fixtures.Fixture):
    """A copy of the scripts that touches nothing of this machine.

    :ivar root: what the scripts take for ``/``
    """

    def _setUp(self) -> None:
        self.root = Path(self.useFixture(fixtures.TempDir()).path)
        for place in ('bin', 'usr/bin', SCRIPTS, 'run/guest/nics',
                      'run/guest/dns', 'dev', 'etc', 'proc',
                      'home/cirros', 'var/log'):  # fmt: skip
            (self.root / place).mkdir(parents=True, exist_ok=True)
        for script in (staging.OURS / SCRIPTS).iterdir():
            self._copy(script)
        (self.root / 'run/guest/events').touch()
        (self.root / 'dev/console').touch()
        (self.root / 'proc/uptime').write_text('12.34 1.00\n')

    def _copy(self, script: Path) -> None:
        text = PLACES.sub(f'{self.root}/', script.read_text())
        text = text.replace('#!/bin/busybox sh', '#!/bin/sh')
        # A terminal shows what came before, too.
        text = text.replace(f'> {self.root}/dev', f'>> {self.root}/dev')
        copy = self.root / SCRIPTS / script.name
        copy.write_text(text)
        copy.chmod(0o755)

    def card(
        self,
        name: str,
        accept_ra: int = 1,
        forwarding: int = 0,
        flags: int = 0x1003,
    ) -> None:
        """A network card, and what the kernel does with it.

        :param flags: IFF_UP and others of the interface
        """
        (self.root / 'run/guest/nics' / name).mkdir()
        self.write(f'sys/class/net/{name}/ifindex', '2\n')
        self.write(f'sys/class/net/{name}/flags', f'{flags:#x}\n')
        conf = f'proc/sys/net/ipv6/conf/{name}'
        self.write(f'{conf}/accept_ra', f'{accept_ra}\n')
        self.write(f'{conf}/forwarding', f'{forwarding}\n')

    def write(self, place: str, text: str) -> None:
        """A file below the root."""
        path = self.root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def read(self, place: str) -> str:
        """A file's text, empty when there is none."""
        path = self.root / place
        return path.read_text() if path.exists() else ''

    def stub(self, name: str, body: str = '') -> None:
        """A program that notes how it was called and then does as told."""
        log = self.root / 'calls'
        for place in ('bin', 'usr/bin'):
            path = self.root / place / name
            path.write_text(f'#!/bin/sh\necho "{name} $*" >> {log}\n{body}\n')
            path.chmod(0o755)

    def replace(self, name: str) -> None:
        """A stub in place of one of the scripts."""
        self.stub(name)
        stub = self.root / 'bin' / name
        stub.rename(self.root / SCRIPTS / name)

    def calls(self) -> list[str]:
        """What the stubs noted."""
        return self.read('calls').splitlines()

    def run(
        self, name: str, *arguments: str, **environ: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a script to its end; it must not wait for anything."""
        path = f'{self.root}/bin:{os.environ["PATH"]}'
        given: Mapping[str, str] = {**os.environ, **environ, 'PATH': path}
        return subprocess.run(
            ['/bin/sh', str(self.root / SCRIPTS / name), *arguments],
            env=given,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=20,
        )
