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
"""A host of the lab: an init in namespaces of its own.

The init is supervisord, which starts, watches and reaps; when it ends, the
kernel ends every process of its PID namespace, and with the last of them
the other namespaces, mounts and links go. Nothing has to be undone.
"""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import contextlib
import dataclasses
import os
from pathlib import Path
import shutil
import signal
import subprocess

from ipv6_lab import errors
from ipv6_lab import inventory
from ipv6_lab import paths
from ipv6_lab import places
from ipv6_lab import waiting

KINDS = ('mount', 'net', 'uts', 'ipc', 'pid')
SOCKET = '/run/supervisor.sock'
# States of a process that nobody has waited for yet (proc(5), stat).
ENDED = ('Z', 'X')
HINT = 'see its log; scripts/lab up --keep leaves the rest running'


@dataclasses.dataclass(frozen=True)
class Running:
    """A host that is up.

    Each way into it raises LabError once its init has ended: the number may
    be that of a process of the machine by then.

    :param pid: its init's number outside of its PID namespace
    :param born: when its init was started, in clock ticks since the boot
    """

    name: str
    pid: int
    born: int

    def _proc(self) -> Path:
        place = Path(f'/proc/{self.pid}')
        if self.born < 0 or born(place) != self.born:
            raise errors.LabError(
                f'host {self.name} has ended (its init was {self.pid})',
                'see why: scripts/lab logs supervisord; then scripts/lab down',
            )
        return place

    def namespace(self, kind: str) -> str:
        """The path of one of its namespaces (``net``, ``mnt``, ...)."""
        return str(self._proc() / 'ns' / kind)

    def path(self, inside: str) -> Path:
        """A path of the host's file system as seen from outside."""
        return Path(f'{self._proc()}/root{inside}')

    def command(
        self, arguments: Sequence[str], directory: Path = Path('/')
    ) -> list[str]:
        """The command line that runs a command inside the host.

        :param directory: where, as seen inside
        """
        options = [f'--{kind}' for kind in KINDS]
        pid = self._proc().name
        target = ['nsenter', '--target', pid, *options]
        return [*target, f'--wdns={directory}', '--', *arguments]

    @contextlib.contextmanager
    def network(self) -> Iterator[None]:
        """Have this thread, and those it starts, in the host's network."""
        from pyroute2 import netns

        netns.pushns(self.namespace('net'))
        try:
            yield
        finally:
            netns.popns()

    def run(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str] | None = None,
        log: Path | None = None,
        directory: Path = Path('/'),
        timeout: float = 600,
    ) -> str:
        """Run a command inside the host and return its output.

        :param log: where its output is appended
        :param directory: where it runs, as seen inside
        :param timeout: seconds
        :raises LabError: when it takes longer
        :raises StepFailed: when it exits with another status than 0
        """
        try:
            result = subprocess.run(
                self.command(arguments, directory),
                env=None if environment is None else dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=timeout,
            )
        except subprocess.TimeoutExpired as late:
            message = f'`{" ".join(arguments)}` took over {timeout:.0f} s'
            raise errors.LabError(
                f'{message} on {self.name}',
                'see with top(1) whether the machine is short of processor '
                'or memory',
            ) from late
        if log is not None:
            with log.open('a') as stream:
                stream.write(f'$ {" ".join(arguments)}\n{result.stdout}')
        if result.returncode:
            raise failed(self.name, arguments, result, log)
        return result.stdout


def failed(
    host: str,
    arguments: Sequence[str],
    result: subprocess.CompletedProcess[str],
    log: Path | None,
) -> errors.LabError:
    """What to raise when a command inside a host failed."""
    name = Path(arguments[0]).name
    if log is not None:
        message = f'exited with status {result.returncode}'
        return errors.StepFailed(
            name,
            f'{message} on {host}, expected 0',
            log,
            hint=HINT,
        )
    last = result.stdout.strip().rpartition('\n')[2]
    message = f'`{" ".join(arguments)}` exited with {result.returncode}'
    return errors.LabError(
        f'{message} on {host}: {last}',
        'see with scripts/lab status and scripts/lab logs what that host does',
    )


def directory(name: str) -> Path:
    """What a host writes, on the machine's disk, while it is up."""
    return paths.state() / name


def log_directory(name: str) -> Path:
    """Where a host's logs lie; they stay when the lab goes."""
    return paths.logs() / name


def identifier(name: str) -> str:
    """What tells this lab's init among those of the same root directory."""
    return f'ipv6-lab-{name}@{paths.root()}'


