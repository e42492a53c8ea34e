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
"""The parts of the image's build that need no package."""

import contextlib
import io
from pathlib import Path
import stat
from unittest import mock

import ddt
import fixtures
import testtools

from ipv6_lab import errors
from ipv6_lab import guest
from ipv6_lab.guest import __main__ as command_line
from ipv6_lab.guest import commands
from ipv6_lab.guest import cpio
from ipv6_lab.guest import libraries
from ipv6_lab.guest import modules
from ipv6_lab.guest import packages
from ipv6_lab.guest import sources

MODULES = """\
drivers/virtio_pci.ko: drivers/virtio_ring.ko drivers/virtio.ko
drivers/virtio-blk.ko: drivers/virtio_ring.ko drivers/virtio.ko
drivers/virtio_ring.ko: drivers/virtio.ko
drivers/virtio.ko:
"""


class CommandsTest(testtools.TestCase):
    def test_output(self) -> None:
        self.assertEqual('hello\n', commands.run(['echo', 'hello']))

    def test_missing_program(self) -> None:
        error = self.assertRaises(
            errors.LabError, commands.run, ['no-such-program']
        )
        self.assertIn('no-such-program is missing', str(error))
        self.assertIn('BUILD_PACKAGES', str(error))

    def test_failure_is_one_line(self) -> None:
        failing = ['sh', '-c', 'echo one >&2; echo two >&2; exit 3']
        error = self.assertRaises(errors.LabError, commands.run, failing)
        self.assertIn('status 3, expected 0: one / two; check', str(error))
        self.assertNotIn('\n', str(error))


class CpioTest(testtools.TestCase):
    def read(self, archive: bytes) -> dict[str, tuple[int, bytes]]:
        """Mode and data by name, as the kernel's unpacker sees them."""
        found: dict[str, tuple[int, bytes]] = {}
        at = 0
        while True:
            head = archive[at : at + 110]
            self.assertEqual(b'070701', head[:6])
            fields = [int(head[n : n + 8], 16) for n in range(6, 110, 8)]
            mode, size, length = fields[1], fields[6], fields[11]
            name = archive[at + 110 : at + 110 + length - 1].decode()
            start = at + 110 + length
            start += -start % 4
            if name == 'TRAILER!!!':
                return found
            found[name] = (mode, archive[start : start + size])
            at = start + size
            at += -at % 4

    def test_round_trip(self) -> None:
        for size in range(5):
            data = b'x' * size
            archive = cpio.archive(
                [
                    cpio.directory('bin'),
                    cpio.program('bin/sh', data),
                ]
            )
            self.assertEqual(
                {
                    'bin': (stat.S_IFDIR | 0o755, b''),
                    'bin/sh': (stat.S_IFREG | 0o755, data),
                },
                self.read(archive),
            )
            self.assertEqual(0, len(archive) % 4)

    def test_inodes_differ(self) -> None:
        archive = cpio.archive([cpio.directory('a'), cpio.directory('b')])
        self.assertEqual(b'00000001', archive[6:14])
        self.assertIn(b'070701' + b'00000002', archive)


class ModulesTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.dependencies = modules.read_dependencies(MODULES)

    def test_what_is_needed_comes_first_and_once(self) -> None:
        self.assertEqual(
            [
                'drivers/virtio.ko',
                'drivers/virtio_ring.ko',
                'drivers/virtio_pci.ko',
                'drivers/virtio-blk.ko',
            ],
            modules.loading_order(
                ['virtio_pci', 'virtio_blk'], self.dependencies
            ),
        )

    def test_unknown_module(self) -> None:
        error = self.assertRaises(
            errors.LabError,
            modules.loading_order,
            ['virtio_tape'],
            self.dependencies,
        )
        self.assertIn('no module virtio_tape', str(error))


