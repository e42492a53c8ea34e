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
"""The lab comes and goes, and the machine under it stays as it was."""

import os
import signal
import subprocess
import sys
import time

import testtools
from testtools import matchers

from ipv6_lab import hosts
from ipv6_lab import inventory
from ipv6_lab import lock
from ipv6_lab import record
from ipv6_lab import waiting
from tests.lab import machine
from tests.lab import meanwhile
from tests.lab import tenants

BEGUN = 60.0
# Bound and no more: who asks it is refused at once.
HOLD = """
import socket, sys
held = socket.socket(socket.AF_INET6)
held.bind(('::', int(sys.argv[1])))
print('there', flush=True)
sys.stdin.read()
"""


class LifecycleTest(testtools.TestCase):
    """Each test brings the lab to where it begins, and may leave it down."""

    namespaces: frozenset[str] = frozenset()

    def bring_up(self) -> None:
        """The lab is up."""
        said = machine.lab('up')
        self.assertEqual(0, said.returncode, said.stdout)
        self.namespaces = machine.namespaces()

    def take_down(self) -> None:
        """The lab is down."""
        said = machine.lab('down')
        self.assertEqual(0, said.returncode, said.stdout)

    def assert_nothing_left(self) -> None:
        """No process, namespace or file of a lab is on the machine."""
        self.assertNotEqual(frozenset(), self.namespaces)
        self.assertEqual([], machine.traces(self.namespaces))
        self.assertIsNone(record.read())

    def test_machine_is_untouched(self) -> None:
        """Down leaves nothing; up adds nothing outside of namespaces."""
        self.take_down()
        since = time.time()
        before = machine.snapshot()
        self.bring_up()
        self.assert_same(before, since, 'while it is up')
        self.take_down()
        self.assert_nothing_left()
        self.assert_same(before, since, 'after it was down')

    def assert_same(
        self, before: dict[str, str], since: float, when: str
    ) -> None:
        """The machine is as it was; if not, what is done goes on."""
        found = machine.differences(before, machine.snapshot())
        if found:
            found += meanwhile.told(since)
        self.expectThat(found, matchers.Equals(''), when)

    def test_another_up_changes_nothing(self) -> None:
        """Up again finds the lab up: the same hosts, by their inits."""
        self.bring_up()
        before = hosts.find()
        said = machine.lab('up')
        self.assertEqual(0, said.returncode, said.stdout)
        self.assertIn('kept', said.stdout)
        self.assertEqual(before, hosts.find())

    def test_every_change_goes_with_reset(self) -> None:
        """Reset: other hosts, and a cloud without what was made in it."""
        self.bring_up()
        hosts_before = hosts.find()
        with tenants.administrator() as view:
            before = tenants.networks(view)
            made = {'network': {'name': 'made-before-reset'}}
            view.post('network', tenants.NETWORKS, made)
            self.assertNotEqual(before, tenants.networks(view))
        said = machine.lab('reset')
        self.assertEqual(0, said.returncode, said.stdout)
        self.assertEqual(
            set(), set(hosts_before.values()) & set(hosts.find().values())
        )
        with tenants.administrator() as view:
            self.assertEqual(before, tenants.networks(view))

    def test_failing_service_is_told_and_leaves_nothing(self) -> None:
        """Glance finds its port taken: why, where, what to try; all goes."""
        process = self.begin_up()
        self.occupy(inventory.PORTS['image'])
        said, _ = process.communicate(timeout=BEGUN)
        self.assertEqual(1, process.returncode, said)
        report = said[said.index('ipv6-lab: ') :].splitlines()
        self.assertRegex(
            report[0],
            r'^ipv6-lab: glance: ended on controller \(glance is [A-Z]+\); '
            r'see its log; scripts/lab up --keep leaves the rest running$',
        )
        log = hosts.log_directory('controller') / 'glance.log'
        self.assertEqual(f'    last lines of {log}:', report[1])
        self.assertIn('bind(): Address already in use', said)
        self.assertTrue(
            all(line.startswith('    ') for line in report[1:]), said
        )
        self.assert_nothing_left()

    def occupy(self, port: int) -> None:
        """Have a TCP port of the controller that is coming up."""
        holder = subprocess.Popen(
            hosts.find()['controller'].command(
                [sys.executable, '-c', HOLD, str(port)]
            ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        # It ends with its host, or else when its input does.
        self.addCleanup(holder.communicate, timeout=BEGUN)
        assert holder.stdout  # noqa: S101 - for the type checker
        self.assertEqual('there\n', holder.stdout.readline())

    def test_interrupted_up_leaves_nothing(self) -> None:
        """Ctrl-C while services start: all goes, exit code 130."""
        process = self.begin_up()
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=BEGUN)
        self.assertEqual(130, process.returncode, said)
        self.assert_nothing_left()

    def test_killed_up_is_told_and_mended(self) -> None:
        """After a killed up the next one refuses, and down mends it."""
        process = self.begin_up()
        process.kill()
        process.communicate(timeout=BEGUN)
        refused = machine.lab('up')
        self.assertEqual(3, refused.returncode, refused.stdout)
        self.assertIn('scripts/lab down', refused.stdout)
        mended = machine.lab('down')
        self.assertEqual(0, mended.returncode, mended.stdout)
        self.assert_nothing_left()

    def test_ended_lab_is_begun_anew(self) -> None:
        """Once every host has ended by itself, up needs no down before."""
        self.bring_up()
        before = hosts.find()
        for process in hosts.leftovers():
            os.kill(process, signal.SIGKILL)
        waiting.wait_for(
            lambda: not hosts.leftovers(), 'the end of the hosts', BEGUN
        )
        self.bring_up()
        self.assertNotEqual(before, hosts.find())

    def test_dead_process_is_told(self) -> None:
        """A service that died is named by status and by up."""
        self.bring_up()
        host = hosts.find()['compute']
        switch = host.run(['pgrep', '-x', 'ovs-vswitchd']).split()[0]
        host.run(['kill', '-KILL', switch])
        self.addCleanup(self.take_down)
        self.wait_until_noticed()
        status = machine.lab('status')
        self.assertEqual(1, status.returncode, status.stdout)
        again = machine.lab('up')
        self.assertEqual(1, again.returncode, again.stdout)
        self.assertIn('ovs-vswitchd on compute is EXITED', again.stdout)

    def wait_until_noticed(self) -> None:
        """Until the supervisor has reaped what was killed."""
        ends = time.monotonic() + BEGUN
        while 'EXITED' not in (seen := machine.lab('status').stdout):
            self.assertLess(time.monotonic(), ends, seen)

    def begin_up(self) -> 'subprocess.Popen[str]':
        """Start `up` on an empty machine; return once hosts are there."""
        self.take_down()
        process = subprocess.Popen(
            [machine.LAB, 'up'],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        lines = process.stdout or self.fail('no pipe')
        self.addCleanup(lines.close)
        for line in lines:
            if line.startswith('links'):
                self.namespaces = machine.namespaces()
                return process
        self.fail(f'up ended with {process.wait()} before hosts were there')


class InputTest(testtools.TestCase):
    """Wrong use of the command line, on the real program."""

    def test_unknown_option(self) -> None:
        """One line and exit code 2."""
        said = machine.lab('up', '--colour')
        self.assertEqual(2, said.returncode)
        self.assertEqual(1, len(said.stdout.splitlines()), said.stdout)
        self.assertIn('--colour', said.stdout)

    def test_not_root(self) -> None:
        """Another user is told so, and no traceback."""
        said = subprocess.run(
            ['setpriv', '--reuid=65534', '--clear-groups', machine.LAB, 'up'],
            env={'PATH': '/nonexistent:/usr/bin:/bin'},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.assertNotEqual(0, said.returncode)
        self.assertNotIn('Traceback', said.stdout)
        self.assertIn('root', said.stdout)

    def test_two_at_once(self) -> None:
        """While one command holds the lock another is refused."""
        with lock.hold('a test'):
            said = machine.lab('down')
        self.assertEqual(1, said.returncode, said.stdout)
        self.assertIn('is under way', said.stdout)
