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
OUTPUT [FAULT ...]`` runs all API tests of the overlay for each fault and
writes what turned red as CSV. The faults concern these runs alone.
"""

import argparse
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import configparser
import csv
import os
from pathlib import Path
import re
import subprocess
import sys
import tempfile
import threading
from urllib import parse

from ipv6_lab.faults import answers
from ipv6_lab.faults import lies
from ipv6_lab.faults import neutron_proxy
from ipv6_lab import inventory
from tools import lab

PACKAGE = 'ipv6_tempest_plugin.tests.overlay.api'
RESULT = re.compile(
    rf'^\{{\d+\}} {re.escape(PACKAGE)}\.(\S+) .*\.\.\. (ok|FAILED)$', re.M
)
CLASS_FAILED = re.compile(r'^\{\d+\} setUpClass .*FAILED$', re.M)
TIMEOUT = 900
# Where a lie about a kind of resource is worth a run; elsewhere it would
# only show once more that nothing can be built on it.
SCOPES = {
    'network': 'test_networks',
    'subnet': 'test_(networks|routers)',
    'port': 'test_(ports|routers|networks.(Bulk|NetworksIpV6TestAttrs))',
    'router': 'test_routers',
    'security_group': 'test_security_groups',
    'security_group_rule': 'test_security_groups',
}
Matrix = Mapping[str, Sequence[str]]


def scope(fault: str) -> str:
    """The regular expression of the tests that a fault is tried on."""
    lie = lies.BY_NAME.get(fault)
    return SCOPES[lie.kind] if lie else ''


def exactly(tests: Iterable[str]) -> str:
    """The regular expression of some tests."""
    return f'({"|".join(map(re.escape, tests))})\\['


def red(fault: str, chosen: str) -> tuple[set[str], set[str]]:
    """Run tests before a fault; what turned red, and all that ran.

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
    outcomes = dict(RESULT.findall(said))
    if not outcomes:
        raise RuntimeError(f'{fault}: no test ran:\n{said}')
    failed = {test for test, outcome in outcomes.items() if outcome != 'ok'}
    return failed, set(outcomes)


def tempest(proxy: str, chosen: str) -> str:
    """Run tests by Tempest through a proxy; what the run printed."""
    with tempfile.TemporaryDirectory() as scratch:
        place = lab.workspace(Path(scratch, 'workspace'))
        config = Path(scratch, 'tempest.conf')
        config.write_text(through(proxy, os.environ['TEMPEST_CONFIG']))
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


def through(proxy: str, path: str) -> str:
    """The configuration of a file, with a proxy."""
    parser = configparser.RawConfigParser(default_section='')
    parser.read(path)
    if not parser.has_section('service-clients'):
        parser.add_section('service-clients')
    parser.set('service-clients', 'proxy_url', proxy)
    with tempfile.TemporaryFile('w+') as stream:
        parser.write(stream)
        stream.seek(0)
        return stream.read()


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


def main(arguments: Sequence[str]) -> int:
    """Run every fault, tell as it goes, write the table; 0 if all are red."""
    parser = argparse.ArgumentParser(prog='lying')
    parser.add_argument('output', type=Path)
    parser.add_argument('faults', nargs='*', metavar='FAULT')
    chosen = parser.parse_args(arguments)
    matrix = read(chosen.output) if chosen.output.exists() else {}
    for fault in chosen.faults or [n for n in answers.NAMES if n != 'honest']:
        failed, ran = red(fault, scope(fault))
        print(f'{fault}: {len(failed)} of {len(ran)} turned red', flush=True)
        for test in ran:
            others = set(matrix.get(test, ())) - {fault}
            matrix[test] = [*others, *([fault] if test in failed else [])]
        write(chosen.output, matrix)
    alive = [test for test, faults in matrix.items() if not faults]
    print('\n'.join(f'no fault kills {test}' for test in alive))
    return 1 if alive else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
