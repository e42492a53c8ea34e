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

"""Guests by ssh and by console: asked, waited for, understood."""

import threading
import types
from typing import Any
from unittest import mock

import fixtures
import netaddr
import paramiko
from tempest.lib.common import ssh
from tempest.lib import exceptions
import testtools

from ipv6_tempest_plugin.overlay.guests import console
from ipv6_tempest_plugin.overlay.guests import images
from ipv6_tempest_plugin.overlay.guests import plans
from ipv6_tempest_plugin.overlay.guests import reports
from ipv6_tempest_plugin.overlay.guests import shell
from ipv6_tempest_plugin import waiting
from tests.unit.plugin.overlay import test_guest_reading as report

CONF = types.SimpleNamespace(
    ipv6_overlay=types.SimpleNamespace(
        card_command='up {interface}',
        lease_command='lease {interface}',
        lower_command='down {interface}',
        vlan_command='tag {interface} {parent} {mac} {vlan}',
    ),
    validation=types.SimpleNamespace(
        image_ssh_user='cirros', ssh_timeout=0.05, ssh_key_type='ecdsa'
    ),
)


def said(*numbers: int) -> str:
    """Return a console with reports of these numbers."""
    return ''.join(
        report.TEXT.replace('V6O 0 ', f'V6O {number} ') for number in numbers
    )


def notes(error: BaseException) -> str:
    """Return what was told with an error."""
    return '\n'.join(error.__notes__)


def lost(report: str, *numbers: int) -> str:
    """Return a report in which later replies came in place of some."""
    for number in numbers:
        seq = f'icmp_seq={number} '
        report = report.replace(seq, f'icmp_seq={number + 5} ')
    return report


class AccessTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        for module in (console, images, shell):
            self.useFixture(fixtures.MockPatchObject(module, 'CONF', CONF))
        self.useFixture(fixtures.MockPatch('time.sleep'))
        self.server = mock.Mock()
        self.server.name = 'server'


