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
"""Tempest before a networking API that lies: which tests turn red?

Runs inside the controller: ``scripts/lab run -- python -m tests.lab.lying
survey TABLE [FAULT ...]`` runs the API tests of the overlay for each fault
and writes what turned red as CSV; ``check TABLE`` tries one of its faults on
each test. The faults concern these runs alone.
"""

import argparse
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import configparser
import csv
from dataclasses import dataclass
import io
import os
from pathlib import Path
import re
import subprocess
import sys
import tempfile
import threading
from urllib import parse

from ipv6_lab.faults import answers
from ipv6_lab.faults import neutron_proxy
from ipv6_lab import inventory
from tests.lab import trials
from tools import lab

PACKAGE = 'ipv6_tempest_plugin.tests.overlay.api'
RESULT = re.compile(
    rf'^\{{\d+\}} {re.escape(PACKAGE)}\.(\S+) .*\.\.\. (ok|FAILED)$', re.M
)
CLASS_FAILED = re.compile(r'^\{\d+\} setUpClass .*FAILED$', re.M)
TIMEOUT = 900
# Characters of a failure that are printed.
SHOWN = 2000
Matrix = Mapping[str, Sequence[str]]


def exactly(tests: Iterable[str]) -> str:
    """The regular expression of some tests."""
    return f'({"|".join(map(re.escape, tests))})\\['


@dataclass(frozen=True)
class Outcome:
    """What came of a run before a fault.

    :ivar ran: tests that ran
    :ivar killed: those that failed and said what the fault is
    :ivar otherwise: what the others said that failed
    """

    ran: frozenset[str]
    killed: frozenset[str]
    otherwise: Mapping[str, str]


def tried(fault: str, chosen: str) -> Outcome:
    """Run tests before a fault.

    :param fault: one of :data:`answers.NAMES`
    :param chosen: regular expression of tests' names below :data:`PACKAGE`
    :raises RuntimeError: when a class could not be set up
    """
    target = parse.urlsplit(inventory.url('network')).netloc
    with neutron_proxy.Proxy(answers.make(fault), target) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        try:
            said = tempest(proxy.url, chosen)
        finally:
            proxy.shutdown()
    if CLASS_FAILED.search(said):
        raise RuntimeError(f'{fault}: a class was not set up:\n{said}')
    outcome = judged(said, trials.TRIED[fault].sign)
    if not outcome.ran:
        raise RuntimeError(f'{fault}: no test ran:\n{said}')
    return outcome


def judged(said: str, sign: str) -> Outcome:
    """Tell from what a run printed which tests have found the fault.

    A test that ran into a time-out, a server's error or a defect of its own
    says something else than the sign, and has found nothing.
    """
    results = list(RESULT.finditer(said))
    ends = [one.start() for one in results[1:]] + [len(said)]
    failures = {
        result[1]: said[result.end() : end].strip()
        for result, end in zip(results, ends, strict=False)
        if result[2] != 'ok'
    }
    expected = re.compile(sign, re.M)
    killed = {test for test, text in failures.items() if expected.search(text)}
    return Outcome(
        frozenset(result[1] for result in results),
        frozenset(killed),
        {test: failures[test] for test in failures.keys() - killed},
    )


