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
"""How much memory the control groups of this process leave it.

A container's limit is its control group's: the kernel's MemAvailable, which
is the machine's, does not tell of it (cgroups(7); kernel documentation,
"Control Group v2", memory.max, and "Memory Resource Controller").
"""

from collections.abc import Iterator
import dataclasses
from pathlib import Path

MEMBERSHIP = Path('/proc/self/cgroup')
#: where systemd and container runtimes mount them
UNIFIED = (Path('/sys/fs/cgroup'), Path('/sys/fs/cgroup/unified'))
MEMORY = Path('/sys/fs/cgroup/memory')


@dataclasses.dataclass(frozen=True)
class Files:
    """What the files of a version of control groups are called.

    :param idle: the line of memory.stat that counts what is given back
        when something else needs it
    """

    limit: str
    usage: str
    idle: str


V2 = Files('memory.max', 'memory.current', 'inactive_file')
V1 = Files(
    'memory.limit_in_bytes', 'memory.usage_in_bytes', 'total_inactive_file'
)


@dataclasses.dataclass(frozen=True)
class Room:
    """What a limited group leaves.

    :param limit: the file that sets the limit
    :param left: bytes
    """

    limit: Path
    left: int


def rooms() -> Iterator[Room]:
    """What each limited group leaves, this process's own first."""
    for line in MEMBERSHIP.read_text().splitlines():
        _, controllers, path = line.split(':', 2)
        if not controllers:
            for mount in UNIFIED:
                yield from _upwards(mount, path, V2)
        elif 'memory' in controllers.split(','):
            yield from _upwards(MEMORY, path, V1)


def _upwards(mount: Path, path: str, files: Files) -> Iterator[Room]:
    """The limited groups from one up to the topmost that is seen here.

    In a container the path may be the machine's, and only the topmost there.
    """
    group = mount / path.strip('/')
    while group.is_relative_to(mount):
        room = _room(group, files)
        if room:
            yield room
        group = group.parent


def _room(group: Path, files: Files) -> Room | None:
    try:
        limit = (group / files.limit).read_text().strip()
        usage = int((group / files.usage).read_text())
        rows = (group / 'memory.stat').read_text().splitlines()
    except FileNotFoundError:  # the topmost group of a machine has no limit
        return None
    if limit == 'max':
        return None
    idle = dict(row.split() for row in rows).get(files.idle, '0')
    return Room(group / files.limit, int(limit) - usage + int(idle))
