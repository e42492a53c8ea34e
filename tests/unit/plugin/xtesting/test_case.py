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

"""A case: what is judged, written and told."""

import json
from pathlib import Path
import tempfile
from typing import Any

import ddt
import junitparser

from ipv6_tempest_plugin.xtesting import arguments
from ipv6_tempest_plugin.xtesting import case
from ipv6_tempest_plugin.xtesting import errors
from tests.unit.plugin.results import streams
from tests.unit.plugin.results import test_masking
from tests.unit.plugin.xtesting import false_tempest

REGEX = r'^ipv6_tempest_plugin\.tests\.underlay\.'
SETUP = f'setUpClass ({streams.API}.test_networks.NetworksTest)'


class CaseTest(false_tempest.FalseTempestTest):
    """Runs a case by the false program."""

    def setUp(self) -> None:
        super().setUp()
        workspace = tempfile.TemporaryDirectory()
        self.addCleanup(workspace.cleanup)
        self.workspace = Path(workspace.name)
        self.told: list[str] = []

    def run_case(self, **more: Any) -> case.Outcome:
        place = case.Place(
            'ipv6_underlay', self.results, self.workspace, self.environment
        )
        wanted = arguments.Arguments(**{'regex': REGEX, **more})
        return case.run(wanted, place, self.told.append)

    def fails(self, **more: Any) -> str:
        """Return what an error says."""
        return str(self.assertRaises(errors.CaseError, self.run_case, **more))


@ddt.ddt
class JudgedTest(CaseTest):
    def test_a_green_run(self) -> None:
        self.answers(false_tempest.whole(3))
        outcome = self.run_case()
        names = [false_tempest.name(f'test_{n}') for n in range(3)]
        self.assertEqual(
            {
                'tests_number': 3,
                'success_number': 3,
                'skipped_number': 0,
                'failures_number': 0,
                'success': names,
                'skipped': [],
                'failures': [],
                'reasons': {},
                'notes': [],
            },
            outcome.details,
        )
        self.assertEqual(
            (100.0, (), ()),
            (outcome.result, outcome.broken, outcome.objections),
        )
        self.assertIn(f'--regex={REGEX}', self.called()['argv'])

    @ddt.data(
        ((3, 1, 0), 1, 75.0),
        ((3, 1, 4), 1, 75.0),
        ((999, 1, 0), 1, 99.9),
        ((0, 2, 0), 1, 0.0),
    )
    @ddt.unpack
    def test_percent_of_what_was_not_skipped(
        self, numbers: tuple[int, int, int], status: int, percent: float
    ) -> None:
        self.answers(false_tempest.whole(*numbers), status)
        outcome = self.run_case()
        self.assertEqual(percent, outcome.result)
        self.assertEqual(((), ()), (outcome.broken, outcome.objections))

    def test_failures_have_names_and_reasons(self) -> None:
        self.answers(false_tempest.whole(1, 1), 1)
        details = self.run_case().details
        name = false_tempest.name('test_1')
        self.assertEqual([name], details['failures'])
        self.assertEqual({name: 'nothing listens'}, details['reasons'])

    @ddt.data(
        (
            {'deny_skipping': True},
            '1 result(s) are skips, and deny_skipping is true',
        ),
        ({'tests_count': 4}, 'expected 4 result(s), seen 3'),
    )
    @ddt.unpack
    def test_objections(self, more: dict[str, Any], told: str) -> None:
        self.answers(false_tempest.whole(2, 0, 1))
        outcome = self.run_case(**more)
        self.assertEqual(((), (told,)), (outcome.broken, outcome.objections))
        self.assertEqual([told], outcome.details['notes'])

    def test_what_is_as_wanted_is_no_objection(self) -> None:
        self.answers(false_tempest.whole(2))
        outcome = self.run_case(deny_skipping=True, tests_count=2)
        self.assertEqual((), outcome.objections)

    @ddt.data(0, 1)
    def test_a_run_of_skips_proves_nothing(self, status: int) -> None:
        self.answers(false_tempest.whole(0, 0, 2), status)
        outcome = self.run_case()
        self.assertEqual(
            (0.0, (), ('everything was skipped: nothing is proved',)),
            (outcome.result, outcome.broken, outcome.objections),
        )

    def test_a_class_that_fails_to_set_up_fails_all_its_tests(self) -> None:
        ids = [
            f'{streams.API}.test_networks.NetworksTest.test_{n}' for n in 'ab'
        ]
        stream = streams.Stream().exists(*ids).failed(SETUP, 'no quota')
        self.answers(stream.passed(false_tempest.name('test')), 1)
        outcome = self.run_case()
        self.assertEqual([SETUP, *ids], outcome.details['failures'])
        self.assertEqual((25.0, ()), (outcome.result, outcome.broken))


