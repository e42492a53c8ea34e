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
"""Everything that proves this repository: what scripts/test runs.

Installs what is missing, then runs the checks and the unit tests while the
lab comes up, the functional tests on it, and takes it down. Closes with one
line of totals.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
import os
from pathlib import Path
import re
import sys

from ipv6_lab import errors
from ipv6_lab.install import plugin
from ipv6_lab import places
from ipv6_lab import progress
from ipv6_lab import signals
from tools import checks
from tools import complaints
from tools import lab
from tools import ownership
from tools import parts
from tools import results
from tools import totals

NO_WORD = re.compile(r'\W+')
RESULTS = checks.ROOT / 'results' / 'test'


@dataclass
class Run:
    """A run of parts and their sum.

    :param results: the directory of this run's logs
    """

    results: Path
    lines: progress.Progress = field(default_factory=progress.Progress)
    total: totals.Totals = totals.Totals()

    def part(self, part: parts.Part) -> None:
        """Run a part and add what it came to."""
        self.total += parts.run(part, self.lines)

    def check(self, check: checks.Check) -> None:
        """Run a check with the tools of one of the lab's environments."""
        tools = places.venv(check.venv) / 'bin'
        self.part(
            parts.Part(
                check.name,
                (str(tools / check.argv[0]), *check.argv[1:]),
                self.results / f'{NO_WORD.sub("-", check.name)}.log',
                checks.environment(tools, check.environ),
                tests=check.tests,
                limit=check.limit,
            )
        )

    def install(self) -> bool:
        """Install what is missing; the steps show themselves."""
        before = self.total
        self.part(parts.Part('installed', (lab.COMMAND, 'install'), None))
        return self.total.failed == before.failed

    def own_checks(self) -> None:
        """What needs no lab: lint, documentation, unit tests."""
        plugin.metadata(checks.ROOT)
        for check in (*checks.LINT, *checks.PAGES, checks.UNIT):
            self.check(check)

    def tempest(self, guests: bool) -> None:
        """Tempest with the plugin, inside the lab.

        :param guests: also the tests that boot guests
        """
        self.part(
            parts.Part(
                'tempest',
                lab.PLUGIN if guests else lab.QUICK,
                self.results / 'tempest.log',
                cwd=lab.workspace(self.results / 'tempest'),
                tests=True,
                limit=1200,
            )
        )

    def picture(self) -> None:
        """Write down the machine before the run's first `up`.

        The last of the tests compares it with what all of them left.
        """
        place = self.results / 'machine.json'
        os.environ[lab.MACHINE_BEFORE] = str(place)
        self.part(
            parts.Part(
                'picture of the machine',
                (*lab.MACHINE, str(place)),
                self.results / 'machine.log',
            )
        )

    def warn(self, keep: bool) -> None:
        """Say what becomes of a lab that is up already.

        :raises LabError: when it is of no use here
        """
        known = lab.of_before()
        if known and not keep:
            self.lines.note(
                f'the lab that {known.checkout} brought up is used and taken '
                'down; --keep leaves it up'
            )

    def on_lab(self, keep: bool, beside: bool, guests: bool = False) -> None:
        """The functional tests, on a lab that is up for them alone.

        :param keep: leave the lab up
        :param beside: do what needs no lab while the lab comes up
        :param guests: as for :meth:`tempest`
        """
        self.warn(keep)
        if not keep:
            self.picture()
        with lab.Lab(self.results, self.lines, keep) as cloud:
            cloud.start()
            if beside:
                self.own_checks()
            self.total += cloud.up()
            if cloud.up().failed:
                self.skip('tempest', 'tests/lab')
            else:
                self.tempest(guests)
                self.check(checks.FUNCTIONAL)
                self.lifecycle(keep)
        self.total += cloud.down

    def lifecycle(self, keep: bool) -> None:
        """What takes the lab down, unless it is to be kept."""
        if keep:
            self.skip(checks.LIFECYCLE.name)
        else:
            self.check(checks.LIFECYCLE)

    def skip(self, *names: str) -> None:
        """Say of parts that they could not run."""
        for name in names:
            self.lines.note(progress.line(name, 'not run', 0))
            self.total += totals.Totals(skipped=1)


def options(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line, understood."""
    parser = argparse.ArgumentParser(
        prog='scripts/test', description='Everything that proves this code.'
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        '--unit',
        action='store_true',
        help='only what needs no lab: lint, documentation, unit tests',
    )
    which.add_argument(
        '--lab', action='store_true', help='only the functional tests'
    )
    parser.add_argument(
        '--guests',
        action='store_true',
        help='also the tests of Tempest that boot guests; ten minutes more',
    )
    parser.add_argument(
        '--keep',
        action='store_true',
        help='leave the lab up; what takes it down is not run. Without it '
        'a lab that was up before is used and taken down, too',
    )
    return parser.parse_args(arguments)


def proceed(run: Run, chosen: argparse.Namespace) -> None:
    """Run the chosen parts."""
    if not run.install():
        run.skip('everything else')
    elif chosen.unit:
        run.own_checks()
    else:
        run.on_lab(chosen.keep, not chosen.lab, chosen.guests)


def main(arguments: Sequence[str]) -> int:
    """Run, close with the totals alone on a line; the exit code.

    0 when nothing failed, 1 when something did, 2 for a wrong command
    line, 128 + N when signal N ended the run, an error's own code when the
    user has to mend something.
    """
    chosen = options(arguments)
    run = Run(RESULTS)
    code = 0
    signals.unwind()
    try:
        lab.keep_caches()
        with results.claimed(RESULTS):
            proceed(run, chosen)
    except errors.LabError as error:
        run.lines.note(complaints.text('test', error))
        run.total += totals.Totals(failed=1)
        code = error.exit_code
    except signals.Interrupted as interrupted:
        run.lines.note(str(interrupted))
        run.total += totals.Totals(failed=1)
        code = interrupted.exit_code
    ownership.hand_back(checks.ROOT)
    run.lines.total()
    print(run.total, flush=True)
    return code or int(run.total.failed > 0)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
