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
from tools import lab

PACKAGE = 'ipv6_tempest_plugin.tests.overlay.api'
RESULT = re.compile(
    rf'^\{{\d+\}} {re.escape(PACKAGE)}\.(\S+) .*\.\.\. (ok|FAILED)$', re.M
)
CLASS_FAILED = re.compile(r'^\{\d+\} setUpClass .*FAILED$', re.M)
TIMEOUT = 900
# The tests that each fault is tried on. Trying all on all would take an hour
# and show for most that a test cannot go on without what it builds on.
ATTRIBUTES = r'test_networks\.NetworksIpV6TestAttrs\.test_'
GATEWAYS = r'test_routers\.Router(Gateways|s\w+\.test_create_show_list)'
MODES = ATTRIBUTES + '((show|list)_subnet|create_delete_subnet_with_v6)'
NETWORKS = r'test_networks\..*test_(list_net|show_net|external|bulk_.*_net)'
PORTS = r'test_ports\.PortsIpV6TestJSON\.test_'
RULES = r'test_security_groups\.SecGroupIPv6Test\.test_(create_show|rule)'
SUBNETS = r'test_networks\.NetworksIpV6Test\.test_'
GROUPS = r'test_security_groups\..*test_(list|create_list)'
REFUSALS = r'(test_\w+_negative|.*with_ports)'
LISTS = r'.*test_\w*(list|filter|bulk)'
TRIED = {
    'lenient': REFUSALS,
    'other-status': 'test_networks_negative',
    'undead': r'.*test_(bulk_.*|create_(show_)?update_delete)',
    'forgetful': LISTS,
    'unfiltered': LISTS,
    'subnet-no-ra-mode': MODES,
    'subnet-no-address-mode': MODES,
    'subnet-null-modes': MODES,
    'subnet-slaac': f'({SUBNETS}show_subnet|{MODES})',
    'subnet-shorter-mask': f'({SUBNETS}|.*test_bulk_create_delete_subnet)',
    'subnet-version-4': f'{SUBNETS}(show|list)_subnet',
    'subnet-no-gateway': f'{SUBNETS}.*(gw|gateway)',
    'subnet-own-gateway': f'{SUBNETS}.*(gw|gateway)',
    'subnet-wide-pools': f'{SUBNETS}(show_subnet|.*pools)',
    'subnet-lost-dns': f'{SUBNETS}.*dns',
    'subnet-lost-routes': f'{SUBNETS}.*host_routes',
    'subnet-dhcp-on': f'{SUBNETS}update_subnet',
    'network-small-mtu': NETWORKS,
    'network-no-subnets': NETWORKS,
    'network-internal': r'test_networks\..*external',
    'rename-lost': r'test_networks\..*create_update_delete',
    'port-other-address': 'test_(ports|routers)',
    'port-one-address': '.*test_(port_in_|second_subnet)',
    'port-no-addresses': f'{PORTS}(show_port|list_ports)',
    'port-default-group': f'{PORTS}update_port_security_groups',
    'port-some-group': f'{PORTS}create_port_with_no_security',
    'port-no-pairs': f'{PORTS}port_with_allowed',
    'router-no-ipv6-gateway': GATEWAYS,
    'router-foreign-gateway': GATEWAYS,
    'router-no-routes': 'test_routers.*extra_route',
    'router-down': 'test_routers.*(create_show_list|extra_route|port_id)',
    'group-no-ipv6-rules': GROUPS,
    'group-open': GROUPS,
    'rule-ipv4': RULES,
    'rule-icmpv4': RULES,
    'rule-any-code': f'{RULES}s_for_types_and_codes',
    'rule-any-type': f'{RULES}s_for_types',
    'rule-any-remote': f'{RULES}s_with_remote_prefixes',
    'rule-any-group': f'{RULES}_with_remote_group',
}
Matrix = Mapping[str, Sequence[str]]


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
            if name != 'honest':
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
    """Try faults on all tests, tell as it goes; 0 if each test is killed.

    What the table says of other faults stays.
    """
    matrix = read(table) if table.exists() else {}
    for fault in faults or TRIED:
        failed, ran = red(fault, TRIED[fault])
        print(f'{fault}: {len(failed)} of {len(ran)} turned red', flush=True)
        for test in ran:
            others = set(matrix.get(test, ())) - {fault}
            matrix[test] = [*others, *([fault] if test in failed else [])]
        write(table, matrix)
        explain(table.with_stem(f'{table.stem}-explained'), matrix)
    alive = [test for test, found in matrix.items() if not found]
    for test in alive:
        print(f'no fault kills {test}')
    return 1 if alive else 0


def check(table: Path) -> int:
    """Try one fault on each test; 0 if each turned red."""
    alive = []
    for fault, tests in assign(read(table)).items():
        failed, _ = red(fault, exactly(tests))
        print(f'{fault}: {len(failed)} of {len(tests)} turned red', flush=True)
        alive += [f'{fault}: {test}' for test in set(tests) - failed]
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
