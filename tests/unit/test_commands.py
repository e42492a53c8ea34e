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

"""The commands of others that we promise to work, run for real."""

import configparser
import os
from pathlib import Path
import subprocess
import sys

import fixtures
import testtools
from testtools import content

from tests.unit import test_packaging

ROOT = test_packaging.ROOT
NAME = 'ipv6_tempest_plugin'
# What may lead a command to a cloud, a configuration or tests of its own.
LEADING = ('OS_', 'TEMPEST_', 'STESTR_')


class CommandsTest(testtools.TestCase):
    """Each in an empty workspace, without a configuration or a cloud."""

    def setUp(self) -> None:
        super().setUp()
        self.place = Path(self.useFixture(fixtures.TempDir()).path)
        self.workspace = self.place / 'workspace'
        self.workspace.mkdir()
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(LEADING)
        }
        self.environ = {
            **kept,
            'HOME': str(self.place),
            'XDG_CACHE_HOME': str(self.place / 'cache'),
            'PYTHONPATH': os.pathsep.join([str(self.installed()), str(ROOT)]),
        }

    def installed(self) -> Path:
        """Write what pip would of our entry points; return where."""
        place = self.place / 'installed'
        metadata = place / f'{NAME}-0.dist-info'
        metadata.mkdir(parents=True)
        (metadata / 'METADATA').write_text(
            f'Metadata-Version: 2.1\nName: {NAME}\nVersion: 0\n'
        )
        setup = configparser.ConfigParser()
        setup.read(ROOT / 'setup.cfg')
        groups = setup['entry_points'].items()
        points = [f'[{group}]\n{rows.strip()}\n' for group, rows in groups]
        (metadata / 'entry_points.txt').write_text('\n'.join(points))
        return place

    def run_command(self, *words: str) -> str:
        """Run one of this environment's programs; return what it prints."""
        program = Path(sys.executable).parent / words[0]
        done = subprocess.run(
            [program, *words[1:]],
            cwd=self.workspace,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=60,
        )
        told = done.stdout + done.stderr
        self.addDetail(words[0], content.text_content(told[-5000:]))
        self.assertEqual(0, done.returncode, told[-2000:])
        return done.stdout

    def test_tempest_list_plugins(self) -> None:
        said = self.run_command('tempest', 'list-plugins')
        rows = [line.split() for line in said.splitlines() if NAME in line]
        self.assertEqual(
            [['|', NAME, '|', f'{NAME}.plugin:Ipv6TempestPlugin', '|']], rows
        )

    def test_tempest_run_list_tests(self) -> None:
        known = str(self.place / 'workspaces.yaml')
        self.run_command('tempest', 'init', '--workspace-path', known)
        said = self.run_command(
            'tempest', 'run', '--list-tests', '--regex', 'ipv6'
        )
        listed = {line for line in said.splitlines() if NAME in line}
        ours = {test.id() for test in test_packaging.our_tests()}
        self.assertEqual(ours, listed)

    def test_oslo_config_generator(self) -> None:
        output = self.workspace / 'sample'
        config = ROOT / 'etc' / 'generator.conf'
        self.run_command(
            'oslo-config-generator',
            f'--config-file={config}',
            f'--output-file={output}',
        )
        sample = ROOT / 'etc' / f'{NAME}.conf.sample'
        self.assertEqual(sample.read_text(), output.read_text())

    def test_check_uuid(self) -> None:
        self.run_command('check-uuid', '--package', NAME)
