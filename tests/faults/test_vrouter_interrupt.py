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
"""The vRouter scenario that is cut short leaves nothing in the cloud."""

import ddt

from tests.lab import cutting


@ddt.ddt
class VRouterInterruptTest(cutting.CuttingTest):
    """Ctrl-C at five steps of it; by two other ways when all is built."""

    timeout = 400

    @ddt.data(
        ('ctrl-c', 'networks'),
        ('ctrl-c', 'ports'),
        ('ctrl-c', 'servers'),
        ('ctrl-c', 'route'),
        ('ctrl-c', 'control'),
        ('terminated', 'control'),
        ('runner-died', 'control'),
    )
    @ddt.unpack
    def test_nothing_is_left(self, way: str, moment: str) -> None:
        self.check(way, moment)