@ddt.ddt
class BrokenTest(CaseTest):
    def assert_broken(self, outcome: case.Outcome, *told: str) -> None:
        self.assertEqual(0.0, outcome.result)
        self.assertEqual(len(told), len(outcome.broken), str(outcome.broken))
        for seen, expected in zip(outcome.broken, told, strict=True):
            self.assertRegex(seen, expected)
        self.assertEqual(list(outcome.broken), outcome.details['notes'])
        self.assertEqual(sorted(case.FILES), list(self.written()))

    def test_a_stream_that_ends_within_a_packet(self) -> None:
        self.answers(bytes(false_tempest.whole(3))[:-4])
        self.assert_broken(
            self.run_case(), 'stream is not whole: it ends within', '1 test'
        )
        copy = streams.read((self.results / 'tempest.subunit').read_bytes())
        self.assertRegex(copy.notes[0], 'was not whole: it ends within')

    def test_a_worker_that_dies(self) -> None:
        stream = false_tempest.whole(3)
        stream.failed('process-returncode', 'returned -11')
        self.answers(stream, 1)
        self.assert_broken(self.run_case(), 'a worker failed:')

    def test_tempest_is_killed_in_the_middle(self) -> None:
        stream = false_tempest.whole(1)
        two, three = (streams.test_id(false_tempest.name(x), 9) for x in 'bc')
        stream.exists(two, three).start(two).file(two, 'log', b'then it')
        self.answers(stream, -9)
        outcome = self.run_case()
        self.assert_broken(
            outcome,
            'Tempest ended with signal 9, expected 0 or 1; see tempest.log',
            '1 of 3 listed',
            '1 test.s. were running when the run ended',
        )
        self.assertEqual(2, outcome.details['failures_number'])
        self.assertIn('then it', self.written()['tempest.subunit'])

    def test_a_status_that_its_tests_do_not_explain(self) -> None:
        self.answers(false_tempest.whole(3), 1)
        self.assert_broken(self.run_case(), 'status 1, and none of its tests')

    def test_its_time_is_over(self) -> None:
        self.answers(false_tempest.whole(2), false_tempest.HANG)
        self.assert_broken(
            self.run_case(timeout=1.5), 'ended after its timeout of 1.5 s'
        )

    def test_output_that_is_no_stream(self) -> None:
        self.answers(bytes(false_tempest.whole(2)) + b'Segmentation fault\n')
        self.assert_broken(self.run_case(), 'are no subunit: Segmentation')

    @ddt.data(b'', b'not a stream at all\n')
    def test_no_result_is_an_error_that_says_what_tempest_said(
        self, data: bytes
    ) -> None:
        self.answers(
            data,
            1,
            'Traceback\nadmin_password = sesame-of-the-admin\n'
            'Bad: sesame-of-the-admin, no keystone\n',
        )
        told = self.fails()
        self.assertIn(f'match {REGEX}, seen none', told)
        self.assertIn('tempest ended with status 1, saying: ', told)
        self.assertTrue(told.endswith('Bad: ***, no keystone'), told)

    def test_a_silent_crash_says_so(self) -> None:
        self.answers(b'', -11)
        told = self.fails(regex='', include_list=('^a', '^b'))
        self.assertIn('match ^a, ^b, seen none', told)
        self.assertIn('ended with signal 11', told)
        self.assertIn('saying: nothing', told)

    @ddt.data(0, 1)
    def test_a_selection_of_nothing(self, status: int) -> None:
        self.answers(b'', status)
        self.assertIn('tempest knows no such test', self.fails())

    def test_a_start_that_takes_for_ever(self) -> None:
        self.answers(b'', false_tempest.HANG)
        self.assertIn('within the timeout of 1 s', self.fails(timeout=1.0))

    def test_results_that_cannot_be_written(self) -> None:
        self.results.parent.write_text('a file')
        self.assertRegex(
            self.fails(), 'can be written, seen .*: (Not a dir|File exists)'
        )


