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
"""How long our overlay tests take, against upstream's of the same names.

``python -m benchmarks.overlay`` runs both in turn on the lab that is up, at
the same concurrency, and prints medians and their ratio. It exits 1 when a
ratio misses its bound, and 2 when a run has a test that is not green: then
its time says nothing.
"""

import argparse
from collections.abc import Sequence
import dataclasses
from pathlib import Path
import re
import statistics
import subprocess
import sys
import tempfile
import time

from tools import lab

OURS = 'ipv6_tempest_plugin.tests.overlay'
NAME = re.compile(r'(\w+\.\w+\.\w+)(\[\S*\])?$')
COUNTS = re.compile(r'^ - (Passed|Skipped|Failed): (\d+)$', re.M)


@dataclasses.dataclass(frozen=True)
class Match:
    """Two packages of tests, of which those that both have are compared.

    :param bound: what the ratio of the medians must not exceed
    :param concurrency: workers of each run
    """

    name: str
    ours: str
    theirs: str
    bound: float
    concurrency: int


MATCHES = (
    Match(
        'scenarios',
        rf'{OURS}\.scenario\.test_network_v6\.TestGettingAddress\.',
        r'tempest\.scenario\.test_network_v6\.TestGettingAddress\.',
        0.35,
        1,
    ),
    Match('API', rf'{OURS}\.api\.', r'tempest\.api\.network\.', 1.0, 2),
)


@dataclasses.dataclass(frozen=True)
class Result:
    """Seconds of each run of a match."""

    match: Match
    tests: int
    ours: tuple[float, ...]
    theirs: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """Our median by theirs."""
        return statistics.median(self.ours) / statistics.median(self.theirs)

    @property
    def kept(self) -> bool:
        """Whether the ratio keeps to its bound."""
        return self.ratio <= self.match.bound


class NotGreen(Exception):
    """A run has a test that did not pass."""


def short(test: str) -> str:
    """Module, class and method of a test's full name.

    >>> short('tempest.api.network.test_ports.Ports.test_show[id-7,smoke]')
    'test_ports.Ports.test_show'
    """
    found = NAME.search(test)
    if not found:
        raise ValueError(f'expected the name of a test, seen {test!r}')
    return found[1]


def tempest(place: Path, *arguments: str) -> str:
    """Run Tempest in the lab; what it printed."""
    return inside(place, 'tempest', 'run', *arguments)


def inside(place: Path, *command: str) -> str:
    """Run a command in the lab; what it printed."""
    return subprocess.run(
        [lab.COMMAND, 'run', '--', *command],
        cwd=place,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ).stdout


def tests(place: Path, regex: str) -> dict[str, str]:
    """The full names of tests, by their short ones.

    :raises NotGreen: when there are none
    """
    said = tempest(place, '--list-tests', '--regex', f'^{regex}')
    lines = [line for line in said.splitlines() if NAME.search(line)]
    found = {short(line): line for line in lines if re.match(regex, line)}
    if not found:
        raise NotGreen(f'expected tests of {regex}, seen {said!r}')
    return found


def timed(place: Path, chosen: Sequence[str], concurrency: int) -> float:
    """Seconds that a run of some tests takes.

    :raises NotGreen: when one of them did not pass
    """
    load = place / 'chosen'
    load.write_text(''.join(f'{name}\n' for name in chosen))
    begun = time.monotonic()
    said = tempest(
        place, '--concurrency', str(concurrency), '--load-list', str(load)
    )
    took = time.monotonic() - begun
    counts = {word: int(count) for word, count in COUNTS.findall(said)}
    if counts != {'Passed': len(chosen), 'Skipped': 0, 'Failed': 0}:
        raise NotGreen(f'expected {len(chosen)} passed, seen {counts}\n{said}')
    return took


def play(match: Match, place: Path, times: int) -> Result:
    """Run both sides in turn."""
    ours = tests(place, match.ours)
    theirs = tests(place, match.theirs)
    both = sorted(ours.keys() & theirs.keys())
    samples: dict[str, list[float]] = {'ours': [], 'theirs': []}
    for number in range(times):
        # Whoever is second finds the caches warm.
        order = [('theirs', theirs), ('ours', ours)]
        for side, names in order if number % 2 == 0 else order[::-1]:
            chosen = [names[name] for name in both]
            took = timed(place, chosen, match.concurrency)
            samples[side].append(took)
            print(
                f'{match.name} {number + 1}: {side} {took:.1f} s', flush=True
            )
    return Result(
        match, len(both), tuple(samples['ours']), tuple(samples['theirs'])
    )


def table(results: Sequence[Result]) -> str:
    """The results as lines with aligned columns."""
    lines = [
        f'{"tests":<10} {"number":>6} {"upstream":>10} {"ours":>10} '
        f'{"ratio":>6} {"bound":>6}'
    ]
    for one in results:
        lines.append(
            f'{one.match.name:<10} {one.tests:>6} '
            f'{statistics.median(one.theirs):>8.1f} s '
            f'{statistics.median(one.ours):>8.1f} s '
            f'{one.ratio:>6.2f} {one.match.bound:>6.2f}'
        )
    return '\n'.join(lines)


def main(arguments: list[str]) -> int:
    """Measure, print, and say by the exit code whether bounds were kept."""
    parser = argparse.ArgumentParser(prog='scripts/bench overlay')
    parser.add_argument('--runs', type=int, default=3, help='at least 3')
    names = [match.name for match in MATCHES]
    parser.add_argument('--only', choices=names, help='one of the matches')
    chosen = parser.parse_args(arguments)
    if chosen.runs < 3:
        parser.error(f'--runs: expected at least 3, seen {chosen.runs}')
    wanted = [one for one in MATCHES if chosen.only in (None, one.name)]
    with tempfile.TemporaryDirectory() as scratch:
        place = lab.workspace(Path(scratch, 'workspace'))
        # To list tests Tempest wants what it makes itself to run them.
        inside(place, 'stestr', 'init')
        try:
            results = [play(one, place, chosen.runs) for one in wanted]
        except NotGreen as problem:
            print(problem, file=sys.stderr)
            return 2
    print(table(results))
    return 0 if all(one.kept for one in results) else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
