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
"""A false lab, which says what it was asked for and obeys the environment."""

import os
from pathlib import Path
import signal

import fixtures

from ipv6_lab import paths
from ipv6_lab import signals
from tools import lab

# Writes down what it was asked for, fails at the verb in BREAK, hangs at
# the one in HANG, and passes tests when it is told to run them.
LAB = r"""#!/bin/sh
echo "$1" >> "$CALLS"
[ "$1" = install ] || echo "this is lab $1"  # that goes to the screen
[ "$1" != "$HANG" ] || { kill -TERM "$PARENT"; read -r forever < "$FIFO"; }
[ "$1" != "$BREAK" ] || exit 1
[ "$1" != run ] || echo ' - Passed: 7'
"""


class FalseLab(fixtures.Fixture):
    """Stands where scripts/lab and its Tempest environment are looked for.

    ``place`` is the directory that holds it, ``results`` where results go.
    """

    def _setUp(self) -> None:
        self.place = Path(self.useFixture(fixtures.TempDir()).path)
        self.results = self.place / 'results'
        os.mkfifo(self.place / 'fifo')
        script = self.script('lab', LAB)
        self.change('tools.lab.COMMAND', script)
        self.change('tools.lab.TEMPEST', (script, 'run'))
        self.change('tools.lab.PLUGIN', (script, 'run'))
        self.change('tools.lab.QUICK', (script, 'run'))
        self.change('tools.lab.MACHINE', ('touch',))
        self.change('ipv6_lab.places.venv', lambda name: self.place)
        self.change('ipv6_lab.install.plugin.metadata', lambda root: root)
        self.setenv(paths.VARIABLE, self.place)
        self.setenv(lab.MACHINE_BEFORE, '')
        self.setenv('CALLS', self.place / 'calls')
        self.setenv('XDG_CACHE_HOME', self.place / 'changes')
        self.setenv('PARENT', os.getpid())
        self.setenv('FIFO', self.place / 'fifo')
        for number in signals.SIGNALS:
            handler = signal.getsignal(number)
            self.addCleanup(signal.signal, number, handler)

    def change(self, name: str, value: object) -> None:
        """Put a value in the place of another, for this test."""
        self.useFixture(fixtures.MonkeyPatch(name, value))

    def setenv(self, name: str, value: object) -> None:
        """Set a variable of the environment, for this test."""
        self.useFixture(fixtures.EnvironmentVariable(name, str(value)))

    def script(self, name: str, text: str) -> str:
        """Make a program beside the lab."""
        path = self.place / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
        return str(path)

    def calls(self) -> list[str]:
        """The verbs that it was asked for."""
        return (self.place / 'calls').read_text().split()
