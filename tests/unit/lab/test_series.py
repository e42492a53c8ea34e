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

"""Several commands of one program, imported once."""

import os
from pathlib import Path
import subprocess
import sys

import fixtures
import testtools

from ipv6_lab import paths
from ipv6_lab import series

PROGRAM = """
import os
import sys
print('imported')
def main():
    print(os.getppid(), *sys.argv[1:], flush=True)
    return 3 if 'fail' in sys.argv else None
"""


class SeriesTest(testtools.TestCase):
    def run_series(self, *commands: tuple[str, ...]) -> tuple[int, list[str]]:
        """Exit status and lines of a series of a program of our own."""
        place = Path(self.useFixture(fixtures.TempDir()).path)
        (place / 'program.py').write_text(PROGRAM)
        words = series.command(*commands)
        said = subprocess.run(
            [sys.executable, '-m', 'ipv6_lab.series', 'program', *words],
            env={
                **os.environ,
                'PYTHONPATH': f'{paths.CHECKOUT}:{place}',
            },
            stdout=subprocess.PIPE,
            text=True,
        )
        lines = said.stdout.splitlines()
        return said.returncode, [
            line for line in lines if not line.startswith('$')
        ]

    def test_import_is_shared_and_children_are_not(self) -> None:
        code, lines = self.run_series(('a', 'b'), ('c',))
        self.assertEqual(0, code)
        self.assertEqual(1, lines.count('imported'))
        first, second = (line.split() for line in lines[-2:])
        self.assertEqual((['a', 'b'], ['c']), (first[1:], second[1:]))
        self.assertEqual(first[0], second[0])

    def test_first_failure_ends_it(self) -> None:
        code, lines = self.run_series(('fail',), ('never',))
        self.assertEqual(3, code)
        self.assertNotIn('never', lines[-1])
