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
"""The comparison of a machine with itself sees what it is for."""

from collections.abc import Callable
import os
from pathlib import Path

import ddt
import fixtures
import testtools

from tests.lab import machine
from tests.lab import sockets

RAW = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt
    1: 00000000:0001 00000000:0000 07 00000000:00000000 00:00000000 00000000
    1: 0100007F:00FF 00000000:0000 0A 00000000:00000000 00:00000000 00000000
"""


def again(path: Path) -> None:
    """Write what is there already."""
    path.write_text(path.read_text())
    os.utime(path, ns=(1, 1))


def anew(path: Path) -> None:
    """Put another file with the same content and time in its place."""
    status = path.stat()
    other = path.with_suffix('.new')
    other.write_text(path.read_text())
    other.chmod(status.st_mode & 0o777)
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    os.replace(other, path)


@ddt.ddt
class FilesTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.root = Path(self.useFixture(fixtures.TempDir()).path)
        self.file = self.root / 'etc' / 'hosts'
        self.file.parent.mkdir()
        self.file.write_text('::1 localhost\n')
        (self.root / 'link').symlink_to('etc')

    @ddt.data(again, anew, os.unlink, lambda path: path.chmod(0o600))
    def test_a_change_is_seen(self, change: Callable[[Path], None]) -> None:
        before = list(machine.files(self.root))
        self.assertEqual(before, list(machine.files(self.root)))
        change(self.file)
        self.assertNotEqual(before, list(machine.files(self.root)))

    def test_one_that_is_rewritten_by_others_counts_by_its_text(self) -> None:
        self.useFixture(
            fixtures.MonkeyPatch('tests.lab.machine.REWRITTEN', (self.file,))
        )
        before = list(machine.files(self.root))
        again(self.file)
        self.assertEqual(before, list(machine.files(self.root)))
        self.file.write_text('other\n')
        self.assertNotEqual(before, list(machine.files(self.root)))


class TextTest(testtools.TestCase):
    def test_rules_without_their_counters_and_dates(self) -> None:
        said = '# Generated on Monday\n*filter\n:INPUT ACCEPT [3:40]\nCOMMIT\n'
        self.assertEqual(
            '*filter\n:INPUT ACCEPT \nCOMMIT\n',
            machine.COUNTED.sub('', said),
        )

    def test_raw_sockets_wait_once_they_are_bound(self) -> None:
        (seen,) = sockets.parse('raw', RAW)
        self.assertEqual(
            ('raw', 1, True), (seen.table, seen.port, seen.is_ipv4)
        )
