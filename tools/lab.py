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
"""The lab as scripts/test uses it: up beside other work, down at the end."""

from concurrent import futures
import os
from pathlib import Path
import sys
import types
from typing import Self

from ipv6_lab import errors
from ipv6_lab.install import venvs
from ipv6_lab import paths
from ipv6_lab import places
from ipv6_lab import progress
from ipv6_lab import record
from ipv6_lab import signals
from tools import checks
from tools import parts
from tools import totals

COMMAND = str(checks.ROOT / 'scripts' / 'lab')
# What a user would type.
TEMPEST = (COMMAND, 'run', '--', 'tempest', 'run', '--regex', 'ipv6')
# Our own tests alone: the same regular expression finds some of upstream's.
PLUGIN = (*TEMPEST[:-1], r'^ipv6_tempest_plugin\.tests\.')
# Those that boot guests take three times as long as all the others.
QUICK = (*TEMPEST[:-1], rf'{PLUGIN[-1]}(underlay|overlay\.api)\.')
# Writes what no lab may change of the machine into the file that it is given.
MACHINE = (sys.executable, '-B', '-m', 'tests.lab.machine')
#: names that file to the tests that compare
MACHINE_BEFORE = 'LAB_MACHINE_BEFORE'


def part(verb: str, logs: Path) -> parts.Part:
    """The part of a run that a command of scripts/lab is."""
    return parts.Part(f'lab {verb}', (COMMAND, verb), logs / f'{verb}.log')


def keep_caches() -> None:
    """Let libraries cache things with the lab's, not in root's home."""
    os.environ['XDG_CACHE_HOME'] = str(paths.root() / 'tmp' / 'xdg')


def workspace(directory: Path) -> Path:
    """Make a directory that `tempest run` takes for a workspace.

    Not by `tempest init`, which also writes to the home directory.
    """
    package = venvs.site_packages(places.venv('tempest')) / 'tempest'
    directory.mkdir(parents=True)
    (directory / '.stestr.conf').write_text(
        '[DEFAULT]\n'
        f'test_path={package / "test_discover"}\n'
        f'top_dir={package}\n'
        r'group_regex=([^\.]*\.)*'
        '\n'
    )
    return directory


def of_before() -> record.Record | None:
    """The lab that is up already, if one is.

    :raises LabError: when this checkout cannot use it: it is somebody's, and
        what cannot come up is taken down
    """
    known = record.read()
    if known is None or known.phase != record.UP:
        return None
    if known.cloud != str(places.venv('cloud')):
        raise errors.LabError(
            f'a lab made from other requirements is up, by {known.checkout}',
            'run scripts/lab down when nobody needs it, then this again',
        )
    return known


class Lab:
    """Comes up in the background once started, goes down on leaving.

    :param logs: the directory for the logs of both
    :param keep: leave it up, unless it never came up or we are interrupted
    """

    def __init__(
        self, logs: Path, lines: progress.Progress, keep: bool = False
    ) -> None:
        self._lines = lines
        self._keep = keep
        self._up = parts.Command(part('up', logs))
        self._down = part('down', logs)
        self._executor = futures.ThreadPoolExecutor(1)
        #: what taking the lab down came to, once it is left
        self.down = totals.Totals()

    def __enter__(self) -> Self:
        return self

    def start(self) -> None:
        """Begin to bring the lab up."""
        self._up.start()
        self._coming = self._executor.submit(
            parts.report, self._up, self._lines
        )

    def up(self) -> totals.Totals:
        """Wait until the lab is up or has failed to come up."""
        return self._coming.result()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: types.TracebackType | None,
    ) -> None:
        # A second Ctrl-C must not leave half a lab behind.
        with signals.deferred():
            self._up.stop()
            self._executor.shutdown()
            if self._keep and kind is None and not self.up().failed:
                self._lines.note('the lab stays up; scripts/lab down ends it')
            else:
                self.down = parts.run(self._down, self._lines)
