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
from pathlib import Path

from ipv6_lab import cgroups
from tests.unit.lab import front

MIB = 1 << 20
UNLIMITED = 9223372036854771712


class RoomsTest(front.CacheTest):
    """Groups as the kernel shows them, in a directory of the test's own."""

    def setUp(self) -> None:
        super().setUp()
        self.unified = self.root / 'cgroup'
        self.memory = self.unified / 'memory'
        self.patch(cgroups, 'MEMBERSHIP', self.root / 'self')
        self.patch(cgroups, 'UNIFIED', (self.unified, self.root / 'none'))
        self.patch(cgroups, 'MEMORY', self.memory)

    def member(self, *lines: str) -> None:
        (self.root / 'self').write_text(''.join(f'{one}\n' for one in lines))

    def group(
        self, place: Path, files: cgroups.Files, limit: str, usage: int
    ) -> None:
        """A group that uses so many MiB, a quarter of them idle."""
        place.mkdir(parents=True, exist_ok=True)
        (place / files.limit).write_text(f'{limit}\n')
        (place / files.usage).write_text(f'{usage * MIB}\n')
        idle = usage * MIB // 4
        (place / 'memory.stat').write_text(f'anon 5\n{files.idle} {idle}\n')

    def rooms(self) -> list[tuple[str, int]]:
        return [
            (str(room.limit.relative_to(self.unified)), room.left // MIB)
            for room in cgroups.rooms()
        ]

    def test_each_limit_on_the_way_up(self) -> None:
        self.member('0::/a/b')
        self.group(self.unified / 'a/b', cgroups.V2, f'{900 * MIB}', 400)
        self.group(self.unified / 'a', cgroups.V2, f'{1000 * MIB}', 800)
        self.assertEqual(
            [('a/b/memory.max', 600), ('a/memory.max', 400)], self.rooms()
        )

    def test_no_limit(self) -> None:
        self.member('0::/a')
        self.group(self.unified / 'a', cgroups.V2, 'max', 400)
        self.assertEqual([], self.rooms())

    def test_a_container_that_is_told_the_path_of_the_machine(self) -> None:
        self.member('0::/docker/0123')
        self.group(self.unified, cgroups.V2, f'{500 * MIB}', 400)
        self.assertEqual([('memory.max', 200)], self.rooms())

    def test_the_first_version(self) -> None:
        self.member('9:name=systemd:/', '4:cpu,memory:/one', '0::/')
        self.group(self.memory / 'one', cgroups.V1, f'{800 * MIB}', 400)
        self.group(self.memory, cgroups.V1, f'{UNLIMITED}', 400)
        seen = self.rooms()
        name = f'memory/one/{cgroups.V1.limit}'
        self.assertEqual((name, 500), seen[0])
        self.assertGreater(seen[1][1], 10**9)
