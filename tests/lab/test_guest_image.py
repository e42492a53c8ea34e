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
"""The guest image, for real: it boots, listens to the network and obeys.

Root is needed, a lab is not: the guests live in a namespace of their own.
"""

import functools
import ipaddress
import json
import os
from pathlib import Path
import re
import subprocess
import tempfile
import time
from typing import Any

import paramiko
import testtools
from testtools import content
from testtools import matchers

from ipv6_lab import guest
from ipv6_lab import paths
from ipv6_lab import places
from tests.lab import guestbed
from tests.lab import guestmachine

# Goes when the tests end.
SCRATCH = tempfile.TemporaryDirectory(prefix='guest-image-')

MAC = 'fa:16:3e:00:00:0a'
HOT_MAC = 'fa:16:3e:00:00:0b'
UPLINK_MAC = 'fa:16:3e:11:11:11'
INNER_MAC = 'fa:16:3e:22:22:22'
BEHIND_MAC = 'fa:16:3e:33:33:33'
INNER = ipaddress.IPv6Network('2001:db8:a::/64')
# In seconds of CPU time, since others may be working here too; alone on a
# machine a guest takes a third of it.
LOGIN_CPU_LIMIT = 18
POWER_OFF_LIMIT = 10

USER_DATA = '#!/bin/sh\necho "whoami: $(id -un) on $(hostname)"\nexit 3\n'
# The document's service VM: two cards, found by address, radvd inside.
VROUTER = f"""\
#!/bin/sh
card() {{ ip -o link | sed -n "s/^[0-9]*: \\([^:@]*\\).*$1.*/\\1/p"; }}
uplink=$(card {UPLINK_MAC})
inner=$(card {INNER_MAC})
sysctl -w net.ipv6.conf.$uplink.accept_ra=2
sysctl -w net.ipv6.conf.all.forwarding=1
ip -6 addr add {INNER[1]}/64 dev $inner
cat > /etc/radvd.conf <<EOF
interface $inner {{
    AdvSendAdvert on;
    MinRtrAdvInterval 3;
    MaxRtrAdvInterval 5;
    prefix {INNER} {{ AdvOnLink on; AdvAutonomous on; }};
}};
EOF
radvd -C /etc/radvd.conf
"""
TOOLS = """
    blkid bridge curl dd dhcpcd ip lsblk mkfs mkfs.ext4 mount nc nproc ping
    ping6 radvd radvdump ss sudo sysctl tcpdump tracepath traceroute
    traceroute6 udhcpc uptime
"""


@functools.cache
def image() -> Path:
    """The lab's image, or else one that is made for these tests."""
    if places.guest_image().exists():
        return places.guest_image()
    made = Path(SCRATCH.name) / 'guest.qcow2'
    guest.build(made, paths.downloads() / 'guest')
    return made


def link(report: dict[str, Any], name: str) -> dict[str, Any]:
    """What a report says of one interface."""
    (found,) = (each for each in report['links'] if each['ifname'] == name)
    return dict(found)


def addresses(report: dict[str, Any], name: str, scope: str) -> set[str]:
    """The interface's IPv6 addresses with their prefix lengths."""
    return {
        f'{each["local"]}/{each["prefixlen"]}'
        for each in link(report, name)['addr_info']
        if each['family'] == 'inet6' and each['scope'] == scope
    }


def servers(report: dict[str, Any], source: str) -> list[str]:
    """The DNS servers that a source named: dhcp4, dhcp6 or ra."""
    return [
        server
        for each in report['dns']
        if each['source'] == source
        for server in each['servers']
    ]


