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
import os
from pathlib import Path
from unittest import mock

import ddt
import fixtures
import testtools

from tools import ownership


@ddt.ddt
class OwnershipTest(testtools.TestCase):
    def hand_back(self, user: str, owner: int) -> list[str]:
        """What is run for a caller of sudo and an owner of the checkout."""
        self.useFixture(fixtures.EnvironmentVariable('SUDO_UID', user))
        self.useFixture(fixtures.EnvironmentVariable('SUDO_GID', '100'))
        status = os.stat_result((0, 0, 0, 0, owner, 0, 0, 0, 0, 0))
        with (
            mock.patch.object(Path, 'stat', return_value=status),
            mock.patch('subprocess.run') as run,
        ):
            ownership.hand_back(Path('/checkout'))
        return [word for call in run.call_args_list for word in call.args[0]]

    def test_root_s_files_become_the_caller_s(self) -> None:
        command = self.hand_back('1000', owner=1000)
        self.assertEqual('chown', command[0])
        # Only root's: what is somebody else's stays theirs.
        self.assertIn('--from=0:0', command)
        self.assertEqual(['1000:100', '/checkout'], command[-2:])

    @ddt.data(('1000', 1001), ('0', 0))
    @ddt.unpack
    def test_a_checkout_of_another_is_left_alone(
        self, user: str, owner: int
    ) -> None:
        self.assertEqual([], self.hand_back(user, owner))
