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
"""What is known of the lab that is up: one small file beside its state.

It is written before the lab is begun and removed after it is gone, so a
lab whose `up` was killed is told from one that is up.
"""

import dataclasses
import json
import os
from pathlib import Path

from ipv6_lab import errors
from ipv6_lab import paths

STARTING = 'starting'
UP = 'up'


@dataclasses.dataclass(frozen=True)
class Record:
    """A lab that was begun on this machine since it was booted.

    :param phase: ``starting`` or ``up``
    :param cloud: the virtual environment that it runs from
    :param checkout: the checkout whose ``scripts/lab`` began it
    """

    phase: str
    cloud: str
    checkout: str
    boot: str


def path() -> Path:
    """The file."""
    return paths.root() / 'lab.json'


def boot() -> str:
    """The kernel's word for this boot: a lab does not outlive it."""
    return Path('/proc/sys/kernel/random/boot_id').read_text().strip()


def write(phase: str, cloud: Path) -> None:
    """Say that a lab is in this phase."""
    record = Record(phase, str(cloud), str(paths.CHECKOUT), boot())
    _new().write_text(json.dumps(dataclasses.asdict(record), indent=1))
    os.replace(_new(), path())


def _new() -> Path:
    return path().with_suffix('.new')


def read() -> Record | None:
    """The lab that is up or was begun; none after a reboot.

    :raises LabError: when the file is damaged
    """
    try:
        text = path().read_text()
    except FileNotFoundError:
        return None
    try:
        record = Record(**json.loads(text))
    except (ValueError, TypeError) as error:
        raise errors.LabError(
            f'{path()} should hold what the lab wrote about itself; '
            f'seen: {text[:60]!r}',
            f'remove it, then run scripts/lab down; ({error})',
        ) from error
    return record if record.boot == boot() else None


def remove() -> None:
    """Say that no lab is up."""
    path().unlink(missing_ok=True)
    _new().unlink(missing_ok=True)
