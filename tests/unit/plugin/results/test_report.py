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

"""The command: what it reads, writes, prints and returns."""

import contextlib
import io
import json
import os
from pathlib import Path
import sys
import tempfile
from unittest import mock

from cliff import app
import ddt
import testtools

from ipv6_tempest_plugin.cmd import report
from ipv6_tempest_plugin.results.live import screen
from tests.unit.plugin.results import example
from tests.unit.plugin.results import streams
from tests.unit.plugin.results import test_masking

ONE = streams.test_id(f'{streams.API}.test_a.ATest.test', 1)
FORMS = ('html', 'junit', 'json', 'prometheus', 'testapi')


class ReportTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.place = Path(place.name)

    def file(self, name: str, data: bytes) -> str:
        """Write a file; return its path."""
        path = self.place / name
        path.write_bytes(data)
        return str(path)

    def report(self, *arguments: str) -> tuple[int, str, str]:
        """Run the command; return its status and what it printed."""
        command = report.Ipv6Report(mock.Mock(spec=app.App), None)
        parsed = command.get_parser('tempest ipv6-report').parse_args(
            list(arguments)
        )
        # subunit writes to what is under standard output, if it writes.
        out, err = io.TextIOWrapper(io.BytesIO()), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = command.run(parsed)
        out.seek(0)
        return status, out.read(), err.getvalue()

    def outputs(self, *arguments: str) -> dict[str, str]:
        """Write every form; return what was written and printed."""
        paths = {form: self.place / f'out.{form}' for form in FORMS}
        for form, path in paths.items():
            arguments += (f'--{form}', str(path))
        status, printed, complained = self.report(*arguments)
        self.assertEqual((0, ''), (status, complained))
        found = {form: path.read_text() for form, path in paths.items()}
        return found | {'printed': printed}


