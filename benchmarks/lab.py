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
"""How long the lab takes to come up, and what it takes of the machine.

``python -m benchmarks.lab`` takes the lab down and up again some times and
prints medians, and how long a guest takes that is switched on beside no lab.
It exits 1 when a median misses its bound. With ``--fresh`` it also installs
everything but Debian's packages into an empty cache, each time, which takes
minutes. Of the machine's cache it removes the state that this checkout keeps
of its cloud, and no other's.
"""

import argparse
from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import dataclasses
import os
from pathlib import Path
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from ipv6_lab import building
from ipv6_lab import errors
from ipv6_lab import hosts
from ipv6_lab import paths
from ipv6_lab import places
from ipv6_lab import signals
from tools import complaints
from tools import lab
from tools import parts

CACHES = '/var/cache'
FRESH = (
    'fresh to ready: downloads and builds virtual environments, guest image '
    "and cloud. Debian's packages stay as they are: what they take is the "
    'line `Debian packages` of scripts/lab install on a machine without them.'
)


@dataclasses.dataclass(frozen=True)
class Measure:
    """Something that was measured some times.

    :param unit: of the samples and the bound
    :param bound: what the median must not exceed
    """

    name: str
    unit: str
    bound: float
    samples: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle sample."""
        return statistics.median(self.samples)

    @property
    def kept(self) -> bool:
        """Whether the median keeps to its bound."""
        return self.median <= self.bound


def call(*arguments: str) -> float:
    """Run scripts/lab and return the seconds that it took.

    :raises CalledProcessError: when it fails; it has said why
    """
    begun = time.monotonic()
    run(lab.COMMAND, *arguments, '--quiet')
    return time.monotonic() - begun


def run(*command: str, log: Path | None = None) -> None:
    """Run a command; when a signal comes it may clean up before it ends.

    :param log: takes its output; else the screen does
    :raises CalledProcessError: when it fails; it has said why
    """
    code = parts.execute(parts.Part(command[0], command, log, limit=None))
    if code:
        raise subprocess.CalledProcessError(code, command)


def empty_start() -> float:
    """Seconds from "installed, never up" to ready."""
    call('down')
    if building.kept().exists():
        shutil.rmtree(building.kept())
    return call('up')


def warm_start() -> float:
    """Seconds from "was up before" to ready."""
    call('down')
    return call('up')


def second_up() -> float:
    """Seconds to find that the lab is up."""
    return call('up')


def memory() -> float:
    """MiB of proportional set size of all that runs in the hosts."""
    namespaces = {
        os.readlink(host.namespace('pid')) for host in hosts.find().values()
    }
    return sum(
        proportional(entry)
        for entry in Path('/proc').glob('[0-9]*')
        if namespace(entry) in namespaces
    )


def namespace(entry: Path) -> str:
    """A process's PID namespace; empty when it has gone."""
    try:
        return os.readlink(entry / 'ns/pid')
    except OSError:
        return ''


def proportional(entry: Path) -> float:
    """A process's share of the memory that it maps, in MiB."""
    try:
        text = (entry / 'smaps_rollup').read_text()
    except OSError:  # it has gone, or has no memory of its own
        return 0
    line = next(row for row in text.splitlines() if row.startswith('Pss:'))
    return int(line.split()[1]) / 1024


def guest() -> float:
    """Seconds from a guest's power-on to a login by ssh, beside no lab."""
    python = str(places.venv('tempest') / 'bin' / 'python')
    image = str(places.guest_image())
    with tempfile.TemporaryDirectory() as place:
        log = Path(place, 'log')
        run(python, '-B', '-m', 'tests.lab.poweron', image, log=log)
        return float(errors.tail(log, 1)[0])


def fresh_start() -> float:
    """Seconds from an empty cache to ready, in a cache of its own."""
    with tempfile.TemporaryDirectory(dir=CACHES) as place, cache_in(place):
        try:
            return call('up')
        finally:
            # Whatever came of it, the directory can go then.
            with signals.deferred():
                call('down')


@contextlib.contextmanager
def cache_in(place: str) -> Iterator[None]:
    """Have the lab use another cache directory."""
    before = os.environ.get(paths.VARIABLE, '')
    os.environ[paths.VARIABLE] = place
    try:
        yield
    finally:
        os.environ[paths.VARIABLE] = before


def repeat(action: Callable[[], float], times: int) -> tuple[float, ...]:
    """The samples of some runs."""
    return tuple(action() for _ in range(times))


def measures(times: int) -> list[Measure]:
    """Every measure; the lab is down before the first, up after the others."""
    call('down')
    return [
        Measure('guest to ssh', 's', 6, repeat(guest, times)),
        Measure('empty to ready', 's', 60, repeat(empty_start, times)),
        Measure('warm start', 's', 30, repeat(warm_start, times)),
        Measure('second up', 's', 3, repeat(second_up, times)),
        Measure('memory, idle', 'MiB', 6144, repeat(memory, times)),
    ]


def table(rows: list[Measure]) -> str:
    """The measures as lines with aligned columns."""
    lines = [f'{"measure":<18} {"median":>10} {"bound":>10}  samples']
    for row in rows:
        samples = ' '.join(f'{sample:.1f}' for sample in row.samples)
        lines.append(
            f'{row.name:<18} {row.median:>6.1f} {row.unit:<3} '
            f'{row.bound:>6.0f} {row.unit:<3}  {samples}'
        )
    return '\n'.join(lines)


def main(arguments: list[str]) -> int:
    """Measure, print, and say by the exit code whether bounds were kept."""
    parser = argparse.ArgumentParser(prog='scripts/bench lab')
    parser.add_argument('--runs', type=int, default=3, help='at least 3')
    parser.add_argument(
        '--fresh',
        action='store_true',
        help='also from an empty cache: what up downloads and builds, '
        "Debian's packages apart",
    )
    chosen = parser.parse_args(arguments)
    if chosen.runs < 3:
        parser.error(f'--runs: expected at least 3, seen {chosen.runs}')
    signals.unwind()
    try:
        return measure(chosen)
    except subprocess.CalledProcessError as failed:
        print(f'bench: {failed}', file=sys.stderr)
        return 2
    except errors.LabError as problem:
        print(complaints.text('bench', problem), file=sys.stderr)
        return problem.exit_code
    except signals.Interrupted as interrupted:
        print(f'bench: {interrupted}', file=sys.stderr)
        return interrupted.exit_code


def measure(chosen: argparse.Namespace) -> int:
    """Measure and print; the exit code."""
    call('install')
    rows = measures(chosen.runs)
    if chosen.fresh:
        call('down')
        samples = repeat(fresh_start, chosen.runs)
        rows.append(Measure('fresh to ready', 's', 360, samples))
    print(table(rows))
    if chosen.fresh:
        print(FRESH)
    return 0 if all(row.kept for row in rows) else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
