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
import subprocess
import sys
import threading
import time

import fixtures

from ipv6_lab import errors
from ipv6_lab.install import commands
from ipv6_lab import paths
from tests.unit.lab import front


class CommandsTest(front.CacheTest):
    def setUp(self) -> None:
        super().setUp()
        self.log = self.root / 'logs' / 'step.log'
        self.told: list[str] = []
        self.running = commands.Commands(self.told.append)
        self.addCleanup(self.running.stop)

    def shell(self, script: str, patient: bool = False) -> None:
        command = ('sh', '-c', script)
        self.running.run('step', command, self.log, 'look', patient=patient)

    def begin(self, script: str, patient: bool = False) -> threading.Thread:
        """Run a script in a thread; return once it said something."""
        self.raised: list[BaseException] = []

        def work() -> None:
            try:
                self.shell(f'echo begun; {script}', patient)
            except errors.LabError as error:
                self.raised.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        self.wait_for('begun')
        return thread

    def wait_for(self, line: str) -> None:
        """Wait until a command wrote a line into its log."""
        ends = time.monotonic() + 10
        while not self.log.exists() or line not in self.words():
            self.assertLess(time.monotonic(), ends, f'never said {line}')
            time.sleep(0.01)

    def wait_for_end(self, number: int) -> None:
        """Wait until a process has ended."""
        ends = time.monotonic() + 10
        while runs(number):
            self.assertLess(time.monotonic(), ends, f'{number} lives on')
            time.sleep(0.01)

    def words(self) -> list[str]:
        """The log's lines without those that tell commands."""
        lines = self.log.read_text().splitlines()
        return [line for line in lines if line[0] != '$']

    def test_output_is_appended_below_the_command(self) -> None:
        self.shell('echo one; echo two >&2')
        self.shell('echo three')
        self.assertEqual(['one', 'two', 'three'], self.words())
        self.assertIn('$ sh -c echo three\n', self.log.read_text())

    def test_a_failure_names_the_step_and_shows_the_log(self) -> None:
        error = self.assertRaises(
            errors.StepFailed, self.shell, 'echo why; exit 4'
        )
        self.assertEqual(
            'step: sh exited with status 4, expected 0; look', str(error)
        )
        self.assertEqual('why', error.details()[-1])

    def test_stopping_ends_what_is_on_with_its_children(self) -> None:
        thread = self.begin('sleep 60 & echo $!; echo on; wait; echo lives')
        self.wait_for('on')
        begun = time.monotonic()
        self.running.stop()
        thread.join(10)
        self.assertLess(time.monotonic() - begun, 5)
        self.assertIsInstance(self.raised[0], errors.Stopped)
        _, child, *rest = self.words()
        self.assertEqual(['on'], rest)
        self.wait_for_end(int(child))

    def test_what_refuses_to_end_is_killed(self) -> None:
        self.patch(commands, 'GRACE', 0.1)
        thread = self.begin("trap '' TERM; while :; do sleep 0.05; done")
        self.running.stop()
        thread.join(10)
        self.assertIsInstance(self.raised[0], errors.Stopped)

    def test_stopping_waits_for_the_patient(self) -> None:
        thread = self.begin('sleep 0.3; echo whole', patient=True)
        self.running.stop()
        self.assertEqual(['begun', 'whole'], self.words())
        thread.join(10)
        self.assertEqual([], self.raised)
        (line,) = self.told
        self.assertIn('step: must not be interrupted', line)

    def test_nothing_outlives_a_killed_installation(self) -> None:
        parent = subprocess.Popen(
            (sys.executable, '-c', ORPHAN, str(self.log)), cwd=paths.CHECKOUT
        )
        self.addCleanup(parent.wait)
        self.addCleanup(parent.kill)
        self.wait_for('begun')
        orphan = int(self.words()[0])
        parent.kill()
        self.wait_for_end(orphan)

    def test_nothing_begins_after_stopping(self) -> None:
        self.running.stop()
        self.assertRaises(errors.Stopped, self.shell, 'echo begun')

    def test_leaving_stops(self) -> None:
        with commands.Commands(self.told.append) as running:
            pass
        command = ('true',)
        self.assertRaises(
            errors.Stopped, running.run, 'step', command, self.log, 'look'
        )

    def test_the_environment_is_swept(self) -> None:
        for name, value in (
            ('PYTHONDONTWRITEBYTECODE', '1'),
            ('PYTHONPATH', '/nowhere'),
            ('https_proxy', 'http://[2001:db8::1]:3128'),
            ('PIP_INDEX_URL', 'https://index.example'),
        ):
            self.useFixture(fixtures.EnvironmentVariable(name, value))
        seen = commands.environment()
        self.assertEqual('http://[2001:db8::1]:3128', seen['https_proxy'])
        self.assertEqual('https://index.example', seen['PIP_INDEX_URL'])
        self.assertNotIn('PYTHONPATH', seen)
        self.assertNotIn('PYTHONDONTWRITEBYTECODE', seen)
        self.assertTrue(seen['TMPDIR'].startswith(str(self.root)))


ORPHAN = """
from ipv6_lab.install import commands
from pathlib import Path
import sys
script = 'echo $$; echo begun; exec sleep 60'
running = commands.Commands(print)
running.run('step', ('sh', '-c', script), Path(sys.argv[1]), 'look')
"""


def runs(number: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return bool(Path(f'/proc/{number}/cmdline').read_bytes())
    except FileNotFoundError:
        return False