def tempest(proxy: str, chosen: str) -> str:
    """Run tests by Tempest through a proxy; what the run printed."""
    with tempfile.TemporaryDirectory() as scratch:
        place = lab.workspace(Path(scratch, 'workspace'))
        config = Path(scratch, 'tempest.conf')
        settings = {'service-clients': {'proxy_url': proxy}}
        config.write_text(changed(os.environ['TEMPEST_CONFIG'], settings))
        regex = rf'^{re.escape(PACKAGE)}\.{chosen}'
        return subprocess.run(
            ['tempest', 'run', '--concurrency', '2', '--regex', regex],
            cwd=place,
            env={**os.environ, 'TEMPEST_CONFIG': str(config)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT,
        ).stdout


def changed(path: str, settings: Mapping[str, Mapping[str, str]]) -> str:
    """The configuration of a file, with some options set."""
    parser = configparser.RawConfigParser(default_section='')
    parser.read(path)
    parser.read_dict(settings)
    stream = io.StringIO()
    parser.write(stream)
    return stream.getvalue()


def read(path: Path) -> dict[str, list[str]]:
    """The faults that turn each test red, from a CSV file."""
    with path.open(newline='') as stream:
        return {
            row['test']: row['faults'].split()
            for row in csv.DictReader(stream)
        }


def write(path: Path, matrix: Matrix) -> None:
    """Write the faults that turn each test red as a CSV file."""
    with path.open('w', newline='') as stream:
        rows = csv.writer(stream, lineterminator='\n')
        rows.writerow(['test', 'faults'])
        for test, faults in sorted(matrix.items()):
            rows.writerow([test, ' '.join(sorted(faults))])


def explain(path: Path, matrix: Matrix) -> None:
    """Write what each fault does, and how many tests it kills, as CSV."""
    with path.open('w', newline='') as stream:
        rows = csv.writer(stream, lineterminator='\n')
        rows.writerow(['fault', 'what the API says', 'tests it turns red'])
        for name in answers.NAMES:
            killed = sum(name in faults for faults in matrix.values())
            rows.writerow([name, answers.make(name).what, killed])


def assign(matrix: Matrix) -> dict[str, list[str]]:
    """Give each test one fault that kills it, few faults in all."""
    left = {test for test, faults in matrix.items() if faults}
    chosen: dict[str, list[str]] = {}
    while left:
        killed: dict[str, list[str]] = {}
        for test in sorted(left):
            for fault in matrix[test]:
                killed.setdefault(fault, []).append(test)
        best = max(killed, key=lambda fault: (len(killed[fault]), fault))
        chosen[best] = killed[best]
        left -= set(killed[best])
    return chosen


def survey(table: Path, faults: Sequence[str]) -> int:
    """Try faults on tests, tell as it goes; 0 if each test is killed.

    What the table says of other faults stays.
    """
    matrix = read(table) if table.exists() else {}
    others = 0
    for fault in faults or trials.TRIED:
        outcome = tried(fault, trials.TRIED[fault].tests)
        others += tell(fault, outcome)
        for test in outcome.ran:
            before = set(matrix.get(test, ())) - {fault}
            found = [fault] if test in outcome.killed else []
            matrix[test] = [*before, *found]
        write(table, matrix)
        explain(table.with_stem(f'{table.stem}-explained'), matrix)
    alive = [test for test, found in matrix.items() if not found]
    for test in alive:
        print(f'no fault kills {test}')
    return 1 if alive or others else 0


def tell(fault: str, outcome: Outcome) -> int:
    """Print what came of a run; the number of tests that failed otherwise."""
    print(
        f'{fault}: {len(outcome.killed)} of {len(outcome.ran)} turned red',
        flush=True,
    )
    for test, text in sorted(outcome.otherwise.items()):
        print(f'{fault}: {test} failed otherwise:\n{text[:SHOWN]}')
    return len(outcome.otherwise)


def check(table: Path) -> int:
    """Try one fault on each test; 0 if each turned red."""
    alive = []
    for fault, tests in assign(read(table)).items():
        outcome = tried(fault, exactly(tests))
        tell(fault, outcome)
        alive += [f'{fault}: {test}' for test in set(tests) - outcome.killed]
    for one in alive:
        print(f'stayed green: {one}')
    return 1 if alive else 0


def main(arguments: Sequence[str]) -> int:
    """Survey or check."""
    parser = argparse.ArgumentParser(prog='lying', description=__doc__)
    parser.add_argument('verb', choices=('survey', 'check'))
    parser.add_argument('table', type=Path)
    parser.add_argument('faults', nargs='*', metavar='FAULT')
    chosen = parser.parse_args(arguments)
    if chosen.verb == 'check':
        return check(chosen.table)
    return survey(chosen.table, chosen.faults)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