class LibrariesTest(testtools.TestCase):
    LISTING = """\
\tlinux-vdso.so.1 (0x00007ffc00000000)
\tlibz.so.1 => /tree/lib/x86_64-linux-gnu/libz.so.1 (0x00007f0000000000)
\tlibc.so.6 => /elsewhere/libc.so.6 (0x00007f0000000000)
\t/lib64/ld-linux-x86-64.so.2 => /tree/lib64/ld.so (0x00007f0000000000)
"""

    def needed(self, listing: str) -> list[Path]:
        with mock.patch.object(commands, 'run', return_value=listing):
            return libraries.needed_by([Path('/tree/bin/ip')], Path('/tree'))

    def test_only_what_the_packages_hold(self) -> None:
        self.assertEqual(
            ['/tree/lib/x86_64-linux-gnu/libz.so.1', '/tree/lib64/ld.so'],
            [str(path) for path in self.needed(self.LISTING)],
        )

    def test_missing_library(self) -> None:
        error = self.assertRaises(
            errors.LabError, self.needed, '\tlibmnl.so.0 => not found\n'
        )
        self.assertIn('ip needs libmnl.so.0', str(error))
        self.assertIn('GUEST_PACKAGES', str(error))


class PackagesTest(testtools.TestCase):
    URIS = "'http://host/a_1.deb' a_1_amd64.deb 3 SHA256:00\n"

    def setUp(self) -> None:
        super().setUp()
        self.directory = Path(self.useFixture(fixtures.TempDir()).path)
        self.run_ = self.useFixture(
            fixtures.MockPatchObject(commands, 'run', return_value=self.URIS)
        ).mock

    def downloads(self) -> int:
        return sum(
            '--print-uris' not in call.args[0]
            for call in self.run_.call_args_list
        )

    def test_what_lies_there_is_not_fetched_again(self) -> None:
        (self.directory / 'a_1_amd64.deb').write_bytes(b'deb')
        files = packages.fetch(['a'], self.directory)
        self.assertEqual([self.directory / 'a_1_amd64.deb'], files)
        self.assertEqual(0, self.downloads())

    def test_half_a_file_is_fetched_again(self) -> None:
        (self.directory / 'a_1_amd64.deb').write_bytes(b'd')
        packages.fetch(['a'], self.directory)
        self.assertEqual(1, self.downloads())

    def test_apt_offers_too_few(self) -> None:
        error = self.assertRaises(
            errors.LabError, packages.fetch, ['a', 'b'], self.directory
        )
        self.assertIn('offers 1 packages, expected 2', str(error))
        self.assertIn('apt-get update', str(error))

    def test_kernel(self) -> None:
        self.run_.return_value = (
            'linux-image-cloud-amd64\n'
            '  Depends: linux-image-6.1.0-56-cloud-amd64\n'
        )
        self.assertEqual(
            'linux-image-6.1.0-56-cloud-amd64', packages.kernel_package()
        )

    def test_no_kernel(self) -> None:
        self.run_.return_value = 'linux-image-cloud-amd64\n'
        error = self.assertRaises(errors.LabError, packages.kernel_package)
        self.assertIn('linux-image-cloud-amd64', str(error))


class SourcesTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        tree = Path(self.useFixture(fixtures.TempDir()).path)
        self.source = sources.Sources(tree, '6.1.0')
        (tree / 'usr/sbin').mkdir(parents=True)
        (tree / 'usr/sbin/radvd').touch()

    def test_any_bin(self) -> None:
        self.assertEqual(
            self.source.packages / 'usr/sbin/radvd',
            self.source.program('radvd'),
        )

    def test_missing_program(self) -> None:
        error = self.assertRaises(
            errors.LabError, self.source.program, 'dhclient'
        )
        self.assertIn('the program dhclient', str(error))


@ddt.ddt
class CommandLineTest(testtools.TestCase):
    def main(self, *arguments: str) -> tuple[int, str]:
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            return command_line.main(list(arguments)), said.getvalue()

    @ddt.data((), ('--help',), ('a', 'b', 'c'))
    def test_bad_usage(self, arguments: tuple[str, ...]) -> None:
        self.assertEqual((2, f'{command_line.USAGE}\n'), self.main(*arguments))

    def test_failure_is_one_line(self) -> None:
        with mock.patch.object(
            guest,
            'build',
            side_effect=errors.LabError('it broke', 'mend it'),
        ):
            code, said = self.main('out.qcow2')
        self.assertEqual(1, code)
        self.assertEqual('ipv6_lab.guest: it broke; mend it\n', said)

    def test_success(self) -> None:
        with mock.patch.object(guest, 'build') as build:
            self.assertEqual((0, ''), self.main('out.qcow2', 'debs'))
        build.assert_called_once_with(Path('out.qcow2'), Path('debs'))
