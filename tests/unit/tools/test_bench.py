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
import io
import os
import sys

import testtools

from ipv6_lab import errors
from tests.unit.tools import false_lab
from tools import bench


class BenchTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.lab = self.useFixture(false_lab.FalseLab())
        self.lab.change('os.execv', lambda path, argv: self.became(argv))
        place = self.lab.place / 'benchmarks'
        for name in ('lab.py', 'underlay.py', '__init__.py'):
            self.lab.script(f'benchmarks/{name}', '')
        self.lab.change('tools.bench.PLACE', place)
        self.addCleanup(os.chdir, os.getcwd())
        self.command: list[str] = []

    def became(self, argv: list[str]) -> None:
        self.command = list(argv)

    def test_a_benchmark_has_the_packages_it_imports(self) -> None:
        bench.main(['underlay', '--runs', '3'])
        self.assertEqual(['install'], self.lab.calls())
        tools = str(self.lab.place / 'bin' / 'python')
        module = ('-B', '-m', 'benchmarks.underlay')
        self.assertEqual([tools, *module, '--runs', '3'], self.command)

    def test_the_lab_s_stands_on_nothing_that_it_measures(self) -> None:
        bench.main(['lab'])
        module = ('-B', '-m', 'benchmarks.lab')
        self.assertEqual([sys.executable, *module], self.command)
        self.assertFalse((self.lab.place / 'calls').exists())

    def test_what_cannot_be_installed_is_not_run(self) -> None:
        self.lab.setenv('BREAK', 'install')
        self.assertEqual(1, bench.main(['underlay']))
        self.assertEqual([], self.command)

    def test_what_the_user_can_mend_is_one_line(self) -> None:
        def refuse(root: object) -> None:
            raise errors.StepFailed('plugin', 'no setuptools', hint='do it')

        screen = io.StringIO()
        self.lab.change('sys.stderr', screen)
        self.lab.change('ipv6_lab.install.plugin.metadata', refuse)
        self.assertEqual(1, bench.main(['underlay']))
        line = 'bench: plugin: no setuptools; do it\n'
        self.assertEqual(line, screen.getvalue())
        self.assertEqual([], self.command)

    def test_an_unknown_name_is_wrong_usage(self) -> None:
        screen = io.StringIO()
        self.lab.change('sys.stderr', screen)
        self.assertEqual(2, bench.main(['overlay']))
        self.assertIn('lab | underlay [ARGUMENT', screen.getvalue())
