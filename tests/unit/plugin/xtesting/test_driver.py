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

"""The driver's tests, in an environment that has Xtesting."""

import importlib.util
from pathlib import Path
import subprocess
import sys

import testtools
from testtools import content

from ipv6_lab import places

ROOT = Path(__file__).resolve().parents[4]
MODULE = 'tests.unit.plugin.xtesting.driving'


def interpreter() -> Path:
    """Return a Python with Xtesting: this one, or the lab's."""
    if importlib.util.find_spec('xtesting'):
        return Path(sys.executable)
    return places.venv('xtesting') / 'bin' / 'python'


# As it is where Xtesting was never installed.
WITHOUT = """
import sys
class Missing:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == 'xtesting':
            raise ModuleNotFoundError(f'no {name}', name=name)
sys.meta_path.insert(0, Missing)
from ipv6_tempest_plugin.xtesting import driver
try:
    driver.Ipv6Tempest(case_name='ipv6')
except driver.errors.CaseError as error:
    print(error)
"""


class WithoutXtestingTest(testtools.TestCase):
    def test_the_module_is_there_and_says_what_is_missing(self) -> None:
        done = subprocess.run(
            (sys.executable, '-B', '-c', WITHOUT),
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        self.assertEqual(
            'expected Xtesting, seen none; pip install '
            "'ipv6_tempest_plugin[xtesting]'\n",
            done.stdout,
            done.stderr,
        )


class DriverTest(testtools.TestCase):
    def test_all_of_them(self) -> None:
        """Xtesting does not agree with what checks our code is pinned to."""
        python = interpreter()
        if not python.exists():
            self.skipTest('no Xtesting; run scripts/lab install')
        done = subprocess.run(
            (python, '-B', '-m', 'unittest', MODULE),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        self.addDetail(MODULE, content.text_content(done.stdout))
        self.assertEqual(0, done.returncode, done.stdout[-5000:])
        self.assertRegex(done.stdout, r'Ran \d\d tests')
