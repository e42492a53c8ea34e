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
"""An ext4 file system from a directory, as any user, without mounting.

``mke2fs -d`` copies the files; ``debugfs`` then sets what the user who
builds cannot: owners, permissions, times.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
import stat

from ipv6_lab.guest import commands
from ipv6_lab.guest import staging

LABEL = 'guest-root'
UUID = '1f6a7c52-9f0e-4b8a-8a4c-6950763667e5'
TIMES = ('atime', 'ctime', 'mtime', 'crtime')


@dataclass(frozen=True)
class Rule:
    """Who owns a path, and its permissions."""

    permissions: int
    owner: int = 0


RULES = {
    'etc/shadow': Rule(0o600),
    'etc/sudoers': Rule(0o440),
    'home/cirros': Rule(0o755, owner=1000),
    'root': Rule(0o700),
    'tmp': Rule(0o1777),
    'usr/bin/sudo': Rule(0o4755),
    'usr/bin/ping': Rule(0o4755),
}
"""What is not root's with permissions 755 (directories, programs) or 644."""


def make(root: Path, output: Path, mebibytes: int) -> None:
    """Write the file system.

    :param root: the directory to copy
    :param output: the file to write, sparse
    :raises LabError: when e2fsprogs fails
    """
    output.unlink(missing_ok=True)
    commands.run([
        'mke2fs', '-q', '-t', 'ext4', '-d', root, '-L', LABEL, '-U', UUID,
        '-b', '4096', '-N', '8192', '-m', '0', '-J', 'size=4',
        '-E', f'hash_seed={UUID},lazy_itable_init=0,root_owner=0:0',
        output, f'{mebibytes}m',
    ])  # fmt: skip
    commands.run(
        ['debugfs', '-w', '-f', '/dev/stdin', output],
        stdin='\n'.join(corrections(root)),
    )
    commands.run(['e2fsck', '-fn', output])


def corrections(root: Path) -> Iterator[str]:
    """The ``debugfs`` commands that make every inode as it should be."""
    for path in staging.everything(root):
        name = str(path.relative_to(root))
        rule = RULES.get(name) or default_rule(path)
        mode = path.lstat().st_mode
        kind = stat.S_IFMT(mode)
        if not stat.S_ISLNK(mode):
            yield f'sif "/{name}" mode 0{kind | rule.permissions:o}'
        yield f'sif "/{name}" uid {rule.owner}'
        yield f'sif "/{name}" gid {rule.owner}'
        for time in TIMES:
            yield f'sif "/{name}" {time} @{commands.EPOCH}'


def default_rule(path: Path) -> Rule:
    """Root's; the owner's right to execute is everyone's."""
    return Rule(0o755 if path.lstat().st_mode & 0o100 else 0o644)
