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
import threading
import time

import fixtures

from ipv6_lab import errors
from ipv6_lab.install import commands
from tests.unit.lab import front


class CommandsTest(front.CacheTest):
    def setUp(self) -> None:
        super().setUp()
        self.log = self.root / 'logs' / 'step.log'
        self.running = commands.Commands()
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
        ends = time.monotonic() + 10
        while not self.log.exists() or 'begun\n' not in self.log.read_text():
            self.assertLess(time.monotonic(), ends, 'it never began')
            time.sleep(0.01)
        return thread

    def test_output_is_appended_below_the_command(self) -> None:
        self.shell('echo one; echo two >&2')
        self.shell('echo three')
        seen = self.log.read_text()
        self.assertEqual(['one', 'two', 'three'], words(seen))
        self.assertIn('$ sh -c echo three\n', seen)

    def test_a_failure_names_the_step_and_shows_the_log(self) -> None:
        error = self.assertRaises(
            errors.StepFailed, self.shell, 'echo why; exit 4'
        )
        self.assertEqual(
            'step: sh exited with status 4, expected 0; look', str(error)
        )
        self.assertEqual('why', error.details()[-1])

    def test_stopping_ends_what_is_on_with_its_children(self) -> None:
        thread = self.begin('sleep 60 & wait; echo survived')
        begun = time.monotonic()
        self.running.stop()
        thread.join(10)
        self.assertLess(time.monotonic() - begun, 5)
        self.assertIsInstance(self.raised[0], errors.Stopped)
        self.assertEqual(['begun'], words(self.log.read_text()))

    def test_what_refuses_to_end_is_killed(self) -> None:
        self.patch(commands, 'GRACE', 0.1)
        thread = self.begin("trap '' TERM; while :; do sleep 0.05; done")
        self.running.stop()
        thread.join(10)
        self.assertIsInstance(self.raised[0], errors.Stopped)

    def test_stopping_waits_for_the_patient(self) -> None:
        thread = self.begin('sleep 0.3; echo whole', patient=True)
        self.running.stop()
        thread.join(10)
        self.assertEqual([], self.raised)
        self.assertEqual(['begun', 'whole'], words(self.log.read_text()))

    def test_nothing_begins_after_stopping(self) -> None:
        self.running.stop()
        self.assertRaises(errors.Stopped, self.shell, 'echo begun')

    def test_leaving_stops(self) -> None:
        with commands.Commands() as running:
            pass
        command = ('true',)
        self.assertRaises(
            errors.Stopped, running.run, 'step', command, self.log
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


def words(log: str) -> list[str]:
    """A log's lines without those that tell commands."""
    return [line for line in log.splitlines() if line[0] != '$']