class ConsoleTest(AccessTest):
    def guest(self, *texts: str) -> console.ConsoleGuest:
        """Return a guest whose console shows these texts in turn."""
        last = texts[-1]
        shown = iter(texts)
        self.server.console.side_effect = lambda: next(shown, last)
        return console.ConsoleGuest(self.server)

    def test_a_report_that_was_begun_before_does_not_count(self) -> None:
        guest = self.guest(said(1), said(1), said(1, 2), said(1, 2, 3))
        seen = guest.observe(plans.Plan(patience=60))
        # The second may have been under way when it was asked for.
        self.assertEqual(3, seen.number)

    def test_what_is_missing_in_the_end_is_for_the_caller_to_see(self) -> None:
        guest = self.guest('', said(7))
        plan = plans.Plan([netaddr.IPAddress('2001:db8::1')], patience=0)
        self.assertEqual(7, guest.observe(plan).number)

    def test_no_report_at_all(self) -> None:
        guest = self.guest('nothing')
        plan = plans.Plan(patience=0)
        error = self.assertRaises(waiting.WaitTimeout, guest.observe, plan)
        self.assertIn('report of server', str(error))
        error = self.assertRaises(waiting.WaitTimeout, guest.wait)
        self.assertIn('runs no user data', notes(error))

    def test_a_reply_in_part_waits_for_the_next_report(self) -> None:
        # The rule came between the first echo request and the second.
        partly = lost(said(3), 2, 3)
        guest = self.guest(
            said(1), said(1) + partly, said(1) + partly + said(4)
        )
        gateway = plans.Ping('gw', report.ROUTER)
        plan = plans.Plan(answers=[gateway], patience=60)
        seen = guest.observe(plan)
        self.assertEqual(4, seen.number)
        self.assertEqual(3, seen.pings['gw'].first(3).received)

    def test_a_reply_that_is_lost_again_is_for_the_caller_to_see(self) -> None:
        partly, again = lost(said(3), 3), lost(said(4), 3)
        guest = self.guest(said(1), said(1) + partly, partly + again)
        gateway = plans.Ping('gw', report.ROUTER)
        seen = guest.observe(plans.Plan(answers=[gateway], patience=60))
        self.assertEqual(4, seen.number)
        self.assertEqual(2, seen.pings['gw'].first(3).received)

    def test_a_settled_plan_is_seen_in_a_report_that_is_begun_later(
        self,
    ) -> None:
        partly = said(3).replace('3 received', '2 received')
        guest = self.guest(
            said(1),
            said(1) + partly,
            said(1) + partly,
            partly + said(4),
            said(4, 5),
        )
        gateway = plans.Ping('gw', report.ROUTER)
        plan = plans.Plan(answers=[gateway], pings=[gateway], patience=60)
        left = guest.settle(plan)
        self.assertEqual([gateway], [*left.pings])
        self.assertEqual([], [*left.answers])
        seen = guest.observe(left)
        self.assertEqual((5, 3), (seen.number, seen.pings['gw'].received))

    def test_a_garbled_report_is_waited_over(self) -> None:
        garbled = said(1).replace('@links', '[ 3.1] eth0 up @links')
        guest = self.guest(garbled, said(2), said(2, 4))
        self.assertEqual(4, guest.observe(plans.Plan(patience=60)).number)

    def test_counters_of_the_next_report(self) -> None:
        guest = self.guest(said(1), said(1, 2, 3))
        with guest.connected():
            seen = guest.counters(plans.Plan(patience=60))
        self.assertIn('Ip6OutForwDatagrams', seen)

    def test_user_data_raises_cards_and_gets_leases(self) -> None:
        plan = plans.Plan(raised=[report.MAC], leasing=[report.MAC])
        text = console.user_data(plan)
        up, lease = (
            text.index(f'raise 20 {report.MAC} \'{verb} "$name"\'')
            for verb in ('up', 'lease')
        )
        self.assertLess(up, lease)
        self.assertNotIn('lease', console.user_data(plans.Plan()))


