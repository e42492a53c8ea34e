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

"""The service VM's user data, and what it says on its console."""

import base64
import json
import subprocess

import netaddr
import testtools

from ipv6_tempest_plugin.overlay.vrouter import userdata
from tests.unit.plugin.vrouter import sample

READY = 'IPV6-VROUTER ready: 2001:db8:0:2::1/64 on eth1, by radvd\r\n'
FAILED = 'IPV6-VROUTER failed: none of these is in the image: radvd\r\n'


class UserDataTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        gateway = netaddr.IPAddress('20.0.0.1')
        self.text = userdata.script(
            sample.PLANNED, 1430, ['radvd', 'dnsmasq'], gateway
        )

    def test_a_script_for_any_shell(self) -> None:
        self.assertTrue(self.text.startswith('#!/bin/sh\n'))
        subprocess.run(['sh', '-n'], input=self.text, text=True, check=True)

    def test_what_it_is_told(self) -> None:
        for line in (
            'outer_mac=fa:16:3e:11:11:11',
            'address=2001:db8:0:2::1/64',
            'mtu=1430',
            'gateway4=20.0.0.1',
            "daemons='radvd dnsmasq'",
        ):
            self.assertIn(f'\n{line}\n', self.text)

    def test_advertisements_are_heeded_before_forwarding(self) -> None:
        heeds = self.text.index('/accept_ra" 2')
        self.assertLess(heeds, self.text.index('put all/forwarding 1'))

    def test_as_cloud_config(self) -> None:
        first, _, rest = userdata.cloud_config(self.text, ['radvd']).partition(
            '\n'
        )
        self.assertEqual('#cloud-config', first)
        wanted = json.loads(rest)
        self.assertEqual(['radvd'], wanted['packages'])
        (file,) = wanted['write_files']
        self.assertEqual([[file['path']]], wanted['runcmd'])
        program = base64.b64decode(file['content']).decode()
        self.assertEqual(self.text, program)

    def test_nothing_to_install(self) -> None:
        _, _, rest = userdata.cloud_config(self.text, []).partition('\n')
        self.assertIs(False, json.loads(rest)['package_update'])


class SaidTest(testtools.TestCase):
    def test_nothing_yet(self) -> None:
        self.assertIsNone(userdata.said('booting\nIPV6-VROUTER rea'))

    def test_ready(self) -> None:
        self.assertEqual(
            '2001:db8:0:2::1/64 on eth1, by radvd',
            userdata.said(f'booting\r\n{READY}login:'),
        )

    def test_failed(self) -> None:
        failed = self.assertRaises(userdata.Failed, userdata.said, FAILED)
        self.assertEqual('none of these is in the image: radvd', str(failed))
