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
"""Child processes of an installation, which end with it."""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
import os
from pathlib import Path
import signal
import subprocess
import threading
import types
from typing import Self

from ipv6_lab import errors
from ipv6_lab import paths

# Of the caller's environment: what reaches package archives and indexes.
PASSED = ('http_proxy', 'https_proxy', 'ftp_proxy', 'no_proxy', 'all_proxy')
PATH = '/usr/sbin:/usr/bin:/sbin:/bin'
# Ends a command when this process is killed and cannot do it any more.
ORPHANED = ('setpriv', '--pdeathsig', 'TERM', '--')
GRACE = 10.0


class Commands:
    """Runs commands from several threads; leaving it ends those still on.

    Each command gets a session of its own: a Ctrl-C on the terminal
    reaches this process alone, which then ends the others in order.

    :param tell: is called with a line for the user
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._patient: dict[subprocess.Popen[bytes], str] = {}
        self._stopped = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: types.TracebackType | None,
    ) -> None:
        self.stop()

    def run(
        self,
        step: str,
        command: Sequence[str | Path],
        log: Path,
        hint: str,
        patient: bool = False,
        extra: Mapping[str, str] | None = None,
    ) -> None:
        """Run a command, its output appended to a log.

        :param step: its name, for the message
        :param hint: what to try when it fails
        :param patient: it must not be interrupted; stopping waits for it
        :param extra: additions to its environment
        :raises StepFailed: when its exit status is not 0
        :raises Stopped: when it was ended by :meth:`stop`
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        words = [str(word) for word in command]
        with log.open('a') as stream:
            stream.write(f'$ {" ".join(words)}\n')
            stream.flush()
            child = self._start(step, words, stream.fileno(), patient, extra)
            status = self._wait(child)
        if self._stopped and status:
            raise errors.Stopped(f'{step} was stopped')
        if status:
            name = Path(words[0]).name
            message = f'{name} exited with status {status}, expected 0'
            raise errors.StepFailed(step, message, log, hint=hint)

    def _start(
        self,
        step: str,
        command: Sequence[str],
        output: int,
        patient: bool,
        extra: Mapping[str, str] | None,
    ) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._stopped:
                raise errors.Stopped(f'{step} was not begun')
            child = subprocess.Popen(
                command if patient else (*ORPHANED, *command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**environment(), **(extra or {})},
                cwd='/',
                start_new_session=True,
            )
            if patient:
                self._patient[child] = step
            else:
                self._running.add(child)
        return child

    def _wait(self, child: subprocess.Popen[bytes]) -> int:
        status = child.wait()
        with self._lock:
            self._running.discard(child)
            self._patient.pop(child, None)
        return status

    def stop(self) -> None:
        """Begin no other command; end what is on, wait for the patient."""
        with self._lock:
            self._stopped = True
            running, patient = list(self._running), dict(self._patient)
        for child in running:
            _end(child)
        for child, step in patient.items():
            self._tell(f'{step}: must not be interrupted; waiting for its end')
            child.wait()


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a command and its children; by force after a while."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, number)
            child.wait(GRACE)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
        return


def environment() -> dict[str, str]:
    """What installing commands see: nothing that could lead them astray."""
    passed = {
        name: value
        for name, value in os.environ.items()
        if name.lower() in PASSED or name.startswith('PIP_')
    }
    temporary = paths.root() / 'tmp'
    temporary.mkdir(parents=True, exist_ok=True)
    return {
        **passed,
        'DEBIAN_FRONTEND': 'noninteractive',
        'HOME': '/root',
        'LC_ALL': 'C.UTF-8',
        'PATH': PATH,
        'TMPDIR': str(temporary),
    }