class WrittenTest(CaseTest):
    def test_every_form(self) -> None:
        self.answers(false_tempest.whole(2, 1), 1, 'a warning\n')
        self.run_case()
        found = self.written()
        self.assertEqual(sorted(case.FILES), list(found))
        self.assertIn(
            'IPv6 in this cloud: ipv6_underlay', found['tempest-report.html']
        )
        junit = junitparser.JUnitXml.fromfile(
            str(self.results / 'tempest-report.xml')
        )
        self.assertEqual((3, 1), (junit.tests, junit.failures))
        report = json.loads(found['tempest-report.json'])
        self.assertEqual(3, len(report['tests']))
        data = (self.results / 'tempest.subunit').read_bytes()
        self.assertEqual(3, len(streams.read(data).tests))
        self.assertEqual('a warning\n', found['tempest.log'])

    def test_what_an_earlier_run_left_is_removed(self) -> None:
        self.results.mkdir(parents=True)
        (self.results / 'tempest-report.html').write_text('green')
        (self.results / 'of-someone-else').write_text('stays')
        self.fails()
        self.assertEqual(
            ['of-someone-else', 'tempest.log', 'tempest.subunit'],
            list(self.written()),
        )

    def test_no_secret_in_any_file_line_or_detail(self) -> None:
        planted = test_masking.PLANTED
        self.environment['OS_PASSWORD'] = test_masking.GIVEN
        one = streams.test_id(false_tempest.name('test_a'), 1)
        two = streams.test_id(false_tempest.name('test_b'), 2)
        stream = streams.Stream().failed(one, planted, planted)
        self.answers(stream.skipped(two, planted), 1, planted)
        outcome = self.run_case()
        texts = {
            **self.written(),
            'told': '\n'.join(self.told),
            'details': json.dumps(outcome.details),
        }
        for name, text in texts.items():
            for secret in test_masking.SECRETS:
                self.assertNotIn(secret, text, name)
        self.assertIn('***', texts['details'])

    def test_what_tempest_says_cannot_move_the_cursor(self) -> None:
        said = 'up\x1b[2J\x1b]0;title\x07\nover\rwritten \u202egnp.exe\0\n'
        self.answers(b'', 1, said)
        shown = 'up␛[2J␛]0;title␇\nover\nwritten \ufffdgnp.exe␀'
        told = self.fails().partition('saying: ')[2]
        self.assertEqual(shown, told)
        self.assertEqual(f'{shown}\n', self.written()['tempest.log'])

    def test_lines_of_progress_and_a_summary(self) -> None:
        self.answers(false_tempest.whole(1, 1), 1)
        self.run_case()
        command, *tests, summary = self.told
        self.assertIn(f'--regex={REGEX}', command)
        self.assertIn(f'(in {self.workspace})', command)
        self.assertEqual(2, len(tests))
        self.assertIn('not green: 1 passed, 1 failed', summary)
