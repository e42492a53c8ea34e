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
"""The guest image, made from Debian packages by :mod:`ipv6_lab.guest`."""

import functools
from pathlib import Path
import sys

from ipv6_lab import cache
from ipv6_lab.guest import recipe
from ipv6_lab.install import commands
from ipv6_lab import paths
from ipv6_lab import progress as progress_module

STEP = 'guest image'
NAME = 'guest.qcow2'
HINT = (
    'check that `apt-get update` works on this machine and that its disk has '
    'room, then run the command again'
)


def entry() -> Path:
    """The cache's entry for this checkout's recipe."""
    return cache.place('images', _key())


@functools.cache
def _key() -> str:
    """Digested once: a file edited meanwhile must not move the image."""
    return recipe.recipe_key()


def path() -> Path:
    """Where the image is, or would be."""
    return entry() / NAME


def ensure(
    progress: progress_module.Progress, running: commands.Commands
) -> None:
    """Make the image unless it is there.

    :raises StepFailed: when it cannot be built, with the end of the log
    """

    def build(directory: Path) -> None:
        # A process of its own, so that an interrupted installation can
        # end it.
        module = (sys.executable, '-B', '-m', 'ipv6_lab.guest')
        log.unlink(missing_ok=True)
        running.run(
            STEP,
            (*module, directory / NAME, paths.downloads() / 'guest'),
            log,
            HINT,
            extra={'PYTHONPATH': str(paths.CHECKOUT)},
        )

    log = paths.logs() / 'guest-image.log'
    with progress.step(STEP) as step:
        if not cache.make(entry(), build):
            step.outcome = 'kept'
