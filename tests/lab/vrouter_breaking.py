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

"""The vRouter scenario on a broken lab: which of its tests turn red?

``python -m tests.lab.vrouter_breaking TABLE [FAULT ...]``, as root on the
machine of a lab that is up. Nobody else should use the lab meanwhile. The
scenario is built once, in a process inside the controller, which runs its
tests each time that it is told to; what only shows while it is built has
builds of its own.
"""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from collections.abc import Set
import contextlib
import csv
import os
from pathlib import Path
import re
import subprocess
import sys
import tempfile
import threading
import traceback
from typing import Any
import unittest
from unittest import mock
from urllib import parse

from ipv6_lab.faults import neutron_proxy
from ipv6_lab.faults import packets
from ipv6_lab.faults import service_vm
from ipv6_lab import hosts
from ipv6_lab import inventory
from ipv6_tempest_plugin.overlay.guests import plans
from ipv6_tempest_plugin.overlay.vrouter import outside
from ipv6_tempest_plugin import waiting
from tests.lab import breaking
from tests.lab import lying
from tests.lab import machine

MODULE = 'tests.lab.vrouter_breaking'
RESULT = re.compile(r'^RESULT (\w+) (ok|red|skipped)$', re.M)
END = 'END'
POSITIVE = r'test_(?!control_)'
NOBODY = '2001:db8:0:1::bad'
# Seconds in which a route is in force.
IN_FORCE = 30
# No faults of the lab: nothing at all, and controls that break nothing.
WELL, STILL_WELL = 'none', 'none-any-more'
HARMLESS = 'control-breaks-nothing'
# To build the scenario, and run nothing yet.
IDLE = 'idle'
MISSING = 'no-ra-daemon'
OTHER_MAC = 'other-mac'
NEXTHOP = 'wrong-nexthop'
CONCERNED = {IDLE: '$', HARMLESS: r'test_control_'}
OVERLAY = {
    'guest_patience': breaking.PATIENCE,
    # What breaks IPv6 leaves it alone.
    'guest_access': 'ssh-floating-ip',
    'external_address': str(inventory.PUBLIC_V6.ip),
}
SETTINGS: Mapping[str, Mapping[str, str]] = {
    # The lab's guest has radvd alone.
    MISSING: {'ra_daemons': 'dnsmasq'},
}
WHAT = {
    MISSING: 'the image of the service VM has none of the RA daemons',
    OTHER_MAC: service_vm.OtherMac.what,
    NEXTHOP: f'the extra route leads to {NOBODY}',
    HARMLESS: 'what the controls do has no effect',
    **{name: one.what for name, one in service_vm.BY_NAME.items()},
}
# What whoever reads of a failure is told; a test that is red for another
# reason has shown nothing.
TOLD = {
    MISSING: r'SETUP-15 \(the vRouter\): .*none of these is in the image',
    OTHER_MAC: rf'SETUP-12/13: eth0-VM1 .* {service_vm.GIVEN}',
    NEXTHOP: rf'SETUP-14: the route to .* leads to {NOBODY}',
    # A guest that hears an advertisement solicits no more.
    HARMLESS: r'still\s+came\s+through|to send \d router solicitations',
    'route-lost': 'SETUP-14: .*does not use the extra route',
    'mtu-black-hole': 'an MTU black hole between VM1 and external',
    'second-router': 'SETUP-16: .* bypass',
    # Who does not forward is no default router (RFC 4861 section 6.2.5), once
    # the vRouter has heard of that.
    'not-forwarding': (
        'SETUP-15: the vRouter has no default route by eth0|'
        'SETUP-5/9: ipv6-router answers the vRouter, and nobody'
    ),
    'vrouter-muted': 'SETUP-16: VM1 has no default route',
    'radvd-dead': r'SETUP-15 \(the vRouter\): .*no router advertisement came',
}
# A guest does not forget a router that has gone, nor a router the address
# that it took while it did not forward: no others are tried after these.
TRACES = ('second-router', 'not-forwarding')
LIVE = (
    WELL,
    NEXTHOP,
    *(one.name for one in service_vm.LIVE if one.name not in TRACES),
    HARMLESS,
    STILL_WELL,
)
BUILT = (MISSING, OTHER_MAC, *(one.name for one in service_vm.BUILT))


