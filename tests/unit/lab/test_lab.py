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

import ddt

from ipv6_lab import hosts
from ipv6_lab import lab
from tests.unit.lab import front


@ddt.ddt
class LogsTest(front.CacheTest):
    def setUp(self) -> None:
        super().setUp()
        self.made = [
            self.log('compute', 'libvirtd'),
            self.log('controller', 'keystone'),
            self.log('controller', 'libvirtd'),
        ]
        (self.root / 'logs' / 'apt.log').touch()
        hosts.log_directory('controller').joinpath('keystone.log.1').touch()

    def log(self, host: str, name: str) -> Path:
        path = hosts.log_directory(host) / f'{name}.log'
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        return path

    def test_a_service_has_one_on_each_of_its_hosts(self) -> None:
        self.assertEqual(self.made, lab.logs(None))
        self.assertEqual([self.made[0], self.made[2]], lab.logs('libvirtd'))

    @ddt.data(
        '', '*', '**', '**x', '[k]*', '../apt', '/etc/passwd', 'keystone.log'
    )
    def test_nothing_but_a_name_is_one(self, word: str) -> None:
        self.assertEqual([], lab.logs(word))
