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
"""How long the vRouter scenario takes, against three servers booted at once.

``python -m benchmarks.vrouter`` runs both in turn on the lab that is up: all
of the scenario but its controls, and ``tests.lab.booting``. Both reach their
guests in the same way: unless told otherwise by floating IPs, as the document
does (OPNFV-NATIVE-SETUP-18). Measured is from the start of the command to the
end of the last test; then comes the clean-up, which has a line of its own. It
exits 1 when the ratio misses its bound, and 2 when a test is not green: then
its time says nothing.
"""

import argparse
import dataclasses
import datetime
from pathlib import Path
import statistics
import subprocess
import sys
import tempfile

from ipv6_tempest_plugin.results import loading
from tests.lab import lying
from tools import checks
from tools import lab

RUN = (lab.COMMAND, 'run', '--')
SCENARIO = 'ipv6_tempest_plugin.tests.vrouter.test_vrouter.TestVRouter.test_'
TESTS = {
    'booting': ('tests.lab.booting.BootingTest.test_logged_in',),
    'scenario': tuple(
        f'{SCENARIO}{name}'
        for name in (
            'predicted_addresses',
            'reach',
            'reach_from_outside',
            'tcp',
            'tcp_from_outside',
            'path',
        )
    ),
}
BOUND = 1.6
REMOVAL_BOUND = 10.0


@dataclasses.dataclass(frozen=True)
class Sample:
    """Seconds until all was seen, and then until all was removed."""

    verified: float
    removed: float


class NotGreen(Exception):
    """There is no lab, or a run has a test that did not pass."""


def configuration(place: Path, access: str) -> Path:
    """Write the lab's tempest.conf with another way to guests.

    :raises NotGreen: when no lab is up
    """
    known = place / 'known.conf'
    show = (*RUN, 'sh', '-c', 'cat "$TEMPEST_CONFIG"')
    with known.open('wb') as output:
        done = subprocess.run(show, cwd=checks.ROOT, stdout=output)
    if done.returncode:
        raise NotGreen('expected a lab that is up; see scripts/lab status')
    chosen = place / 'tempest.conf'
    settings = {'ipv6_overlay': {'guest_access': access}}
    chosen.write_text(lying.changed(str(known), settings))
    return chosen


def sample(side: str, config: Path, stream: Path) -> Sample:
    """Run one side.

    :param stream: where its results may be kept
    :raises NotGreen: when one of its tests did not pass
    """
    python = ('env', f'TEMPEST_CONFIG={config}', 'python')
    command = (*RUN, *python, '-m', 'subunit.run')
    begun = datetime.datetime.now(datetime.UTC)
    with stream.open('wb') as output:
        subprocess.run(
            (*command, *TESTS[side]),
            cwd=checks.ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
        )
    ended = datetime.datetime.now(datetime.UTC)
    run = loading.load([str(stream)], loading.mask(None))
    if not run.is_green or len(run.tests) != len(TESTS[side]) or not run.stop:
        told = '\n'.join(
            f'{test.name}: {test.status.value} {test.diagnosis}'
            for test in run.tests
        )
        raise NotGreen(
            f'{side}: expected {len(TESTS[side])} passed, seen {told or run}'
        )
    return Sample(
        (run.stop - begun).total_seconds(), (ended - run.stop).total_seconds()
    )


def measured(times: int, access: str) -> dict[str, list[Sample]]:
    """Run both sides in turn, whoever was second first the next time."""
    found: dict[str, list[Sample]] = {side: [] for side in TESTS}
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        config = configuration(place, access)
        for number in range(times):
            for side in [*TESTS][:: -1 if number % 2 else 1]:
                seen = sample(side, config, place / 'stream')
                found[side].append(seen)
                print(
                    f'{number + 1}: {side} {seen.verified:.1f} s, '
                    f'clean-up {seen.removed:.1f} s',
                    flush=True,
                )
    return found


def table(found: dict[str, list[Sample]]) -> tuple[str, bool]:
    """The medians as lines, and whether all bounds were kept."""
    seconds = {
        side: statistics.median(one.verified for one in samples)
        for side, samples in found.items()
    }
    removal = statistics.median(one.removed for one in found['scenario'])
    ratio = seconds['scenario'] / seconds['booting']
    lines = [
        f'three servers, to ssh    {seconds["booting"]:>6.1f} s',
        f'scenario, all verified   {seconds["scenario"]:>6.1f} s',
        f'ratio                    {ratio:>6.2f}    bound {BOUND:>5.2f}',
        f'its clean-up             {removal:>6.1f} s  '
        f'bound {REMOVAL_BOUND:>5.1f} s',
    ]
    return '\n'.join(lines), ratio <= BOUND and removal <= REMOVAL_BOUND


def main(arguments: list[str]) -> int:
    """Measure, print, and say by the exit code whether bounds were kept."""
    parser = argparse.ArgumentParser(prog='scripts/bench vrouter')
    parser.add_argument('--runs', type=int, default=3, help='at least 3')
    parser.add_argument(
        '--access',
        choices=('ssh-floating-ip', 'ssh-ipv6'),
        default='ssh-floating-ip',
        help='how both reach their guests; default: %(default)s',
    )
    chosen = parser.parse_args(arguments)
    if chosen.runs < 3:
        parser.error(f'--runs: expected at least 3, seen {chosen.runs}')
    try:
        found = measured(chosen.runs, chosen.access)
    except NotGreen as problem:
        print(problem, file=sys.stderr)
        return 2
    text, kept = table(found)
    print(text)
    return 0 if kept else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