def find() -> dict[str, Running]:
    """The hosts of this lab that are up, asked of the kernel."""
    wanted = {identifier(host.name): host.name for host in inventory.HOSTS}
    found = {}
    for entry in Path('/proc').glob('[0-9]*'):
        words = _words(entry / 'cmdline')
        for word in words:
            name = wanted.get(word)
            # The launcher waits outside; the init is 1 in its namespace.
            if name and _is_init(entry) and _in_our_root(entry):
                host = Running(name, int(entry.name), born(entry))
                if host.born >= 0:
                    found[name] = host
    return found


def leftovers() -> list[int]:
    """Every process of this lab: inits, launchers, half-started ones."""
    wanted = {identifier(host.name) for host in inventory.HOSTS}
    return [
        int(entry.name)
        for entry in Path('/proc').glob('[0-9]*')
        if wanted & set(_words(entry / 'cmdline')) and _in_our_root(entry)
    ]


def _in_our_root(entry: Path) -> bool:
    """Whether paths mean the same to a process as here.

    A lab in another root (a container's) has a cache of the same path.
    """
    try:
        return os.path.samefile(entry / 'root', '/')
    except OSError:  # it ended meanwhile
        return False


def _words(path: Path) -> list[str]:
    try:
        text = path.read_text(errors='replace')
    except OSError:  # it ended meanwhile
        return []
    # A process that has named itself has blanks there.
    return text.replace('\0', ' ').split()


def born(entry: Path) -> int:
    """The start of a process (proc(5), stat, starttime); -1 once it ended."""
    try:
        text = (entry / 'stat').read_text()
    except OSError:
        return -1
    fields = text.rpartition(')')[2].split()
    return -1 if fields[0] in ENDED else int(fields[19])


def _is_init(entry: Path) -> bool:
    try:
        status = (entry / 'status').read_text()
    except OSError:
        return False
    numbers = next(
        line.split()[1:]
        for line in status.splitlines()
        if line.startswith('NSpid:')
    )
    supervised = 'ipv6_lab.nursery' in _words(entry / 'cmdline')
    return len(numbers) > 1 and numbers[-1] == '1' and supervised


def start(host: inventory.Host, deadline: float = 20) -> Running:
    """Make a host and wait until its supervisor answers.

    :param deadline: seconds
    :raises StepFailed: when its init does not come up
    """
    directory(host.name).mkdir(parents=True, exist_ok=True)
    logs = log_directory(host.name)
    # Logs of an earlier life would pass for this one's.
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir(parents=True)
    log = logs / 'init.log'
    with log.open('w') as stream:
        launcher = subprocess.Popen(
            _launch_command(host),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=_environment(),
            cwd='/',
        )

    def running() -> Running | None:
        if launcher.poll() is not None:
            status = launcher.returncode
            message = f'its init ended with status {status}'
            raise errors.StepFailed(
                f'host {host.name}', message, log, hint=HINT
            )
        found = find().get(host.name)
        return found if found and found.path(SOCKET).exists() else None

    return waiting.wait_for(
        running,
        f'the supervisor of host {host.name}',
        deadline,
        log=lambda name: log,
        hint=HINT,
    )


def _launch_command(host: inventory.Host) -> list[str]:
    return [
        'unshare',
        *(f'--{kind}' for kind in KINDS),
        '--fork',
        '--kill-child=KILL',
        '--mount-proc',
        str(places.venv('cloud') / 'bin/python'),
        '-m',
        'ipv6_lab.hostinit',
        host.name,
        identifier(host.name),
        str(directory(host.name)),
        str(log_directory(host.name)),
    ]


def _environment() -> dict[str, str]:
    keep = {
        name: os.environ[name]
        for name in (paths.VARIABLE, 'PYTHONPYCACHEPREFIX')
        if name in os.environ
    }
    return {
        'PATH': '/usr/sbin:/usr/bin:/sbin:/bin',
        'LANG': 'C.UTF-8',
        'HOME': '/root',
        'PYTHONPATH': str(paths.CHECKOUT),
        **keep,
    }


def _is_there(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError):  # another command began it
        os.waitpid(pid, os.WNOHANG)
    return Path(f'/proc/{pid}').exists()


def stop_all(deadline: float = 20) -> int:
    """End every host; the kernel takes down what is in them.

    :returns: how many processes were ended by hand
    :raises LabError: when one of them outlives the deadline (seconds)
    """
    pids = leftovers()
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:  # it went with its launcher
            continue

    def ended() -> bool:
        # An init stays until the last process of its namespace is reaped;
        # its command line goes before.
        there = [pid for pid in pids if _is_there(pid)]
        if there or leftovers():
            raise waiting.NotReady(f'still there: {there}')
        return True

    waiting.wait_for(
        ended,
        'the end of every host',
        deadline,
        hint='see with `cat /proc/PID/stack` what keeps them, then run '
        'scripts/lab down again',
    )
    return len(pids)
