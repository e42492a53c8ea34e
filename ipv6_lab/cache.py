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
"""What is slow to make is made once, and kept under a key of its recipe.

An entry is a directory, made in place (virtual environments carry their
own path) and finished by a marker file, written last: a build that was
interrupted never looks finished, and is removed by the next.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
import dataclasses
import hashlib
from pathlib import Path
import shutil
import time

from ipv6_lab import paths

MARKER = '.complete'
#: the directories of entries: each holds one directory per key
KINDS = ('bootstrap', 'images', 'venvs')
#: what else may be removed when no lab is up
SCRATCH = ('downloads', 'logs', 'state', 'tmp')
#: what tests that were killed leave of their temporary directories
STRAY = 'lab-test-' + '[a-z0-9_]' * 8


@dataclasses.dataclass(frozen=True)
class Entry:
    """One thing in the cache.

    :param size: bytes on disk
    :param age: seconds since it was finished
    """

    kind: str
    path: Path
    size: int
    age: float
    finished: bool


def digest(parts: Iterable[str | Path]) -> str:
    """A short key of strings and of files' contents, in this order.

    :raises OSError: when a file cannot be read
    """
    total = hashlib.sha256()
    for part in parts:
        data = part.read_bytes() if isinstance(part, Path) else part.encode()
        total.update(hashlib.sha256(data).digest())
    return total.hexdigest()[:12]


def place(kind: str, key: str) -> Path:
    """Where an entry is, or would be; see :func:`finished`."""
    return paths.root() / kind / key


def finished(entry: Path) -> bool:
    """Whether an entry was made wholly."""
    return (entry / MARKER).exists()


def make(entry: Path, build: Callable[[Path], None]) -> bool:
    """Make an entry unless it is there.

    :param build: fills the empty directory that it is given; when it
        raises, the directory goes
    :returns: whether it had to be made
    """
    if finished(entry):
        return False
    _empty(entry)
    try:
        build(entry)
    except BaseException:
        shutil.rmtree(entry, ignore_errors=True)
        raise
    (entry / MARKER).touch()
    return True


def _empty(entry: Path) -> None:
    if entry.exists():
        shutil.rmtree(entry)
    entry.mkdir(parents=True)


def sweep() -> None:
    """Remove what interrupted builds left; only under the lab's lock."""
    for kind in KINDS:
        for entry in _directories(kind):
            if not finished(entry):
                shutil.rmtree(entry)
    shutil.rmtree(paths.root() / 'tmp', ignore_errors=True)


def entries() -> Iterator[Entry]:
    """Everything that was made and kept, and what downloads take."""
    now = time.time()
    for kind in KINDS:
        for path in _directories(kind):
            done = finished(path)
            made = (path / MARKER if done else path).stat().st_mtime
            yield Entry(kind, path, size(path), now - made, done)
    for path in (*_scratch(), *_strays()):
        age = now - path.stat().st_mtime
        yield Entry(path.name, path, size(path), age, True)


def _scratch() -> list[Path]:
    places = (paths.root() / name for name in SCRATCH)
    return [path for path in places if path.is_dir()]


def _strays() -> list[Path]:
    return sorted(path for path in paths.root().glob(STRAY) if path.is_dir())


def _directories(kind: str) -> list[Path]:
    where = paths.root() / kind
    if not where.is_dir():
        return []
    return sorted(path for path in where.iterdir() if path.is_dir())


def size(path: Path) -> int:
    """Bytes that a directory's files take on disk."""
    files = (file for file in path.rglob('*') if not file.is_symlink())
    return sum(file.stat().st_blocks * 512 for file in files)


def clear() -> int:
    """Remove everything that the lab keeps; only when no lab is up.

    :returns: the bytes that this set free
    """
    freed = sum(entry.size for entry in entries())
    kinds = (paths.root() / kind for kind in KINDS)
    for path in (*kinds, *_scratch(), *_strays()):
        if path.exists():
            shutil.rmtree(path)
    return freed
