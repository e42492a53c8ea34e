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
"""Who may import whom, and that what is imported is asked for."""

import ast
from collections.abc import Iterator
import configparser
from importlib import metadata
from pathlib import Path
import re
import sys

import ddt
import testtools

ROOT = Path(__file__).resolve().parents[2]
# What each place must never import (the house's wall, and what keeps
# unit tests fast).
FORBIDDEN = {
    'ipv6_tempest_plugin': ('ipv6_lab', 'tests', 'tools', 'benchmarks'),
    'ipv6_lab': ('ipv6_tempest_plugin', 'tests', 'tools', 'benchmarks'),
    'ipv6_tempest_plugin/addressing.py': ('tempest',),
    'ipv6_tempest_plugin/extensions.py': ('tempest',),
    'ipv6_tempest_plugin/waiting.py': ('tempest',),
    'ipv6_tempest_plugin/underlay': ('tempest',),
    'ipv6_tempest_plugin/gap': ('tempest',),
    'ipv6_tempest_plugin/results': ('tempest',),
    'ipv6_tempest_plugin/runners': ('tempest',),
}
# What only some users have, and which file alone may import it.
OPTIONAL = {'xtesting': 'ipv6_tempest_plugin/xtesting/driver.py'}


def sources(place: str) -> list[Path]:
    """The Python files of a place, which may be one itself."""
    path = ROOT / place
    return [path] if path.is_file() else sorted(path.rglob('*.py'))


def imports(source: Path) -> Iterator[str]:
    """The full names of the modules that a file imports anywhere in it."""
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f'{node.module}.{name.name}' for name in node.names)


def declared() -> set[str]:
    """The distributions that requirements.txt asks for, normalised."""
    lines = (ROOT / 'requirements.txt').read_text().splitlines()
    names = [re.split(r'[<>=!~\s\[;]', line)[0] for line in lines]
    return {normal(name) for name in names if name and name[0] != '#'}


def normal(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r'[-_.]+', '-', name).lower()


@ddt.ddt
class ImportsTest(testtools.TestCase):
    @ddt.data(*FORBIDDEN)
    def test_the_wall(self, place: str) -> None:
        through = [
            f'{source.relative_to(ROOT)} imports {name}'
            for source in sources(place)
            for name in imports(source)
            if name.partition('.')[0] in FORBIDDEN[place]
        ]
        self.assertEqual([], through)

    def test_what_the_plugin_imports_is_declared(self) -> None:
        owners = metadata.packages_distributions()
        missing = {
            f'{name} ({source.relative_to(ROOT)})'
            for source in sources('ipv6_tempest_plugin')
            for name in imports(source)
            if (top := name.partition('.')[0]) not in sys.stdlib_module_names
            and top not in ('ipv6_tempest_plugin', *OPTIONAL)
            and not {normal(one) for one in owners.get(top, [])} & declared()
        }
        self.assertEqual(set(), missing, 'add them to requirements.txt')

    def test_what_is_optional_is_an_extra_and_stays_where_it_is(self) -> None:
        setup = configparser.ConfigParser()
        setup.read(ROOT / 'setup.cfg')
        self.assertEqual(set(OPTIONAL), set(setup['extras']))
        seen = {
            (top, str(source.relative_to(ROOT)))
            for source in sources('ipv6_tempest_plugin')
            for name in imports(source)
            if (top := name.partition('.')[0]) in OPTIONAL
        }
        self.assertEqual(set(OPTIONAL.items()), seen)
