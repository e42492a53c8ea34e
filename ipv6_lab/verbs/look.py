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
"""status, openrc, logs and run: what looks at a lab that is up."""

import argparse
from collections.abc import Iterator
from collections.abc import Sequence
import os
from pathlib import Path
import sys

from ipv6_lab import cache
from ipv6_lab import errors
from ipv6_lab import install as installation
from ipv6_lab.install import venvs
from ipv6_lab import loader

HEADINGS = ('HOST', 'PROCESS', 'STATE', 'PID', 'UP', 'LISTENS')
RUNNING = 'RUNNING'


def status(arguments: argparse.Namespace) -> int:
    """Print a row per process; 1 when one of them does not run."""
    rows = [[str(cell) for cell in row] for row in loader.running().status()]
    for line in table([list(HEADINGS), *rows]):
        print(line)
    return 0 if all(row[2] == RUNNING for row in rows) else 1


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows as lines with aligned columns."""
    widths = [
        max(len(cell) for cell in column) for column in zip(*rows, strict=True)
    ]
    for row in rows:
        cells = zip(row, widths, strict=True)
        yield '  '.join(f'{cell:<{width}}' for cell, width in cells).rstrip()


def openrc(arguments: argparse.Namespace) -> int:
    """Print what a shell needs to speak to the cloud as administrator."""
    print(loader.running().openrc().rstrip('\n'))
    return 0


def logs(arguments: argparse.Namespace) -> int:
    """Become tail(1) on a service's log files."""
    # Logs outlive their lab: they tell why it did not come up.
    lab = loader.load(loader.cloud())
    files = lab.logs(arguments.service)
    if not files:
        raise _no_logs(arguments.service, lab.logs(None))
    follow = ('--follow=name', '--retry') if arguments.follow else ()
    count = f'--lines={arguments.lines}'
    names = (str(file) for file in files)
    sys.stdout.flush()
    os.execvp('tail', ('tail', '--verbose', count, *follow, '--', *names))


def _no_logs(service: str | None, files: Sequence[Path]) -> errors.LabError:
    """Which names there are, when one is not among them.

    :param files: every log
    """
    if not files:
        return errors.LabError('no logs of the lab yet', 'run scripts/lab up')
    names = ', '.join(sorted({path.stem for path in files}))
    return errors.LabError(
        f'expected the name of a service that has a log, seen {service!r}',
        f'choose one of {names}',
    )


def run(arguments: argparse.Namespace) -> int:
    """Run a command in the controller host; its exit status is ours."""
    lab = loader.running()
    tempest = venvs.path('tempest')
    if not cache.finished(tempest):
        raise errors.LabError(
            f'commands need the virtual environment {tempest}, which is '
            'missing',
            'run scripts/lab install',
        )
    installation.plugin_metadata()
    return lab.run(arguments.command)
