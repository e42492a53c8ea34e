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
"""One command at a time changes the lab or its cache."""

from collections.abc import Iterator
import contextlib
import fcntl
import os
from pathlib import Path
from typing import IO

from ipv6_lab import errors
from ipv6_lab import paths


def path() -> Path:
    """The file that is locked; it holds the holder's command and number."""
    return paths.root() / 'lock'


@contextlib.contextmanager
def hold(command: str) -> Iterator[None]:
    """Hold the lab's lock.

    The lock is a POSIX record lock: it belongs to this process alone, so
    that a service started meanwhile cannot keep it, and it goes with the
    process, however that ends.

    :param command: what the holder does, for the other's message
    :raises LabError: when another command holds it
    """
    path().parent.mkdir(parents=True, exist_ok=True)
    with _locked(command) as stream:
        stream.truncate(0)
        stream.write(f'{command} (process {os.getpid()})')
        stream.flush()
        yield


def _locked(command: str) -> IO[str]:
    """The file, open and locked.

    Its last holder may have removed it after it was opened here; whoever
    comes next would then lock another.
    """
    while True:
        stream = path().open('a+')
        try:
            fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_there(stream):
                return stream
        except (BlockingIOError, PermissionError) as error:
            stream.close()
            raise _held(command, stream.name) from error
        stream.close()


def _is_there(stream: IO[str]) -> bool:
    try:
        return os.path.samestat(os.fstat(stream.fileno()), path().stat())
    except FileNotFoundError:
        return False


def remove() -> None:
    """Remove the file; only its holder may, as the last thing it does."""
    path().unlink()


def _held(command: str, name: str) -> errors.LabError:
    holder = Path(name).read_text() or 'another command'
    return errors.LabError(
        f'cannot {command}: `scripts/lab {holder}` is under way',
        'wait for its end, or interrupt it',
    )
