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

"""Where tests may be skipped (HACKING.rst, rule 4)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import ddt
import testtools

import ipv6_tempest_plugin

PLACE = Path(ipv6_tempest_plugin.__file__).parent
# By testtools, unittest and Tempest, called, raised or decorated with.
SKIPS = {
    'SkipTest',
    'requires_ext',
    'skip',
    'skipException',
    'skipIf',
    'skipTest',
    'skipUnless',
    'skip_because',
}
ALLOWED = 'skip_checks'
DECORATOR = ('tests/overlay/needs.py', 'wrapper')


def skips(node: ast.AST, where: str = '') -> Iterator[tuple[str, int]]:
    """Yield the function and line of whatever skips below a node."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        for one in node.decorator_list:
            if _named(one) in SKIPS:
                yield node.name, one.lineno
        where = node.name
    raised = node.exc if isinstance(node, ast.Raise) else None
    called = node.value if isinstance(node, ast.Expr) else None
    if {_named(raised), _named(called)} & SKIPS:
        yield where, getattr(node, 'lineno', 0)
    for child in ast.iter_child_nodes(node):
        yield from skips(child, where)


def _named(node: ast.AST | None) -> str:
    """The last part of the name of what is called, raised or applied."""
    if isinstance(node, ast.Call):
        return _named(node.func)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ''


@ddt.ddt
class SkipsTest(testtools.TestCase):
    def test_elsewhere(self) -> None:
        found = {
            (str(source.relative_to(PLACE)), where)
            for source in PLACE.rglob('*.py')
            for where, _ in skips(ast.parse(source.read_text()))
            if where != ALLOWED
        }
        self.assertEqual({DECORATOR}, found)

    @ddt.data(
        'self.skipTest("so")',
        'raise self.skipException("so")',
        'raise unittest.SkipTest',
    )
    def test_each_way_is_seen(self, line: str) -> None:
        found = list(skips(ast.parse(f'def test(self):\n    {line}')))
        self.assertEqual([('test', 2)], found)

    @ddt.data(
        'utils.requires_ext(extension="router", service="network")',
        'testtools.skipUnless(CONF.x, "x")',
        'unittest.skip("so")',
    )
    def test_each_decorator_is_seen(self, decorator: str) -> None:
        found = list(skips(ast.parse(f'@{decorator}\ndef test(self): ...')))
        self.assertEqual([('test', 1)], found)
