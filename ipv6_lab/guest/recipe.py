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
"""What the image depends on, as one short word for caches."""

from collections.abc import Iterator
import hashlib
from pathlib import Path

HERE = Path(__file__).resolve().parent


def recipe_key() -> str:
    """Sixteen hexadecimal digits; they change when the recipe does.

    The recipe is every file of this package: the scripts of the guest, the
    lists of Debian packages, the code that puts them together. Versions of
    Debian packages are not part of it.
    """
    digest = hashlib.sha256()
    for path in recipe_files():
        digest.update(f'{path.relative_to(HERE)}\0'.encode())
        digest.update(b'x' if path.stat().st_mode & 0o100 else b'-')
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def recipe_files() -> Iterator[Path]:
    """The files of the recipe, sorted by name, without Python's caches."""
    for path in sorted(HERE.rglob('*')):
        if path.is_file() and '__pycache__' not in path.parts:
            yield path
