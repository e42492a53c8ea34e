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

from pathlib import Path
import subprocess

import fixtures
import netaddr
import testtools

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
        self.assertThat(
            len(observer.once(plan, commands)),
            testtools.matchers.LessThan(LONGEST),
        )

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

    def test_words_are_quoted(self) -> None:
        self.assertEqual(
            "raise 3 x 'sudo ip $name'",
            observer.words('raise', 3, 'x', 'sudo ip $name'),
        )
        self.assertEqual("ping ''", observer.words('ping', None))
