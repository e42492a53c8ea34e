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
import io
from pathlib import Path

import testtools

from ipv6_lab import errors
from tests.unit.plugin import commands
from tests.unit.plugin.results import streams
from tests.unit.plugin.results import test_masking
from tests.unit.tools import false_lab
from tools import demo

# What Tempest leaves with stestr, as a text and as a stream.
STESTR = r"""#!/bin/sh
here=$(dirname "$0")
[ "$2" != --subunit ] || { cat "$here/stream"; exit 0; }
echo '{0} t.X.test_b [0.1s] ... FAILED'
cat "$here/log"
echo ' - Passed: 4'
echo ' - Failed: 1'
exit 1
"""
# Runs what stands behind `run --`.
LAB = r"""#!/bin/sh
shift 2
PATH=$(dirname "$0")/bin:$PATH exec "$@"
"""


class DemoTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.lab = self.useFixture(false_lab.FalseLab())
        self.lab.script('lab', LAB)
        self.lab.script('bin/tempest', commands.SCRIPT)
        stestr = Path(self.lab.script('bin/stestr', STESTR))
        planted = test_masking.PLANTED
        (stestr.parent / 'log').write_text(planted)
        stream = streams.Stream().failed('t.X.test_b', planted, planted)
        (stestr.parent / 'stream').write_bytes(bytes(stream))
        self.lab.setenv('OS_PASSWORD', test_masking.GIVEN)
        self.lab.change('tools.demo.RESULTS', self.lab.results)
        # The commands' own output goes to the screen; that is no stream.
        self.lab.change('tools.demo.live', self.live)
        self.code = 0
        self.asked: list[str] = []
        self.screen = io.StringIO()
        self.lab.change('sys.stdout', self.screen)

    def live(self, name: str, argv: object, cwd: object = None) -> int:
        self.asked.append(name)
        return self.code if name == 'the tests' else 0

    def test_the_summary_says_what_failed_and_where_all_lies(self) -> None:
        self.code = 1
        self.assertEqual(1, demo.main())
        said = self.screen.getvalue()
        self.assertIn('4 passed, 1 failed, 0 skipped\n  FAILED t.X.te', said)
        results = self.lab.results
        self.assertEqual(said.lstrip(), (results / 'summary.txt').read_text())
        self.assertIn('FAILED', (results / 'tempest.log').read_text())
        data = (results / 'results.subunit').read_bytes()
        (test,) = streams.read(data).tests
        self.assertEqual('t.X.test_b', test.name)
        for name in ('tempest.log', 'results.subunit', 'tempest'):
            self.assertTrue((results / name).exists())
            self.assertIn(str(results / name), said)

    def test_what_is_kept_has_no_secret(self) -> None:
        demo.main()
        results = self.lab.results
        for name in ('tempest.log', 'results.subunit', 'summary.txt'):
            kept = (results / name).read_text(errors='replace')
            for secret in test_masking.SECRETS:
                self.assertNotIn(secret, kept, name)
        self.assertIn('***', (results / 'tempest.log').read_text())
        # What stestr itself keeps is not masked.
        mode = (results / 'tempest').stat().st_mode
        self.assertEqual(0o700, mode & 0o777)

    def test_the_tests_are_watched(self) -> None:
        results = self.lab.results
        *shell, pipe = demo.watched(results)
        inside = ['run', '--', 'bash', '-o', 'pipefail', '-c']
        self.assertEqual(inside, shell[1:])
        tests, report = pipe.split(' | ')
        self.assertEqual('tempest run --regex ipv6 --subunit', tests)
        self.assertIn('tempest ipv6-report --live ', report)
        self.assertIn(f'--html {results}/report.html', report)
        self.assertNotIn('--times', report)

    def test_an_earlier_run_tells_what_tests_take(self) -> None:
        kept = self.lab.results.with_suffix('.json')
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text('{}')
        self.assertIn(f'--times {kept}', demo.watched(self.lab.results)[-1])

    def test_the_lab_comes_first_and_stays(self) -> None:
        demo.main()
        self.assertEqual(['the lab', 'the tests'], self.asked)
        self.assertIn('scripts/lab down', self.screen.getvalue())

    def test_a_run_in_which_nothing_passed_is_red(self) -> None:
        self.lab.script('bin/stestr', "#!/bin/sh\necho ' - Skipped: 9'\n")
        self.assertEqual(1, demo.main())
        said = self.screen.getvalue()
        self.assertIn('0 passed, 1 failed, 9 skipped', said)

    def test_what_the_user_can_mend_is_one_line(self) -> None:
        screen = io.StringIO()
        self.lab.change('sys.stderr', screen)
        self.lab.setenv('IPV6_LAB_CACHE', 'foo')
        handed: list[object] = []
        self.lab.change('tools.ownership.hand_back', handed.append)
        self.assertEqual(1, demo.main())
        self.assertRegex(
            screen.getvalue(), r"\Ademo: IPV6_LAB_CACHE must .*'foo'; .*\n\Z"
        )
        self.assertEqual(1, len(handed))

    def test_its_exit_code_and_details_are_the_error_s(self) -> None:
        screen = io.StringIO()
        self.lab.change('sys.stderr', screen)

        def refuse() -> int:
            raise errors.PreflightRefused(['no disk', 'no tun'])

        self.lab.change('tools.demo.demonstrate', refuse)
        self.assertEqual(3, demo.main())
        said = screen.getvalue().splitlines()
        self.assertEqual(['    no disk', '    no tun'], said[1:])

    def test_without_a_lab_there_are_no_tests(self) -> None:
        self.lab.change('tools.demo.live', lambda name, argv: 3)
        self.assertEqual(3, demo.main())
        self.assertFalse(self.lab.results.exists())
