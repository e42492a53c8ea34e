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
"""Where a run of these tools puts what it saw."""

from collections.abc import Iterator
import contextlib
import fcntl
from pathlib import Path
import shutil

from ipv6_lab import errors


@contextlib.contextmanager
def claimed(directory: Path) -> Iterator[None]:
    """Have a directory of results alone, emptied.

    :raises LabError: when another run has it
    """
    directory.parent.mkdir(parents=True, exist_ok=True)
    lock = directory.with_suffix('.lock')
    with lock.open('w') as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise errors.LabError(
                f'another run writes to {directory}',
                'wait for its end, or use another clone of the repository',
            ) from error
        shutil.rmtree(directory, ignore_errors=True)
        yield
