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
import os

from ipv6_lab import kernel
from tests.unit.lab import front


class KernelTest(front.CacheTest):
    """Runs the features' scripts, but in this process's own namespaces."""

    def setUp(self) -> None:
        super().setUp()
        self.patch(kernel, 'UNSHARE', ('env',))

    def have(self, *scripts: str, tool: str = 'sh') -> list[str]:
        features = tuple(
            kernel.Feature(f'feature {script}', script, 'do this', tool)
            for script in scripts
        )
        self.patch(kernel, 'FEATURES', features)
        return list(kernel.problems())

    def test_what_works_is_no_problem(self) -> None:
        self.assertEqual([], self.have('true', 'test -d "$1"'))

    def test_what_fails_is_one_line_with_the_reason(self) -> None:
        (line,) = self.have('true', 'echo first >&2; echo why >&2; false')
        self.assertIn('kernel: expected feature echo', line)
        self.assertTrue(line.endswith("seen 'why'; do this"), line)
        self.assertNotIn('\n', line)

    def test_a_silent_failure_tells_its_status(self) -> None:
        (line,) = self.have('exit 7')
        self.assertIn("seen 'exit status 7'", line)

    def test_every_failure_is_told(self) -> None:
        seen = self.have('true', 'exit 1', 'exit 2', 'exit 3')
        self.assertEqual(3, len(seen))

    def test_without_namespaces_nothing_else_is_tried(self) -> None:
        (line,) = self.have('exit 1', 'exit 2', 'exit 3')
        self.assertIn("seen 'exit status 1'", line)

    def test_no_namespaces_at_all(self) -> None:
        self.patch(kernel, 'UNSHARE', ('/nonexistent/unshare',))
        (line,) = self.have('true')
        self.assertIn('No such file', line)

    def test_features_wait_for_their_tool(self) -> None:
        self.assertEqual([], self.have('false', tool='no-such-tool'))
        self.assertTrue(kernel.untested())
        self.have('true')
        self.assertFalse(kernel.untested())

    def test_each_gets_an_empty_directory_that_goes(self) -> None:
        script = 'test -z "$(ls -A "$1")" && touch "$1/file"'
        self.assertEqual([], self.have(script, script))
        self.assertEqual([], os.listdir(self.root / 'tmp'))

    def test_the_features_are_shell(self) -> None:
        for feature in kernel.FEATURES:
            with self.subTest(feature.name):
                status = os.waitstatus_to_exitcode(
                    os.system(f"sh -n -c '{feature.script}'")  # noqa: S605
                )
                self.assertEqual(0, status)
