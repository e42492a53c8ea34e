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

"""The playbook with two runners that are this machine."""

import json

from tests.unit.plugin.results import test_masking
from tests.unit.plugin.runners import ansible
from tests.unit.plugin.runners import false_tempest


class RunnersTest(ansible.PlaybookTest):
    def setUp(self) -> None:
        super().setUp()
        self.record = self.place / 'record'
        self.tempest = self.program('bin/tempest', false_tempest.SCRIPT)
        self.program('bin/stestr', '#!/bin/sh\nmkdir .stestr\n')
        self.mask = self.place / 'more-secrets'
        self.mask.write_text(f'{test_masking.GIVEN}\n')

    def play_runners(self, *arguments: str) -> tuple[int, str]:
        """Run the tests on two runners."""
        runners = {
            name: {'ipv6_runners_workspace': str(self.place / 'at' / name)}
            for name in ('one', 'two')
        }
        given = {
            'ipv6_runners_tempest': str(self.tempest),
            'ipv6_runners_tempest_here': str(self.tempest),
            'ipv6_runners_record': str(self.record),
            'ipv6_runners_mask': str(self.mask),
            'ipv6_runners_gather': 1,
        }
        return self.play(
            ansible.PLAYBOOKS / 'run.yaml',
            {'runners': {'hosts': runners}},
            *('-e', json.dumps(given), *arguments),
        )

    def test_a_runner_dies_and_no_secret_gets_out(self) -> None:
        status, said = self.play_runners()
        self.assertEqual(0, status, said[-5000:])
        self.assertIn('round 1: one ended with 0', said)
        self.assertIn('round 1: two died', said)
        self.assertIn('round 2: one ended with 0', said)
        run = json.loads((self.record / 'run.json').read_text())
        self.assertEqual((6, True), (len(run['tests']), run['green']))
        (remark,) = run['remarks']
        self.assertIn('two ended early, 2 of its 3 test(s) not run', remark)
        self.assert_masked(said)

    def assert_masked(self, said: str) -> None:
        """No secret is kept here, and all else is."""
        kept = {
            str(path.relative_to(self.record)): path.read_bytes()
            for path in self.record.rglob('*')
            if path.is_file()
        }
        self.assertIn(b'***', kept['round-1/one.subunit'])
        self.assertIn(b'and ***', kept['round-1/one.log'])
        self.assertIn('round-1/two.subunit', kept)
        for name, data in {**kept, 'said': said.encode()}.items():
            for secret in test_masking.SECRETS:
                self.assertNotIn(secret.encode(), data, name)
        self.assertEqual([], list(self.place.glob('at/*/*/*/mask')))

    def test_each_runner_needs_a_fork(self) -> None:
        status, said = self.play_runners('--forks', '1')
        self.assertNotEqual(0, status)
        self.assertIn('as many forks as runners, 2, seen 1', said)