@ddt.ddt
class CommandTest(ReportTest):
    def test_every_form_is_written(self) -> None:
        stream = self.file('s', bytes(example.stream()))
        found = self.outputs(stream)
        self.assertIn('<!DOCTYPE html>', found['html'])
        self.assertIn('<testsuites', found['junit'])
        self.assertEqual(25, len(json.loads(found['json'])['tests']))
        self.assertIn('ipv6_tempest_run_green 0', found['prometheus'])
        self.assertEqual('FAIL', json.loads(found['testapi'])['criteria'])
        self.assertIn('not green: 17 passed, 5 failed', found['printed'])
        left = {path.name for path in self.place.iterdir()}
        self.assertEqual({'s', *(f'out.{form}' for form in FORMS)}, left)

    def test_the_colors_are_those_of_the_screen(self) -> None:
        self.assertEqual(screen.COLORS, report.COLORS)

    def test_what_is_written_can_be_read_by_others(self) -> None:
        stream = self.file('s', bytes(example.stream()))
        self.outputs(stream)
        mode = (self.place / 'out.prometheus').stat().st_mode
        self.assertEqual(0o644, mode & 0o777)

    def test_standard_input(self) -> None:
        data = io.BytesIO(bytes(streams.Stream().passed('a.B.c')))
        with mock.patch.object(sys, 'stdin', mock.Mock(buffer=data)):
            status, printed, _ = self.report('-')
        self.assertEqual(0, status)
        self.assertIn('green: 1 passed in 1.0 s', printed)

    def test_stestrs_last_run_is_the_default(self) -> None:
        store = self.place / '.stestr'
        store.mkdir()
        (store / 'format').write_text('1\n')
        (store / 'next-stream').write_text('1\n')
        (store / '0').write_bytes(b'test: a.B.c\nsuccessful: a.B.c\n')
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.place)
        status, printed, _ = self.report()
        self.assertEqual((0, 'green: 1 passed'), (status, printed[:15]))
        self.assertIn('1 passed', self.report('.stestr')[1])

    def test_several_streams_are_one_run(self) -> None:
        one = self.file('one', bytes(streams.Stream().passed('a.B.c')))
        two = self.file('two', bytes(streams.Stream().passed('a.B.d')))
        found = json.loads(self.outputs(one, two)['json'])
        workers = [test['worker'] for test in found['tests']]
        self.assertEqual(['one/0', 'two/0'], workers)

    def test_compare_with_a_json_report(self) -> None:
        stream = self.file('s', bytes(streams.Stream().passed('a.B.c')))
        self.outputs(stream)
        now = self.file('n', bytes(streams.Stream().failed('a.B.c', 'no')))
        earlier = str(self.place / 'out.json')
        _, printed, _ = self.report(now, '--compare', earlier)
        self.assertIn('broken: a.B.c', printed)

    def test_a_list_of_tests(self) -> None:
        stream = self.file('s', bytes(streams.Stream().passed('a.B.c')))
        listed = self.file('l', b'a.B.c\na.B.d\n')
        _, printed, _ = self.report(stream, '--list', listed)
        self.assertIn('1 of 2 listed test(s) did not run', printed)

    def live(self, made: streams.Stream, *arguments: str) -> tuple[int, str]:
        """Watch a stream; return the status and what was printed."""
        source = io.BufferedReader(io.BytesIO(bytes(made)))
        stdin = mock.Mock(buffer=source, isatty=lambda: False)
        with mock.patch.object(sys, 'stdin', stdin):
            status, printed, complained = self.report('--live', *arguments)
        self.assertEqual('', complained)
        return status, printed

    def test_a_run_that_is_watched(self) -> None:
        made = streams.Stream().exists('a.B.c', 'a.B.d').passed('a.B.c')
        status, printed = self.live(made.passed('a.B.d'))
        first, second, verdict, *_ = printed.splitlines()
        self.assertRegex(
            first, r'^\[1/2, 0:00 elapsed.*\] passed +1\.00 s  B\.c$'
        )
        self.assertRegex(second, r'^\[2/2, .*  B\.d$')
        self.assertEqual('green: 2 passed in 2.0 s', verdict)
        self.assertEqual(0, status)

    def test_watching_tells_the_verdict_and_writes_reports(self) -> None:
        place = str(self.place / 'run.json')
        made = streams.Stream().failed('a.B.c', 'no')
        status, printed = self.live(made, '--json', place)
        self.assertEqual(1, status)
        self.assertIn(f'written: {place}', printed)
        self.assertEqual(1, len(json.loads(Path(place).read_text())['tests']))

    def test_a_list_makes_the_total(self) -> None:
        listed = self.file('l', b'a.B.c\na.B.d\na.B.e\n')
        made = streams.Stream().passed('a.B.c')
        self.assertIn('[1/3, ', self.live(made, '--list', listed)[1])

    def test_an_earlier_run_tells_the_time_that_is_left(self) -> None:
        earlier = streams.Stream().start('a.B.d').end('a.B.d', 'success', 75)
        times = self.file('e', bytes(earlier))
        made = streams.Stream().exists('a.B.c', 'a.B.d').passed('a.B.c')
        self.assertIn(
            '1:15 left] passed', self.live(made, '--times', times)[1]
        )

    def test_the_verdict_is_asked_for(self) -> None:
        good = self.file('g', bytes(streams.Stream().passed('a.B.c')))
        bad = self.file('b', bytes(streams.Stream().failed('a.B.c', 'no')))
        self.assertEqual(0, self.report(bad)[0])
        self.assertEqual(1, self.report(bad, '--verdict')[0])
        self.assertEqual(0, self.report(good, '--verdict')[0])

    def test_a_terminal_is_no_stream(self) -> None:
        stdin = mock.Mock(isatty=lambda: True)
        with mock.patch.object(sys, 'stdin', stdin):
            status, _, complained = self.report('--live')
        self.assertEqual(1, status)
        self.assertIn('seen a terminal; use `tempest run --sub', complained)

    @ddt.data(
        ('nowhere',),
        ('--live', 'good', 'good'),
        ('--live', 'good', '--times', 'nowhere'),
        ('.',),
        ('empty',),
        ('good', '--html', 'no/such/directory/x.html'),
        ('good', '--compare', 'empty'),
        ('good', '--list', 'empty'),
        ('good', '--list', 'nowhere'),
        ('good', '--mask', 'nowhere'),
        ('good', '--testapi', 'http://127.0.0.1:1/'),
    )
    def test_one_clear_error(self, arguments: tuple[str, ...]) -> None:
        self.file('good', bytes(streams.Stream().passed('a.B.c')))
        self.file('empty', b'')
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.place)
        status, _, complained = self.report(*arguments)
        self.assertEqual(1, status)
        self.assertEqual(1, complained.count('\n'), complained)
        self.assertIn('expected', complained)
        self.assertIn('seen', complained)


