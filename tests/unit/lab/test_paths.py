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
import contextlib
import io
from pathlib import Path

import ddt
import fixtures
import testtools

from ipv6_lab import errors
from ipv6_lab import paths
from ipv6_lab import places


@ddt.ddt
class PathsTest(testtools.TestCase):
    def use(self, value: str | None) -> None:
        self.useFixture(fixtures.EnvironmentVariable(paths.VARIABLE, value))

    @ddt.data(None, '')
    def test_the_default(self, value: str | None) -> None:
        self.use(value)
        self.assertEqual(paths.DEFAULT, str(paths.root()))

    def test_everything_is_below_the_root(self) -> None:
        self.use('/srv/lab/')
        self.assertEqual('/srv/lab', str(paths.root()))
        for place in (paths.state, paths.logs, paths.downloads):
            self.assertEqual('/srv/lab', str(place().parent))

    @ddt.data(
        'lab',
        './lab',
        '/',
        '//',
        '/lab',
        '/srv/a b',
        '/srv/a:b',
        '/srv/a,b',
        '/srv/..',
        '/srv/a\n/b',
        '/srv/' + 'x' * 60,
    )
    def test_unusable_roots_are_refused_in_one_line(self, value: str) -> None:
        self.use(value)
        error = self.assertRaises(errors.LabError, paths.root)
        self.assertIn(repr(value), str(error))
        self.assertIn(paths.DEFAULT, str(error))
        self.assertNotIn('\n', str(error))

    def test_links_are_followed(self) -> None:
        directory = self.useFixture(fixtures.TempDir(rootdir='/tmp')).path
        target = self.useFixture(fixtures.TempDir(rootdir='/tmp')).path
        link = f'{directory}/link'
        Path(link).symlink_to(target)
        self.use(link)
        self.assertEqual(Path(target).resolve(), paths.root())

    def test_scripts_may_ask_for_a_place(self) -> None:
        self.use('/srv/lab')
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            self.assertEqual(0, places.main(['logs']))
            self.assertEqual(0, places.main(['tempest-venv']))
            self.assertEqual(0, places.main(['guest-image']))
        logs, venv, image = output.getvalue().splitlines()
        self.assertEqual('/srv/lab/logs', logs)
        self.assertRegex(venv, '^/srv/lab/venvs/tempest-[0-9a-f]{12}$')
        self.assertRegex(image, '^/srv/lab/images/[0-9a-f]+/guest.qcow2$')

    @ddt.data([], ['nowhere'], ['logs', 'state'])
    def test_other_questions_are_bad_usage(self, words: list[str]) -> None:
        with contextlib.redirect_stderr(io.StringIO()) as said:
            self.assertEqual(2, places.main(words))
        self.assertIn('usage:', said.getvalue())

    def test_a_bad_root_is_one_line_for_scripts_too(self) -> None:
        self.use('lab')
        with contextlib.redirect_stderr(io.StringIO()) as said:
            self.assertEqual(1, places.main(['root']))
        self.assertEqual(1, len(said.getvalue().splitlines()))
