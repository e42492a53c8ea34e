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
"""A run that is cut short leaves nothing in the cloud."""

import ddt

from tests.lab import cutting
from tests.lab import interrupted


@ddt.ddt
class OverlayInterruptTest(cutting.CuttingTest):
    """Ctrl-C, SIGTERM, and a runner that dies under its workers."""

    @ddt.data(*interrupted.WAYS)
    def test_nothing_is_left(self, way: str) -> None:
        self.check(way, 'api')

    def test_nothing_is_left_of_a_scenario(self) -> None:
        """Guests, their key pair and the way to them are there by then."""
        self.check('ctrl-c', 'scenario')

    def test_nothing_is_left_of_what_trunks_carry(self) -> None:
        """A sub-port cannot be removed before it is none any more."""
        self.check('terminated', 'sub-ports')
