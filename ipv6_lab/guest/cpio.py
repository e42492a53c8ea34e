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
"""Initramfs archives (cpio, format newc), the same bytes every time.

Format: Documentation/driver-api/early-userspace/buffer-format.rst of Linux.
"""

from collections.abc import Iterable
from dataclasses import dataclass
import stat

from ipv6_lab.guest import commands

MAGIC = '070701'
TRAILER = 'TRAILER!!!'


@dataclass(frozen=True)
class Entry:
    """A file, directory or node of the archive, owned by root.

    :ivar mode: type and permissions, as in ``st_mode``
    :ivar data: a file's bytes, empty otherwise
    :ivar device: major and minor number of a node
    """

    name: str
    mode: int
    data: bytes = b''
    device: tuple[int, int] = (0, 0)


def directory(name: str) -> Entry:
    """A directory that everyone may read."""
    return Entry(name, stat.S_IFDIR | 0o755)


def program(name: str, data: bytes) -> Entry:
    """A file that everyone may execute."""
    return Entry(name, stat.S_IFREG | 0o755, data)


def archive(entries: Iterable[Entry]) -> bytes:
    """The archive, uncompressed, inodes numbered from 1."""
    listed = [*entries, Entry(TRAILER, 0)]
    return b''.join(
        _record(entry, inode) for inode, entry in enumerate(listed, start=1)
    )


def _record(entry: Entry, inode: int) -> bytes:
    name = entry.name.encode() + b'\0'
    links = 2 if stat.S_ISDIR(entry.mode) else 1
    fields = (
        inode,
        entry.mode,
        0,  # owner
        0,  # group
        links,
        commands.EPOCH,
        len(entry.data),
        0,  # device that holds the file
        0,
        *entry.device,
        len(name),
        0,  # checksum, unused in this format
    )
    header = (MAGIC + ''.join(f'{value:08x}' for value in fields)).encode()
    return _padded(header + name) + _padded(entry.data)


def _padded(data: bytes) -> bytes:
    return data + b'\0' * (-len(data) % 4)
