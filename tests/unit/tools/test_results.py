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
"""Two runs must not write into one directory."""

from pathlib import Path

import fixtures
import testtools

from ipv6_lab import errors
from tools import results


class ClaimedTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        scratch = Path(self.useFixture(fixtures.TempDir()).path)
        self.place = scratch / 'results' / 'test'

    def test_what_an_earlier_run_left_goes(self) -> None:
        self.place.mkdir(parents=True)
        (self.place / 'old.log').touch()
        with results.claimed(self.place):
            self.assertFalse((self.place / 'old.log').exists())

    def test_another_run_is_refused_and_harms_nothing(self) -> None:
        with results.claimed(self.place):
            self.place.mkdir(parents=True)
            (self.place / 'mine.log').touch()
            error = self.assertRaises(
                errors.LabError, results.claimed(self.place).__enter__
            )
            self.assertIn(str(self.place), str(error))
            self.assertTrue((self.place / 'mine.log').exists())
        with results.claimed(self.place):
            pass