class GuestTest(testtools.TestCase):
    """A test with a link, a router on it and a key."""

    def setUp(self) -> None:
        super().setUp()
        if os.geteuid():
            self.skipTest('namespaces need root')
        self.bed = self.useFixture(guestbed.Bed())
        self.addCleanup(self.keep_log, 'radvd')
        self.key = paramiko.ECDSAKey.generate()
        self.metadata: dict[str, object] = {
            'hostname': 'one.novalocal',
            'public_keys': {
                'key': f'{self.key.get_name()} {self.key.get_base64()} note\n'
            },
        }

    def boot(
        self, name: str, *cards: guestmachine.Card, more: tuple[str, ...] = ()
    ) -> guestmachine.Guest:
        """Switch a guest on; a failing test shows its console."""
        made = guestmachine.Guest(self.bed, name, image(), cards, more=more)
        self.useFixture(made)
        # The file goes with the fixture, which comes after this.
        self.addCleanup(self.keep_console, made)
        return made

    def keep_log(self, name: str) -> None:
        """Attach what a server has said to the test's result."""
        self.addDetail(name, content.text_content(self.bed.log(name)))

    def keep_console(self, machine: guestmachine.Guest) -> None:
        """Attach what a guest has said to the test's result."""
        said = self.bed.log(machine.name) + machine.said()
        self.addDetail(
            f'console of {machine.name}',
            content.text_content(said or '(nothing)'),
        )

    def config_drive(self, name: str, user_data: str) -> Path:
        """A config drive as Nova makes it, in ISO 9660."""
        root = self.bed.path / f'{name}-drive'
        guestbed.write_metadata(root, self.metadata, user_data)
        drive = self.bed.path / f'{name}.iso'
        subprocess.run(
            ['genisoimage', '-quiet', '-r', '-J', '-V', 'config-2',
             '-o', str(drive), str(root)],
            check=True,
        )  # fmt: skip
        return drive

    def vfat_drive(self, name: str) -> Path:
        """A config drive as Nova makes it, in VFAT."""
        root = self.bed.path / f'{name}-drive'
        guestbed.write_metadata(root, self.metadata, '')
        drive = str(self.bed.path / f'{name}.vfat')
        for command in (
            ['mformat', '-C', '-i', drive, '-v', 'config-2', '-T', '8192',
             '-h', '16', '-s', '32', '::'],
            ['mcopy', '-s', '-i', drive, str(root / 'openstack'), '::'],
        ):  # fmt: skip
            subprocess.run(command, check=True)
        return Path(drive)

    def report(
        self, machine: guestmachine.Guest, what: str, *wanted: str
    ) -> dict[str, Any]:
        """The first report in which eth0 has just these global addresses."""

        def seen() -> dict[str, Any] | None:
            for each in machine.reports():
                if addresses(each, 'eth0', 'global') == set(wanted):
                    return each
            return None

        return guestbed.wait_for(f'report {what} {wanted}', seen, 60)


