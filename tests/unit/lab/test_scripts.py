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
"""A forked process that goes on as a script."""

import os
from pathlib import Path
import subprocess
import sys

import fixtures
import testtools

from ipv6_lab import paths
from ipv6_lab import scripts

# What the supervisor is to a program: it handles a signal, has imported a
# module, and forks.
PARENT = """
import os
import signal
import sys
import colorsys
from ipv6_lab import scripts
signal.signal(signal.SIGTERM, lambda *_: None)
if not os.fork():
    scripts.become(sys.argv[1], ['program', 'one'], {'ONLY': 'this'})
print('status', os.waitstatus_to_exitcode(os.wait()[1]))
"""


class BecomeTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.place = Path(self.useFixture(fixtures.TempDir()).path)

    def become(self, text: str) -> list[str]:
        """What a script says in such a process, then its exit status."""
        script = self.place / 'script'
        script.write_text(text)
        said = subprocess.run(
            [sys.executable, '-c', PARENT, str(script)],
            env={**os.environ, 'PYTHONPATH': str(paths.CHECKOUT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
        )
        return said.stdout.splitlines()

    def test_it_is_the_script(self) -> None:
        text = (
            'import os, sys\n'
            'name = os.path.basename(sys.argv.pop(0))\n'
            "print(__name__, name, sys.argv, os.environ, end=' ')\n"
            "print('colorsys' in sys.modules)"
        )
        self.assertEqual(
            [
                "__main__ script ['one'] environ({'ONLY': 'this'}) True",
                'status 0',
            ],
            self.become(text),
        )

    def test_signals_are_its_own(self) -> None:
        text = 'import os, signal\nos.kill(os.getpid(), signal.SIGTERM)'
        self.assertEqual(['status -15'], self.become(text))

    def test_its_exit_status_is_the_processes(self) -> None:
        for words, said in (
            ('sys.exit(3)', ['status 3']),
            ('sys.exit()', ['status 0']),
            ("sys.exit('sorry')", ['sorry', 'status 1']),
        ):
            self.assertEqual(said, self.become(f'import sys\n{words}'))

    def test_a_traceback_is_seen(self) -> None:
        *_, last, status = self.become("raise ValueError('why')")
        self.assertEqual('ValueError: why', last)
        self.assertEqual('status 1', status)

    def test_calls_in_a_loop_take_no_memory_anew(self) -> None:
        """However deep the loop is; see LARGE_FRAME."""
        text = (
            'import resource\n'
            'def faults():\n'
            '    usage = resource.getrusage(resource.RUSAGE_SELF)\n'
            '    return usage.ru_minflt\n'
            'def deeper(left):\n'
            '    for _ in range(3000):\n'
            '        abs(len(str(call())))\n'
            '    return left and deeper(left - 1)\n'
            'call = lambda: 1\n'
            'before = faults()\n'
            'deeper(300)\n'
            'print(faults() - before < 2000)'
        )
        self.assertEqual(['True', 'status 0'], self.become(text))

    def test_it_ends_after_its_threads(self) -> None:
        text = (
            'import atexit, threading\n'
            "atexit.register(print, 'last')\n"
            "threading.Timer(0.1, print, ['late']).start()\n"
            "print('main')"
        )
        self.assertEqual(
            ['main', 'late', 'last', 'status 0'], self.become(text)
        )


class IsScriptTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.place = Path(self.useFixture(fixtures.TempDir()).path)
        self.patch(scripts, 'PROGRAMS', self.place)

    def test_only_scripts_of_this_interpreter_are(self) -> None:
        for first, expected in (
            (f'#!{sys.executable}', True),
            ('#!/usr/bin/env python3', False),
            ('#!/bin/sh', False),
            ('\x7fELF', False),
        ):
            program = self.place / 'program'
            program.write_text(f'{first}\nprint()\n')
            self.assertEqual(expected, scripts.is_script(program), first)

    def test_others_are_not(self) -> None:
        self.assertFalse(scripts.is_script(self.place / 'missing'))
        self.assertFalse(scripts.is_script(Path('/bin/sh')))
