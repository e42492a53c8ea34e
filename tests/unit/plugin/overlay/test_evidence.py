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

"""Evidence: fetched once, bounded, masked, never in the way."""

import threading

import fixtures
import testtools

from ipv6_tempest_plugin.overlay import diagnosis
from ipv6_tempest_plugin.overlay import evidence
from ipv6_tempest_plugin import waiting


class EvidenceTest(testtools.TestCase):
    def test_secrets_are_masked(self) -> None:
        for text in (
            'adminPass: hunter2',
            'X-Auth-Token=hunter2 next',
            '{"password": "hunter2", "name": "x"}',
            'user_password = hunter2',
            '"private_key": "hunter2"',
        ):
            self.assertNotIn('hunter2', evidence.masked(text), text)
        self.assertIn('"x"', evidence.masked('{"token": "y", "name": "x"}'))

    def test_data_is_written_as_json(self) -> None:
        self.assertIn('"mtu": 1430', evidence.written({'mtu': 1430}))
        self.assertIn('***', evidence.written({'adminPass': 'hunter2'}))

    def test_the_end_of_what_is_too_long_is_kept(self) -> None:
        text = evidence.bounded('x' * evidence.SIZE + 'the end')
        self.assertTrue(text.startswith('(7 characters left out)'))
        self.assertTrue(text.endswith('the end'))

    def test_what_fails_tells_why_and_hides_nothing(self) -> None:
        def fail() -> str:
            raise RuntimeError('no way, password=hunter2')

        found = evidence.collect({'good': lambda: 'seen', 'bad': fail})
        self.assertEqual('seen', found['good'])
        self.assertEqual('(RuntimeError: no way, password=***)', found['bad'])

    def test_what_is_late_is_not_waited_for(self) -> None:
        self.useFixture(fixtures.MockPatchObject(evidence, 'PATIENCE', 0.05))
        hanging = threading.Event()
        self.addCleanup(hanging.set)
        found = evidence.collect(
            {'late': hanging.wait, 'good': lambda: 'seen'}
        )
        self.assertEqual('seen', found['good'])
        self.assertIn('nothing within', found['late'])

    def test_an_error_tells_what_was_to_be_seen(self) -> None:
        hint = diagnosis.Hint('somebody pulled the plug', 'at the wall')
        long = 'x' * evidence.NOTE + 'the end'
        late = waiting.WaitTimeout('late')
        try:
            with evidence.explained(hint, {'console': lambda: long}):
                raise late
        except waiting.WaitTimeout:
            cause, note = late.__notes__
        self.assertIn('pulled the plug', cause)
        self.assertTrue(note.startswith('console:\n(7 characters left out)'))
        self.assertTrue(note.endswith('the end'))
