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
"""A guest's tap device that the switch put down is set up again."""

import subprocess
import sys

import testtools

from ipv6_lab import hosts
from ipv6_lab import waiting

NAME = 'tap-put-down'
DEADLINE = 10.0
# As QEMU has one: a device that goes with the process that opened it.
HOLD = f"""
import fcntl, struct, sys
tun = open('/dev/net/tun', 'rb+', buffering=0)
fcntl.ioctl(tun, 0x400454CA, struct.pack('16sH22x', b'{NAME}', 0x1002))
print('there', flush=True)
sys.stdin.read()
"""


class TapLinksTest(testtools.TestCase):
    """On the host of the lab that has nothing but guests."""

    def setUp(self) -> None:
        super().setUp()
        self.host = hosts.find()['compute']
        holder = subprocess.Popen(
            self.host.command([sys.executable, '-c', HOLD]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(holder.communicate, timeout=DEADLINE)
        assert holder.stdout  # noqa: S101 - for the type checker
        self.assertEqual('there\n', holder.stdout.readline())

    def link(self, verb: str, *words: str) -> str:
        return self.host.run(['ip', 'link', verb, 'dev', NAME, *words])

    def is_up(self) -> bool:
        return ',UP' in self.link('show').split('>')[0]

    def test_promiscuous_and_down(self) -> None:
        self.link('set', 'promisc', 'on')
        waiting.wait_for(self.is_up, f'{NAME} to be up', DEADLINE)

    def test_another_that_persists_is_left_alone(self) -> None:
        """Open vSwitch's own are down by its own wish, br-int for one."""
        shown = self.host.run(['ip', 'link', 'show', 'dev', 'br-int'])
        self.assertIn('PROMISC', shown)
        self.assertNotIn(',UP', shown.split('>')[0])
