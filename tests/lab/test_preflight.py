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
"""Preflight's probes see what a kernel or a container really withholds.

Each test takes something away, in namespaces of its own, and asks for all
problems: there is one, of what was taken. Root is needed, a lab is not.
"""

import subprocess
import sys

import fixtures
import testtools

from ipv6_lab import paths

PROBLEMS = """
from ipv6_lab import kernel
for line in kernel.problems():
    print(line)
"""


class KernelTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        # /tmp may be on a file system that can carry no cache.
        temporary = fixtures.TempDir(rootdir=str(paths.root()))
        self.place = self.useFixture(temporary).path
        self.useFixture(
            fixtures.EnvironmentVariable(paths.VARIABLE, self.place)
        )

    def problems(self, *before: str) -> list[str]:
        """What preflight finds behind a command that takes something away."""
        done = subprocess.run(
            [*before, sys.executable, '-B', '-c', PROBLEMS],
            cwd=paths.CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return done.stdout.splitlines()

    def mounting(self, script: str) -> list[str]:
        """The same in a mount namespace, after a shell script."""
        shell = ('sh', '-ec', f'{script}; exec "$@"', 'sh')
        return self.problems('unshare', '--mount', *shell)

    def test_nothing_is_taken(self) -> None:
        self.assertEqual([], self.mounting('true'))

    def test_tap_devices(self) -> None:
        (line,) = self.mounting('mount -t tmpfs tmpfs /dev/net')
        self.assertRegex(
            line,
            r'^kernel: expected TAP devices \(/dev/net/tun\), seen .*No such '
            'file.*; load or build the kernel module tun, give this container',
        )

    def test_overlay_file_systems(self) -> None:
        """The cache lies on one that is an overlay's itself."""
        (line,) = self.mounting(
            f'mount -t tmpfs tmpfs {self.place}; '
            f'cd {self.place}; mkdir lower upper work; '
            'mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work '
            f'overlay {self.place}; cd /'
        )
        self.assertIn('expected overlay file systems over the cache', line)
        self.assertIn(f'set {paths.VARIABLE} to a directory on ext4', line)

    def test_namespaces(self) -> None:
        """Root without the capability, as in a container."""
        (line,) = self.problems('setpriv', '--bounding-set=-sys_admin')
        self.assertIn('expected mount, network, UTS, IPC and PID', line)
        self.assertIn('Operation not permitted', line)
        self.assertIn('give this container CAP_SYS_ADMIN', line)
