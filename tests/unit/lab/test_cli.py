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
import contextlib
import io
import os
from pathlib import Path
import subprocess
import sys

import ddt
import fixtures

from ipv6_lab import cli
from ipv6_lab import paths
from tests.unit.lab import front

SCRIPT = paths.CHECKOUT / 'scripts' / 'lab'


@ddt.ddt
class ParserTest(front.CacheTest):
    @ddt.data(
        ([], 'required: COMMAND'),
        (['frob'], "invalid choice: 'frob'"),
        (['up', '--no-such'], 'unrecognized arguments: --no-such'),
        (['up', 'now'], 'unrecognized arguments: now'),
        (['logs', '-n', '-1'], '-n'),
        (['logs', '-n', 'x'], "expected a number of lines, seen 'x'"),
        (['run'], 'required: COMMAND'),
        (['run', '--'], 'required: COMMAND'),
        (['cache', '--list', '--clear'], 'not allowed with'),
    )
    @ddt.unpack
    def test_bad_usage_is_one_line(self, words: list[str], why: str) -> None:
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            stop = self.assertRaises(SystemExit, cli.main, words)
        self.assertEqual(2, stop.code)
        (line,) = said.getvalue().splitlines()
        self.assertTrue(line.startswith('ipv6-lab: '), line)
        self.assertIn(why, line)
        self.assertTrue(line.endswith(' --help'), line)

    @ddt.data(
        (['run', '--', 'ls', '-l'], ['ls', '-l']),
        (['run', 'ls', 'x'], ['ls', 'x']),
        (['run', '--', 'sh', '--', '-x'], ['sh', '--', '-x']),
    )
    @ddt.unpack
    def test_a_command_is_handed_on_as_it_is(
        self, words: list[str], command: list[str]
    ) -> None:
        seen = cli.parser().parse_args(words)
        self.assertEqual(command, seen.command)


class CrashTest(front.CacheTest):
    def test_a_bug_is_one_line_and_a_file(self) -> None:
        said = io.StringIO()
        error = KeyError('name')
        with contextlib.redirect_stderr(said):
            cli.crash(KeyError, error, None)
        log = self.root / 'logs' / 'crash.log'
        self.assertIn("KeyError: 'name'", log.read_text())
        (line,) = said.getvalue().splitlines()
        self.assertIn(str(log), line)
        self.assertIn("a bug of the lab: KeyError: 'name'", line)


class ScriptTest(front.CacheTest):
    """The script itself, as far as it goes without being root."""

    def call(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words,
            cwd='/',
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def test_help_works_from_anywhere_and_through_links(self) -> None:
        link = self.root / 'link'
        link.symlink_to(SCRIPT)
        for words in ((SCRIPT, '--help'), (link, 'up', '-h')):
            done = self.call(*words)
            self.assertEqual(0, done.returncode, done.stdout)
            self.assertTrue(done.stdout.startswith('usage: scripts/lab'))

    def test_only_the_standard_library_is_needed(self) -> None:
        """Debian's Python, without site-packages, imports every verb."""
        code = (
            'import sys; sys.path.insert(0, sys.argv[1]); '
            'from ipv6_lab import cli; '
            'from ipv6_lab.verbs import change, look, store; '
            'print(cli.DESCRIPTION)'
        )
        isolated = ('-I', '-S', '-B', '-c', code, str(paths.CHECKOUT))
        done = self.call(sys.executable, *isolated)
        self.assertEqual(f'{cli.DESCRIPTION}\n', done.stdout)

    def test_other_users_go_through_sudo(self) -> None:
        """As another user, with a sudo that only tells what it was asked."""
        self.needs_root()
        fake = self.root / 'sudo'
        fake.write_text('#!/bin/sh\necho "$@"\n')
        fake.chmod(0o755)
        self.root.chmod(0o755)
        done = self.as_nobody(f'{self.root}:/usr/bin:/bin', 'status', 'x y')
        self.assertIn('running again with sudo', done)
        options, _, command = done.rpartition('-- ')
        self.assertIn(paths.VARIABLE, options)
        self.assertEqual(f'{SCRIPT} status x y\n', command)

    def test_without_sudo_it_is_one_line(self) -> None:
        self.needs_root()
        empty = self.root / 'bin'
        empty.mkdir()
        for name in ('bash', 'dirname', 'env', 'readlink'):
            (empty / name).symlink_to(f'/usr/bin/{name}')
        self.root.chmod(0o755)
        done = self.as_nobody(str(empty), 'status')
        self.assertEqual(
            'ipv6-lab: must run as root, and sudo is not installed; become '
            'root\n',
            done,
        )

    def needs_root(self) -> None:
        if os.geteuid():
            self.skipTest('only root can become another user')

    def as_nobody(self, path: str, *words: str) -> str:
        self.useFixture(fixtures.EnvironmentVariable('NO_COLOR', None))
        become = ('/usr/bin/setpriv', '--reuid=65534', '--clear-groups')
        variables = (f'PATH={path}', f'IPV6_LAB_CACHE={self.root}')
        environment = ('/usr/bin/env', '-i', *variables)
        return self.call(*become, *environment, SCRIPT, *words).stdout
