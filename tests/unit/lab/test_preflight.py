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
import os
from pathlib import Path
import platform
import shutil
from types import SimpleNamespace

import ddt
import fixtures

from ipv6_lab import cgroups
from ipv6_lab import errors
from ipv6_lab.install import apt
from ipv6_lab import kernel
from ipv6_lab import preflight
from ipv6_lab import record
from tests.unit.lab import front

GIB = 1 << 30


@ddt.ddt
class PreflightTest(front.CacheTest):
    def setUp(self) -> None:
        super().setUp()
        self.patch(os, 'geteuid', lambda: 0)
        self.patch(platform, 'machine', lambda: 'x86_64')
        self.patch(kernel, 'problems', lambda: iter(()))
        self.patch(apt, 'missing', lambda names: [])
        self.patch(cgroups, 'rooms', lambda: iter(()))
        self.debian('debian', '12')
        self.have(memory=16 * GIB, disk=50 * GIB)

    def debian(self, name: str, version: str) -> None:
        seen = {'ID': name, 'VERSION_ID': version, 'PRETTY_NAME': 'Some OS'}
        self.patch(platform, 'freedesktop_os_release', lambda: seen)

    def have(self, memory: int, disk: int) -> None:
        path = self.root / 'meminfo'
        path.write_text(
            'MemTotal:       99999999 kB\n'
            'MemFree:               1 kB\n'
            f'MemAvailable:   {memory // 1024} kB\n'
            'HugePages_Total:       0\n'
        )
        self.patch(preflight, 'MEMINFO', path)
        usage = SimpleNamespace(free=disk)
        self.patch(shutil, 'disk_usage', lambda path: usage)

    def problems(self, installed: bool = False) -> list[str]:
        error = self.assertRaises(
            errors.PreflightRefused,
            preflight.before_up,
            installed,
            self.progress,
        )
        return list(error.problems)

    def test_a_good_machine_passes(self) -> None:
        preflight.before_up(False, self.progress)
        self.assertEqual(['preflight: ready'], self.lines())

    def test_all_problems_are_told_at_once(self) -> None:
        self.have(memory=3 * GIB, disk=1 * GIB)
        self.patch(platform, 'machine', lambda: 'aarch64')
        self.patch(kernel, 'problems', lambda: iter(['kernel: expected x']))
        names = [line.partition(':')[0] for line in self.problems()]
        self.assertEqual(['processor', 'disk', 'memory', 'kernel'], names)
        self.assertEqual(['preflight: failed'], self.lines())

    def test_little_memory(self) -> None:
        self.have(memory=3 * GIB, disk=50 * GIB)
        (line,) = self.problems()
        self.assertIn('expected 8.0 GiB available, seen 3.0 GiB; end', line)

    @ddt.data((False, 5, True), (False, 7, False), (True, 5, False))
    @ddt.unpack
    def test_disk_depends_on_what_is_installed(
        self, installed: bool, free: int, refused: bool
    ) -> None:
        self.have(memory=16 * GIB, disk=free * GIB)
        lines = list(preflight.disk(installed))
        self.assertEqual(int(refused), len(lines))

    def test_the_disk_of_a_cache_that_is_not_there_yet(self) -> None:
        place = f'{self.root}/not/there/yet'
        self.useFixture(fixtures.EnvironmentVariable('IPV6_LAB_CACHE', place))
        self.have(memory=16 * GIB, disk=GIB)
        (line,) = preflight.disk(False)
        self.assertIn(f'free at {place}, seen 1.0 GiB', line)
        self.assertIn('IPV6_LAB_CACHE', line)

    def on_file_systems(self, **numbers: int) -> None:
        """Packages are missing; the places are on these file systems."""
        self.patch(apt, 'missing', lambda names: names)
        places = {'/usr': 1, '/var/cache/apt': 1, str(self.root): 1}
        by_name = {
            'usr': '/usr',
            'apt': '/var/cache/apt',
            'cache': str(self.root),
        }
        places |= {by_name[name]: value for name, value in numbers.items()}
        self.patch(preflight, 'file_system', lambda p: places[str(p)])
        free = dict(zip((1, 2, 3), (7 * GIB, GIB, GIB // 4), strict=True))
        self.patch(
            shutil,
            'disk_usage',
            lambda path: SimpleNamespace(free=free[places[str(path)]]),
        )

    @ddt.data(
        ({}, []),
        ({'cache': 3}, []),
        ({'usr': 2}, ['1.5 GiB free at /usr for']),
        ({'apt': 2}, []),
        ({'apt': 3}, ['0.5 GiB free at /var/cache/apt for']),
        ({'usr': 2, 'apt': 2}, ['2.0 GiB free at /usr and /var/cache/apt']),
        ({'usr': 2, 'apt': 3}, ['1.5 GiB free at /usr', '0.5 GiB free at']),
    )
    @ddt.unpack
    def test_the_disk_of_packages(
        self, numbers: dict[str, int], wanted: list[str]
    ) -> None:
        self.on_file_systems(**numbers)
        lines = list(preflight.disk_of_apt())
        self.assertEqual(len(wanted), len(lines), str(lines))
        for line, words in zip(lines, wanted, strict=True):
            self.assertIn(f'disk: expected {words}', line)
            self.assertTrue(line.endswith('; make room there'), line)

    def test_packages_that_are_there_need_no_disk(self) -> None:
        self.on_file_systems(usr=3)
        self.assertEqual(1, len(self.problems()))
        self.patch(apt, 'missing', lambda names: [])
        preflight.before_up(False, self.progress)

    def test_the_limit_of_a_control_group(self) -> None:
        rooms = [
            cgroups.Room(Path('/sys/fs/cgroup/small/memory.max'), 2 * GIB),
            cgroups.Room(Path('/sys/fs/cgroup/memory.max'), 9 * GIB),
        ]
        self.patch(cgroups, 'rooms', lambda: iter(rooms))
        (line,) = self.problems()
        self.assertIn('/sys/fs/cgroup/small/memory.max, seen 2.0 GiB;', line)

    def test_another_user_than_root(self) -> None:
        self.patch(os, 'geteuid', lambda: 1000)
        (line,) = self.problems()
        self.assertIn('expected root, seen user number 1000; run', line)

    def test_an_interrupted_earlier_up(self) -> None:
        record.write(record.STARTING, self.root)
        (line,) = self.problems()
        self.assertTrue(line.startswith('earlier lab: expected none'), line)
        self.assertTrue(line.endswith('run scripts/lab down'), line)

    def test_another_system_is_a_warning(self) -> None:
        self.debian('ubuntu', '26.04')
        preflight.before_up(False, self.progress)
        _, warning = self.lines()
        self.assertIn('made for Debian 12, seen Some OS;', warning)

    def test_installing_asks_for_less(self) -> None:
        self.have(memory=GIB, disk=50 * GIB)
        self.patch(kernel, 'problems', lambda: iter(['kernel: expected x']))
        preflight.before_install(False)
        self.have(memory=GIB, disk=GIB)
        self.assertRaises(
            errors.PreflightRefused, preflight.before_install, False
        )
