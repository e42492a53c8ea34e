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
"""Installing what the lab needs: each thing once, side by side."""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Sequence
import concurrent.futures

from ipv6_lab import cache
from ipv6_lab import errors
from ipv6_lab.install import apt
from ipv6_lab.install import commands
from ipv6_lab.install import console
from ipv6_lab.install import image
from ipv6_lab.install import plugin
from ipv6_lab.install import venvs
from ipv6_lab import progress as progress_module

__all__ = ('ALL', 'complete', 'install', 'plugin_metadata')

plugin_metadata = plugin.metadata
# What a lab needs; with the others only tests of the repository run.
NEEDED = ('cloud', 'tempest')
ALL = tuple(venvs.ENVIRONMENTS)

Job = concurrent.futures.Future[None]


def complete(environments: Collection[str] = NEEDED) -> bool:
    """Whether everything that the cache should hold is there."""
    wanted = (
        *map(venvs.path, environments),
        image.entry(),
        console.entry(),
    )
    return all(cache.finished(entry) for entry in wanted)


def install(
    progress: progress_module.Progress,
    environments: Collection[str] = NEEDED,
) -> None:
    """Install what is missing; call it under the lab's lock.

    :param environments: which of :data:`venvs.ENVIRONMENTS`
    :raises LabError: what went wrong first; the rest was stopped
    """
    cache.sweep()
    try:
        _install(progress, environments)
    finally:
        cache.sweep()


def _install(
    progress: progress_module.Progress, environments: Collection[str]
) -> None:
    pool = concurrent.futures.ThreadPoolExecutor(len(environments) + 3)
    # Left in reverse: the commands are ended before the pool waits.
    with pool, commands.Commands(progress.note) as running:
        tests = not set(environments) <= set(NEEDED)
        packages = pool.submit(apt.ensure, progress, running, tests)
        jobs = [
            packages,
            *(
                pool.submit(
                    venvs.ensure, name, progress, running, packages.result
                )
                for name in environments
            ),
            *(
                pool.submit(_after, packages.result, make, progress, running)
                for make in (image.ensure, console.ensure)
            ),
        ]
        _finish(jobs)


def _after(
    first: Callable[[], None],
    then: Callable[[progress_module.Progress, commands.Commands], None],
    progress: progress_module.Progress,
    running: commands.Commands,
) -> None:
    first()
    then(progress, running)


def _finish(jobs: Sequence[Job]) -> None:
    """Wait for every job; raise the first failure as soon as it happens."""
    done, _ = concurrent.futures.wait(
        jobs, return_when=concurrent.futures.FIRST_EXCEPTION
    )
    failures = [
        error for job in jobs if job in done and (error := job.exception())
    ]
    for error in failures:
        if not isinstance(error, errors.Stopped):
            raise error
