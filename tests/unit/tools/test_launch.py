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

import os
import subprocess

import testtools

from tests.unit.tools import false_lab
from tools import checks

SCRIPT = checks.ROOT / 'scripts' / 'lab'
LAUNCH = SCRIPT.with_name('launch.sh')
# What /proc shows to everybody, and what only root sees.
SUDO = r"""#!/bin/sh
printf '%s\n' "$@" > "$SEEN/arguments"
env > "$SEEN/environment"
"""
# Fails with each line of a list, one after the other, then succeeds.
APT = r"""#!/bin/sh
echo "$@" >> "$SEEN/calls"
read -r failure < "$SEEN/failures" || exit 0
sed -i 1d "$SEEN/failures"
echo "E: $failure" >&2
exit 100
"""
LISTS = 'Could not get lock /var/lib/apt/lists/lock. It is held by process 9'


class LaunchTest(testtools.TestCase):
    """The functions of scripts/launch.sh, with false programs around them."""

    def setUp(self) -> None:
        super().setUp()
        self.lab = self.useFixture(false_lab.FalseLab())
        self.place = self.lab.place
        self.lab.script('bin/sudo', SUDO)
        self.lab.script('bin/apt-get', APT)
        self.lab.script('bin/sleep', '#!/bin/sh\n')
        self.lab.setenv('PATH', f'{self.place}/bin:{os.environ["PATH"]}')
        self.lab.setenv('SEEN', self.place)
        self.lab.setenv('TMPDIR', self.place)

    def run_function(
        self, line: str, waits: int = 300
    ) -> subprocess.CompletedProcess[str]:
        script = (
            f'set -euo pipefail; source {LAUNCH}; name=x; patience={waits}'
        )
        return subprocess.run(
            ('bash', '-c', f'{script}; {line}', str(SCRIPT)),
            capture_output=True,
            text=True,
            timeout=60,
        )

    def seen(self, name: str) -> list[str]:
        return (self.place / name).read_text().splitlines()

    def fail_apt(self, *failures: str) -> None:
        lines = ''.join(f'{failure}\n' for failure in failures)
        (self.place / 'failures').write_text(lines)

    def test_no_value_of_the_environment_is_on_a_command_line(self) -> None:
        self.lab.setenv('PIP_INDEX_URL', 'https://user:secret@pypi.example')
        self.lab.setenv('https_proxy', 'http://user:secret@proxy.example')
        self.lab.setenv('UNRELATED', 'secret')
        done = self.run_function('become_root up --quiet')
        self.assertEqual(0, done.returncode, done.stderr)
        preserved, *rest = self.seen('arguments')
        names = preserved.removeprefix('--preserve-env=').split(',')
        self.assertIn('PIP_INDEX_URL', names)
        self.assertIn('https_proxy', names)
        self.assertNotIn('UNRELATED', names)
        self.assertEqual(['--', str(SCRIPT), 'up', '--quiet'], rest)
        self.assertNotIn('secret', ' '.join([preserved, *rest]))
        value = 'PIP_INDEX_URL=https://user:secret@pypi.example'
        self.assertIn(value, self.seen('environment'))

    def test_nothing_to_keep_is_no_list(self) -> None:
        unset = (
            'unset $(compgen -e | grep -iE "_proxy$|^PIP_|^CI$|^NO_COLOR$")'
        )
        done = self.run_function(f'{unset} IPV6_LAB_CACHE; become_root up')
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual('--', self.seen('arguments')[0])

    def test_apt_waits_for_the_lock_of_dpkg(self) -> None:
        self.fail_apt()
        done = self.run_function('install_python')
        self.assertEqual(0, done.returncode, done.stderr)
        (call,) = self.seen('calls')
        self.assertIn('-o DPkg::Lock::Timeout=300', call)
        self.assertIn('install python3-venv', call)

    def test_apt_tries_again_while_the_lists_are_locked(self) -> None:
        self.fail_apt('Unable to locate package', LISTS, LISTS)
        done = self.run_function('install_python')
        self.assertEqual(0, done.returncode, done.stderr)
        verbs = [
            'update' if ' update' in call else 'install'
            for call in self.seen('calls')
        ]
        self.assertEqual(['install', *['update'] * 3, 'install'], verbs)

    def test_apt_does_not_try_for_ever(self) -> None:
        self.fail_apt(*[LISTS] * 9)
        done = self.run_function('install_python', waits=0)
        self.assertEqual(1, done.returncode)
        self.assertEqual(2, len(self.seen('calls')))
        self.assertIn(LISTS, done.stderr)
        self.assertIn('x: python3-venv cannot be installed', done.stderr)

    def test_another_failure_of_apt_is_final(self) -> None:
        self.fail_apt('no network', 'no network')
        done = self.run_function('install_python')
        self.assertEqual(1, done.returncode)
        self.assertEqual(2, len(self.seen('calls')))
        self.assertIn('E: no network', done.stderr)
