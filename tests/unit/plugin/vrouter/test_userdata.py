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
import os
from pathlib import Path
import shlex
import shutil
import subprocess
import tempfile

import ddt
import netaddr
import testtools
import yaml

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
            'digits=20010db8000000020000000000000001',
            'mtu=1430',
            'gateway4=20.0.0.1',
            "daemons='radvd dnsmasq'",
        ):
            self.assertIn(f'\n{line}\n', self.text)

    def test_what_comes_first(self) -> None:
        text = userdata.script(
            sample.PLANNED, 1430, ['radvd'], first='echo first'
        )
        self.assertTrue(text.startswith('#!/bin/sh\necho first\nouter_mac='))

    def test_whoever_was_heard_by_nobody_asks_again_soon(self) -> None:
        often = self.text.index('/router_solicitation_max_interval" 1')
        self.assertLess(often, self.text.index('put all/forwarding 1'))

    def test_advertisements_are_heeded_before_forwarding(self) -> None:
        heeds = self.text.index('/accept_ra" 2')
        self.assertLess(heeds, self.text.index('put all/forwarding 1'))

    def test_as_cloud_config(self) -> None:
        text = userdata.cloud_config(self.text, ['radvd'])
        self.assertEqual('#cloud-config', text.partition('\n')[0])
        wanted = yaml.safe_load(text)
        # What cloud-init reads of it, by its own schema.
        kinds = {
            'package_update': bool,
            'packages': list,
            'write_files': list,
            'runcmd': list,
        }
        self.assertEqual(kinds, {key: type(wanted[key]) for key in wanted})
        self.assertEqual(['radvd'], wanted['packages'])
        self.assertIs(True, wanted['package_update'])
        (file,) = wanted['write_files']
        self.assertEqual(
            ('b64', '0755'), (file['encoding'], file['permissions'])
        )
        self.assertEqual([[file['path']]], wanted['runcmd'])
        program = base64.b64decode(file['content']).decode()
        self.assertEqual(self.text, program)

    def test_nothing_to_install(self) -> None:
        wanted = yaml.safe_load(userdata.cloud_config(self.text, []))
        self.assertIs(False, wanted['package_update'])


@ddt.ddt
class ShellTest(testtools.TestCase):
    """The script's functions, run by a shell."""

    def setUp(self) -> None:
        super().setUp()
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.place = Path(scratch.name, 'place')

    def run_in_it(self, *lines: str) -> str:
        """Run lines in the script, in the place of what it would do."""
        text = userdata.script(sample.PLANNED, 1430, ['radvd', 'dnsmasq'])
        functions, _, rest = text.partition('patiently found \\\n')
        self.assertTrue(rest)
        text = '\n'.join([functions, *lines])
        text = text.replace(userdata.PLACE, str(self.place))
        text = text.replace('/proc/net', str(self.place.parent))
        done = subprocess.run(
            ['sh', '-eu'],
            input=text.replace('/dev/console', '/dev/stdout'),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return done.stdout

    def start(self, daemon: str) -> list[str]:
        """The command that starts a daemon on a card that is there."""
        said = self.run_in_it('inner=lo', f'settings_of_{daemon}')
        (command,) = said.splitlines()
        return shlex.split(command)

    def test_what_it_says_begins_a_line(self) -> None:
        said = self.run_in_it('printf login:', 'say "ready: all of it"')
        self.assertEqual('all of it', userdata.said(said))

    def test_why_it_failed(self) -> None:
        said = self.run_in_it('trap "exit 0" EXIT', 'fail no cards')
        error = self.assertRaises(userdata.Failed, userdata.said, said)
        self.assertEqual('no cards', str(error))

    @ddt.data(
        ('usable', 'if_inet6', '20 80 eth1', True),
        ('usable', 'if_inet6', '20 c0 eth1', False),
        ('usable', 'if_inet6', '20 88 eth1', False),
        ('usable', 'if_inet6', '20 80 eth2', False),
        ('upstream', 'ipv6_route', f'fe80{0:024x}0001 0 0 0 0 eth0', True),
        ('upstream', 'ipv6_route', f'fe80{0:024x}0001 0 0 0 0 eth1', False),
        ('upstream', 'ipv6_route', f'{0:032x} 0 0 0 0 eth0', False),
    )
    @ddt.unpack
    def test_what_it_waits_for(
        self, what: str, table: str, rest: str, wanted: bool
    ) -> None:
        begins = {
            'if_inet6': '20010db8000000020000000000000001 02 40',
            'ipv6_route': f'{0:032x} 00 {0:032x} 00',
        }
        lines = [f'{"f" * 32} 01 80 10 80 lo', f'{begins[table]} {rest}', '']
        (self.place.parent / table).write_text('\n'.join(lines))
        said = self.run_in_it(
            'outer=eth0 inner=eth1', f'{what} && echo yes || echo no'
        )
        self.assertEqual('yes' if wanted else 'no', said.strip())

    def test_settings_of_radvd(self) -> None:
        command = self.start('radvd')
        self.assertEqual('radvd', command[0])
        text = (self.place / 'radvd.conf').read_text()
        for words in (
            'interface lo {',
            'AdvManagedFlag off;',
            'AdvOtherConfigFlag off;',
            'AdvLinkMTU 1430;',
            'prefix 2001:db8:0:2::/64 { AdvOnLink on; AdvAutonomous on; };',
        ):
            self.assertIn(words, text)

    def test_settings_of_dnsmasq(self) -> None:
        command = self.start('dnsmasq')
        self.assertEqual('dnsmasq', command[0])
        self.assertEqual(
            {
                '--dhcp-range=2001:db8:0:2::,ra-only',
                '--ra-param=lo,mtu:1430,30,300',
                '--enable-ra',
                '--interface=lo',
            },
            {
                one
                for one in command
                if one.startswith(('--dhcp', '--ra', '--enable', '--inter'))
            },
        )

    @ddt.data(('radvd', '--configtest'), ('dnsmasq', '--test'))
    @ddt.unpack
    def test_a_daemon_takes_its_settings(self, name: str, only: str) -> None:
        program = shutil.which(name, path=f'{os.defpath}:/usr/sbin:/sbin')
        if not program:
            self.skipTest(f'{name} is not on this machine')
        command = [program, only, *self.start(name)[1:]]
        done = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.assertEqual(0, done.returncode, done.stdout)


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
