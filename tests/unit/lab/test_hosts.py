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

from ipv6_lab import errors
from ipv6_lab import hosts
from ipv6_lab import paths
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


class IdentifierTest(front.CacheTest):
    def test_it_is_of_the_directory_not_of_its_path(self) -> None:
        """Another root has a directory of the same name."""
        first = hosts.identifier('compute')
        self.assertEqual(first, hosts.identifier('compute'))
        self.assertNotEqual(first, hosts.identifier('controller'))
        root = paths.root()
        root.rename(root.with_name('before'))
        root.mkdir()
        self.assertNotEqual(first, hosts.identifier('compute'))

    def test_there_is_none_without_it(self) -> None:
        root = paths.root()
        root.rename(root.with_name('before'))
        self.assertEqual(
            'ipv6-lab-compute@nowhere', hosts.identifier('compute')
        )
        self.assertEqual({}, hosts.find())