class ShellTest(AccessTest):
    def guest(self, *answers: Any) -> shell.ShellGuest:
        """Return a guest that answers commands so."""
        self.client = self.useFixture(
            fixtures.MockPatchObject(shell, 'Client')
        ).mock
        self.client.return_value.exec_command.side_effect = answers
        key: Any = types.SimpleNamespace(private='PRIVATE')
        return shell.ShellGuest(self.server, '2001:db8::5', key)

    def test_looks_around(self) -> None:
        guest = self.guest(report.TEXT)
        seen = guest.observe(plans.Plan())
        self.assertEqual(0, seen.number)
        (command,) = self.client.return_value.exec_command.call_args.args
        self.assertIn('begin 0', command)
        self.assertNotIn('PRIVATE', command)

    def test_waits_first_and_looks_around_then(self) -> None:
        guest = self.guest('', report.TEXT)
        gateway = plans.Ping('full', report.ROUTER)
        plan = plans.Plan([report.ROUTER], answers=[gateway], pings=[gateway])
        guest.observe(guest.settle(plan))
        first, second = (
            one.args[0] for one in self.client().exec_command.call_args_list
        )
        for verb in ('settle ', 'answered '):
            self.assertIn(f'{verb}', first.split('begin()')[1])
        self.assertNotIn('begin 0', first)
        self.assertIn('begin 0', second)
        self.assertNotIn('until_true 20', second)
        self.assertIn('echo_to full', second)

    def test_cards_of_vlans_are_made_once(self) -> None:
        guest = self.guest('', '')
        guest.first = 'make-a-card'
        for wanted in (True, False):
            guest.settle(plans.Plan())
            command = self.client().exec_command.call_args.args[0]
            self.assertEqual(wanted, 'make-a-card' in command)

    def test_a_line_that_is_kept_is_used_in_turn(self) -> None:
        guest = self.guest('')
        with guest.connected():
            line: Any = guest.line
            with line.turn:
                error = self.assertRaises(
                    exceptions.TimeoutException, guest.run, 'second', 0.05
                )
            self.assertIn('an earlier command still runs', str(error))
            self.client().exec_command.assert_not_called()
            guest.run('third')
            self.assertFalse(line.turn.locked())

    def test_counters_alone(self) -> None:
        guest = self.guest('Ip6InReceives  \t7\nIp6OutForwDatagrams 12\n')
        self.assertEqual(
            {'Ip6InReceives': 7, 'Ip6OutForwDatagrams': 12},
            guest.counters(plans.Plan()),
        )

    def test_counters_that_are_none(self) -> None:
        guest = self.guest('cat: no such file')
        self.assertRaises(
            reports.MalformedReport, guest.counters, plans.Plan()
        )

    def test_one_connection_for_several_commands(self) -> None:
        guest = self.guest('one', 'two', 'three')
        guest.run('a')
        with guest.connected():
            line = guest.line
            hang_up = self.useFixture(
                fixtures.MockPatchObject(line, 'hang_up')
            ).mock
            guest.run('b')
            self.assertIs(line, self.client().line)
            hang_up.assert_not_called()
        hang_up.assert_called_once()
        self.assertIsNone(guest.line)

    def test_what_fails_closes_the_connection(self) -> None:
        guest = self.guest(RuntimeError('lost'))
        hang_up = self.useFixture(
            fixtures.MockPatchObject(shell.Line, 'hang_up')
        ).mock
        with testtools.ExpectedException(RuntimeError), guest.connected():
            guest.run('a')
        hang_up.assert_called_once()

    def test_no_report_is_an_error_that_shows_what_came(self) -> None:
        guest = self.guest('sh: syntax error')
        error = self.assertRaises(
            reports.MalformedReport, guest.observe, plans.Plan()
        )
        self.assertIn('syntax error', str(error))

    def test_a_guest_that_never_comes_shows_its_console(self) -> None:
        guest = self.guest()
        self.server.console.return_value = 'panic\nadminPass: hunter2'
        self.useFixture(
            fixtures.MockPatch(
                'socket.create_connection', side_effect=OSError('no route')
            )
        )
        error = self.assertRaises(waiting.WaitTimeout, guest.wait)
        self.assertIn('no route', str(error))
        self.assertIn('nobody routes', notes(error))
        self.assertIn('panic', notes(error))
        self.assertNotIn('hunter2', notes(error))

    def test_a_console_that_cannot_be_read_hides_nothing(self) -> None:
        guest = self.guest()
        self.server.console.side_effect = RuntimeError('no console')
        self.useFixture(
            fixtures.MockPatch(
                'socket.create_connection', side_effect=OSError('no route')
            )
        )
        error = self.assertRaises(waiting.WaitTimeout, guest.wait)
        self.assertIn('no console', notes(error))

    def test_routes_are_seen_to_be_so_when_the_connection_is_lost(
        self,
    ) -> None:
        lost = exceptions.TimeoutException('nobody has told')
        guest = self.greeting(lost, '')
        guest.enter(report.MAC)
        first, second = self.client.return_value.exec_command.mock_calls
        self.assertEqual(first, second)
        self.assertIn(f'mac={report.MAC}', str(first))

    def test_routes_that_stay_are_told(self) -> None:
        failed = exceptions.SSHExecCommandFailed(
            command='pin', exit_status=2, stderr='no default route', stdout=''
        )
        self.useFixture(fixtures.MockPatchObject(shell.CONF, 'validation'))
        shell.CONF.validation.ssh_timeout = 0
        guest = self.greeting(failed, failed)
        self.server.console.return_value = 'login:'
        error = self.assertRaises(waiting.WaitTimeout, guest.enter, report.MAC)
        self.assertIn('no default route', str(error))
        self.assertIn('login:', notes(error))

    def greeting(self, *answers: Any) -> shell.ShellGuest:
        """Return a guest whose server greets; commands end so."""
        stream = mock.MagicMock()
        stream.__enter__.return_value.recv.return_value = b'SSH-'
        self.useFixture(
            fixtures.MockPatch('socket.create_connection', return_value=stream)
        )
        return self.guest(*answers)