class SecretsTest(ReportTest):
    """No secret that was planted anywhere comes out anywhere."""

    def test_every_place_and_every_form(self) -> None:
        planted = (
            f'the password = {test_masking.SECRET}, '
            f'X-Auth-Token: {test_masking.FERNET}\n{test_masking.KEY}'
            f'and hunter2\n'
        )
        made = streams.Stream()
        made.failed(
            'a.B.test_one(hunter2)',
            planted,
            '\n'.join(['x' * 70000, planted, 'INFO\n' * 90000, planted]),
            endpoint={
                'service': planted,
                'region': 'r',
                'interface': 'public',
                'urls': [f'http://u:{test_masking.SECRET}@[::1]/'],
            },
            steps=[{'name': planted, 'seconds': 1}],
            pings=planted,
        )
        made.skipped('a.B.test_two', planted)
        made.start('a.B.test_three').file(
            'a.B.test_three', 'console', planted.encode()
        )
        made.raw(planted.encode())
        made.file(None, 'import errors', planted.encode())
        stream = self.file('s', bytes(made))
        mask = self.file('m', b'hunter2\n')
        found = self.outputs(stream, '--mask', mask, '--compare', stream)
        for form, text in found.items():
            self.assertIn('***', text, form)
            for secret in (
                test_masking.SECRET,
                test_masking.FERNET[:20],
                'b3BlbnNzaC1rZXk',
                'hunter2',
            ):
                self.assertNotIn(secret, text, form)


class KnownSecretsTest(ReportTest):
    """What the run's own configuration tells is masked unasked."""

    CONF = (
        '[auth]\nadmin_password = "of the admin, who"\n[no parser: = of INI\n'
        'test_accounts_file = {}\nimage_ssh_password = admin\n'
    )

    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.place)
        accounts = self.file('accounts', b'- password: of an account\n')
        self.conf = self.CONF.format(accounts).encode()
        said = 'admin: of the admin, who / of an account / of-the-shell'
        self.stream = self.file('s', bytes(streams.Stream().failed(ONE, said)))

    def told(self, stream: str, **environment: str) -> str:
        """Return the reason that the report tells."""
        with mock.patch.dict(os.environ, environment, clear=True):
            return json.loads(self.outputs(stream)['json'])['tests'][0][
                'reason'
            ]

    def test_of_the_environment(self) -> None:
        told = self.told(self.stream, OS_PASSWORD='of-the-shell')
        self.assertEqual(
            'admin: of the admin, who / of an account / ***', told
        )

    def test_of_the_configuration_that_is_named(self) -> None:
        config = self.file('my.conf', self.conf)
        told = self.told(self.stream, TEMPEST_CONFIG=config)
        self.assertEqual('admin: *** / *** / of-the-shell', told)
        told = self.told(
            self.stream,
            TEMPEST_CONFIG='my.conf',
            TEMPEST_CONFIG_DIR=str(self.place),
        )
        self.assertEqual('admin: *** / *** / of-the-shell', told)

    def test_of_the_directory_in_which_it_runs(self) -> None:
        Path('etc').mkdir()
        self.file('etc/tempest.conf', self.conf)
        self.assertEqual(
            'admin: *** / *** / of-the-shell', self.told(self.stream)
        )

    def test_of_the_directory_that_is_reported(self) -> None:
        store = Path('run', '.stestr')
        Path('run', 'etc').mkdir(parents=True)
        self.file('run/etc/tempest.conf', self.conf)
        store.mkdir()
        (store / 'format').write_text('1\n')
        (store / 'next-stream').write_text('1\n')
        (store / '0').write_bytes(
            b'test: a.B.c\nfailure: a.B.c [\nof the admin, who\n]\n'
        )
        self.assertEqual('***', self.told('run'))
