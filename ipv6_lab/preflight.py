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
"""Can this machine carry the lab? Every reason against it, at once.

Nothing is looked for on the machine's own network: the lab uses no name,
address or port outside of its namespaces, so only another lab on the same
cache directory can be in its way.
"""

from collections.abc import Iterator
import os
from pathlib import Path
import platform
import shutil

from ipv6_lab import cgroups
from ipv6_lab import errors
from ipv6_lab.install import apt
from ipv6_lab import kernel
from ipv6_lab import paths
from ipv6_lab import progress as progress_module
from ipv6_lab import record

GIB = 1 << 30
MEMORY = 8 * GIB
DISK_TO_INSTALL = 6 * GIB
DISK_TO_RUN = 2 * GIB
# What apt takes when it installs everything; on the file system of the cache
# the above is enough for both.
DISK_OF_APT = {Path('/usr'): 3 * GIB // 2, Path('/var/cache/apt'): GIB // 2}
DEBIAN = '12'
MACHINE = 'x86_64'
MEMINFO = Path('/proc/meminfo')
# A host of the lab lays files of its own over these.
PRIVATE = ('/dev/shm', '/etc', '/run', '/usr/bin', '/var/lib', '/var/log')


def before_install(installed: bool) -> None:
    """Refuse a machine on which installing cannot succeed.

    :param installed: the cache holds everything already
    :raises PreflightRefused: with a line per problem
    """
    _refuse([*machine(), *disk(installed), *disk_of_apt(tests=True)])


def before_up(installed: bool, progress: progress_module.Progress) -> None:
    """Refuse a machine on which the lab cannot run.

    :param installed: the cache holds everything already
    :raises PreflightRefused: with a line per problem
    """
    with progress.step('preflight'):
        _refuse(
            [
                *machine(),
                *places(),
                *disk(installed),
                *disk_of_apt(),
                *memory(),
                *interrupted(),
                *kernel.problems(),
            ]
        )
    for warning in release():
        progress.note(warning)


def _refuse(problems: list[str]) -> None:
    if problems:
        raise errors.PreflightRefused(problems)


def machine() -> Iterator[str]:
    """Who runs this, and on what processor."""
    if os.geteuid():
        yield (
            'user: expected root, seen user number '
            f'{os.geteuid()}; run it as root or through sudo'
        )
    if platform.machine() != MACHINE:
        yield (
            f'processor: expected {MACHINE}, seen {platform.machine()}; '
            'use such a machine'
        )


def places() -> Iterator[str]:
    """Whether hosts of the lab will see the checkout and the cache."""
    for name, place in (
        ('checkout', paths.CHECKOUT),
        (paths.VARIABLE, paths.root()),
    ):
        if hidden(place):
            yield (
                f'{name}: expected outside of {", ".join(PRIVATE)}, which '
                f'are private in the hosts of the lab, seen {place}; '
                'put it elsewhere'
            )


def hidden(place: Path) -> bool:
    """Whether a host of the lab sees another file system there."""
    return any(place.is_relative_to(private) for private in PRIVATE)


def release() -> Iterator[str]:
    """A warning when this is not the Debian that the lab is made for."""
    seen = platform.freedesktop_os_release()
    if (seen.get('ID'), seen.get('VERSION_ID')) != ('debian', DEBIAN):
        name = seen.get('PRETTY_NAME', 'an unnamed system')
        yield (
            f'ipv6-lab: warning: made for Debian {DEBIAN}, seen {name}; '
            'packages may be missing or behave differently'
        )


def memory() -> Iterator[str]:
    """What new processes could get without swapping.

    Of the kernel, and of the control groups that this process is in.
    """
    fields = dict(
        line.split(':', 1) for line in MEMINFO.read_text().splitlines()
    )
    available = int(fields['MemAvailable'].split()[0]) * 1024
    if available < MEMORY:
        yield (
            f'memory: expected {amount(MEMORY)} available, seen '
            f'{amount(available)}; end other programs or use a larger machine'
        )
    for room in cgroups.rooms():
        if room.left < MEMORY:
            yield (
                f'memory: expected {amount(MEMORY)} below the limit of the '
                f'control group in {room.limit}, seen {amount(room.left)}; '
                'raise it'
            )


def disk(installed: bool) -> Iterator[str]:
    """Free space where the cache is or will be."""
    root = paths.root()
    free = shutil.disk_usage(existing(root)).free
    needed = DISK_TO_RUN if installed else DISK_TO_INSTALL
    if free < needed:
        yield (
            f'disk: expected {amount(needed)} free at {root}, seen '
            f'{amount(free)}; make room or set {paths.VARIABLE} to a '
            'directory on a larger disk'
        )


def disk_of_apt(tests: bool = False) -> Iterator[str]:
    """Free space where apt puts what is missing, if not beside the cache.

    :param tests: as for :func:`apt.wanted`
    """
    if not shutil.which('dpkg-query'):
        yield 'dpkg: expected dpkg-query, seen none; use Debian 12 or later'
        return
    if not apt.missing(apt.wanted(tests)):
        return
    others: dict[int, list[Path]] = {}
    for place in DISK_OF_APT:
        others.setdefault(file_system(place), []).append(place)
    others.pop(file_system(paths.root()), None)
    for places in others.values():
        free = shutil.disk_usage(existing(places[0])).free
        needed = sum(DISK_OF_APT[place] for place in places)
        if free < needed:
            names = ' and '.join(map(str, places))
            yield (
                f'disk: expected {amount(needed)} free at {names} for '
                f"Debian's packages, seen {amount(free)}; make room there"
            )


def existing(place: Path) -> Path:
    """A place, or the directory above it that there is already."""
    return next(path for path in (place, *place.parents) if path.exists())


def file_system(place: Path) -> int:
    """The number of the device that a place is on, or will be."""
    return existing(place).stat().st_dev


def interrupted() -> Iterator[str]:
    """An earlier `up` that was killed before it could clean up."""
    known = record.read()
    if known is not None and known.phase == record.STARTING:
        yield (
            'earlier lab: expected none, seen one that was begun from '
            f'{known.checkout} and never finished; run scripts/lab down'
        )


def amount(size: int) -> str:
    """Bytes in GiB."""
    return f'{size / GIB:.1f} GiB'
