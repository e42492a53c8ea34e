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
"""Where the unpacked packages lie, and how to find things in them."""

from dataclasses import dataclass
from pathlib import Path

from ipv6_lab import errors
from ipv6_lab.guest import commands
from ipv6_lab.guest import modules

PROGRAM_PLACES = ('bin', 'sbin', 'usr/bin', 'usr/sbin')


@dataclass(frozen=True)
class Sources:
    """Unpacked packages.

    :ivar packages: the directory that the guest's packages share
    :ivar release: the kernel's release, as ``uname -r`` prints it
    """

    packages: Path
    release: str

    @property
    def module_place(self) -> Path:
        """The directory of the kernel's modules."""
        return self.packages / 'lib/modules' / self.release

    def program(self, name: str) -> Path:
        """Where the packages keep a program.

        :raises LabError: when none of them holds it
        """
        for place in PROGRAM_PLACES:
            path = self.packages / place / name
            if path.is_file():
                return path
        raise errors.LabError(
            f'guest image: no package of the recipe holds the program {name}',
            'correct PROGRAMS or GUEST_PACKAGES in ipv6_lab.guest.contents',
        )

    def dependencies(self) -> modules.Dependencies:
        """Which kernel module needs which, as depmod finds out.

        :raises LabError: when the packages hold no modules of the release
        """
        index = self.module_place / 'modules.dep'
        if not index.exists():
            self.depmod(self.packages)
        return modules.read_dependencies(index.read_text())

    def depmod(self, tree: Path) -> None:
        """Write the index of the kernel modules in a tree."""
        busybox = self.program('busybox')
        commands.run([busybox, 'depmod', '-b', tree, self.release])
