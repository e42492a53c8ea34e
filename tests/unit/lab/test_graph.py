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
"""Steps begin when what they require is done, and no other."""

import io
import threading

import testtools

from ipv6_lab import errors
from ipv6_lab import graph
from ipv6_lab import progress


class GraphTest(testtools.TestCase):
    """On threads, without a lab."""

    def setUp(self) -> None:
        super().setUp()
        self.output = io.StringIO()
        self.progress = progress.Progress(self.output)
        self.done: list[str] = []
        self.stopped = threading.Event()

    def step(self, name: str, *requires: str) -> graph.Step:
        """A step that notes its name."""
        return graph.Step(name, lambda: self.done.append(name), requires)

    def test_order(self) -> None:
        """What is required comes first, wherever it stands."""
        steps = [self.step('c', 'b'), self.step('b', 'a'), self.step('a')]
        graph.run(steps, self.progress, self.stopped)
        self.assertEqual(['a', 'b', 'c'], self.done)

    def test_independent_steps_run_together(self) -> None:
        """Each waits for the other to have begun."""
        both = threading.Barrier(2, timeout=10)

        def meet() -> None:
            both.wait()

        steps = [graph.Step(name, meet) for name in ('a', 'b')]
        graph.run(steps, self.progress, self.stopped)
        self.assertFalse(both.broken)

    def test_failure_ends_the_rest(self) -> None:
        """What requires a failed step is not begun; its error is raised."""

        def fail() -> None:
            raise errors.LabError('no')

        steps = [graph.Step('a', fail), self.step('b', 'a')]
        failure = self.assertRaises(
            errors.LabError, graph.run, steps, self.progress, self.stopped
        )
        self.assertEqual('no', str(failure))
        self.assertEqual([], self.done)
        self.assertIn('failed', self.output.getvalue())
        self.assertTrue(self.stopped.is_set())

    def test_join_prints_nothing(self) -> None:
        """A step without an action only names what comes before it."""
        steps = [
            graph.Step('join', None, ('a',)),
            self.step('a'),
            self.step('b', 'join'),
        ]
        graph.run(steps, self.progress, self.stopped)
        self.assertEqual(['a', 'b'], self.done)
        self.assertNotIn('join', self.output.getvalue())