class GuestImageTest(GuestTest):
    """One guest on a link with IPv4 and IPv6.

    1. Advertisements with both flags off: SLAAC and no word of DHCPv6.
    2. ssh over IPv6, what DHCP and metadata gave, the tools.
    3. The O flag, then the M flag: the client follows.
    4. A card plugged in, the power button.
    """

    def test_life(self) -> None:
        """The steps above, in one boot."""
        self.bed.serve_dhcp()
        self.bed.serve_metadata(self.metadata, USER_DATA)
        router = self.bed.advertise(guestbed.Advertisement(dns=True))
        machine = self.boot('guest', guestmachine.Card(MAC))
        slaac = guestbed.eui64(MAC)
        shell = machine.ssh(str(slaac), self.key)
        self.check_speed(machine)
        self.check_slaac(machine, slaac)
        self.check_cloud(machine, shell)
        self.check_dhcp4(shell)
        self.assertNotIn('DHCPSOLICIT', self.bed.log('dnsmasq'))
        self.assertNotIn('INFORMATION-REQUEST', self.bed.log('dnsmasq'))

        guestbed.stop(router)
        router = self.bed.advertise(guestbed.Advertisement(other=True))
        self.check_stateless(machine)
        guestbed.stop(router)
        self.bed.advertise(
            guestbed.Advertisement(managed=True, autonomous=False)
        )
        self.check_stateful(machine)
        self.assertEqual(
            '0\n', shell.run('cat /proc/sys/net/ipv6/conf/eth0/addr_gen_mode')
        )
        self.check_hot_plug(machine)
        self.check_power_off(machine)

    def check_speed(self, machine: guestmachine.Guest) -> None:
        """What the way to the login took, of the machine and of time."""
        wall = time.monotonic() - machine.power_on
        computed = machine.cpu_seconds()
        text = f'ssh login after {wall:.1f} s, {computed:.1f} s of CPU time'
        self.addDetail('speed', content.text_content(text))
        self.assertTrue(computed < LOGIN_CPU_LIMIT, text)

    def check_slaac(
        self, machine: guestmachine.Guest, slaac: ipaddress.IPv6Address
    ) -> None:
        """Addresses, prefix lengths, state, router, MTU, DNS."""
        report = self.report(machine, 'of SLAAC', f'{slaac}/64')
        seen = link(report, 'eth0')
        local = 'fe80::f816:3eff:fe00:a/64'
        self.assertEqual({local}, addresses(report, 'eth0', 'link'))
        for each in seen['addr_info']:
            self.assertNotIn('tentative', each)
            self.assertNotIn('dadfailed', each)
        self.assertEqual(guestbed.MTU, seen['mtu'])
        self.assertEqual(guestbed.MTU, report['mtu6']['eth0'])
        self.assertEqual(MAC, seen['address'])
        routers = [
            (route['gateway'], route['dev'])
            for route in report['routes']['inet6']
            if route['dst'] == 'default'
        ]
        self.assertEqual([(guestbed.ROUTER, 'eth0')], routers)
        (advertisement,) = report['ra']
        self.assertEqual(
            (False, False, [str(guestbed.PREFIX)]),
            tuple(advertisement[k] for k in ('managed', 'other', 'prefixes')),
        )
        for flag in ('on_link', 'autonomous'):
            self.assertEqual([str(guestbed.PREFIX)], advertisement[flag])
        self.assertEqual([guestbed.RA_DNS], servers(report, 'ra'))
        self.assertEqual([], servers(report, 'dhcp6'))

    def check_cloud(
        self, machine: guestmachine.Guest, shell: guestmachine.Shell
    ) -> None:
        """Host name, user data, password, sudo, tools, memory."""
        guestbed.wait_for(
            'end of the user data', lambda: 'status 3' in machine.said()
        )
        self.assertIn('whoami: root on one', machine.said())
        self.assertEqual('one\n', shell.run('hostname'))
        self.assertEqual('root\n', shell.run('sudo id -un'))
        for tool in TOOLS.split():
            self.expectThat(
                shell.run(f'command -v {tool} || echo missing'),
                matchers.Not(matchers.Equals('missing\n')),
                tool,
            )
        self.assertIn(
            '200', shell.run("curl -gsw '%{http_code}' -o /dev/null "
                             "'http://[fe80::a9fe:a9fe%eth0]/openstack/'")
        )  # fmt: skip
        self.assertIn(' 0% packet loss', shell.run('ping6 -c1 2001:db8:9::1'))
        captured = shell.run(
            'sudo timeout 20 tcpdump -nli eth0 -c1 icmp6 & '
            'ping6 -c3 2001:db8:9::1; wait $!'
        )
        self.assertIn('1 packet captured', captured)
        other = machine.ssh(shell.address, None, password='gocubsgo')
        self.assertEqual('cirros\n', other.run('id -un'))

    def check_dhcp4(self, shell: guestmachine.Shell) -> None:
        """Routes by option 121, DNS, and the way Tempest renews a lease."""
        routes = shell.run('ip -4 route')
        self.assertIn('default via 10.9.0.1 dev eth0', routes)
        self.assertIn('192.0.2.0/24 via 10.9.0.2 dev eth0', routes)
        self.assertIn(
            f'nameserver {guestbed.DHCP4_DNS}',
            shell.run('cat /etc/resolv.conf').splitlines(),
        )
        shell.run('sudo /bin/kill -USR1 $(cat /var/run/udhcpc.eth0.pid)')

    def check_stateless(self, machine: guestmachine.Guest) -> None:
        """The O flag alone: information, and no address by DHCPv6."""
        guestbed.wait_for(
            'DNS server by DHCPv6',
            lambda: (
                servers(machine.reports()[-1], 'dhcp6') == [guestbed.DHCP6_DNS]
            ),
        )
        last = machine.reports()[-1]
        (answer,) = (e for e in last['dns'] if e['source'] == 'dhcp6')
        self.assertEqual([guestbed.DOMAIN], answer['search'])
        self.assertIn('INFORMATION-REQUEST', self.bed.log('dnsmasq'))
        self.assertNotIn('DHCPSOLICIT', self.bed.log('dnsmasq'))

    def check_stateful(self, machine: guestmachine.Guest) -> None:
        """The M flag: one address out of the server's range, as /128."""
        low, high = map(ipaddress.IPv6Address, guestbed.STATEFUL_RANGE)

        def given() -> list[ipaddress.IPv6Interface]:
            found = addresses(machine.reports()[-1], 'eth0', 'global')
            parsed = map(ipaddress.IPv6Interface, found)
            return [each for each in parsed if low <= each.ip <= high]

        (address,) = guestbed.wait_for('address by DHCPv6', given)
        self.assertEqual(128, address.network.prefixlen)
        (advertisement,) = machine.reports()[-1]['ra']
        self.assertEqual(
            ([str(guestbed.PREFIX)], []),
            tuple(advertisement[k] for k in ('on_link', 'autonomous')),
        )
        self.assertIn('DHCPSOLICIT', self.bed.log('dnsmasq'))

    def check_hot_plug(self, machine: guestmachine.Guest) -> None:
        """A card that comes later is brought up, too."""
        machine.plug(1, guestmachine.Card(HOT_MAC))
        local = 'fe80::f816:3eff:fe00:b/64'

        def up() -> bool:
            names = {e['ifname'] for e in machine.reports()[-1]['links']}
            return 'eth1' in names and local in addresses(
                machine.reports()[-1], 'eth1', 'link'
            )

        guestbed.wait_for('second card', up)

    def check_power_off(self, machine: guestmachine.Guest) -> None:
        """The power button ends it soon."""
        machine.order('system_powerdown')
        self.assertEqual(0, machine.process.wait(POWER_OFF_LIMIT))


