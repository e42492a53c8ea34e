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

"""Nobody gets a prefix that somebody has."""

import pathlib
import subprocess
import sys

import fixtures
import netaddr
import testtools

from ipv6_tempest_plugin.overlay import cidrs

WHOLE = netaddr.IPNetwork('2001:db8::/62')
# Another worker: takes so many, prints them, holds them until it is told.
WORKER = """
import pathlib, sys
import netaddr
from ipv6_tempest_plugin.overlay import cidrs
whole, place = netaddr.IPNetwork(sys.argv[1]), pathlib.Path(sys.argv[2])
pool = cidrs.Pool(whole, 64, place)
print(*(pool.take() for _ in range(int(sys.argv[3]))), flush=True)
sys.stdin.read()
"""


class PoolTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.place = pathlib.Path(self.useFixture(fixtures.TempDir()).path)

    def pool(self, length: int = 64) -> cidrs.Pool:
        return cidrs.Pool(WHOLE, length, self.place)

    def worker(self, count: int) -> subprocess.Popen[str]:
        worker = subprocess.Popen(
            (sys.executable, '-c', WORKER, str(WHOLE), self.place, str(count)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(worker.wait)
        self.addCleanup(worker.communicate)
        return worker

    def test_all_are_taken_once(self) -> None:
        pool = self.pool()
        taken = {str(pool.take()) for _ in range(4)}
        self.assertEqual({str(one) for one in WHOLE.subnet(64)}, taken)

    def test_none_left(self) -> None:
        pool = self.pool()
        for _ in range(4):
            pool.take()
        error = self.assertRaises(cidrs.NoPrefixLeft, pool.take)
        self.assertIn('all 4 are in use', str(error))

    def test_given_back_it_can_be_taken(self) -> None:
        pool = self.pool()
        taken = [pool.take() for _ in range(4)]
        pool.give_back(taken[2])
        self.assertEqual(taken[2], pool.take())

    def test_workers_share_the_pool(self) -> None:
        worker = self.worker(3)
        line = worker.stdout.readline() if worker.stdout else ''
        pool = self.pool()
        ours = pool.take()
        self.assertNotIn(str(ours), line.split())
        self.assertEqual(3, len(line.split()))
        self.assertRaises(cidrs.NoPrefixLeft, pool.take)

    def test_what_a_dead_worker_had_is_free(self) -> None:
        worker = self.worker(4)
        if worker.stdout:
            worker.stdout.readline()
        pool = self.pool()
        self.assertRaises(cidrs.NoPrefixLeft, pool.take)
        worker.kill()
        worker.wait()
        self.assertIn(pool.take(), WHOLE)

    def test_prefix_that_is_too_long(self) -> None:
        error = self.assertRaises(ValueError, self.pool, 48)
        self.assertIn('holds a /48', str(error))

    def test_ipv4(self) -> None:
        whole = netaddr.IPNetwork('10.0.0.0/23')
        pool = cidrs.Pool(whole, 24, self.place)
        self.assertEqual(
            ['10.0.0.0/24', '10.0.1.0/24'],
            sorted(str(pool.take()) for _ in range(2)),
        )

    def test_very_many(self) -> None:
        whole = netaddr.IPNetwork('fd00::/8')
        pool = cidrs.Pool(whole, 128, self.place)
        self.assertIn(pool.take(), whole)
