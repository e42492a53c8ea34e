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
from collections.abc import Sequence
import os
from pathlib import Path
import sys

import ddt
import fixtures
import testtools

from tools import checks


def python(name: str, code: str) -> checks.Check:
    """A check that runs some Python."""
    return checks.Check(name, (sys.executable, '-c', code))


@ddt.ddt
class ChecksTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.screen = self.useFixture(fixtures.StringStream('stdout')).stream
        self.useFixture(fixtures.MonkeyPatch('sys.stdout', self.screen))

    def said(self) -> str:
        self.screen.seek(0)
        return str(self.screen.read())

    def run_group(self, *group: checks.Check, more: Sequence[str] = ()) -> int:
        return checks.run_group(group, more)

    def test_a_passing_check_is_quiet(self) -> None:
        failed = self.run_group(python('good', 'print("chatter")'))
        self.assertEqual(0, failed)
        self.assertNotIn('chatter', self.said())

    def test_a_failing_check_is_loud_and_the_next_still_runs(self) -> None:
        failed = self.run_group(
            python('bad', 'raise SystemExit("E501 line too long")'),
            python('good', ''),
        )
        self.assertEqual(1, failed)
        self.assertRegex(
            self.said(), r'(?s)bad \.+ failed.*E501.*good \.+ passed'
        )

    def test_arguments_go_to_the_last_check(self) -> None:
        code = 'import sys; sys.exit(len(sys.argv) - 1)'
        first, last = python('first', code), python('last', code)
        self.assertEqual(1, self.run_group(first, last, more=['x']))
        self.assertRegex(self.said(), r'(?s)first \.+ passed.*last \.+ failed')

    def test_an_unknown_group_is_wrong_usage(self) -> None:
        self.useFixture(fixtures.MonkeyPatch('sys.stderr', self.screen))
        self.assertEqual(2, checks.main(['pep9']))
        self.assertIn('pep8 | py3', self.said())

    @ddt.data(
        ('#!/usr/bin/env bash\n', True),
        ('#!/bin/sh -e\n', True),
        ('#!/usr/bin/env python3\n', False),
        ('echo bash\n', False),
        ('', False),
    )
    @ddt.unpack
    def test_shell_scripts_are_told_by_their_first_line(
        self, first: str, shell: bool
    ) -> None:
        path = Path(self.useFixture(fixtures.TempDir()).path) / 'script'
        path.write_text(first)
        self.assertEqual(shell, checks.is_shell(path))

    def test_our_own_shell_scripts_are_found(self) -> None:
        self.assertIn('scripts/checks', checks.shell_scripts())

    def test_our_own_playbooks_are_found(self) -> None:
        self.assertEqual(
            [f'playbooks/{name}.yaml' for name in ('post', 'pre', 'run')],
            checks.playbooks(),
        )

    def test_what_is_not_here_is_in_an_environment_of_the_lab(self) -> None:
        place = Path(self.useFixture(fixtures.TempDir()).path)
        self.useFixture(
            fixtures.MonkeyPatch(
                'ipv6_lab.places.venv', lambda name: place / name
            )
        )
        elsewhere = checks.Check('x', ('no-such-program',), venv='ansible')
        self.assertEqual(place / 'ansible' / 'bin', checks.tools(elsewhere))
        here = checks.Check('x', (Path(sys.executable).name,))
        self.assertEqual(Path(sys.executable).parent, checks.tools(here))

    def test_tools_come_before_the_machine_s(self) -> None:
        environ = checks.environment(Path('/tools'), {'PYTHON': 'x'})
        self.assertEqual('/tools', environ['PATH'].split(os.pathsep)[0])
        self.assertEqual(str(checks.ROOT), environ['PYTHONPATH'])
        self.assertEqual('x', environ['PYTHON'])
