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
"""Debian packages: those that are missing, without starting services."""

from collections.abc import Sequence
import itertools
from pathlib import Path
import subprocess
import time

from ipv6_lab import errors
from ipv6_lab.guest import contents
from ipv6_lab.install import commands
from ipv6_lab.install import requirements
from ipv6_lab import paths
from ipv6_lab import progress as progress_module

STEP = 'Debian packages'
LOCK_DEADLINE = 300.0
LOCK_INTERVAL = 2.0
LOCKED = 'Could not get lock'
LISTS = Path('/var/lib/apt/lists')
# Maintainer scripts find these on dpkg's PATH. Nothing that they are asked
# for shall happen on this machine: the lab starts its services itself, in
# its own namespaces, and none shall come up at the next boot.
SHIMMED = (
    'deb-systemd-helper',
    'deb-systemd-invoke',
    'invoke-rc.d',
    'update-rc.d',
)
HINT = (
    'check that `apt-get update` works on this machine (sources, network, '
    'proxy, disk), then run the command again'
)


def wanted(tests: bool = False) -> list[str]:
    """The names of the packages that the lab runs on and is made with.

    :param tests: and of those that tests of the repository need
    """
    lists = ('packages.txt', *(('test-packages.txt',) if tests else ()))
    names = (requirements.lines(requirements.DIRECTORY / one) for one in lists)
    return sorted({*itertools.chain(*names), *contents.BUILD_PACKAGES})


def missing(names: Sequence[str]) -> list[str]:
    """Those of the packages that are not installed."""
    query = subprocess.run(
        (
            'dpkg-query',
            '--show',
            '--showformat=${Package} ${db:Status-Status}\n',
            *names,
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # it complains of each unknown name
        text=True,
    )
    rows = (line.split() for line in query.stdout.splitlines())
    installed = {row[0] for row in rows if row[1:] == ['installed']}
    return [name for name in names if name not in installed]


def version(name: str) -> str:
    """The version of a package that is installed; else an empty word."""
    query = subprocess.run(
        ('dpkg-query', '--show', '--showformat=${Version}', name),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # it complains of an unknown name
        text=True,
    )
    return query.stdout


def ensure(
    progress: progress_module.Progress,
    running: commands.Commands,
    tests: bool = False,
) -> None:
    """Install what is missing.

    :param tests: as for :func:`wanted`
    :raises StepFailed: when apt cannot, with the end of its log
    """
    with progress.step(STEP) as step:
        lacking = missing(wanted(tests))
        installation = Installation(running, lacking)
        if lacking:
            installation.run()
            return
        step.outcome = 'kept'
        if not has_lists():
            # The guest's own packages are fetched later.
            installation.update()


class Installation:
    """One run of apt for a number of packages."""

    def __init__(
        self, running: commands.Commands, packages: Sequence[str]
    ) -> None:
        self._running = running
        self._packages = packages
        self._log = paths.logs() / 'apt.log'

    def run(self) -> None:
        """Fetch, then install; only fetching may be interrupted.

        :raises StepFailed: when apt fails
        """
        self._log.unlink(missing_ok=True)
        self._fetch()
        shims = make_shims(paths.root() / 'tmp' / 'shims')
        path = f'DPkg::Path={shims}:{commands.PATH}'
        self._apt('-o', path, *self._install(), patient=True)
        left = missing(self._packages)
        if left:
            message = f'still not installed: {", ".join(left)}'
            raise errors.StepFailed(STEP, message, self._log, hint=HINT)

    def update(self) -> None:
        """Renew what apt knows of the archive.

        :raises StepFailed: when apt fails
        """
        self._apt('update')

    def _fetch(self) -> None:
        updated = not has_lists()
        if updated:
            self.update()
        try:
            self._apt('--download-only', *self._install())
        except errors.Stopped:
            raise
        except errors.StepFailed:
            if updated:
                raise
            # The lists may be older than what the archive still has.
            self._apt('update')
            self._apt('--download-only', *self._install())

    def _install(self) -> tuple[str, ...]:
        options = ('--yes', '--no-install-recommends', '--no-remove')
        return ('install', *options, *self._packages)

    def _apt(self, *arguments: str, patient: bool = False) -> None:
        """Run apt-get, again and again while another one holds its lock.

        :raises LabError: when it holds it for too long
        """
        ends = time.monotonic() + LOCK_DEADLINE
        while not self._attempt(('apt-get', '-q', *arguments), patient):
            if time.monotonic() >= ends:
                raise errors.LabError(
                    'another program has kept the lock of apt for '
                    f'{LOCK_DEADLINE:.0f} s',
                    'wait for its end (`ps aux | grep -E "apt|dpkg"` shows '
                    'it), then run the command again',
                )
            time.sleep(LOCK_INTERVAL)

    def _attempt(self, command: Sequence[str], patient: bool) -> bool:
        """Whether apt got its lock; any other failure is raised."""
        begun = size(self._log)
        try:
            self._running.run(STEP, command, self._log, HINT, patient=patient)
        except errors.StepFailed:
            if LOCKED in said(self._log, begun):
                return False
            raise
        return True


def has_lists() -> bool:
    """Whether this machine ever fetched lists of packages."""
    return any(LISTS.glob('*Packages*'))


def make_shims(where: Path) -> Path:
    """A directory of commands that do nothing and succeed."""
    where.mkdir(parents=True, exist_ok=True)
    for name in SHIMMED:
        link = where / name
        link.unlink(missing_ok=True)
        link.symlink_to('/bin/true')
    return where


def size(log: Path) -> int:
    """Its length in bytes; 0 when it is not there."""
    return log.stat().st_size if log.exists() else 0


def said(log: Path, begun: int) -> str:
    """What a log says after a position."""
    with log.open('rb') as stream:
        stream.seek(begun)
        return stream.read().decode(errors='replace')
