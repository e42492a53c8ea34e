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

"""The command, and the directory that it keeps."""

import contextlib
import io
import json
from pathlib import Path
import tempfile
from typing import Any
from unittest import mock

from cliff import app
import ddt
import testtools

from ipv6_tempest_plugin.cmd import report
from ipv6_tempest_plugin.cmd import spread
from ipv6_tempest_plugin.runners import records
from tests.unit.plugin.results import streams

TESTS = [
    streams.test_id(f'{streams.API}.test_a.{n}Test.test', ord(n))
    for n in 'ABCD'
]


@ddt.ddt
class SpreadTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.place = Path(place.name)
        self.record = self.place / 'record'
        self.list = self.place / 'all'
        self.list.write_text('\n'.join(['Some tests:', *TESTS, '']))

    def run_it(
        self, made: Any, name: str, *arguments: str
    ) -> tuple[int, str, str]:
        """Run a command; return its status and what it printed."""
        out, err = io.StringIO(), io.StringIO()
        stdout = mock.Mock(spec=app.App, stdout=out)
        command = made(stdout, None)
        parsed = command.get_parser(name).parse_args(list(arguments))
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = command.run(parsed)
        return status, out.getvalue(), err.getvalue()

    def spread(self, *arguments: str) -> list[dict[str, Any]]:
        """Spread; return the rows."""
        status, out, err = self.run_it(
            spread.Ipv6Spread,
            'it',
            str(self.record),
            '-f',
            'json',
            *arguments,
        )
        self.assertEqual((0, ''), (status, err))
        found: list[dict[str, Any]] = json.loads(out)
        return found

    def begin(self) -> list[dict[str, Any]]:
        """Begin a run of two runners."""
        return self.spread(
            '--list', str(self.list), '--runner', 'one', '--runner', 'two=2'
        )

    def tell(self, row: dict[str, Any], count: int | None = None) -> None:
        """Write what a runner told: its first tests passed."""
        made = streams.Stream()
        for test in Path(row['List']).read_text().split()[:count]:
            made.passed(test)
        path = Path(row['List']).with_suffix('.subunit')
        path.write_bytes(bytes(made))

    def report(self, *arguments: str) -> tuple[int, str, str]:
        return self.run_it(
            report.Ipv6Report, 'it', str(self.record), *arguments
        )

    def test_a_run_is_begun(self) -> None:
        one, two = self.begin()
        self.assertEqual((1, 'one', 1), (one['Round'], one['Runner'], 1))
        self.assertEqual((2, 2.0), (two['Classes'], two['Tests']))
        given = [Path(row['List']).read_text().split() for row in (one, two)]
        self.assertEqual(sorted(TESTS), sorted(given[0] + given[1]))
        kept = (self.record / records.TESTS).read_text().split()
        self.assertEqual(sorted(TESTS), kept)

    def test_when_all_ended_there_is_no_next_round(self) -> None:
        for row in self.begin():
            self.tell(row)
        self.assertEqual([], self.spread('--runner', 'one'))
        self.assertEqual([1], records.numbers(self.record))
        status, said, _ = self.report('--verdict')
        self.assertEqual(0, status)
        self.assertIn('green: 4 passed', said)

    def test_the_others_take_over(self) -> None:
        one, two = self.begin()
        self.tell(one)
        self.tell(two, 1)
        (row,) = self.spread('--runner', 'one', '--runner', 'two=2')
        self.assertEqual((2, 'one', 1), tuple(row.values())[:3])
        self.tell(row)
        self.assertEqual([], self.spread('--runner', 'one'))
        status, said, _ = self.report('--verdict')
        self.assertEqual(0, status, said)
        self.assertIn('remark: round 1: two ended early, 1 of its 2', said)

    def test_when_nobody_can_take_over_that_is_told(self) -> None:
        self.tell(self.begin()[0], 0)  # the other left not even a file
        status, _, complained = self.run_it(
            spread.Ipv6Spread, 'it', str(self.record), '--runner', 'one'
        )
        self.assertEqual(1, status)
        self.assertIn(
            'take over 4 test(s), seen none: one, two ended early', complained
        )
        status, said, _ = self.report('--verdict')
        self.assertEqual(1, status)
        self.assertIn('not green: 4 not-run', said)
        for name in ('one', 'two'):
            self.assertIn(f'test(s) not run ({name} told nothing)', said)

    def test_a_stream_that_is_none_is_a_runner_that_died(self) -> None:
        one, two = self.begin()
        self.tell(two)
        path = Path(one['List']).with_suffix('.subunit')
        path.write_bytes(b'Killed\n')
        (row,) = self.spread('--runner', 'two')
        self.assertEqual(Path(one['List']).read_text(), self.text(row))

    def text(self, row: dict[str, Any]) -> str:
        return Path(row['List']).read_text()

    def test_what_tests_took_weighs(self) -> None:
        made = streams.Stream()
        for test, took in zip(TESTS, (9, 3, 3, 3), strict=True):
            made.start(test).end(test, 'success', took)
        earlier = self.place / 'earlier'
        earlier.write_bytes(bytes(made))
        rows = self.spread(
            '--list', str(self.list), '--runner', 'one', '--runner', 'two',
            '--times', str(earlier),
        )  # fmt: skip
        self.assertEqual([1, 3], [row['Tests'] for row in rows])
        self.assertEqual([9.0, 9.0], [row['Seconds'] for row in rows])

    @ddt.data(
        ['--runner', 'one=0'],
        ['--runner', 'one=many'],
        ['--runner', '../one'],
        ['--runner', '.one'],
        ['--runner', ''],
        ['--runner', 'one', '--runner', 'one=2'],
        ['--runner', 'one'],
        ['--list', 'nowhere', '--runner', 'one'],
        ['--list', '.'],
        ['--times', 'nowhere', '--runner', 'one'],
    )
    def test_one_clear_error(self, arguments: list[str]) -> None:
        status, out, complained = self.run_it(
            spread.Ipv6Spread, 'it', str(self.record), *arguments
        )
        self.assertEqual((1, ''), (status, out))
        self.assertEqual(1, complained.count('\n'), complained)
        self.assertIn('expected', complained)
        self.assertIn('seen', complained)
        self.assertFalse(self.record.exists())

    def test_a_record_is_not_begun_twice(self) -> None:
        self.begin()
        status, _, complained = self.run_it(
            spread.Ipv6Spread, 'it', str(self.record), '--list',
            str(self.list), '--runner', 'one',
        )  # fmt: skip
        self.assertEqual(1, status)
        self.assertIn('expected no rounds, seen 1; leave --list', complained)

    def test_addresses_name_runners(self) -> None:
        (row,) = self.spread(
            '--list', str(self.list), '--runner', '2001:db8::1=4'
        )
        self.assertEqual('2001:db8::1', row['Runner'])
