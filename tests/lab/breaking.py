# Licensed under the Apache License, Version 2.0 (the "License"); you may
# not use this file except in compliance with the License. You may obtain
# a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS, WITHOUT
# WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the
# License for the specific language governing permissions and limitations
# under the License.

"""Scenario tests on a broken data plane: which of them turn red?

``python -m tests.lab.breaking survey TABLE [FAULT ...]``, as root on the
machine of a lab that is up, breaks the lab in one way after the other, runs
tests and writes what turned red as CSV; ``check TABLE`` tries one of its
faults on each test. Nobody else should use the lab meanwhile.

Tests of the class with IPv4 reach their guests by floating IPs, the others by
the console: so what is broken is what is tested, and not the way to it.
"""

import argparse
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from collections.abc import Set
import csv
from dataclasses import dataclass
import os
from pathlib import Path
import re
import subprocess
import sys
import tempfile

from ipv6_lab.faults import packets
from ipv6_lab import hosts
from tests.lab import lying
from tests.lab import machine
from tools import lab

PACKAGE = 'ipv6_tempest_plugin.tests.overlay.scenario'
MODULE = 'test_network_v6'
RESULT = re.compile(
    rf'^\{{\d+\}} {re.escape(PACKAGE)}\.(\S+) .*\.\.\. (ok|FAILED)$', re.M
)
DIAGNOSIS = re.compile(r'is not what it must be in: (.*)')
TIMEOUT = 1800
COLUMNS = (
    'fault',
    'what is broken',
    'what a test then names',
    'tests it turns red',
)
# How guests are reached, by class; what breaks IPv6 must leave it alone.
WAYS = {
    'TestGettingAddress': 'ssh-floating-ip',
    'TestGettingAddressIPv6Only': 'console',
}
# On a broken lab what is missing is not waited for as long as on a cloud that
# might be slow.
PATIENCE = '8'
ALL = dict.fromkeys(WAYS, r'test_\w+')
ONE = {'TestGettingAddress': 'test_(slaac|dhcp6_stateless)_from_os'}
SLAAC = {'TestGettingAddress': 'test_slaac_from_os'}
STATELESS = {
    'TestGettingAddress': (
        'test_(dhcp6_stateless_from_os|multi_prefix_dhcpv6_stateless)'
    )
}
SECOND = {'TestGettingAddress': 'test_multi_prefix_slaac'}


@dataclass(frozen=True)
class Trial:
    """How a fault is tried.

    :param tests: regular expression of tests' names, for each class
    :param tells: what each test that it turns red must name
    :param follows: what it may name too, since that follows. A test that
        names less or more has not seen this fault
    """

    tests: Mapping[str, str]
    tells: frozenset[str]
    follows: frozenset[str] = frozenset()

    def explains(self, named: Set[str]) -> bool:
        """Whether a test that names this has seen the fault."""
        return self.tells <= named <= self.tells | self.follows


def _trial(
    tests: Mapping[str, str], tells: Sequence[str], *follows: str
) -> Trial:
    return Trial(tests, frozenset(tells), frozenset(follows))


# All that only advertisements bring.
ADVERTISED = (
    'IPv6 addresses',
    'default routers',
    'on-link prefixes',
    'RA: routers',
    'RA: prefixes',
    'RA: M flag',
    'RA: O flag',
    'RA: L flag',
    'RA: A flag',
    'RA: MTU option',
)
PREFIXES = ('RA: prefixes', 'RA: L flag', 'RA: A flag', 'on-link prefixes')
BY_DHCP = ('DNS by DHCPv6', 'domain by DHCPv6')
# One fault is tried on every test; the others, most of which concern all
# tests alike, on those that are quick.
TRIED = {
    'security-groups-open': _trial(
        ALL,
        ['peer-ipv6-0', 'peer-ipv6-mtu-0'],
        'peer-ipv6-1',
        'peer-ipv6-mtu-1',
    ),
    'radvd-dead': _trial(SLAAC, ADVERTISED),
    'ra-o-flag': _trial(SLAAC, ['RA: O flag'], *BY_DHCP),
    'ra-no-o-flag': _trial(STATELESS, ['RA: O flag', BY_DHCP[0]], *BY_DHCP),
    'ra-m-flag': _trial(SLAAC, ['RA: M flag'], *BY_DHCP),
    'ra-wrong-prefix': _trial(ONE, ['IPv6 addresses', *PREFIXES]),
    'ra-extra-prefix': _trial(SLAAC, ['IPv6 addresses', *PREFIXES]),
    'ra-no-second-prefix': _trial(SECOND, ['IPv6 addresses', *PREFIXES]),
    'ra-not-autonomous': _trial(SLAAC, ['IPv6 addresses', 'RA: A flag']),
    'ra-not-on-link': _trial(SLAAC, ['on-link prefixes', 'RA: L flag']),
    'ra-deprecated': _trial(SLAAC, ['unfit addresses', 'lifetimes']),
    'ra-short-lived': _trial(SLAAC, ['lifetimes'], 'unfit addresses'),
    'ra-small-mtu': _trial(SLAAC, ['IPv6 MTU', 'RA: MTU option']),
    'ra-no-mtu': _trial(SLAAC, ['RA: MTU option']),
    'ra-no-router': _trial(SLAAC, ['default routers', 'RA: router lifetime']),
    'dhcpv6-silent': _trial(STATELESS, [BY_DHCP[0]], *BY_DHCP),
    # Whoever does not forward says so when a guest asks whether it is still
    # there, while pings are waited for; no default router is left then (RFC
    # 4861 section 7.2.5).
    'not-forwarding': _trial(SLAAC, ['default routers']),
}


