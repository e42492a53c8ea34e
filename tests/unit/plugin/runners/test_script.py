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

"""What runs on a runner and outlives the connection."""

import base64
import os
from pathlib import Path
import signal
import subprocess
import tempfile
import time

import testtools

ROOT = Path(__file__).resolve().parents[4]
SCRIPT = ROOT / 'playbooks/roles/ipv6_runners/files/runner.sh'
PATIENCE = 20


class ScriptTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.place = Path(place.name)

    def script(self, verb: str, *arguments: str) -> str:
        return subprocess.run(
            [str(SCRIPT), verb, str(self.place), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            timeout=PATIENCE,
            check=True,
        ).stdout.strip()

    def start(self, command: str) -> int:
        """Start a command of a shell; return the process that keeps it."""
        self.script('start', 'sh', '-c', command)
        pid = int((self.place / 'pid').read_text())
        self.addCleanup(self.end, pid)
        return pid

    def end(self, pid: int) -> None:
        """End a command with all that it started."""
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def test_what_it_says_is_kept_apart(self) -> None:
        self.start('echo one; echo two >&2; exit 3')
        self.assertEqual('ended with 3', self.script('follow', '10'))
        self.assertEqual('one\n', (self.place / 'stream').read_text())
        self.assertEqual('two\n', (self.place / 'log').read_text())

    def test_it_is_followed_for_a_while(self) -> None:
        self.start('sleep 60')
        self.assertEqual('running', self.script('follow', '1'))
        self.assertEqual('running', self.script('follow', '0'))

    def test_one_that_dies_is_told_at_once(self) -> None:
        pid = self.start('sleep 60')
        began = time.monotonic()
        self.end(pid)
        self.assertEqual('died', self.script('follow', '60'))
        self.assertLess(time.monotonic() - began, PATIENCE / 2)

    def test_what_it_told_since_is_fetched(self) -> None:
        self.start(r"printf 'one\ntwo\0\377'; echo why >&2")
        self.script('follow', '10')
        for begin, told in ((0, b'one\ntwo\0\xff'), (4, b'two\0\xff')):
            lines = self.script('tell', str(begin)).split('\n')
            self.assertEqual([told, b'why\n'], [*map(base64.b64decode, lines)])

    def test_what_told_nothing_yet_has_two_empty_lines(self) -> None:
        self.assertEqual('', self.script('tell', '0'))

    def test_a_second_run_forgets_the_first(self) -> None:
        self.start('exit 3')
        self.script('follow', '10')
        self.start('exit 4')
        self.assertEqual('ended with 4', self.script('follow', '10'))

    def test_it_is_in_a_session_of_its_own(self) -> None:
        pid = self.start('sleep 60')
        self.assertEqual(pid, os.getsid(pid))

    def test_another_verb_is_refused(self) -> None:
        said = subprocess.run(
            [str(SCRIPT), 'stop', str(self.place)],
            stderr=subprocess.PIPE,
            text=True,
        )
        self.assertEqual(2, said.returncode)
        self.assertIn('start, follow or tell, seen stop', said.stderr)
