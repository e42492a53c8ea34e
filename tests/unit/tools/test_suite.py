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
from pathlib import Path
import re
import signal
import sys

import testtools

from ipv6_lab import errors
from ipv6_lab import paths
from ipv6_lab import record
from tests.unit.tools import false_lab
from tools import checks
from tools import lab
from tools import parts
from tools import suite


class SuiteTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.lab = self.useFixture(false_lab.FalseLab())
        self.screen = io.StringIO()
        self.lab.change('sys.stdout', self.screen)
        self.lab.change('tools.suite.RESULTS', self.lab.results)
        self.lab.change('tools.checks.LINT', [self.check('lint', '')])
        self.lab.change('tools.checks.PAGES', [])
        passed = 'print(" - Passed: 5")'
        unit = self.check('unit', passed, tests=True)
        self.lab.change('tools.checks.UNIT', unit)
        functional = self.check('functional', passed, tests=True)
        self.lab.change('tools.checks.FUNCTIONAL', functional)
        cycle = self.check('cycle', 'print(" - Passed: 2")', tests=True)
        self.lab.change('tools.checks.LIFECYCLE', cycle)

    def check(self, name: str, code: str, tests: bool = False) -> checks.Check:
        argv = (sys.executable, '-c', code)
        return checks.Check(name, argv, tests=tests)

    def last_line(self) -> str:
        return self.screen.getvalue().splitlines()[-1]

    def test_all_is_summed_in_the_last_line(self) -> None:
        self.assertEqual(0, suite.main([]))
        # install, picture, lint, up, down and 5 + 7 + 5 tests
        self.assertEqual('24 passed, 0 failed, 0 skipped', self.last_line())
        self.assertEqual(['install', 'up', 'run', 'down'], self.lab.calls())

    def test_guests_boot_on_request(self) -> None:
        text = 'echo guests >> "$CALLS"\necho " - Passed: 1"\n'
        script = self.lab.script('guests', text)
        self.lab.change('tools.lab.PLUGIN', ('sh', script))
        self.assertEqual(0, suite.main(['--guests']))
        self.assertEqual(['install', 'up', 'guests', 'down'], self.lab.calls())

    def test_each_part_has_its_line(self) -> None:
        suite.main([])
        for name in ('lint', 'unit: 5 passed', 'lab up', 'tempest: 7 passed'):
            wanted = rf'(?m)^{name}[^.]*\.+ passed +[\d.]+ s$'
            self.assertRegex(self.screen.getvalue(), wanted)

    def test_a_lab_that_is_kept_is_not_taken_down(self) -> None:
        self.assertEqual(0, suite.main(['--lab', '--keep']))
        self.assertEqual(['install', 'up', 'run'], self.lab.calls())
        self.assertRegex(self.screen.getvalue(), r'cycle \.+ not run')

    def test_the_machine_is_seen_before_the_lab_is(self) -> None:
        script = self.lab.script('machine', 'echo machine >> "$CALLS"\n')
        self.lab.change('tools.lab.MACHINE', ('sh', script))
        suite.main([])
        seen = ['install', 'machine', 'up', 'run', 'down']
        self.assertEqual(seen, self.lab.calls())
        place = os.environ[lab.MACHINE_BEFORE]
        self.assertEqual(str(self.lab.results / 'machine.json'), place)

    def test_a_lab_that_was_up_ends_with_a_word(self) -> None:
        record.write(record.UP, self.lab.place)
        self.assertEqual(0, suite.main(['--lab']))
        said = f'lab that {paths.CHECKOUT} brought up is used and taken down'
        self.assertIn(said, self.screen.getvalue())
        self.assertEqual(['install', 'up', 'run', 'down'], self.lab.calls())

    def test_a_lab_that_is_kept_needs_no_word(self) -> None:
        record.write(record.UP, self.lab.place)
        suite.main(['--lab', '--keep'])
        self.assertNotIn('taken down', self.screen.getvalue())
        self.assertFalse((self.lab.results / 'machine.json').exists())

    def test_a_lab_of_others_is_left_to_them(self) -> None:
        record.write(record.UP, self.lab.place / 'other')
        self.assertEqual(1, suite.main([]))
        said = 'test: a lab made from other requirements is up'
        self.assertIn(said, self.screen.getvalue())
        self.assertEqual(['install'], self.lab.calls())

    def test_a_lab_that_was_begun_is_no_lab(self) -> None:
        record.write(record.STARTING, self.lab.place / 'other')
        self.assertEqual(0, suite.main(['--lab']))
        self.assertIn('down', self.lab.calls())

    def test_a_failed_check_stops_nothing_but_the_verdict(self) -> None:
        self.lab.change(
            'tools.checks.LINT', [self.check('lint', 'raise OSError')]
        )
        self.assertEqual(1, suite.main([]))
        self.assertEqual('23 passed, 1 failed, 0 skipped', self.last_line())

    def test_a_lab_that_does_not_come_up_is_taken_down(self) -> None:
        self.lab.setenv('BREAK', 'up')
        self.assertEqual(1, suite.main([]))
        self.assertEqual(['install', 'up', 'down'], self.lab.calls())
        self.assertEqual('9 passed, 1 failed, 2 skipped', self.last_line())
        self.assertIn('  | this is lab up', self.screen.getvalue())
        self.assertRegex(self.screen.getvalue(), r'tempest \.+ not run')

    def test_a_lab_that_does_not_go_down_is_a_failure(self) -> None:
        self.lab.setenv('BREAK', 'down')
        self.assertEqual(1, suite.main([]))
        self.assertEqual('23 passed, 1 failed, 0 skipped', self.last_line())

    def test_nothing_runs_without_what_has_to_be_installed(self) -> None:
        self.lab.setenv('BREAK', 'install')
        self.assertEqual(1, suite.main([]))
        self.assertEqual(['install'], self.lab.calls())
        self.assertEqual('0 passed, 1 failed, 1 skipped', self.last_line())

    def test_an_interrupted_run_takes_the_lab_down(self) -> None:
        self.lab.setenv('HANG', 'run')
        self.assertEqual(128 + signal.SIGTERM, suite.main([]))
        self.assertEqual(['install', 'up', 'run', 'down'], self.lab.calls())
        self.assertIsNotNone(re.search(' [1-9]+ failed', self.last_line()))

    def test_an_interrupted_start_takes_the_lab_down(self) -> None:
        self.lab.setenv('HANG', 'up')
        self.assertEqual(143, suite.main(['--lab', '--keep']))
        self.assertEqual(['install', 'up', 'down'], self.lab.calls())

    def test_what_the_user_can_mend_is_one_line(self) -> None:
        self.lab.setenv('IPV6_LAB_CACHE', 'foo')
        handed: list[object] = []
        self.lab.change('tools.ownership.hand_back', handed.append)
        self.assertEqual(1, suite.main([]))
        self.assertIn('test: IPV6_LAB_CACHE must', self.screen.getvalue())
        self.assertEqual('0 passed, 1 failed, 0 skipped', self.last_line())
        self.assertEqual(1, len(handed))

    def test_an_error_amid_the_run_takes_the_lab_down(self) -> None:
        def refuse(root: object) -> None:
            raise errors.PreflightRefused(['no disk'])

        self.lab.change('ipv6_lab.install.plugin.metadata', refuse)
        self.assertEqual(3, suite.main([]))
        self.assertIn('down', self.lab.calls())
        self.assertIn('\n    no disk\n', self.screen.getvalue())
        self.assertIn(' 1 failed', self.last_line())

    def test_keep(self) -> None:
        self.assertEqual(0, suite.main(['--lab', '--keep']))
        self.assertEqual(['install', 'up', 'run'], self.lab.calls())

    def test_unit_needs_no_lab(self) -> None:
        self.assertEqual(0, suite.main(['--unit']))
        self.assertEqual(['install'], self.lab.calls())
        self.assertEqual('7 passed, 0 failed, 0 skipped', self.last_line())

    def test_libraries_cache_nothing_in_the_home_directory(self) -> None:
        suite.main(['--unit'])
        cache = Path(os.environ['XDG_CACHE_HOME'])
        self.assertTrue(cache.is_relative_to(paths.root()))

    def test_tempest_finds_a_workspace(self) -> None:
        suite.main(['--lab'])
        conf = self.lab.results / 'tempest' / '.stestr.conf'
        self.assertIn('/tempest/test_discover\n', conf.read_text())


class LabCommandTest(testtools.TestCase):
    def test_what_is_run_is_what_a_user_types(self) -> None:
        script, *arguments = lab.TEMPEST
        self.assertEqual(checks.ROOT / 'scripts' / 'lab', Path(script))
        typed = 'run -- tempest run --regex ipv6'
        self.assertEqual(typed, ' '.join(arguments))
        self.assertEqual('lab up', lab.part('up', Path('x')).name)
        self.assertGreater(parts.PATIENCE, 60)