def red(fault: str, chosen: Mapping[str, str]) -> tuple[set[str], set[str]]:
    """Run tests on a broken lab; what turned red, and all that ran.

    :param fault: one of :data:`packets.BY_NAME`
    :param chosen: regular expression of tests' names, for each class
    :raises RuntimeError: as :func:`reasons`
    """
    outcomes: dict[str, str] = {}
    with packets.BY_NAME[fault].inject(hosts.find()):
        for name, tests in chosen.items():
            regex = rf'^{PACKAGE}\.{MODULE}\.{name}\.{tests}\['
            patience = f'guest_patience={PATIENCE}'
            said = inside('run', WAYS[name], regex, patience)
            outcomes |= reasons(said, TRIED[fault])
    failed = {test for test, reason in outcomes.items() if reason}
    return failed, set(outcomes)


def reasons(said: str, trial: Trial) -> dict[str, str]:
    """What was wrong with each test of a run; empty for one that passed.

    :param trial: of the fault that was injected
    :raises RuntimeError: when no test ran, or one failed for want of
        something else than what was broken
    """
    results = list(RESULT.finditer(said))
    if not results:
        raise RuntimeError(f'no test ran:\n{said}')
    found = {}
    ends = [one.start() for one in results[1:]] + [len(said)]
    for result, end in zip(results, ends, strict=True):
        test, outcome = result.groups()
        wrong = DIAGNOSIS.search(said[result.end() : end])
        named = set(wrong[1].split(', ')) if wrong else set()
        if outcome != 'ok' and not trial.explains(named):
            raise RuntimeError(
                f'{test} failed otherwise: expected {sorted(trial.tells)}, '
                f'seen {sorted(named)}:\n{said}'
            )
        found[test] = wrong[1] if wrong and outcome != 'ok' else ''
    return found


def inside(*arguments: str) -> str:
    """Run this module in the controller; what it printed."""
    command = ['python', '-m', 'tests.lab.breaking', *arguments]
    return subprocess.run(
        [machine.LAB, 'run', '--', *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT,
    ).stdout


def run(way: str, regex: str, *options: str) -> int:
    """Run tests by Tempest, in the controller.

    :param options: of ``[ipv6_overlay]``, as NAME=VALUE
    """
    with tempfile.TemporaryDirectory() as scratch:
        config = Path(scratch, 'tempest.conf')
        chosen = dict(option.split('=', 1) for option in options)
        settings = {'ipv6_overlay': {'guest_access': way, **chosen}}
        config.write_text(
            lying.changed(os.environ['TEMPEST_CONFIG'], settings)
        )
        return subprocess.run(
            ['tempest', 'run', '--serial', '--regex', regex],
            cwd=lab.workspace(Path(scratch, 'workspace')),
            env={**os.environ, 'TEMPEST_CONFIG': str(config)},
            stdin=subprocess.DEVNULL,
            timeout=TIMEOUT,
        ).returncode


def explain(path: Path, matrix: lying.Matrix) -> None:
    """Write what each fault does and what tests say of it, as CSV."""
    with path.open('w', newline='') as stream:
        rows = csv.writer(stream, lineterminator='\n')
        rows.writerow(COLUMNS)
        for fault in packets.FAULTS:
            tells = ', '.join(sorted(TRIED[fault.name].tells))
            killed = sum(fault.name in names for names in matrix.values())
            rows.writerow([fault.name, fault.what, tells, killed])


def survey(table: Path, faults: Sequence[str]) -> int:
    """Try faults on tests, tell as it goes; 0 if each test is killed.

    What the table says of other faults stays, and of one that turned a test
    red otherwise than it must.
    """
    matrix = lying.read(table) if table.exists() else {}
    otherwise = []
    for fault in faults or TRIED:
        try:
            failed, ran = red(fault, TRIED[fault].tests)
        except RuntimeError as error:
            print(f'{fault}: {error}', flush=True)
            otherwise.append(f'{fault}, not as it must')
            continue
        print(f'{fault}: {len(failed)} of {len(ran)} turned red', flush=True)
        for test in ran:
            others = set(matrix.get(test, ())) - {fault}
            matrix[test] = [*others, *([fault] if test in failed else [])]
        lying.write(table, matrix)
        explain(table.with_stem(f'{table.stem}-explained'), matrix)
    alive = [test for test, found in matrix.items() if not found]
    return told([*alive, *otherwise])


def check(table: Path) -> int:
    """Try one fault on each test; 0 if each turned red."""
    alive = []
    for fault, tests in lying.assign(lying.read(table)).items():
        chosen: dict[str, list[str]] = {}
        for test in tests:
            _, name, method = test.split('.')
            chosen.setdefault(name, []).append(method)
        failed, _ = red(
            fault,
            {name: f'({"|".join(one)})' for name, one in chosen.items()},
        )
        killed = set(tests) & failed
        print(f'{fault}: {len(killed)} of {len(tests)} turned red', flush=True)
        alive += [f'{test} by {fault}' for test in set(tests) - failed]
    return told(alive)


def told(alive: Iterable[str]) -> int:
    """Print what did not turn red; 0 if nothing did not."""
    left = sorted(alive)
    for one in left:
        print(f'did not turn red: {one}')
    return 1 if left else 0


VERBS = ('survey', 'check', 'run')


def main(arguments: Sequence[str]) -> int:
    """Survey, check, or run tests in the controller (WAY REGEX ...)."""
    parser = argparse.ArgumentParser(prog='breaking', description=__doc__)
    parser.add_argument('verb', choices=VERBS)
    parser.add_argument('words', nargs='+')
    chosen = parser.parse_args(arguments)
    if chosen.verb == 'run':
        return run(*chosen.words)
    table, *faults = chosen.words
    if chosen.verb == 'check':
        return check(Path(table))
    return survey(Path(table), faults)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
