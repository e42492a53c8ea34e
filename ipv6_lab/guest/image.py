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
"""From Debian packages to a qcow2 image."""

import os
from pathlib import Path
import tempfile

from ipv6_lab.guest import contents
from ipv6_lab.guest import disk
from ipv6_lab.guest import ext4
from ipv6_lab.guest import initramfs
from ipv6_lab.guest import packages
from ipv6_lab.guest import sources
from ipv6_lab.guest import staging

SYSLINUX = Path(__file__).resolve().parent / 'boot' / 'syslinux.cfg'
MBR = 'usr/lib/syslinux/mbr/mbr.bin'


def build(output: Path, downloads: Path) -> None:
    """Build the guest image.

    :param output: the qcow2 file; it is replaced only by a complete one
    :param downloads: the directory that keeps Debian packages for the next
        build; it is made when missing
    :raises LabError: when a program or package is missing, or fails
    """
    output = output.absolute()
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix='.guest-', dir=output.parent
    ) as name:
        scratch = Path(name)
        source = _unpack(scratch, downloads.absolute())
        image = _assemble(scratch, source)
        image.chmod(0o644)
        os.replace(image, output)


def _unpack(scratch: Path, downloads: Path) -> sources.Sources:
    kernel = packages.kernel_package()
    names = (kernel, *contents.GUEST_PACKAGES)
    tree = scratch / 'packages'
    for archive in packages.fetch(names, downloads):
        packages.unpack(archive, tree)
    return sources.Sources(tree, kernel.removeprefix('linux-image-'))


def _assemble(scratch: Path, source: sources.Sources) -> Path:
    boot, root = scratch / 'boot.fat', scratch / 'root.ext4'
    disk.boot_partition(_boot_files(scratch, source), boot)
    staging.stage(source, scratch / 'root')
    ext4.make(scratch / 'root', root, disk.ROOT_SIZE)
    raw, image = scratch / 'disk.raw', scratch / 'disk.qcow2'
    disk.assemble(source.packages / MBR, boot, root, raw)
    disk.convert(raw, image)
    return image


def _boot_files(scratch: Path, source: sources.Sources) -> dict[str, Path]:
    files = {
        'syslinux.cfg': SYSLINUX.read_bytes(),
        'initramfs': initramfs.make(source),
    }
    for name, data in files.items():
        (scratch / name).write_bytes(data)
    kernel = source.packages / 'boot' / f'vmlinuz-{source.release}'
    return {'vmlinuz': kernel, **{name: scratch / name for name in files}}
