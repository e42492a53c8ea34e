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
"""Which shared libraries programs need, by the dynamic loader's word."""

from collections.abc import Iterable
from pathlib import Path
import re

from ipv6_lab import errors
from ipv6_lab.guest import commands

LOADER = Path('lib64/ld-linux-x86-64.so.2')
PLACES = (
    Path('lib/x86_64-linux-gnu'),
    Path('usr/lib/x86_64-linux-gnu'),
    Path('usr/libexec/sudo'),
)
FOUND = re.compile(r'^\s*(\S+) => (.+?)(?: \(0x[0-9a-f]+\))?$')


def needed_by(binaries: Iterable[Path], tree: Path) -> list[Path]:
    """The shared libraries that binaries load, indirectly too.

    :param binaries: dynamically linked programs or shared objects
    :param tree: the directory with the unpacked packages
    :returns: files of the tree, sorted
    :raises LabError: when the tree lacks a library
    """
    libraries: set[Path] = set()
    for binary in binaries:
        libraries.update(_listed(binary, tree))
    return sorted(libraries)


def _listed(binary: Path, tree: Path) -> Iterable[Path]:
    places = ':'.join(str(tree / place) for place in PLACES)
    loader = tree / LOADER
    listing = commands.run(
        [loader, '--inhibit-cache', '--library-path', places, '--list', binary]
    )
    for line in listing.splitlines():
        match = FOUND.match(line)
        if match and match.group(2) == 'not found':
            raise errors.LabError(
                f'guest image: {binary.name} needs {match.group(1)}, which '
                f'no package of the recipe holds',
                'add its package to ipv6_lab.guest.contents.GUEST_PACKAGES',
            )
        if match and Path(match.group(2)).is_relative_to(tree):
            yield Path(match.group(2))
