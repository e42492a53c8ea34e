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

"""A command, and what is left of what it says."""

import io
from pathlib import Path
import tempfile
from unittest import mock

from cliff import app
import fixtures
import testtools

from ipv6_tempest_plugin.cmd import mask as command
from ipv6_tempest_plugin.results import errors
from ipv6_tempest_plugin.results import masking
from ipv6_tempest_plugin.results import wrapping
from tests.unit.plugin.results import streams
from tests.unit.plugin.results import test_masking

ONE = streams.test_id(f'{streams.UNDERLAY}.test_a.ATest.test', 1)


class Touching(io.BytesIO):
    """Makes a file once something is written."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def write(self, data: object) -> int:
        self._path.touch()
        return super().write(data)  # type: ignore[arg-type]


class WrappingTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.place = Path(place.name)
        self.output = io.BytesIO()
        self.complaints = io.StringIO()

    def file(self, name: str, data: bytes) -> Path:
        """Write a file for a command to print."""
        path = self.place / name
        path.write_bytes(data)
        return path

    def run_it(self, script: str, kind: str = wrapping.STREAM) -> int:
        """Run a shell's script; return its status."""
        return wrapping.run(
            ['sh', '-c', script],
            masking.Mask([test_masking.GIVEN]),
            self.output,
            self.complaints,
            kind,
        )

    def assert_masked(self, text: str) -> None:
        for secret in test_masking.SECRETS:
            self.assertNotIn(secret, text)
        self.assertIn(masking.MASK, text)

    def test_a_stream_and_its_complaints(self) -> None:
        planted = test_masking.PLANTED
        stream = streams.Stream().failed(ONE, planted, planted)
        told = self.file('told', bytes(stream))
        said = self.file('said', planted.encode())
        status = self.run_it(f'cat {told}; cat {said} >&2; exit 3')
        self.assertEqual(3, status)
        self.assert_masked(self.output.getvalue().decode(errors='replace'))
        self.assert_masked(self.complaints.getvalue())
        (test,) = streams.read(self.output.getvalue()).tests
        self.assertEqual(ONE.partition('[')[0], test.name)

    def test_a_text_is_fit_to_be_shown(self) -> None:
        said = self.file('said', f'\x1b[2J{test_masking.PLANTED}'.encode())
        self.assertEqual(0, self.run_it(f'cat {said}', wrapping.TEXT))
        shown = self.output.getvalue().decode()
        self.assert_masked(shown)
        self.assertTrue(shown.startswith('␛[2Jand ***\n'), shown)

    def test_ids_stay_ids(self) -> None:
        given = test_masking.GIVEN
        self.run_it(f'echo a.{given}.B; echo {given} >&2', wrapping.IDS)
        self.assertEqual(f'a.{given}.B\n'.encode(), self.output.getvalue())
        self.assertEqual('***\n', self.complaints.getvalue())

    def test_a_test_is_told_when_it_ended(self) -> None:
        told = self.file('told', bytes(streams.Stream().passed(ONE)))
        seen = self.place / 'seen'
        self.output = Touching(seen)
        status = self.run_it(
            f'cat {told}; n=0; until [ -e {seen} ]; do sleep 0.1; '
            'n=$((n + 1)); [ $n -lt 100 ] || exit 1; done'
        )
        self.assertEqual(0, status)

    def test_a_signal_is_what_a_shell_makes_of_it(self) -> None:
        self.assertEqual(137, self.run_it('kill -9 $$'))

    def test_what_is_told_to_end_is_outlived(self) -> None:
        status = self.run_it('echo why >&2; kill -TERM $PPID; exec sleep 60')
        self.assertEqual((143, 'why\n'), (status, self.complaints.getvalue()))

    def test_what_is_no_program_is_told(self) -> None:
        error = self.assertRaises(
            errors.ReportError,
            wrapping.run,
            [str(self.place)],
            masking.Mask(),
            self.output,
            self.complaints,
        )
        self.assertIn('can be run, seen: Permission denied', str(error))


class CommandTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.place = Path(self.useFixture(fixtures.TempDir()).path)
        self.shown = {name: io.BytesIO() for name in ('stdout', 'stderr')}
        for name, shown in self.shown.items():
            stream = io.TextIOWrapper(shown, write_through=True)
            self.useFixture(fixtures.MonkeyPatch(f'sys.{name}', stream))

    def run_it(self, *arguments: str) -> tuple[int, str, str]:
        made = command.Ipv6Mask(mock.Mock(spec=app.App), None)
        parsed = made.get_parser('it').parse_args(list(arguments))
        status = made.take_action(parsed)
        out, err = (one.getvalue().decode() for one in self.shown.values())
        return status, out, err

    def test_secrets_of_every_origin(self) -> None:
        config = self.place / 'tempest.conf'
        config.write_text('[auth]\nadmin_password = of-config\n')
        other = self.place / 'other.conf'
        other.write_text('[identity]\nadmin_password = of-another\n')
        (self.place / 'more').write_text('pin\n')
        for name, value in {
            'TEMPEST_CONFIG': str(config),
            'OS_PASSWORD': 'of-shell',
        }.items():
            self.useFixture(fixtures.EnvironmentVariable(name, value))
        said = 'of-config of-another pin of-shell'
        self.assertEqual(
            (4, '*** *** *** ***\n', '***\n'),
            self.run_it(
                '--as', 'text', '--config-file', str(other),
                '--mask', str(self.place / 'more'), '--',
                'sh', '-c', f'echo {said}; echo of-shell >&2; exit 4',
            ),
        )  # fmt: skip

    def test_a_part_of_an_id_is_no_secret(self) -> None:
        for name, value in (('OS_PASSWORD', 'user'), ('A_SECRET', 'change')):
            self.useFixture(fixtures.EnvironmentVariable(name, 2 * value))
        ids = self.place / 'ids'
        ids.write_text(f'{ONE}\ntempest.test.UsersTest.test_changechange\n')
        said = 'useruser changechange'
        self.assertEqual(
            (0, '*** changechange\n'),
            self.run_it(
                '--as', 'text', '--list', str(ids), '--', 'echo', said
            )[:2],
        )  # fmt: skip

    def test_one_clear_error(self) -> None:
        for option in ('--config-file', '--list', '--mask'):
            status, shown, told = self.run_it(option, '/no/such', '--', 'true')
            self.assertEqual((1, ''), (status, shown))
            self.assertIn('/no/such', told)
            self.assertRegex(told, 'ipv6-mask: .*expected .*, seen')

    def test_an_option_of_the_command_is_its_own(self) -> None:
        status, shown, _ = self.run_it('--as', 'text', '--', 'echo', '--as')
        self.assertEqual((0, '--as\n'), (status, shown))
