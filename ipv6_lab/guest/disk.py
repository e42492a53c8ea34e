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
"""The disk: a small FAT partition that boots, an ext4 one that is root."""

import os
from pathlib import Path

from ipv6_lab.guest import commands

SECTOR = 512
MEBIBYTE = 1024 * 1024
BOOT_START = 1
BOOT_SIZE = 24
ROOT_START = BOOT_START + BOOT_SIZE
ROOT_SIZE = 200
DISK_SIZE = ROOT_START + ROOT_SIZE

TABLE = f"""\
label: dos
label-id: 0x1a6b0601
start={BOOT_START}MiB, size={BOOT_SIZE}MiB, type=c, bootable
start={ROOT_START}MiB, size={ROOT_SIZE}MiB, type=83
"""


def boot_partition(files: dict[str, Path], output: Path) -> None:
    """A FAT file system with the boot loader and the given files.

    :param files: the name on the partition for each file
    :raises LabError: when mtools or syslinux fails
    """
    output.unlink(missing_ok=True)
    sectors = BOOT_SIZE * MEBIBYTE // SECTOR
    hidden = BOOT_START * MEBIBYTE // SECTOR
    commands.run([
        'mformat', '-i', output, '-C', '-T', str(sectors), '-h', '16',
        '-s', '63', '-H', str(hidden), '-N', '1a6b0600', '-v', 'BOOT', '::',
    ])  # fmt: skip
    commands.run(['syslinux', '--install', output])
    for name, source in files.items():
        os.utime(source, (commands.EPOCH, commands.EPOCH))
        commands.run(['mcopy', '-m', '-i', output, source, f'::{name}'])


def assemble(mbr: Path, boot: Path, root: Path, output: Path) -> None:
    """Put boot code, partition table and both partitions into one file.

    :param mbr: the code for the first 440 bytes of the disk
    :param output: the raw disk to write, sparse
    :raises LabError: when sfdisk fails
    """
    with output.open('wb') as disk:
        disk.truncate(DISK_SIZE * MEBIBYTE)
    commands.run(['sfdisk', '-q', output], stdin=TABLE)
    with output.open('r+b') as disk:
        disk.write(mbr.read_bytes()[:440])
    for source, start in ((boot, BOOT_START), (root, ROOT_START)):
        commands.run([
            'dd', f'if={source}', f'of={output}', 'bs=1M', f'seek={start}',
            'conv=notrunc,sparse', 'status=none',
        ])  # fmt: skip


def convert(raw: Path, output: Path) -> None:
    """Turn the raw disk into a qcow2 image without its holes.

    Not a compressed one: unpacking it costs the boot loader 0.4 s.
    """
    commands.run([
        'qemu-img', 'convert', '-f', 'raw', '-O', 'qcow2', raw, output,
    ])  # fmt: skip
