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
"""The lab's engine, which needs what is installed into the cache.

The command line starts with the standard library alone. Once the cloud's
virtual environment is there its packages are added to this interpreter,
which made it, and :mod:`ipv6_lab.lab` can be imported.
"""

from collections.abc import Sequence
import importlib
from pathlib import Path
import site
from typing import cast
from typing import Protocol

from ipv6_lab import cache
from ipv6_lab import errors
from ipv6_lab.install import venvs
from ipv6_lab import progress as progress_module
from ipv6_lab import record


class Engine(Protocol):
    """What :mod:`ipv6_lab.lab` does."""

    def up(self, progress: progress_module.Progress) -> None:
        """Bring the lab up."""

    def check(self, progress: progress_module.Progress) -> None:
        """See that the lab is up."""

    def vanished(self) -> bool:
        """Whether nothing runs of a lab that was up."""

    def down(self, progress: progress_module.Progress) -> None:
        """End and remove whatever there is of the lab."""

    def reset(self, progress: progress_module.Progress) -> None:
        """Bring the lab back to how it was when it came up."""

    def status(self) -> Sequence[Sequence[object]]:
        """Host, process, state, PID, up time, listeners of each process."""

    def openrc(self) -> str:
        """Shell text that exports the administrator's credentials."""

    def run(self, arguments: Sequence[str]) -> int:
        """Run a command in the controller host; its exit status."""

    def logs(self, service: str | None) -> Sequence[Path]:
        """The log files of a service, or of all."""


def load(cloud: Path) -> Engine:
    """Import the engine.

    :param cloud: the virtual environment that the lab runs from
    :raises LabError: when it is not there
    """
    if not cache.finished(cloud):
        raise errors.LabError(
            f'the lab needs the virtual environment {cloud}, which is missing',
            'run scripts/lab install',
        )
    site.addsitedir(str(venvs.site_packages(cloud)))
    return cast(Engine, importlib.import_module('ipv6_lab.lab'))


def cloud() -> Path:
    """The environment of the lab that was begun, else this checkout's.

    This checkout's, too, when that one was removed: another version of the
    engine may do better than none.
    """
    known = record.read()
    if known is not None and cache.finished(Path(known.cloud)):
        return Path(known.cloud)
    return venvs.path('cloud')


def running() -> Engine:
    """The engine of the lab that is up or coming up.

    :raises LabError: when none is
    """
    if record.read() is None:
        raise errors.LabError('no lab is up', 'run scripts/lab up')
    return load(cloud())
