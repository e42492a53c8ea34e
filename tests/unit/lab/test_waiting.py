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
from pathlib import Path

import testtools

from ipv6_lab import errors
from ipv6_lab import hosts
from ipv6_lab import inventory
from ipv6_lab import links
from ipv6_lab import waiting
from tests.unit.lab import front


def never() -> None:
    """A probe that says what it saw."""
    raise waiting.NotReady('refused', 'keystone')


class WaitingTest(testtools.TestCase):
    def test_a_passed_deadline_says_what_to_try(self) -> None:
        error = self.assertRaises(
            errors.StepFailed,
            waiting.wait_for,
            never,
            'keystone',
            0,
            log=lambda name: Path(f'/nonexistent/{name}.log'),
            hint='do it',
        )
        self.assertEqual(
            'keystone: not there after 0 s; last seen: refused; do it',
            str(error),
        )
        self.assertEqual(Path('/nonexistent/keystone.log'), error.log)

    def test_without_other_words_it_leads_to_the_logs(self) -> None:
        error = self.assertRaises(
            errors.StepFailed, waiting.wait_for, never, 'keystone', 0
        )
        self.assertIn('scripts/lab logs', error.hint)


class DeadlinesTest(front.CacheTest):
    """What is waited for elsewhere, and does not come."""

    def test_addresses(self) -> None:
        self.patch(links, 'no_tentative', lambda host: False)
        self.patch(links, 'DAD_DEADLINE', 0)
        running = {'compute': hosts.Running('compute', 1, 1)}
        error = self.assertRaises(errors.StepFailed, links.settle, running)
        self.assertIn('`ip -6 address` of compute', error.hint)

    def test_a_host_that_never_answers(self) -> None:
        self.patch(hosts, '_launch_command', lambda host: ['sleep', '1'])
        error = self.assertRaises(
            errors.StepFailed, hosts.start, inventory.COMPUTE, 0
        )
        self.assertIn('scripts/lab up --keep', error.hint)

    def test_a_process_that_never_ends(self) -> None:
        self.patch(hosts, 'leftovers', lambda: [2**22 + 1])
        error = self.assertRaises(errors.StepFailed, hosts.stop_all, 0)
        self.assertIn('run scripts/lab down again', error.hint)
