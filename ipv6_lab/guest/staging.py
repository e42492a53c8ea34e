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
"""The root file system as a directory: programs, libraries, our files."""

from collections.abc import Iterable
import os
from pathlib import Path
import shutil

from ipv6_lab.guest import commands
from ipv6_lab.guest import contents
from ipv6_lab.guest import libraries
from ipv6_lab.guest import modules
from ipv6_lab.guest import sources

OURS = Path(__file__).resolve().parent / 'rootfs'
LIBRARY_PLACE = Path('usr/lib/x86_64-linux-gnu')

DIRECTORIES = (
    'dev', 'home/cirros', 'mnt', 'proc', 'root', 'run', 'sys', 'tmp',
    'usr/bin', 'usr/lib64', 'var/lib', 'var/log', 'var/spool',
    LIBRARY_PLACE,
)  # fmt: skip
LINKS = {
    'bin': 'usr/bin',
    'lib': 'usr/lib',
    'lib64': 'usr/lib64',
    'sbin': 'usr/bin',
    'usr/sbin': 'bin',
    'var/run': '/run',
    # Leases and identifiers must not outlive a boot: a server made from a
    # snapshot has other addresses.
    'var/lib/dhcpcd': '/run/dhcpcd',
}


def stage(source: sources.Sources, root: Path) -> None:
    """Fill the directory of the root file system.

    :param root: the directory to fill, which must not exist
    :raises LabError: when the packages lack something
    """
    for name in DIRECTORIES:
        (root / name).mkdir(parents=True, exist_ok=True)
    for name, target in LINKS.items():
        (root / name).symlink_to(target)
    _programs(source, root)
    _names(source, root)
    _kernel_modules(source, root)
    shutil.copytree(OURS, root, symlinks=True, dirs_exist_ok=True)


def everything(root: Path) -> Iterable[Path]:
    """All files, directories and links below the root, sorted."""
    return sorted(root.rglob('*'))


def _programs(source: sources.Sources, root: Path) -> None:
    binaries = [source.program(name) for name in contents.PROGRAMS]
    plugins = [source.packages / name for name in contents.PLUGINS]
    for binary in binaries:
        _copy(binary, root / 'usr/bin' / binary.name)
    for plugin in plugins:
        _copy(plugin, root / plugin.relative_to(source.packages))
    dynamic = [path for path in binaries if path.name != 'busybox']
    needed = libraries.needed_by([*dynamic, *plugins], source.packages)
    for library in needed:
        _copy(library, root / LIBRARY_PLACE / library.name)
    _copy(source.packages / libraries.LOADER, root / libraries.LOADER)
    for path in (*(root / 'usr/bin').iterdir(), root / libraries.LOADER):
        path.chmod(0o755)


def _names(source: sources.Sources, root: Path) -> None:
    for alias, target in contents.ALIASES.items():
        (root / 'usr/bin' / alias).symlink_to(target)
    for applet in commands.run([source.program('busybox'), '--list']).split():
        link = root / 'usr/bin' / applet
        if not os.path.lexists(link):
            link.symlink_to('busybox')


def _kernel_modules(source: sources.Sources, root: Path) -> None:
    target = root / 'usr/lib/modules' / source.release
    wanted = (
        *contents.BOOT_MODULES,
        *contents.OTHER_DISK_MODULES,
        *contents.ROOT_MODULES,
    )
    for path in modules.loading_order(wanted, source.dependencies()):
        _copy(source.module_place / path, target / path)
    for name in ('modules.builtin', 'modules.order'):
        _copy(source.module_place / name, target / name)
    source.depmod(root)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
