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
"""up, down, reset and install: what changes the machine."""

import argparse
from collections.abc import Callable
from pathlib import Path

from ipv6_lab import cache
from ipv6_lab import errors
from ipv6_lab import install as installation
from ipv6_lab.install import venvs
from ipv6_lab import kernel
from ipv6_lab import loader
from ipv6_lab import lock
from ipv6_lab import paths
from ipv6_lab import preflight
from ipv6_lab import progress as progress_module
from ipv6_lab import record
from ipv6_lab import signals

Begin = Callable[[progress_module.Progress], None]


def up(arguments: argparse.Namespace) -> int:
    """Install what is missing and bring the lab up."""
    progress = progress_module.Progress(quiet=arguments.quiet)
    with lock.hold('up'):
        known = record.read()
        if known is not None and known.phase == record.UP:
            known = _unless_it_vanished(known, progress)
        if known is not None and known.phase == record.UP:
            _see_that_it_is_up(known, progress)
        else:
            _begin(progress, keep=arguments.keep)
    progress.total('the lab is up')
    return 0


def _unless_it_vanished(
    known: record.Record, progress: progress_module.Progress
) -> record.Record | None:
    """Forget a lab of which no process is left.

    A machine that was restored from a picture of its disk, or a container
    that was begun again, has the same boot and none of the processes.
    """
    lab = loader.load(loader.cloud())
    if not lab.vanished():
        return known
    progress.note('every process of the lab that was up has ended')
    with signals.deferred():
        _remove(lab, progress)
    return None


def _same_environment(known: record.Record | None) -> Path:
    """This checkout's environment, if the lab that is up runs from it.

    :raises LabError: when it runs from another one
    """
    cloud = venvs.path('cloud')
    if known is not None and known.cloud != str(cloud):
        raise errors.LabError(
            f'a lab made from other requirements is up, by {known.checkout}',
            'run scripts/lab down, then scripts/lab up',
        )
    return cloud


def _see_that_it_is_up(
    known: record.Record, progress: progress_module.Progress
) -> None:
    cloud = _same_environment(known)
    installation.install(progress)
    loader.load(cloud).check(progress)


def _begin(progress: progress_module.Progress, keep: bool) -> None:
    preflight.before_up(installation.complete(), progress)
    later = kernel.untested()
    installation.install(progress)
    if later:
        preflight.before_up(True, progress)
    cloud = venvs.path('cloud')
    lab = loader.load(cloud)
    record.write(record.STARTING, cloud)
    _whole_or_not_at_all(lab, lab.up, progress, keep)
    record.write(record.UP, cloud)


def _whole_or_not_at_all(
    lab: loader.Engine,
    begin: Begin,
    progress: progress_module.Progress,
    keep: bool = False,
) -> None:
    """Take the lab down again when bringing it up does not succeed.

    :param keep: leave what a failure left, to be looked at
    """
    try:
        begin(progress)
    except BaseException as failure:
        if keep and isinstance(failure, Exception):
            progress.note('kept as it is; scripts/lab down removes it')
            raise
        with signals.deferred():
            try:
                _remove(lab, progress)
            except errors.LabError as another:
                # The first failure is the one that tells the cause.
                progress.note(f'ipv6-lab: it cannot be taken down: {another}')
        raise


def _remove(lab: loader.Engine, progress: progress_module.Progress) -> None:
    lab.down(progress)
    record.remove()


def down(arguments: argparse.Namespace) -> int:
    """End the lab and remove what there is of it, caches and logs apart."""
    progress = progress_module.Progress(quiet=arguments.quiet)
    with lock.hold('down'):
        cloud = loader.cloud()
        if record.read() is None and not _anything_left(cloud):
            progress.note('no lab is up')
            return 0
        with signals.deferred():
            _remove(loader.load(cloud), progress)
    progress.total('the lab is down')
    return 0


def _anything_left(cloud: Path) -> bool:
    """Whether something may be there that no record tells of."""
    return paths.state().exists() or cache.finished(cloud)


def reset(arguments: argparse.Namespace) -> int:
    """Bring the lab back to how it was when it came up."""
    progress = progress_module.Progress(quiet=arguments.quiet)
    with lock.hold('reset'):
        lab = loader.running()
        cloud = _rebuildable()
        record.write(record.STARTING, cloud)
        _whole_or_not_at_all(lab, lab.reset, progress)
        record.write(record.UP, cloud)
    progress.total('the lab is reset')
    return 0


def _rebuildable() -> Path:
    """The environment that the lab is made from again once it is down.

    :raises LabError: when that would fail, and the lab be lost
    """
    cloud = _same_environment(record.read())
    if not installation.complete():
        raise errors.LabError(
            'expected all that a new start needs to be installed, seen some '
            'of it missing; the lab stays up',
            'run scripts/lab install, then scripts/lab reset',
        )
    return cloud


def install(arguments: argparse.Namespace) -> int:
    """Install what is missing, and no more."""
    progress = progress_module.Progress(quiet=arguments.quiet)
    with lock.hold('install'):
        preflight.before_install(installation.complete(installation.ALL))
        installation.install(progress, installation.ALL)
    progress.total('installed')
    return 0