class ClientTest(testtools.TestCase):
    """A guest that falls silent after all that a command printed."""

    def setUp(self) -> None:
        super().setUp()
        self.closed = threading.Event()
        connection = mock.Mock()
        connection.close.side_effect = self.closed.set
        self.useFixture(
            fixtures.MockPatchObject(
                ssh.Client, '_get_ssh_connection', return_value=connection
            )
        )
        self.client = shell.Client('2001:db8::5', 'cirros')
        self.client.timeout = 0.05

    def answers(self, status: int, patience: float) -> None:
        """Have commands end so; -1 is what paramiko says of no answer."""

        def command(client: ssh.Client, cmd: str, encoding: str) -> str:
            client._get_ssh_connection()
            self.closed.wait(patience)
            raise exceptions.SSHExecCommandFailed(
                command=cmd, exit_status=status, stderr='', stdout=''
            )

        self.useFixture(
            fixtures.MockPatchObject(ssh.Client, 'exec_command', command)
        )

    def test_no_exit_status_is_not_waited_for_without_end(self) -> None:
        self.answers(-1, patience=10)
        error = self.assertRaises(
            exceptions.TimeoutException, self.client.exec_command, 'pin'
        )
        self.assertIn('not told within 0.05 s how this ended', str(error))
        self.assertTrue(self.closed.is_set())

    def connected(self) -> Any:
        """Return a connection, as a command gets it that ends in time."""
        found = self.client._get_ssh_connection()
        timer: Any = self.client._timer
        timer.cancel()
        return found

    def test_a_line_serves_one_command_after_the_other(self) -> None:
        logins = []

        def connect(client: ssh.Client) -> Any:
            logins.append(mock.Mock())
            return logins[-1]

        self.useFixture(
            fixtures.MockPatchObject(
                ssh.Client, '_get_ssh_connection', connect
            )
        )
        self.client.timeout = 60
        self.client.line = line = shell.Line()
        for _ in range(2):
            self.connected().close()
        (login,) = logins
        login.close.assert_not_called()
        login.get_transport.return_value.is_active.return_value = False
        self.connected()
        self.assertEqual(2, len(logins))
        line.hang_up()
        logins[1].close.assert_called_once_with()

    def test_who_is_late_is_hung_up_on(self) -> None:
        self.client.line = shell.Line()

        def command(client: ssh.Client, cmd: str, encoding: str) -> str:
            client._get_ssh_connection()
            self.closed.wait(10)
            raise paramiko.SSHException('Channel closed')

        self.useFixture(
            fixtures.MockPatchObject(ssh.Client, 'exec_command', command)
        )
        self.assertRaises(
            exceptions.TimeoutException, self.client.exec_command, 'pin'
        )
        self.assertTrue(self.closed.is_set())

    def test_logging_in_may_have_a_limit_of_its_own(self) -> None:
        limits = []

        def connect(client: ssh.Client) -> Any:
            limits.append(client.timeout)
            return mock.Mock()

        self.useFixture(
            fixtures.MockPatchObject(
                ssh.Client, '_get_ssh_connection', connect
            )
        )
        self.client.patience = 0
        self.client._get_ssh_connection()
        self.client.patience = None
        self.client._get_ssh_connection()
        self.assertEqual([0, 0.05], limits)
        self.assertEqual(0.05, self.client.timeout)

    def test_a_command_that_fails_in_time_is_no_timeout(self) -> None:
        self.client.timeout = 60
        self.answers(2, patience=0)
        self.assertRaises(
            exceptions.SSHExecCommandFailed, self.client.exec_command, 'pin'
        )
        timer: Any = self.client._timer
        timer.join(10)
        self.assertFalse(self.closed.is_set())
