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

"""What changed between two runs."""

import testtools

from ipv6_tempest_plugin.results import comparing
from tests.unit.plugin.results import streams

A, B, C = (f'{streams.API}.test_a.ATest.test_{n}' for n in 'abc')


def run(*ends: tuple[str, str, float]) -> object:
    """Return a run with these results."""
    made = streams.Stream()
    for name, status, seconds in ends:
        made.start(name).end(name, status, seconds)
    return made.run()


def told(before: object, after: object) -> dict[str, list[str]]:
    """Return what changed: names under the kind of the change."""
    change = comparing.compare(before, after)  # type: ignore[arg-type]
    pairs = ('broken', 'mended', 'skipped', 'slower', 'faster')
    found = {n: [p.after.label for p in getattr(change, n)] for n in pairs}
    for name in ('new', 'gone'):
        found[name] = [test.label for test in getattr(change, name)]
    return {name: labels for name, labels in found.items() if labels}


class ComparingTest(testtools.TestCase):
    def test_broken_mended_and_skipped(self) -> None:
        before = run((A, 'success', 1), (B, 'fail', 1), (C, 'success', 1))
        after = run((A, 'fail', 1), (B, 'success', 1), (C, 'skip', 1))
        self.assertEqual(
            {
                'broken': ['test_a'],
                'mended': ['test_b'],
                'skipped': ['test_c'],
            },
            told(before, after),
        )

    def test_slower_and_faster_but_no_noise(self) -> None:
        before = run(
            (A, 'success', 10), (B, 'success', 30), (C, 'success', 0.1)
        )
        after = run(
            (A, 'success', 16), (B, 'success', 10), (C, 'success', 0.9)
        )
        self.assertEqual(
            {'slower': ['test_a'], 'faster': ['test_b']}, told(before, after)
        )

    def test_a_long_test_that_varies_is_not_slower(self) -> None:
        before, after = run((A, 'success', 20)), run((A, 'success', 22))
        self.assertEqual({}, told(before, after))

    def test_new_and_gone(self) -> None:
        found = told(run((A, 'success', 1)), run((B, 'success', 1)))
        self.assertEqual({'new': ['test_b'], 'gone': ['test_a']}, found)

    def test_a_renamed_test_is_the_same(self) -> None:
        before = run((f'{A}[id-{streams.uuid(1)}]', 'success', 1))
        after = run((f'{B}[id-{streams.uuid(1)}]', 'fail', 1))
        self.assertEqual({'broken': ['test_b']}, told(before, after))

    def test_inherited_tests_share_a_uuid_and_are_two(self) -> None:
        tag = f'[id-{streams.uuid(1)}]'
        before = run((f'a.A.t{tag}', 'success', 1), (f'a.B.t{tag}', 'fail', 1))
        self.assertEqual({}, told(before, before))

    def test_the_same_run(self) -> None:
        same = run((A, 'success', 1))
        change = comparing.compare(same, same)  # type: ignore[arg-type]
        self.assertTrue(change.is_same)
