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
"""Running the programs that the build needs."""

from collections.abc import Sequence
import os
from pathlib import Path
import subprocess

from ipv6_lab import errors

# A fixed moment for every file and file system, so that the same packages
# give the same image: 2024-01-01T00:00:00Z.
EPOCH = 1704067200

ENVIRONMENT = {
    'E2FSPROGS_FAKE_TIME': str(EPOCH),
    'LC_ALL': 'C.UTF-8',
    'MTOOLS_SKIP_CHECK': '1',
    'SOURCE_DATE_EPOCH': str(EPOCH),
    'TZ': 'UTC',
}


def run(
    arguments: Sequence[str | Path],
    stdin: str | None = None,
    cwd: Path | None = None,
) -> str:
    """Run a program to its end.

    :returns: what it wrote to its standard output
    :raises LabError: when it is missing or its exit status is not 0
    """
    command = [str(argument) for argument in arguments]
    try:
        done = subprocess.run(
            command,
            input=stdin,
            cwd=cwd,
            env={**os.environ, **ENVIRONMENT},
            capture_output=True,
            text=True,
            errors='replace',
        )
    except FileNotFoundError as error:
        raise errors.LabError(
            f'guest image: the program {command[0]} is missing',
            'install the packages of ipv6_lab.guest.contents.BUILD_PACKAGES',
        ) from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-3:]
        raise errors.LabError(
            f'guest image: {" ".join(command[:4])} ended with status '
            f'{done.returncode}, expected 0: {" / ".join(said)}',
            'check the disk for room and, when it fetches, that `apt-get '
            'update` works; else run the command by hand to see more',
        )
    return done.stdout
