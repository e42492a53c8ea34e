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
"""The initramfs: BusyBox and what it takes to find the root disk."""

from pathlib import Path

from ipv6_lab.guest import contents
from ipv6_lab.guest import cpio
from ipv6_lab.guest import modules
from ipv6_lab.guest import sources
from ipv6_lab.guest import staging

INIT = Path(__file__).resolve().parent / 'initramfs' / 'init'
SYSCTL = staging.OURS / 'etc' / 'sysctl.conf'
DIRECTORIES = ('bin', 'dev', 'modules', 'modules/more', 'proc', 'root', 'sys')


def make(source: sources.Sources) -> bytes:
    """The archive, uncompressed: unpacking costs an emulated CPU too much.

    :raises LabError: when the packages lack something
    """
    return cpio.archive(
        [
            *map(cpio.directory, DIRECTORIES),
            cpio.program(
                'bin/busybox', source.program('busybox').read_bytes()
            ),
            cpio.program('init', INIT.read_bytes()),
            cpio.program('sysctl.conf', SYSCTL.read_bytes()),
            *_modules(source),
        ]
    )


def _modules(source: sources.Sources) -> list[cpio.Entry]:
    """Numbered, so that the shell loads them in the order of their names."""
    dependencies = source.dependencies()
    boot = modules.loading_order(contents.BOOT_MODULES, dependencies)
    both = modules.loading_order(
        (*contents.BOOT_MODULES, *contents.OTHER_DISK_MODULES), dependencies
    )
    entries = []
    for number, path in enumerate(both):
        place = 'modules' if path in boot else 'modules/more'
        name = f'{place}/{number:02}-{Path(path).name}'
        data = (source.module_place / path).read_bytes()
        entries.append(cpio.program(name, data))
    return entries
