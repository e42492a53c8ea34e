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
import time

import ddt
import fixtures
import testtools

from tests.lab import machine
from tests.lab import meanwhile
from tests.lab import sockets

SHOWN = """\
StateChangeTimestampMonotonic=5000000
Id=apt-daily.service

Id=ssh.service
StateChangeTimestampMonotonic=4999999

Id=never.service
StateChangeTimestampMonotonic=0
"""
PACKAGES = """\
2026-01-01 00:00:00 upgrade before:amd64 1 2
2026-01-02 00:00:00 startup archives unpack
2026-01-02 00:00:01 upgrade libc6:amd64 1 2
2026-01-02 00:00:02 status installed libc6:amd64 2
"""
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


class MovingTest(testtools.TestCase):
    """The machine goes on while it is looked at."""

    def setUp(self) -> None:
        super().setUp()
        self.root = Path(self.useFixture(fixtures.TempDir()).path)
        for name in ('goes', 'stays'):
            (self.root / name).write_text(name)

    def went(self, *names: str) -> None:
        """List files that are there no more, beside those that are."""
        listed = [self.root / name for name in (*names, 'stays')]
        self.useFixture(
            fixtures.MonkeyPatch('tests.lab.machine.below', lambda _: listed)
        )

    def test_files_that_went(self) -> None:
        self.went('gone', 'gone too')
        (line,) = machine.files(self.root)
        self.assertIn(str(self.root / 'stays'), line)

    def test_a_process_that_ended(self) -> None:
        self.assertEqual('', machine._name(self.root / '1'))

    def test_one_that_cannot_be_read_is_told(self) -> None:
        (self.root / '1' / 'comm').mkdir(parents=True)
        self.assertRaises(OSError, machine._name, self.root / '1')

    def test_all_below(self) -> None:
        (self.root / 'a' / 'b').mkdir(parents=True)
        (self.root / 'link').symlink_to('a')
        self.assertEqual(
            ['a', 'a/b', 'goes', 'link', 'stays'],
            [
                str(path.relative_to(self.root))
                for path in machine.below(self.root)
            ],
        )


@ddt.ddt
class DifferencesTest(testtools.TestCase):
    def test_none(self) -> None:
        self.assertEqual('', machine.differences({'a': 'b'}, {'a': 'b'}))

    @ddt.data(
        ({'a': 'x\ny'}, {'a': 'x\nz'}, '-y\n+z\n'),
        ({'a': 'x\ny'}, {'a': 'y\nx'}, '-y\n'),
        ({'a': 'x'}, {}, '-x\n'),
        ({}, {'a': 'x'}, '+x\n'),
        ({'a': 'x'}, {'a': 'x\n'}, '+\n'),
    )
    @ddt.unpack
    def test_each_is_told(
        self, before: dict[str, str], seen: dict[str, str], said: str
    ) -> None:
        self.assertIn(said, machine.differences(before, seen))


class MeanwhileTest(testtools.TestCase):
    def test_units(self) -> None:
        self.assertEqual(
            ['apt-daily.service'], list(meanwhile.units(SHOWN, 5.0))
        )

    def test_packages(self) -> None:
        noon = time.mktime((2026, 1, 1, 12, 0, 0, 0, 0, -1))
        self.assertEqual(
            ['upgrade libc6:amd64'], list(meanwhile.packages(PACKAGES, noon))
        )

    def test_without_systemd(self) -> None:
        self.useFixture(fixtures.EnvironmentVariable('PATH', '/nowhere'))
        self.assertIn('systemd does not say', meanwhile.told(time.time()))
