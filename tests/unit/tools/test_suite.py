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

import fixtures
import testtools

from ipv6_lab import signals
from tools import checks
from tools import lab
from tools import parts
from tools import suite

# Writes down what it was asked for, fails at the verb in BREAK, hangs at
# the one in HANG, and passes tests when it is told to run them.
LAB = r"""#!/bin/sh
echo "$1" >> "$CALLS"
[ "$1" = install ] || echo "this is lab $1"  # that goes to the screen
[ "$1" != "$HANG" ] || { kill -TERM "$PARENT"; read -r forever < "$FIFO"; }
[ "$1" != "$BREAK" ] || exit 1
[ "$1" != run ] || echo ' - Passed: 7'
"""


class SuiteTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.place = Path(self.useFixture(fixtures.TempDir()).path)
        os.mkfifo(self.place / 'fifo')
        self.screen = io.StringIO()
        self.replace('sys.stdout', self.screen)
        self.replace('tools.suite.RESULTS', self.place / 'results')
        self.replace('tools.lab.COMMAND', self.script('lab', LAB))
        self.replace('tools.lab.TEMPEST', (str(self.place / 'lab'), 'run'))
        self.replace('tools.checks.LINT', [self.check('lint', '')])
        self.replace('tools.checks.PAGES', [])
        passed = 'print(" - Passed: 5")'
        self.replace('tools.checks.UNIT', self.check('unit', passed, True))
        self.replace(
            'tools.checks.FUNCTIONAL', self.check('lab', passed, True)
        )
        self.replace('ipv6_lab.paths.venv', lambda name: self.place)
        self.replace('ipv6_lab.install.plugin.metadata', lambda root: root)
        for number in signals.SIGNALS:
            handler = signal.getsignal(number)
            self.addCleanup(signal.signal, number, handler)
        self.setenv('CALLS', self.place / 'calls')
        self.setenv('PARENT', os.getpid())
        self.setenv('FIFO', self.place / 'fifo')

    def replace(self, name: str, value: object) -> None:
        self.useFixture(fixtures.MonkeyPatch(name, value))

    def setenv(self, name: str, value: object) -> None:
        self.useFixture(fixtures.EnvironmentVariable(name, str(value)))

    def script(self, name: str, text: str) -> str:
        path = self.place / name
        path.write_text(text)
        path.chmod(0o755)
        return str(path)

    def check(self, name: str, code: str, tests: bool = False) -> checks.Check:
        argv = (sys.executable, '-c', code)
        return checks.Check(name, argv, tests=tests)

    def calls(self) -> list[str]:
        return (self.place / 'calls').read_text().split()

    def last_line(self) -> str:
        return self.screen.getvalue().splitlines()[-1]

    def test_all_is_summed_in_the_last_line(self) -> None:
        self.assertEqual(0, suite.main([]))
        # install, lint, up, down and 5 + 7 + 5 tests
        self.assertEqual('21 passed, 0 failed, 0 skipped', self.last_line())
        self.assertEqual(['install', 'up', 'run', 'down'], self.calls())

    def test_each_part_has_its_line(self) -> None:
        suite.main([])
        for name in ('lint', 'unit: 5 passed', 'lab up', 'tempest: 7 passed'):
            wanted = rf'(?m)^{name}[^.]*\.+ passed +[\d.]+ s$'
            self.assertRegex(self.screen.getvalue(), wanted)

    def test_a_failed_check_stops_nothing_but_the_verdict(self) -> None:
        self.replace(
            'tools.checks.LINT', [self.check('lint', 'raise OSError')]
        )
        self.assertEqual(1, suite.main([]))
        self.assertEqual('20 passed, 1 failed, 0 skipped', self.last_line())

    def test_a_lab_that_does_not_come_up_is_taken_down(self) -> None:
        self.setenv('BREAK', 'up')
        self.assertEqual(1, suite.main([]))
        self.assertEqual(['install', 'up', 'down'], self.calls())
        self.assertEqual('8 passed, 1 failed, 2 skipped', self.last_line())
        self.assertIn('  | this is lab up', self.screen.getvalue())
        self.assertRegex(self.screen.getvalue(), r'tempest \.+ not run')

    def test_a_lab_that_does_not_go_down_is_a_failure(self) -> None:
        self.setenv('BREAK', 'down')
        self.assertEqual(1, suite.main([]))
        self.assertEqual('20 passed, 1 failed, 0 skipped', self.last_line())

    def test_nothing_runs_without_what_has_to_be_installed(self) -> None:
        self.setenv('BREAK', 'install')
        self.assertEqual(1, suite.main([]))
        self.assertEqual(['install'], self.calls())
        self.assertEqual('0 passed, 1 failed, 1 skipped', self.last_line())

    def test_an_interrupted_run_takes_the_lab_down(self) -> None:
        self.setenv('HANG', 'run')
        self.assertEqual(128 + signal.SIGTERM, suite.main([]))
        self.assertEqual(['install', 'up', 'run', 'down'], self.calls())
        self.assertIsNotNone(re.search(' [1-9]+ failed', self.last_line()))

    def test_an_interrupted_start_takes_the_lab_down(self) -> None:
        self.setenv('HANG', 'up')
        self.assertEqual(143, suite.main(['--lab', '--keep']))
        self.assertEqual(['install', 'up', 'down'], self.calls())

    def test_keep(self) -> None:
        self.assertEqual(0, suite.main(['--lab', '--keep']))
        self.assertEqual(['install', 'up', 'run'], self.calls())

    def test_unit_needs_no_lab(self) -> None:
        self.assertEqual(0, suite.main(['--unit']))
        self.assertEqual(['install'], self.calls())
        self.assertEqual('7 passed, 0 failed, 0 skipped', self.last_line())

    def test_tempest_finds_a_workspace(self) -> None:
        suite.main(['--lab'])
        conf = self.place / 'results' / 'tempest' / '.stestr.conf'
        self.assertIn('/tempest/test_discover\n', conf.read_text())


class LabCommandTest(testtools.TestCase):
    def test_what_is_run_is_what_a_user_types(self) -> None:
        script, *arguments = lab.TEMPEST
        self.assertEqual(checks.ROOT / 'scripts' / 'lab', Path(script))
        typed = 'run -- tempest run --regex ipv6'
        self.assertEqual(typed, ' '.join(arguments))
        self.assertEqual('lab up', lab.part('up', Path('x')).name)
        self.assertGreater(parts.PATIENCE, 60)
