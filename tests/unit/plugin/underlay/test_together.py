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

"""Many jobs at once."""

import resource
import socket
import threading
import time
from unittest import mock

import testtools

from ipv6_tempest_plugin.underlay import findings
from ipv6_tempest_plugin.underlay import resolving
from ipv6_tempest_plugin.underlay import together
from ipv6_tempest_plugin import waiting
from tests.unit.plugin.underlay import base
from tests.unit.plugin.underlay import servers


class GatherTest(testtools.TestCase):
    def test_answers_come_in_order(self) -> None:
        jobs = [lambda n=n: n for n in range(50)]
        self.assertEqual(list(range(50)), together.gather(jobs))
        self.assertEqual([], together.gather([]))

    def test_all_run_at_once(self) -> None:
        barrier = threading.Barrier(20)
        jobs = [lambda: barrier.wait(5)] * 20
        self.assertEqual(set(range(20)), set(together.gather(jobs)))

    def test_an_error_of_ours_is_not_swallowed(self) -> None:
        def crash() -> None:
            raise KeyError('ours')

        self.assertRaises(KeyError, together.gather, [crash, crash])

    def test_the_descriptors_bound_the_threads(self) -> None:
        with mock.patch.object(resource, 'getrlimit', return_value=(256, 256)):
            self.assertLess(together.worker_limit(), 100)
        with mock.patch.object(
            resource, 'getrlimit', return_value=(resource.RLIM_INFINITY,) * 2
        ):
            self.assertGreater(together.worker_limit(), 1000)


class BlackholesTest(base.UnderlayTest):
    def test_blackholes_do_not_slow_the_rest(self) -> None:
        sound = self.serve(servers.reply())
        holes = [self.useFixture(servers.Blackhole()) for _ in range(10)]
        ports = [hole.port for hole in holes] + [sound.port] * 10
        start = time.monotonic()
        urls = [f'http://[::1]:{port}' for port in ports]
        seen = self.look(*urls, timeout=1.0)
        elapsed = time.monotonic() - start
        self.assert_findings(['tcp-silent'] * 10, seen)
        # One after the other they would take ten times as long.
        self.assertLess(elapsed, 5)
        self.assertEqual(10, seen.examined('answering'))


class ResolverTest(testtools.TestCase):
    def test_a_resolver_that_hangs_is_left_behind(self) -> None:
        release = threading.Event()
        self.addCleanup(release.set)

        def hang(*arguments: object) -> list[object]:
            release.wait(10)
            return []

        with mock.patch('socket.getaddrinfo', hang):
            fault = self.assertRaises(
                findings.Fault,
                resolving.lookup,
                'slow.example',
                socket.AF_INET6,
                waiting.Deadline(0.1),
            )
        self.assertEqual('resolver-silent', fault.code)
        self.assertIn('slow.example: nothing within 0.1 s', fault.seen)

    def test_a_resolver_that_fails(self) -> None:
        error = socket.gaierror(socket.EAI_AGAIN, 'try again')
        with mock.patch('socket.getaddrinfo', side_effect=error):
            fault = self.assertRaises(
                findings.Fault,
                resolving.lookup,
                'h.example',
                socket.AF_INET6,
                waiting.Deadline(5),
            )
        self.assertEqual('name-unresolvable', fault.code)
        self.assertIn('try again', fault.seen)
