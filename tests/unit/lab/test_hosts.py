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
"""Hosts are told from other processes, and from those that come later."""

import os
from pathlib import Path
import subprocess

import fixtures

from ipv6_lab import errors
from ipv6_lab import hosts
from ipv6_lab import inventory
from ipv6_lab import waiting
from tests.unit.lab import front


class RunningTest(front.CacheTest):
    def host(self, pid: int) -> hosts.Running:
        """A process of this test as if it were a host's init."""
        return hosts.Running('compute', pid, hosts.born(Path(f'/proc/{pid}')))

    def test_there_are_ways_into_it(self) -> None:
        pid = os.getpid()
        host = self.host(pid)
        self.assertEqual(Path(f'/proc/{pid}/root/etc'), host.path('/etc'))
        self.assertEqual(f'/proc/{pid}/ns/net', host.namespace('net'))
        self.assertIn(str(pid), host.command(['true']))

    def test_one_that_ended_is_entered_no_more(self) -> None:
        with subprocess.Popen(['sleep', '60']) as process:
            host = self.host(process.pid)
            process.kill()
        self.refused(host)

    def test_its_number_may_be_anothers(self) -> None:
        """What has it now was started at another time."""
        pid = os.getpid()
        born = hosts.born(Path(f'/proc/{pid}'))
        self.refused(hosts.Running('compute', pid, born - 1))

    def test_one_that_was_never_seen_alive_is_not_entered(self) -> None:
        self.refused(hosts.Running('compute', 2**22 + 1, -1))

    def test_one_that_nobody_has_waited_for_is_not_entered(self) -> None:
        with subprocess.Popen(['sleep', '60']) as process:
            host = self.host(process.pid)
            process.kill()
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
            self.refused(host)

    def refused(self, host: hosts.Running) -> None:
        """No way leads into a host."""
        for way in (
            lambda: host.path('/etc'),
            lambda: host.namespace('net'),
            lambda: host.command(['true']),
            lambda: host.run(['true']),
        ):
            error = self.assertRaises(errors.LabError, way)
            self.assertIn('host compute has ended', str(error))

    def test_a_failed_command_says_what_to_try(self) -> None:
        """With its log as without, and when it takes too long."""
        log = self.root / 'manage.log'
        self.enter_nothing()
        host = self.host(os.getpid())
        failing = ['sh', '-c', 'echo why; exit 3']
        seen = self.assertRaises(errors.StepFailed, host.run, failing, log=log)
        self.assertEqual(
            'sh: exited with status 3 on compute, expected 0', seen.message
        )
        self.assertEqual(['$ sh -c echo why; exit 3', 'why'], seen.tail)
        self.assertIn('scripts/lab up --keep', seen.hint)
        for error in (
            self.assertRaises(errors.LabError, host.run, failing),
            self.assertRaises(
                errors.LabError, host.run, ['sleep', '9'], timeout=0.1
            ),
        ):
            self.assertIn('on compute', error.message)
            self.assertIn('see with', error.hint)

    def enter_nothing(self) -> None:
        """Run what is meant for the host beside it."""

        def command(
            host: hosts.Running, arguments: list[str], directory: Path
        ) -> list[str]:
            return arguments

        self.patch(hosts.Running, 'command', command)

    def test_an_init_that_ends_says_what_to_try(self) -> None:
        dying = ['sh', '-c', 'echo no overlay; exit 4']
        self.patch(hosts, '_launch_command', lambda host: dying)
        error = self.assertRaises(
            errors.StepFailed, hosts.start, inventory.COMPUTE
        )
        self.assertIn('its init ended with status 4', error.message)
        self.assertIn('scripts/lab up --keep', error.hint)
        self.assertEqual(['no overlay'], error.tail)


class RootTest(front.CacheTest):
    """A process that has this lab's identifier in its command line."""

    def process(self, *before: str) -> int:
        """Start one, in a root of its own when so told; its number."""
        mark = hosts.identifier('compute')
        # As a tail of sh's command line, which is not looked at.
        words = [*before, 'sh', '-c', 'read x', mark]
        process = subprocess.Popen(words, stdin=subprocess.PIPE)
        self.addCleanup(process.communicate)
        command = Path(f'/proc/{process.pid}/cmdline')
        waiting.wait_for(
            lambda: command.read_text().startswith('sh\0-c\0read'),
            'its start',
            10,
        )
        return process.pid

    def test_what_is_begun_here_is_left_here(self) -> None:
        """Also when the cache has gone meanwhile."""
        pid = self.process()
        self.assertEqual([pid], hosts.leftovers())
        self.root.rename(self.root.with_name(f'{self.root.name}-before'))
        self.addCleanup(
            self.root.with_name(f'{self.root.name}-before').rename, self.root
        )
        self.assertEqual([pid], hosts.leftovers())

    def test_another_root_has_a_lab_of_its_own(self) -> None:
        if os.geteuid():
            self.skipTest('chroot(2) needs root')
        other = Path(self.useFixture(fixtures.TempDir(rootdir='/tmp')).path)
        (other / 'usr').mkdir()
        for name in ('bin', 'lib', 'lib64'):
            (other / name).symlink_to(f'usr/{name}')
        enter = f'mount --bind /usr {other}/usr && exec chroot {other} "$@"'
        self.process('unshare', '--mount', 'sh', '-c', enter, 'sh')
        self.assertEqual([], hosts.leftovers())
