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
"""cache: what was made once and is kept."""

import argparse

from ipv6_lab import cache
from ipv6_lab import errors
from ipv6_lab.install import console
from ipv6_lab.install import image
from ipv6_lab.install import venvs
from ipv6_lab import lock
from ipv6_lab import paths
from ipv6_lab import record
from ipv6_lab.verbs import look

MIB = 1 << 20
HEADINGS = ('KIND', 'NAME', 'SIZE', 'AGE', 'USE')
UNITS = (('d', 86400), ('h', 3600), ('min', 60), ('s', 1))


def main(arguments: argparse.Namespace) -> int:
    """Show the cache, or clear it."""
    return clear() if arguments.clear else show()


def show() -> int:
    """Print a row per entry: its size, age, and who uses it."""
    entries = list(cache.entries())
    rows = [
        (
            entry.kind,
            entry.path.name,
            f'{entry.size / MIB:.0f} MiB',
            age(entry.age),
            use(entry),
        )
        for entry in entries
    ]
    for line in look.table([HEADINGS, *rows]):
        print(line)
    total = sum(entry.size for entry in entries) / MIB
    print(f'{paths.root()}: {total:.0f} MiB')
    return 0


def use(entry: cache.Entry) -> str:
    """What an entry is good for."""
    if not entry.finished:
        return 'unfinished'
    if entry.kind not in cache.KINDS or entry.kind == 'bootstrap':
        return ''
    mine = (
        *map(venvs.path, venvs.ENVIRONMENTS),
        image.entry(),
        console.entry(),
    )
    return 'this checkout' if entry.path in mine else 'other'


def age(seconds: float) -> str:
    """A time span in its largest unit.

    >>> age(7300)
    '2 h'
    """
    for unit, length in UNITS:
        if seconds >= length:
            return f'{seconds // length:.0f} {unit}'
    return '0 s'


def clear() -> int:
    """Remove everything that is kept, unless a lab lives on it."""
    with lock.hold('cache --clear'):
        known = record.read()
        if known is not None:
            raise errors.LabError(
                f'a lab begun from {known.checkout} uses the cache',
                'run scripts/lab down first',
            )
        freed = cache.clear()
        # One of an earlier boot.
        record.remove()
        lock.remove()
    print(f'{paths.root()}: {freed / MIB:.0f} MiB removed')
    return 0
