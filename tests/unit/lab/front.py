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
"""What the tests of the lab's front share."""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
import io
from pathlib import Path

import fixtures
import testtools

from ipv6_lab.install import commands
from ipv6_lab import paths
from ipv6_lab import progress as progress_module


class CacheTest(testtools.TestCase):
    """A test with a cache directory of its own, empty at first."""

    def setUp(self) -> None:
        super().setUp()
        directory = self.useFixture(fixtures.TempDir(rootdir='/tmp')).path
        self.root = Path(directory).resolve()
        self.useFixture(
            fixtures.EnvironmentVariable(paths.VARIABLE, directory)
        )
        self.output = io.StringIO()
        self.progress = progress_module.Progress(self.output)

    def lines(self) -> list[str]:
        """The first word or words of each progress line, and the outcome."""
        shown = []
        for line in self.output.getvalue().splitlines():
            name, dots, rest = line.partition(' ..')
            outcome = rest.lstrip('. ').split()
            shown.append(f'{name}: {outcome[0]}' if dots else name)
        return shown


class FakeCommands(commands.Commands):
    """Records commands instead of running them.

    :param answer: called with each command line and its log; what it
        raises is raised
    """

    def __init__(
        self, answer: Callable[[Sequence[str], Path], None] | None = None
    ) -> None:
        super().__init__(lambda line: None)
        self.answer = answer
        self.seen: list[list[str]] = []
        self.patient: list[list[str]] = []

    def run(
        self,
        step: str,
        command: Sequence[str | Path],
        log: Path,
        hint: str = '',
        patient: bool = False,
        extra: Mapping[str, str] | None = None,
    ) -> None:
        """Record, then answer."""
        words = [str(word) for word in command]
        (self.patient if patient else self.seen).append(words)
        log.parent.mkdir(parents=True, exist_ok=True)
        log.touch()
        if self.answer is not None:
            self.answer(words, log)