def broken(fault: str) -> packets.Broken:
    """Break the lab, if that is what a fault does."""
    known = service_vm.BY_NAME.get(fault)
    return known.inject(hosts.find()) if known else contextlib.nullcontext()


@contextlib.contextmanager
def scenario(fault: str) -> Iterator[Any]:
    """Begin to build the scenario, and remove it at the end.

    :param fault: that it is built with
    """
    command = ['python', '-m', MODULE, 'serve', fault]
    child: Any = subprocess.Popen(
        [machine.LAB, 'run', '--', *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with child:
        try:
            yield child
        finally:
            # It removes the scenario once nobody tells it anything.
            child.stdin.close()
            child.stdout.read()


def told(child: Any, fault: str) -> str:
    """Have it run its tests; return what they said.

    :raises RuntimeError: when it ends before they do
    """
    print(fault, file=child.stdin, flush=True)
    said: list[str] = []
    for line in child.stdout:
        if line.strip() == END:
            return ''.join(said)
        said.append(line)
    raise RuntimeError(f'{fault}: the tests did not end:\n{"".join(said)}')


def survey(table: Path, faults: Sequence[str]) -> int:
    """Try faults, or all; write the tables and what was said.

    What the table says of other faults stays.

    :returns: 0 when each fault turned tests red and they told why, nothing
        else did, and each test was turned red
    """
    logs = table.with_suffix('.logs')
    logs.mkdir(exist_ok=True)
    matrix = lying.read(table) if table.exists() else {}
    wrong = []
    for fault, said in outcomes(faults or (*LIVE, *TRACES, *BUILT)):
        (logs / f'{fault}.log').write_text(said)
        found = dict(RESULT.findall(said))
        red = {test for test, outcome in found.items() if outcome == 'red'}
        print(f'{fault}: {len(red)} of {len(found)} turned red', flush=True)
        wrong += complaints(fault, texts(said), red)
        for test in found:
            others = set(matrix.get(test, ())) - {fault}
            matrix[test] = [*others, *([fault] if test in red else [])]
        lying.write(table, matrix)
        explain(table.with_stem(f'{table.stem}-explained'), matrix)
    for one in wrong:
        print(one)
    alive = breaking.told(test for test, by in matrix.items() if not by)
    return 1 if wrong or alive else 0


def texts(said: str) -> Mapping[str, str]:
    """Return what each test said."""
    found = {}
    begin = 0
    for one in RESULT.finditer(said):
        found[one[1]] = said[begin : one.start()]
        begin = one.end()
    return found


def complaints(
    fault: str, said: Mapping[str, str], red: Set[str]
) -> list[str]:
    """Say what is not as it must be under a fault.

    :param said: what each test said
    :param red: those that are red
    """
    if fault not in TOLD:
        return [f'{fault}: {test} is red' for test in sorted(red)]
    if not red:
        return [f'{fault}: no test is red']
    return [
        f'{fault}: {test} does not tell {TOLD[fault]!r}'
        for test in sorted(red)
        if not re.search(TOLD[fault], said[test])
    ]


def explain(path: Path, matrix: lying.Matrix) -> None:
    """Write what each fault is, and how many tests it kills, as CSV."""
    with path.open('w', newline='') as stream:
        rows = csv.writer(stream, lineterminator='\n')
        rows.writerow(['fault', 'what is wrong', 'tests it turns red'])
        for fault, what in WHAT.items():
            killed = sum(fault in names for names in matrix.values())
            rows.writerow([fault, what, killed])


def outcomes(faults: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each fault and what the tests said."""
    live = [fault for fault in faults if fault in LIVE]
    with scenario(WELL) if live else contextlib.nullcontext() as child:
        for fault in live:
            with broken(fault):
                said = told(child, fault)
            yield fault, said
    for fault in faults:
        if fault in TRACES:
            with scenario(WELL) as child:
                told(child, IDLE)
                with broken(fault):
                    said = told(child, fault)
            yield fault, said
        if fault in BUILT:
            with broken(fault), scenario(fault) as child:
                said = told(child, fault)
            yield fault, said


@contextlib.contextmanager
def proxied(fault: str) -> Iterator[Mapping[str, str]]:
    """Serve a proxy that changes requests, if that is what a fault does."""
    if fault != OTHER_MAC:
        yield {}
        return
    target = parse.urlsplit(inventory.url('network')).netloc
    with neutron_proxy.Proxy(service_vm.OtherMac(), target) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        try:
            yield {'proxy_url': proxy.url}
        finally:
            proxy.shutdown()


def serve(fault: str) -> int:
    """Build the scenario and run its tests for each line of input."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        proxied(fault) as clients,
    ):
        config = Path(scratch, 'tempest.conf')
        settings = {
            'ipv6_overlay': OVERLAY,
            'ipv6_vrouter': SETTINGS.get(fault, {}),
            'service-clients': clients,
        }
        config.write_text(
            lying.changed(os.environ['TEMPEST_CONFIG'], settings)
        )
        os.environ['TEMPEST_CONFIG'] = str(config)
        from ipv6_tempest_plugin.tests.vrouter import test_vrouter

        return served(test_vrouter.TestVRouter)


def served(tests: Any) -> int:
    """Serve with the scenario's class."""
    try:
        tests.setUpClass()
    except Exception as error:  # noqa: BLE001 - it is told, and is the outcome
        for _ in sys.stdin:
            for name in chosen(tests, POSITIVE):
                traceback.print_exception(error, file=sys.stdout)
                print(f'RESULT {name} red')
            print(END, flush=True)
        return 0
    try:
        for line in sys.stdin:
            run(tests, line.strip())
            print(END, flush=True)
    finally:
        tests.tearDownClass()
    return 0


def chosen(tests: Any, regex: str) -> Sequence[str]:
    """Return the names of some tests."""
    names = unittest.defaultTestLoader.getTestCaseNames(tests)
    return [name for name in names if re.match(regex, name)]


@contextlib.contextmanager
def misled(tests: Any, fault: str) -> Iterator[None]:
    """Do what is done by the cloud's API, if a fault is."""
    built = tests.built
    if fault == HARMLESS:
        with mock.patch.object(tests, 'broken', lambda *_: None):
            yield
    elif fault == NEXTHOP:
        routes = [{**one, 'nexthop': NOBODY} for one in built.route.routes]
        reached(built, True)
        built.router6.update(routes=routes)
        try:
            reached(built, False)
            yield
        finally:
            built.router6.update(routes=built.route.routes)
            reached(built, True)
    else:
        yield


def reached(built: Any, wanted: bool) -> None:
    """Wait until VM1 is reached from outside, or is not any more.

    An agent puts a route in force when it comes to it, and tests that look
    before have seen nothing.
    """
    target = built.planned.machine('VM1')
    ping = plans.Ping('VM1', target, patience=1)
    waiting.wait_for(
        f'replies of {target} to the tests: {wanted}',
        lambda: outside.ping(ping).received,
        IN_FORCE,
        until=lambda received: bool(received) is wanted,
    )


def run(tests: Any, fault: str) -> None:
    """Run the tests that a fault concerns and print what they said."""
    tests.looks = []
    with misled(tests, fault):
        for name in chosen(tests, CONCERNED.get(fault, POSITIVE)):
            result = unittest.TestResult()
            tests(name).run(result)
            wrong = [*result.failures, *result.errors]
            for _, said in wrong:
                print(said)
            outcome = 'red' if wrong else 'ok'
            print(f'RESULT {name} {"skipped" if result.skipped else outcome}')


def main(arguments: Sequence[str]) -> int:
    """Survey, or serve in the controller."""
    if arguments[0] == 'serve':
        return serve(arguments[1])
    return survey(Path(arguments[0]), arguments[1:])


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
