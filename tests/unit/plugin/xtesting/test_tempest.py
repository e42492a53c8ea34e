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

"""The program tempest: found, called, read, ended."""

import io
import os
from pathlib import Path
import time

import ddt
import fixtures

from ipv6_tempest_plugin.results import masking
from ipv6_tempest_plugin.results import model
from ipv6_tempest_plugin.xtesting import arguments
from ipv6_tempest_plugin.xtesting import errors
from ipv6_tempest_plugin.xtesting import recording
from ipv6_tempest_plugin.xtesting import tempest
from tests.unit.plugin.results import streams
from tests.unit.plugin.xtesting import false_tempest


@ddt.ddt
class CommandTest(false_tempest.FalseTempestTest):
    def test_the_path_goes_before_what_is_beside_python(self) -> None:
        self.assertEqual(
            str(self.place / 'bin' / 'tempest'),
            tempest.program(self.environment),
        )

    def test_beside_python(self) -> None:
        interpreter = self.place / 'bin' / 'python'
        self.useFixture(
            fixtures.MonkeyPatch('sys.executable', str(interpreter))
        )
        self.assertEqual(
            str(self.place / 'bin' / 'tempest'),
            tempest.program({'PATH': '/nowhere'}),
        )

    def test_none_is_told(self) -> None:
        interpreter = self.place / 'python'
        self.useFixture(
            fixtures.MonkeyPatch('sys.executable', str(interpreter))
        )
        error = self.assertRaises(
            errors.CaseError, tempest.program, {'PATH': '/nowhere'}
        )
        self.assertIn('expected the program tempest on the PATH', str(error))

    def test_each_argument_has_its_option(self) -> None:
        wanted = arguments.Arguments(
            include_list=('^a', '^b'),
            exclude_regex='-c',
            exclude_list=('d',),
            concurrency=2,
        )
        self.assertEqual(
            [
                '/bin/tempest',
                'run',
                '--subunit',
                '--config-file=/etc/t.conf',
                '--exclude-regex=-c',
                f'--include-list={self.place}/include_list.txt',
                f'--exclude-list={self.place}/exclude_list.txt',
                '--concurrency=2',
            ],
            tempest.command(
                '/bin/tempest', Path('/etc/t.conf'), wanted, self.place
            ),
        )
        self.assertEqual(
            '^a\n^b\n', (self.place / 'include_list.txt').read_text()
        )


class ExecuteTest(false_tempest.FalseTempestTest):
    def setUp(self) -> None:
        super().setUp()
        self.told: list[str] = []
        self.recorder = recording.Recorder(
            masking.Mask(), io.BytesIO(), self.told.append
        )

    def execute(self, timeout: float = 0) -> tempest.Ended:
        return tempest.execute(
            [tempest.program(self.environment), 'run'],
            self.place,
            {**self.environment, 'OS_TEST_PATH': 'elsewhere'},
            self.recorder,
            timeout,
        )

    def test_results_are_read_and_told(self) -> None:
        self.answers(false_tempest.whole(2, 1), 1)
        self.assertEqual(tempest.Ended(1, False), self.execute())
        self.assertEqual(
            [
                f'{false_tempest.name("test_0")} ... passed',
                f'{false_tempest.name("test_1")} ... passed',
                f'{false_tempest.name("test_2")} ... failed',
            ],
            self.told,
        )
        self.assertEqual(3, len(self.recorder.run().tests))

    def test_it_has_the_workspace_and_no_other(self) -> None:
        self.execute()
        self.assertEqual(str(self.place), self.called()['cwd'])
        self.assertNotIn('OS_TEST_PATH', self.called()['environ'])

    def test_an_event_is_read_when_it_was_written(self) -> None:
        self.answers(false_tempest.whole(), false_tempest.HANG)
        begun = time.monotonic()
        ended = self.execute(timeout=1.5)
        self.assertTrue(ended.is_late)
        self.assertLess(time.monotonic() - begun, 10)
        self.assertEqual(3, len(self.told))

    def test_an_interrupt_ends_it(self) -> None:
        self.answers(false_tempest.whole(), false_tempest.HANG)

        def interrupt(line: str) -> None:
            raise KeyboardInterrupt

        self.recorder._tell = interrupt
        self.assertRaises(KeyboardInterrupt, self.execute)
        pid = self.called()['pid']
        self.assertRaises(ProcessLookupError, os.kill, pid, 0)

    def test_a_signal_is_negative(self) -> None:
        self.answers(b'', -9)
        self.assertEqual(tempest.Ended(-9, False), self.execute())

    def test_what_is_no_program_is_told(self) -> None:
        words = [str(self.config)]
        error = self.assertRaises(
            errors.CaseError,
            tempest.execute,
            words,
            self.place,
            self.environment,
            self.recorder,
        )
        self.assertRegex(str(error), 'can be run, seen .*Permission denied')

    def test_a_masked_copy_is_kept(self) -> None:
        copy = io.BytesIO()
        mask = masking.Mask(['sesame-of-the-admin'])
        self.recorder = recording.Recorder(mask, copy, self.told.append)
        one = streams.test_id(false_tempest.name('test'), 1)
        self.answers(streams.Stream().failed(one, 'it is sesame-of-the-admin'))
        self.execute()
        self.recorder.close()
        self.assertNotIn(b'sesame', copy.getvalue())
        (test,) = streams.read(copy.getvalue()).tests
        self.assertEqual(
            (model.Status.FAILED, 'it is ***'), (test.status, test.reason)
        )
