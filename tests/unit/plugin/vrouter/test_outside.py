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


"""Pings from the machine that runs Tempest, and what configuration skips."""

import os
from pathlib import Path
import tempfile
import types
from typing import Any
from unittest import mock

import ddt
import fixtures
from tempest import test
import testtools

from ipv6_tempest_plugin.overlay.vrouter import outside
from ipv6_tempest_plugin.overlay.vrouter import reach
from ipv6_tempest_plugin.tests.overlay import base as overlay_base
from ipv6_tempest_plugin.tests.overlay import needs
from ipv6_tempest_plugin.tests.vrouter import base
from tests.unit.plugin.vrouter import sample

# Says what it was asked for, and in which language.
PING = """#!/bin/sh
echo "$LC_ALL $*"
echo '64 bytes from 2001:db8:0:2::1: icmp_seq=1 ttl=62 time=1.5 ms'
echo '2 packets transmitted, 1 received, 50% packet loss, time 300ms'
exit 1
"""


class OutsideTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.place = Path(scratch.name)
        path = f'{self.place}:{os.defpath}'
        self.useFixture(fixtures.EnvironmentVariable('PATH', path))
        aims = reach.from_outside(sample.PLANNED, sample.LINKS)
        self.pings = reach.pings(aims, (reach.FULL,), 2, 1)

    def test_each_target(self) -> None:
        ping = self.place / 'ping'
        ping.write_text(PING)
        ping.chmod(0o755)
        found = outside.pings(self.pings)
        self.assertEqual(
            {
                'VM1.full',
                'VM2.full',
                'vRouter-eth0.full',
                'vRouter-eth1.full',
            },
            set(found),
        )
        one = found['VM1.full']
        self.assertEqual(
            (2, 1, (62,)), (one.sent, one.received, one.hop_limits)
        )
        # 1430 octets, less the headers.
        self.assertIn('C -6 -n -c2 -i0.3 -W1 -s1382 2001:db8:0:2:', one.said)

    def test_waits_until_all_answer(self) -> None:
        seen = iter((0, 0, 1))
        replies = mock.Mock(
            side_effect=lambda _: {
                'VM1.56': sample.echo(1, sent=1),
                'VM2.56': sample.echo(next(seen), sent=1),
            }
        )
        self.useFixture(fixtures.MockPatchObject(outside, 'pings', replies))
        self.useFixture(fixtures.MockPatch('time.sleep'))
        outside.answered([], 60)
        self.assertEqual(3, replies.call_count)

    def test_who_never_answers_is_for_the_pings_to_show(self) -> None:
        lost = {'VM1.56': sample.echo(0, sent=1)}
        self.useFixture(
            fixtures.MockPatchObject(outside, 'pings', return_value=lost)
        )
        outside.answered([], 0)

    def test_no_ping(self) -> None:
        path = str(self.place)
        self.useFixture(fixtures.EnvironmentVariable('PATH', path))
        error = self.assertRaises(AssertionError, outside.ping, self.pings[0])
        self.assertIn('tests_have_route', str(error))


@ddt.ddt
class SkipTest(testtools.TestCase):
    def configure(self, **changes: Any) -> None:
        """Have these options, and the rest as a cloud with everything."""
        chosen = {
            'guest_access': 'ssh-floating-ip',
            'console_output': True,
            'floating_ips': True,
            'ipv6': True,
            'ipv6_subnet_attributes': True,
            'external_ipv6': True,
            'api_extensions': ['all'],
            'public_network_id': 'public',
            'tests_have_route': True,
            **changes,
        }
        every = types.SimpleNamespace(**chosen)
        conf = types.SimpleNamespace(
            ipv6_overlay=every,
            ipv6_vrouter=every,
            compute_feature_enabled=every,
            network_feature_enabled=every,
            network=every,
            service_available=mock.MagicMock(),
        )
        for module in (overlay_base, needs, base):
            self.useFixture(fixtures.MockPatchObject(module, 'CONF', conf))
        self.useFixture(
            fixtures.MockPatchObject(test.BaseTestCase, 'skip_checks')
        )

    @ddt.data(
        ('console_output', False),
        ('floating_ips', False),
        ('api_extensions', ['extraroute']),
        ('public_network_id', ''),
    )
    @ddt.unpack
    def test_what_it_needs(self, name: str, off: Any) -> None:
        self.configure(**{name: off})
        error = self.assertRaises(
            base.VRouterTest.skipException, base.VRouterTest.skip_checks
        )
        self.assertIn(name, str(error))

    @ddt.data('ssh-ipv6', 'console')
    def test_floating_ips_where_guests_are_reached_so(self, way: str) -> None:
        self.configure(floating_ips=False, guest_access=way)
        base.VRouterTest.skip_checks()
