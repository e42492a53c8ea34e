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
"""Requirement files: plain lines, and ``-r`` to include another file."""

from collections.abc import Iterator
from pathlib import Path

DIRECTORY = Path(__file__).resolve().parent.parent / 'requirements'


def lines(path: Path) -> list[str]:
    """A file's lines without comments and blanks.

    :raises OSError: when it cannot be read
    """
    stripped = (
        line.partition('#')[0].strip()
        for line in path.read_text().splitlines()
    )
    return [line for line in stripped if line]


def files(path: Path) -> Iterator[Path]:
    """A requirement file and those that it includes, in their order."""
    yield path
    for line in lines(path):
        if line.startswith('-r '):
            yield from files((path.parent / line[3:].strip()).resolve())
