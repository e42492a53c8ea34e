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
"""A real, very small ext4 file system: the same bytes, the right owners."""

import os
from pathlib import Path
import shutil

import fixtures
import testtools

from ipv6_lab.guest import commands
from ipv6_lab.guest import ext4

TOOLS = ('mke2fs', 'debugfs', 'e2fsck')
MEBIBYTES = 16


class FileSystemTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        missing = [tool for tool in TOOLS if not shutil.which(tool)]
        if missing:
            self.skipTest(f'e2fsprogs: {", ".join(missing)} not found')
        self.path = Path(self.useFixture(fixtures.TempDir()).path)

    def tree(self, name: str, umask: int) -> Path:
        """A directory like the image's root, made under some umask."""
        before = os.umask(umask)
        self.addCleanup(os.umask, before)
        root = self.path / name
        (root / 'etc').mkdir(parents=True)
        (root / 'etc/shadow').write_text('root:*:\n')
        (root / 'link').symlink_to('etc')
        os.umask(before)
        return root

    def test_same_bytes_whoever_builds(self) -> None:
        images = []
        for number, umask in enumerate((0o022, 0o077)):
            root = self.tree(f'root{number}', umask)
            images.append(self.path / f'{number}.ext4')
            ext4.make(root, images[-1], MEBIBYTES)
        first, second = (image.read_bytes() for image in images)
        self.assertTrue(first == second, 'the two images differ')

    def test_owner_and_permissions(self) -> None:
        image = self.path / 'image.ext4'
        ext4.make(self.tree('root', 0o077), image, MEBIBYTES)
        seen = commands.run(['debugfs', '-R', 'stat /etc/shadow', image])
        self.assertRegex(seen, r'Mode: +0600 ')
        self.assertRegex(seen, r'User: +0 +Group: +0 ')
        self.assertRegex(seen, r'mtime: 0x6592008')
