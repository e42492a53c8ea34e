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

"""The observer's script, run by the machine's own shell."""

import os
from pathlib import Path
import subprocess

import fixtures
import netaddr
import testtools

from ipv6_tempest_plugin import config
from ipv6_tempest_plugin.overlay.guests import observer
from ipv6_tempest_plugin.overlay.guests import plans
from ipv6_tempest_plugin.overlay.guests import reading
from ipv6_tempest_plugin.overlay.guests import reports

# What Dropbear takes for a command (its MAX_CMD_LEN).
LONGEST = 9000
HERE = netaddr.IPAddress('127.0.0.1')


class ObserverTest(testtools.TestCase):
    def test_a_script_is_no_longer_than_a_command_may_be(self) -> None:
        far = netaddr.IPAddress('2001:db8:1111:2222:3333:4444:5555:6666')
        pings = [plans.Ping(f'some-ping-{n}', far, far) for n in range(12)]
        cards = ['fa:16:3e:00:00:01'] * 3
        plan = plans.Plan(
            [far] * 6,
            cards,
            cards,
            servers=[far],
            raised=cards,
            leasing=cards,
            answers=pings,
            pings=pings,
        )
        commands = observer.Commands(
            'sudo ip link set dev {interface} up',
            'sudo udhcpc -i {interface} -n -q',
        )
        vlans = dict(enumerate(cards, 101))
        tagging = observer.Commands(tagging=config.TAG)
        first = observer.tag(cards[0], vlans, tagging)
        for text in (
            observer.once(plan, commands),
            observer.waits(plan, commands, first),
        ):
            self.assertThat(len(text), testtools.matchers.LessThan(LONGEST))

    def test_what_it_prints_can_be_read(self) -> None:
        plan = plans.Plan(
            addresses=[netaddr.IPAddress('::2')],
            connections=[],
            patience=0,
        )
        said = subprocess.run(
            ['sh', '-c', observer.once(plan)],
            stdout=subprocess.PIPE,
            text=True,
            timeout=60,
            check=True,
        ).stdout
        (found,) = reports.find(said)
        self.assertEqual(0, reading.read(found).number)

    def settled(self, address: str = '', server: str = '') -> bool:
        """Say whether this machine has them."""
        settle = observer.words('settle', 0, address, '', '', server)
        path = Path(self.useFixture(fixtures.TempDir()).join('resolv.conf'))
        path.write_text('nameserver 2001:db8::53\n')
        script = observer.script('observer.sh')
        script = script.replace('/etc/resolv.conf', str(path))
        ran = subprocess.run(['sh', '-c', f'{script}\n{settle}'], timeout=60)
        return ran.returncode == 0

    def test_leases_and_servers_are_waited_for(self) -> None:
        self.assertTrue(self.settled('127.0.0.1', '2001:db8::53'))
        self.assertFalse(self.settled('192.0.2.77'))
        self.assertFalse(self.settled('27.0.0.1'))
        self.assertFalse(self.settled(server='2001:db8::5'))

    def test_user_data_counts_its_reports(self) -> None:
        text = observer.forever(plans.Plan(pings=[plans.Ping('x', HERE)]))
        self.assertTrue(text.startswith('#!/bin/sh\n'))
        once = text.replace('/dev/console', '/dev/stdout').replace(
            'while :; do', 'for turn in 1 2; do'
        )
        said = subprocess.run(
            ['sh', '-c', once],
            stdout=subprocess.PIPE,
            text=True,
            timeout=60,
            check=True,
        ).stdout
        found = reports.find(said)
        self.assertEqual([1, 2], [one.number for one in found])

    def test_cards_that_cannot_be_lowered_are_told(self) -> None:
        (mac,) = Path('/sys/class/net/lo/address').read_text().split()
        for command, wanted in (('true {interface}', 0), ('false', 1)):
            commands = observer.Commands(lowering=command)
            for macs in ([mac], ['00:00:00:00:00:99', mac]):
                text = observer.lower(macs, commands)
                status = subprocess.run(['sh', '-c', text]).returncode
                self.assertEqual(wanted, status)

    def test_what_comes_before_must_succeed(self) -> None:
        for before, wanted in (
            ('', 0),
            ('true', 0),
            ('false', 1),
            ('true; # no more', 0),
            ('true &', 0),
        ):
            text = observer.lower([], observer.Commands(), before)
            status = subprocess.run(['sh', '-c', text]).returncode
            self.assertEqual(wanted, status)

    def test_a_card_with_an_address_before_it_is_raised(self) -> None:
        (mac,) = Path('/sys/class/net/lo/address').read_text().split()
        text = observer.waits(plans.Plan(raised=[mac], patience=1))
        said = subprocess.check_output(['sh', '-c', text], text=True)
        self.assertIn(f'ADDRESSED {mac} {1:032x}', said)

    def test_cards_of_vlans_come_first(self) -> None:
        (mac,) = Path('/sys/class/net/lo/address').read_text().split()
        command = 'echo {parent} {interface} {mac} {vlan}'
        vlans = {101: 'fa:16:3e:00:00:01', 102: 'fa:16:3e:00:00:02', 9: mac}
        first = observer.tag(mac, vlans, observer.Commands(tagging=command))
        text = observer.waits(plans.Plan(raised=[mac]), first=first)
        said = subprocess.check_output(['sh', '-c', text], text=True)
        self.assertEqual(
            [
                'lo vlan101 fa:16:3e:00:00:01 101',
                'lo vlan102 fa:16:3e:00:00:02 102',
            ],
            said.splitlines()[:2],
        )
        self.assertIn('ADDRESSED', said)

    def test_cards_of_vlans_that_cannot_be_made_are_told(self) -> None:
        (mac,) = Path('/sys/class/net/lo/address').read_text().split()
        for parent, command in ((mac, 'false'), ('00:00:00:00:00:99', 'true')):
            commands = observer.Commands(tagging=command)
            first = observer.tag(parent, {101: 'no:such'}, commands)
            text = observer.waits(plans.Plan(), first=first)
            status = subprocess.run(['sh', '-c', text]).returncode
            self.assertNotEqual(0, status)

    def test_answered_asks_for_a_second_until_a_reply_comes(self) -> None:
        place = Path(self.useFixture(fixtures.TempDir()).path)
        path = f'PATH={place}:$PATH'
        for name in ('ping6', 'ping'):
            program = place / name
            program.write_text(
                f'#!/bin/sh\necho {name} "$@" >> {place}/said\n'
                'case $* in *1) exit 0 ;; esac\nexit 1\n'
            )
            program.chmod(0o755)
        script = f'{path}\n{observer.script("observer.sh")}\n'
        for call, wanted in (
            ("answered 2001:db8::1 ''", 0),
            ('answered 2001:db8::2 2001:db8::5', 1),
            ("answered 192.0.2.1 ''", 0),
        ):
            ran = subprocess.run(['sh', '-c', script + call])
            self.assertEqual(wanted, ran.returncode)
        self.assertEqual(
            [
                'ping6 -n -c 1 -i 0.2 -w 1 -W 1 2001:db8::1',
                'ping6 -n -c 1 -i 0.2 -w 1 -W 1 -I 2001:db8::5 2001:db8::2',
                'ping -n -c 1 -i 0.2 -w 1 -W 1 192.0.2.1',
            ],
            (place / 'said').read_text().splitlines(),
        )

    def test_a_ping_waits_until_its_deadline(self) -> None:
        place = Path(self.useFixture(fixtures.TempDir()).path)
        program = place / 'ping'
        program.write_text(f'#!/bin/sh\necho ping "$@" >> {place}/said\n')
        program.chmod(0o755)
        for deadline, wanted in (
            (None, 'ping -n -c 3 -i 0.5 -W 2 -s 56 127.0.0.1'),
            (1, 'ping -n -c 3 -i 0.5 -w 1 -W 2 -s 56 127.0.0.1'),
        ):
            ping = plans.Ping('x', HERE, deadline=deadline)
            text = observer.once(plans.Plan(pings=[ping], patience=0))
            script = f'PATH={place}:$PATH\n{text}'
            subprocess.check_output(['sh', '-c', script])
            (*_, said) = (place / 'said').read_text().splitlines()
            self.assertEqual(wanted, said)

    def test_words_are_quoted(self) -> None:
        self.assertEqual(
            "raise 3 x 'sudo ip $name'",
            observer.words('raise', 3, 'x', 'sudo ip $name'),
        )
        self.assertEqual("ping ''", observer.words('ping', None))


