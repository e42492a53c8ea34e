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
"""Debian packages: fetched with apt, unpacked, never installed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
import re

from ipv6_lab import errors
from ipv6_lab.guest import commands
from ipv6_lab.guest import contents

KERNEL = re.compile(r'linux-image-[0-9][^ ]*-cloud-amd64$')


@dataclass(frozen=True)
class Archive:
    """A package's file as apt announces it; the size is in bytes."""

    name: str
    size: int

    def is_in(self, directory: Path) -> bool:
        """Whether the whole file lies there."""
        path = directory / self.name
        return path.exists() and path.stat().st_size == self.size


def kernel_package() -> str:
    """The package of the kernel that the meta package depends on.

    :raises LabError: when apt does not know the meta package
    """
    wanted = contents.KERNEL_PACKAGE
    for line in commands.run(['apt-cache', 'depends', wanted]).splitlines():
        found = KERNEL.search(line)
        if found:
            return found.group()
    raise errors.LabError(
        f'guest image: apt knows no kernel behind {wanted}',
        'run apt-get update on Debian 12 (amd64)',
    )


def fetch(names: Sequence[str], directory: Path) -> list[Path]:
    """Fetch packages with apt, unless they are there already.

    :param directory: where the ``.deb`` files are kept; made when missing
    :returns: one file per name, in apt's order
    :raises LabError: when apt cannot deliver one of them
    """
    directory.mkdir(parents=True, exist_ok=True)
    archives = announced(names)
    if len(archives) != len(names):
        raise errors.LabError(
            f'guest image: apt offers {len(archives)} packages, '
            f'expected {len(names)}',
            'run apt-get update',
        )
    if not all(archive.is_in(directory) for archive in archives):
        commands.run(['apt-get', 'download', '-q', *names], cwd=directory)
    return [directory / archive.name for archive in archives]


def announced(names: Sequence[str]) -> list[Archive]:
    """The files that apt would download: ``'URI' FILE SIZE HASH``."""
    listed = commands.run(
        ['apt-get', 'download', '--print-uris', *names], cwd=Path('/')
    )
    rows = [line.split() for line in listed.splitlines()]
    return [Archive(row[1], int(row[2])) for row in rows]


def unpack(package: Path, tree: Path) -> None:
    """Unpack one package into a directory that others share."""
    commands.run(['dpkg-deb', '-x', package, tree])
