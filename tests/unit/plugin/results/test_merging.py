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

"""Runs of several runners, and lists from elsewhere."""

import testtools

from ipv6_tempest_plugin.results import complete
from ipv6_tempest_plugin.results import merging
from ipv6_tempest_plugin.results import model
from tests.unit.plugin.results import streams

Status = model.Status
A, B, C = (f'{streams.API}.test_a.ATest.test_{n}' for n in 'abc')


class MergingTest(testtools.TestCase):
    def test_what_one_runner_left_another_finished(self) -> None:
        one = streams.Stream().passed(A).start(B).run()
        two = streams.Stream().passed(B).run()
        run = merging.merge([one, two])
        self.assertEqual(
            [(A, Status.PASSED), (B, Status.PASSED)],
            [(test.name, test.status) for test in run.tests],
        )
        self.assertIn('interrupted, passed', run.tests[1].reason)

    def test_a_failure_is_not_taken_back(self) -> None:
        one = streams.Stream().failed(A, 'no').run()
        two = streams.Stream().passed(A).run()
        for runs in ([one, two], [two, one]):
            (test,) = merging.merge(runs).tests
            self.assertEqual(Status.FAILED, test.status)

    def test_what_was_not_run_here_was_run_there(self) -> None:
        one = streams.Stream().exists(A, B).passed(A).run()
        two = streams.Stream().passed(B).run()
        (_, test) = merging.merge([one, two]).tests
        self.assertEqual(Status.PASSED, test.status)

    def test_notes_and_lists_are_those_of_all(self) -> None:
        one = streams.Stream().passed(A).raw(b'x').run()
        two = streams.Stream().exists(C).passed(B).raw(b'x').run()
        run = merging.merge([one, two])
        self.assertEqual(2, len(run.notes))
        self.assertEqual({A, B, C}, run.listed)


class CompleteTest(testtools.TestCase):
    def test_a_list_from_elsewhere_has_tempests_ids(self) -> None:
        run = streams.Stream().passed(f'{A}[id-{streams.uuid(1)}]').run()
        listed = [f'{n}[id-{streams.uuid(i)}]' for i, n in enumerate((A, B))]
        (_, missing) = complete.complete(run, listed).tests
        self.assertEqual(
            (B, streams.uuid(1), Status.NOT_RUN),
            (missing.name, missing.id, missing.status),
        )

    def test_a_failing_module_takes_all_its_classes(self) -> None:
        module = f'{streams.API}.test_a'
        run = streams.Stream().failed(f'setUpModule ({module})', 'no').run()
        fixture = complete.complete(run, [A, f'{module}.BTest.test_d']).tests[
            0
        ]
        self.assertEqual(2, len(fixture.took))

    def test_a_failing_tear_down_takes_nothing(self) -> None:
        name = f'tearDownClass ({streams.API}.test_a.ATest)'
        run = streams.Stream().passed(A).failed(name, 'no').run()
        run = complete.complete(run, [A, B])
        self.assertEqual((), run.tests[1].took)
        self.assertEqual(1, len(run.notes))
