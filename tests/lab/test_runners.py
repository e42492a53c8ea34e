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

"""The playbook on two real runners, one of which may die."""

from pathlib import Path
import subprocess

import testtools
from testtools import content

from ipv6_lab import waiting
from tests.lab import runners

REGEX = r'^ipv6_tempest_plugin\.tests\.overlay\.api\.test_(ports|security)'
PATIENCE = 240


class RunnersTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.bed = self.useFixture(runners.Bed())

    def end(self, playbook: subprocess.Popen[str]) -> str:
        """Wait for the playbook; what it said is kept with the test."""
        try:
            said, _ = playbook.communicate(timeout=runners.LIMIT)
        finally:
            playbook.kill()
        self.addDetail('playbook', content.text_content(said))
        return said

    def shares(self, record: Path, number: int) -> dict[str, set[str]]:
        """What each runner was given in a round."""
        return {
            path.stem: set(path.read_text().split())
            for path in (record / f'round-{number}').glob('*.list')
        }

    def test_two_runners_make_one_run(self) -> None:
        playbook = self.bed.play('all', REGEX)
        said = self.end(playbook)
        self.assertEqual(0, playbook.returncode, said)
        record = self.bed.record('all')
        run = runners.run_of(record)
        self.assertEqual((True, []), (run['green'], run['remarks']))
        shares = self.shares(record, 1)
        self.assertEqual({'controller', 'compute'}, set(shares))
        given = set.union(*shares.values())
        self.assertEqual(sum(map(len, shares.values())), len(given))
        self.assertEqual(len(given), len(run['tests']))
        ran = {test['worker'].partition('/')[0] for test in run['tests']}
        self.assertEqual({'controller', 'compute'}, ran)
        self.assertFalse((record / 'round-2').exists())
        for name in ('report.html', 'junit.xml'):
            self.assertTrue((record / name).stat().st_size, name)

    def test_what_a_dead_runner_left_is_taken_over(self) -> None:
        playbook = self.bed.play('killed', REGEX)
        record = self.bed.record('killed')
        self.kill_in_the_middle('compute', record, playbook)
        said = self.end(playbook)
        self.assertEqual(0, playbook.returncode, said)
        run = runners.run_of(record)
        self.assertTrue(run['green'], run['notes'])
        (remark,) = run['remarks']
        self.assertIn('round 1: compute ended early, ', remark)
        (left,) = self.shares(record, 2).values()
        share = self.shares(record, 1)['compute']
        self.assertTrue(set() < left < share, (left, share))
        self.assertIn(f'{len(left)} of its {len(share)} test(s)', remark)
        told = [t for t in run['tests'] if 'not run by' in t.get('reason', '')]
        self.assertEqual(len(left), len(told))
        workers = {test['worker'].partition('/')[0] for test in told}
        self.assertEqual({'controller'}, workers)

    def kill_in_the_middle(
        self, runner: str, record: Path, playbook: subprocess.Popen[str]
    ) -> None:
        """Kill a runner once it has told of some tests, and not of all."""
        room = self.bed.workspace(runner) / record.name / 'round-1'
        fetched = record / 'round-1' / f'{runner}.subunit'

        def some() -> bool:
            if playbook.poll() is not None:
                raise AssertionError(f'it ended: {self.end(playbook)}')
            if not fetched.exists():
                return False
            told = fetched.read_bytes()
            # The worker of a test is named when it is listed, begun and over.
            count = len((room / 'list').read_text().split())
            return told.count(b'worker-0') > count + 2

        # A machine that dies takes with it what was not fetched yet.
        waiting.wait_for(some, f'what {runner} told', PATIENCE)
        self.bed.servers[runner].kill()