class VRouterTest(GuestTest):
    """A guest routes for another one, told by its user data.

    ::

        br0 (2001:db8:9::/64) --- vRouter --- br1 (2001:db8:a::/64) --- VM
    """

    def test_guest_behind_guest(self) -> None:
        """Both on config drives; the VM is reached through the vRouter."""
        self.bed.ip('link add br1 type bridge')
        self.bed.ip('link set br1 addrgenmode none up')
        self.bed.advertise(guestbed.Advertisement())
        uplink = guestbed.eui64(UPLINK_MAC)
        self.bed.ip(f'route add {INNER} via {uplink}')
        drive = self.config_drive('vrouter', VROUTER)
        vrouter = self.boot(
            'vrouter',
            guestmachine.Card(UPLINK_MAC),
            guestmachine.Card(INNER_MAC, 'br1'),
            more=('-drive', f'file={drive},media=cdrom,if=ide,readonly=on'),
        )
        other_drive = self.vfat_drive('vm')
        behind = self.boot(
            'vm',
            guestmachine.Card(BEHIND_MAC, 'br1'),
            more=('-drive', f'file={other_drive},if=virtio,format=raw'),
        )
        address = guestbed.eui64(BEHIND_MAC, INNER)
        shell = behind.ssh(str(address), self.key)
        self.assertIn('config drive', behind.said())
        # In the words of Tempest's mount_config_drive, as its user.
        shell.run('sudo mount $(blkid -L config-2 -o device) /mnt')
        self.assertEqual(
            self.metadata,
            json.loads(shell.run('cat /mnt/openstack/latest/meta_data.json')),
        )
        report = self.report(behind, 'of the VM', f'{address}/64')
        self.assertEqual(
            ['fe80::f816:3eff:fe22:2222'],
            [
                route['gateway']
                for route in report['routes']['inet6']
                if route['dst'] == 'default'
            ],
        )
        # One hop less than the 64 that it starts with.
        self.assertIn('ttl=63', shell.run('ping6 -c1 2001:db8:9::1'))
        path = shell.run('traceroute6 -n -w2 -q1 2001:db8:9::1')
        self.assertEqual(
            [str(INNER[1]), '2001:db8:9::1'], re.findall(r'\d +(2\S+)', path)
        )
        self.assertIn('status 0', vrouter.said())
        self.report(vrouter, 'of the vRouter', f'{uplink}/64')
