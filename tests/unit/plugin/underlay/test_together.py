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

import functools
import resource
import socket
import threading
import time
from typing import Any
from unittest import mock

import testtools

from ipv6_tempest_plugin.underlay import catalog
from ipv6_tempest_plugin.underlay import findings
from ipv6_tempest_plugin.underlay import probes
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


class RoomTest(testtools.TestCase):
    """Descriptors are lent by the hard limit, and given back."""

    def setUp(self) -> None:
        super().setUp()
        self.limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.addCleanup(
            resource.setrlimit, resource.RLIMIT_NOFILE, self.limits
        )
        _, hard = self.limits
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))

    def soft(self) -> int:
        return resource.getrlimit(resource.RLIMIT_NOFILE)[0]

    def test_as_many_jobs_as_are_asked_for_have_room(self) -> None:
        self.assertLess(together.worker_limit(), 300)
        with together.room_for(300):
            self.assertEqual(300, together.worker_limit())
        self.assertEqual(256, self.soft())

    def test_it_is_given_back_after_an_error(self) -> None:
        def fail() -> None:
            with together.room_for(300):
                raise KeyError('ours')

        self.assertRaises(KeyError, fail)
        self.assertEqual(256, self.soft())

    def limits_set(self, jobs: int, soft: int, hard: int) -> list[Any]:
        """Return which limits are set, with these there are at first."""
        with (
            mock.patch.object(
                resource, 'getrlimit', return_value=(soft, hard)
            ),
            mock.patch.object(resource, 'setrlimit') as limit,
            together.room_for(jobs),
        ):
            pass
        return [call.args[1] for call in limit.mock_calls]

    def test_no_more_than_the_hard_limit(self) -> None:
        self.assertEqual(
            [(300, 300), (256, 300)], self.limits_set(10_000, 256, 300)
        )

    def test_what_suffices_is_left(self) -> None:
        unlimited = resource.RLIM_INFINITY
        for soft, hard in ((1024, 4096), (1024, 1024), (unlimited,) * 2):
            self.assertEqual([], self.limits_set(10, soft, hard))
        self.assertEqual([], self.limits_set(10_000, 1024, 1024))

    def test_who_may_not_waits(self) -> None:
        refusal = [ValueError('not allowed'), None]
        jobs = [functools.partial(int, number) for number in range(300)]
        with (
            mock.patch.object(resource, 'setrlimit', side_effect=refusal),
            together.room_for(len(jobs)),
        ):
            self.assertEqual(256, self.soft())
            self.assertEqual(list(range(300)), together.gather(jobs))


class OnceTest(testtools.TestCase):
    def test_one_does_it_and_the_others_wait(self) -> None:
        once: together.Once[int] = together.Once()
        done: list[int] = []

        def job() -> int:
            done.append(1)
            barrier.wait(5)
            return 7

        barrier = threading.Barrier(2)
        jobs = [lambda: once('a', job)] * 9 + [lambda: barrier.wait(5)]
        self.assertEqual([7] * 9, together.gather(jobs)[:9])
        self.assertEqual([1], done)
        self.assertEqual(3, once('b', lambda: 3))

    def test_what_it_raises_is_for_all(self) -> None:
        once: together.Once[int] = together.Once()

        def fail() -> int:
            raise KeyError('ours')

        for _ in range(2):
            self.assertRaises(KeyError, once, 'a', fail)


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

    def test_a_survey_makes_room_for_its_probes(self) -> None:
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, limits)
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, limits[1]))
        seen: list[int] = []

        def probe(target: catalog.Target, *_: Any) -> probes.Report:
            seen.append(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
            return probes.Report(target.place, (), ())

        with mock.patch.object(probes, 'probe', probe):
            self.look(*[f'http://[::1]:{n}' for n in range(1, 201)])
        self.assertEqual(200, len(seen))
        self.assertGreater(min(seen), 2 * 200)


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