# Of /proc/net/ipv6_route: the default route by eth7.
ROUTE = (
    f'{0:032x} 00 {0:032x} 00 fe800000000000000000000000000001 '
    '00000400 00000001 00000000 00450003     eth7\n'
)


class PinTest(testtools.TestCase):
    """Routes of the tests' card, with programs that keep a note of it."""

    def setUp(self) -> None:
        super().setUp()
        self.place = Path(self.useFixture(fixtures.TempDir()).path)
        self.did = self.place / 'did'
        self.did.touch()
        self.marker = self.place / 'pinned'
        self.table = self.place / 'ipv6_route'
        self.table.write_text('')

    def program(self, name: str, text: str) -> None:
        """Put a program first in the path."""
        path = self.place / name
        path.write_text(f'#!/bin/sh\n{text}\n')
        path.chmod(0o755)

    def pinned(self, script: str) -> tuple[int, str]:
        """Run it; return its status, and what it has changed."""
        card = self.place / 'sys' / 'eth7'
        heed = self.place / 'proc' / 'eth7'
        for path in (card, heed):
            path.mkdir(parents=True, exist_ok=True)
        (card / 'address').write_text('fa:16:3e:00:00:09\n')
        (heed / 'accept_ra_defrtr').write_text('1\n')
        script = script.replace('/sys/class/net', str(card.parent))
        script = script.replace('/proc/sys/net/ipv6/conf', str(heed.parent))
        script = script.replace('/proc/net/ipv6_route', str(self.table))
        script = script.replace(observer.PINNED, str(self.marker))
        ran = subprocess.run(
            ['sh', '-c', script],
            env={
                'PATH': f'{self.place}:{os.defpath}',
                'SSH_CONNECTION': '2001:db8::1 5 2001:db8::9 22',
            },
            timeout=60,
        )
        heeds = (heed / 'accept_ra_defrtr').read_text().strip()
        return ran.returncode, f'{self.did.read_text()}heeds {heeds}'

    def routes(self) -> None:
        """Have an ip(8) that does what it is told to the route."""
        route = 'default via fe80::1 dev eth7'
        self.table.write_text(ROUTE)
        self.program('sudo', '"$@"')
        self.program(
            'ip',
            f"""place={self.place}
            case "$*" in
            *'show default') [ -e $place/gone ] || echo '{route} proto ra' ;;
            *'show table 6') cat $place/table 2> /dev/null ;;
            *'rule show') cat $place/rules 2> /dev/null ;;
            *replace*) echo '{route} onlink' > $place/table ;;
            *'rule add'*) echo "from $5 lookup 6" > $place/rules ;;
            *' del '*) touch $place/gone ;;
            esac
            case "$*" in
            *show*) ;;
            *) echo "$*" >> {self.did} ;;
            esac""",
        )

    def test_what_is_so_is_left_alone(self) -> None:
        self.routes()
        status, first = self.pinned(observer.pin('fa:16:3e:00:00:09'))
        self.assertEqual(0, status)
        for word in ('replace', 'rule add from 2001:db8::9', ' del ', 's 0'):
            self.assertIn(word, first)
        status, second = self.pinned(observer.pin('fa:16:3e:00:00:09'))
        self.assertEqual((0, first), (status, second))

    def test_early_by_the_address_that_is_to_come(self) -> None:
        self.routes()
        self.program('sudo', 'exit 9')
        status, did = self.pinned(
            observer.pin_early('fa:16:3e:00:00:09', '2001:db8::a', 5)
        )
        self.assertEqual(0, status)
        self.assertIn('rule add from 2001:db8::a', did)
        # Whoever logs in then has nothing left to do,
        status, later = self.pinned(observer.pin('fa:16:3e:00:00:09'))
        self.assertEqual(
            (0, did.replace('heeds 0', 'heeds 1')), (status, later)
        )
        # unless somebody has undone it.
        (self.place / 'gone').unlink()
        self.program('sudo', '"$@"')
        _, again = self.pinned(observer.pin('fa:16:3e:00:00:09'))
        self.assertIn('heeds 0', again)
        self.assertEqual(2, again.count(' del '))

    def test_early_is_given_up_in_time(self) -> None:
        self.program('ip', f'touch {self.place}/started')
        self.table.write_text(ROUTE.replace('eth7', 'eth6'))
        _, did = self.pinned(
            observer.pin_early('fa:16:3e:00:00:09', '2001:db8::a', 0)
        )
        self.assertEqual('heeds 1', did)
        self.assertFalse(self.marker.exists())
        # Nor is a process started for as long as there is no router.
        self.assertFalse((self.place / 'started').exists())
