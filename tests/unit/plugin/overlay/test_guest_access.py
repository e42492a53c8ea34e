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

import types
from typing import Any
from unittest import mock

import fixtures
import netaddr
import testtools

from ipv6_tempest_plugin.overlay.guests import console
from ipv6_tempest_plugin.overlay.guests import plans
from ipv6_tempest_plugin.overlay.guests import reports
from ipv6_tempest_plugin.overlay.guests import shell
from ipv6_tempest_plugin import waiting
from tests.unit.plugin.overlay import test_guest_reading as report

CONF = types.SimpleNamespace(
    ipv6_overlay=types.SimpleNamespace(card_command='up {interface}'),
    validation=types.SimpleNamespace(
        image_ssh_user='cirros', ssh_timeout=0.05, ssh_key_type='ecdsa'
    ),
)


def said(*numbers: int) -> str:
    """Return a console with reports of these numbers."""
    return ''.join(
        report.TEXT.replace('V6O 0 ', f'V6O {number} ') for number in numbers
    )


class AccessTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        for module in (console, shell):
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
        self.assertIn('run user data', str(error))

    def test_user_data_raises_cards(self) -> None:
        text = console.user_data(plans.Plan(raised=[report.MAC]))
        self.assertIn(f'raise 20 {report.MAC} \'up "$name"\'', text)


class ShellTest(AccessTest):
    def guest(self, *answers: Any) -> shell.ShellGuest:
        """Return a guest that answers commands so."""
        self.client = self.useFixture(
            fixtures.MockPatch('tempest.lib.common.ssh.Client')
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
        self.assertIn('panic', str(error))
        self.assertNotIn('hunter2', str(error))
