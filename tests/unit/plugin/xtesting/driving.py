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

"""The driver, by Xtesting's own code; ``test_driver`` runs this."""

from http import server
import json
import logging
import os
from pathlib import Path
import shutil
import threading
from typing import Any
from unittest import mock

import ddt
import fixtures
from xtesting.ci import run_tests
from xtesting.core import testcase
from xtesting.utils import constants

from ipv6_tempest_plugin.xtesting import case
from ipv6_tempest_plugin.xtesting import driver
from tests.unit.plugin.results import test_masking
from tests.unit.plugin.xtesting import false_tempest
from tests.unit import test_packaging

OK = testcase.TestCase.EX_OK
RUN_ERROR = testcase.TestCase.EX_RUN_ERROR
FAILED = testcase.TestCase.EX_TESTCASE_FAILED
SKIPPED = testcase.TestCase.EX_TESTCASE_SKIPPED
REGEX = r'^ipv6_tempest_plugin\.tests\.underlay\.'


class DriverTest(false_tempest.FalseTempestTest):
    def setUp(self) -> None:
        super().setUp()
        for name, value in self.environment.items():
            self.useFixture(fixtures.EnvironmentVariable(name, value))
        for name in ('PROJECT_NAME', 'TEMPEST_CONFIG_DIR', 'OS_PASSWORD'):
            self.useFixture(fixtures.EnvironmentVariable(name))
        self.useFixture(
            fixtures.MonkeyPatch(
                'xtesting.core.testcase.TestCase.dir_results',
                str(self.results.parent),
            )
        )
        self.log = self.useFixture(
            fixtures.FakeLogger('xtesting', level=logging.INFO)
        )

    def case(self, **more: Any) -> driver.Ipv6Tempest:
        found = driver.Ipv6Tempest(
            case_name='ipv6_underlay', project_name='functest', **more
        )
        self.addCleanup(found.clean)
        return found


@ddt.ddt
class RunTest(DriverTest):
    def test_a_green_run(self) -> None:
        self.answers(false_tempest.whole(3))
        one = self.case()
        self.assertEqual(OK, one.run(regex=REGEX))
        self.assertEqual((OK, 100), (one.is_successful(), one.result))
        self.assertLessEqual(one.start_time, one.stop_time)
        self.assertEqual(3, one.details['success_number'])
        self.assertEqual(sorted(case.FILES), sorted(self.written()))

    def test_criteria(self) -> None:
        self.answers(false_tempest.whole(3, 1), 1)
        for criteria, expected in ((75, OK), (75.1, FAILED), (100, FAILED)):
            one = self.case(criteria=criteria)
            self.assertEqual(OK, one.run(regex=REGEX))
            self.assertEqual(expected, one.is_successful(), str(criteria))

    @ddt.data({'deny_skipping': True}, {'tests_count': 7})
    def test_keys_of_the_case_and_of_its_args(self, more: Any) -> None:
        self.answers(false_tempest.whole(3, 0, 1))
        one = self.case(**more)
        self.assertEqual(
            (OK, FAILED), (one.run(regex=REGEX), one.is_successful())
        )
        two = self.case()
        self.assertEqual(
            (OK, FAILED), (two.run(regex=REGEX, **more), two.is_successful())
        )

    @ddt.data(
        ({}, {}, 'seen neither'),
        ({}, {'regex': REGEX, 'mode': 'x'}, 'seen mode; correct or remove'),
        ({'criteria': 0}, {'regex': REGEX}, 'up to 100, seen 0'),
        ({'criteria': 'PASS'}, {'regex': REGEX}, "up to 100, seen 'PASS'"),
        ({}, {'regex': REGEX, 'services': ['neutrn']}, 'seen neutrn'),
        ({}, {'regex': REGEX}, 'results of tests that match'),
    )
    @ddt.unpack
    def test_what_is_wrong_is_told_and_fails(
        self, of_case: Any, given: Any, told: str
    ) -> None:
        one = self.case(run={'args': given}, **of_case)
        one.check_requirements()
        self.assertFalse(one.is_skipped)
        self.assertEqual(RUN_ERROR, one.run(**given))
        self.assertEqual((FAILED, 0), (one.is_successful(), one.result))
        self.assertIn(told, self.log.output)
        self.assertIn(told, one.details['notes'][0])
        self.assertNotEqual(0, one.stop_time)

    def test_no_configuration(self) -> None:
        os.environ['TEMPEST_CONFIG'] = '/no/such'
        one = self.case(run={'args': {'regex': REGEX}})
        one.check_requirements()
        self.assertEqual(RUN_ERROR, one.run(regex=REGEX))
        self.assertIn('seen /no/such', self.log.output)

    def test_a_truncated_run(self) -> None:
        self.answers(bytes(false_tempest.whole(3))[:-4], -15)
        one = self.case(criteria=1)
        self.assertEqual(RUN_ERROR, one.run(regex=REGEX))
        self.assertEqual(FAILED, one.is_successful())
        self.assertIn('ended with signal 15', self.log.output)

    def test_no_exception_escapes(self) -> None:
        told = f'\x1b[2J password = {test_masking.SECRET}'
        with mock.patch.object(case, 'run', side_effect=ValueError(told)):
            one = self.case()
            self.assertEqual(RUN_ERROR, one.run(regex=REGEX))
        self.assertEqual(['unexpected ValueError'], one.details['notes'])
        self.assertIn('Traceback', self.log.output)
        self.assertIn('ValueError: ␛[2J password = ***', self.log.output)
        self.assertNotIn(test_masking.SECRET, self.log.output)

    def test_an_interrupt_goes_on_and_leaves_a_failure(self) -> None:
        with mock.patch.object(case, 'run', side_effect=KeyboardInterrupt):
            one = self.case()
            self.assertRaises(KeyboardInterrupt, one.run, regex=REGEX)
        self.assertEqual(FAILED, one.is_successful())
        self.assertIn('it was interrupted', self.log.output)

    def test_a_second_run_does_not_remember_the_first(self) -> None:
        one = self.case()
        self.assertEqual(RUN_ERROR, one.run(regex=REGEX))
        self.answers(false_tempest.whole(1))
        self.assertEqual(OK, one.run(regex=REGEX))
        self.assertEqual(OK, one.is_successful())

    def test_the_workspace_goes_with_clean(self) -> None:
        self.answers(false_tempest.whole(1))
        one = self.case()
        one.run(regex=REGEX)
        workspace = Path(self.called()['cwd'])
        self.assertEqual(0o700, workspace.stat().st_mode & 0o777)
        one.clean()
        self.assertFalse(workspace.exists())


class SkippedTest(DriverTest):
    def check(self, **args: Any) -> driver.Ipv6Tempest:
        one = self.case(run={'args': {'regex': REGEX, **args}})
        one.check_requirements()
        return one

    def test_what_the_cloud_has(self) -> None:
        one = self.check(services=['neutron'], neutron_extensions=['router'])
        self.assertFalse(one.is_skipped)

    def test_a_service_that_it_lacks(self) -> None:
        one = self.check(services=['swift'])
        self.assertEqual(
            (True, SKIPPED), (one.is_skipped, one.is_successful())
        )
        self.assertIn(
            'ipv6_underlay is skipped: [service_available] swift is False',
            self.log.output,
        )

    def test_an_extension_that_it_lacks(self) -> None:
        self.assertTrue(self.check(neutron_extensions=['x']).is_skipped)

    def test_the_variables_of_the_case_count(self) -> None:
        del os.environ['TEMPEST_CONFIG']
        args = {'regex': REGEX, 'services': ['swift']}
        env = {'TEMPEST_CONFIG': str(self.config), 'OF_NO_USE': 1}
        one = self.case(run={'args': args, 'env': env})
        one.check_requirements()
        self.assertTrue(one.is_skipped)

    def test_args_that_are_no_mapping(self) -> None:
        one = self.case(run={'args': ['regex']})
        one.check_requirements()
        self.assertFalse(one.is_skipped)


class TestApi:
    """Takes what is pushed."""

    def __init__(self, status: int = 200) -> None:
        self.received: list[Any] = []
        owner = self

        class Handler(server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # noqa: N802
                size = int(self.headers['Content-Length'])
                owner.received.append(json.loads(self.rfile.read(size)))
                self.send_response(status)
                self.end_headers()
                self.wfile.write(b'{"href": "http://x/api/v1/results/5"}')

            def log_message(self, *arguments: object) -> None:
                """Say nothing."""

        self.server = server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        threading.Thread(target=self.server.serve_forever).start()
        port = self.server.server_address[1]
        self.url = f'http://127.0.0.1:{port}/api/v1/results'

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class PushedTest(DriverTest):
    def test_every_field(self) -> None:
        api = TestApi()
        self.addCleanup(api.close)
        for name, value in {
            'TEST_DB_URL': api.url,
            'INSTALLER_TYPE': 'kolla',
            'DEPLOY_SCENARIO': 'os-nosdn-ipv6-noha',
            'NODE_NAME': 'pod-1',
            'BUILD_TAG': 'jenkins-functest-daily-master-7',
        }.items():
            self.useFixture(fixtures.EnvironmentVariable(name, value))
        self.answers(false_tempest.whole(1, 1, 1), 1)
        one = self.case()
        one.run(regex=REGEX)
        self.assertEqual(OK, one.push_to_db())
        (body,) = api.received
        names = [false_tempest.name(f'test_{n}') for n in range(3)]
        times = [body.pop(f'{which}_date') for which in ('start', 'stop')]
        self.assertEqual(sorted(times), times)
        self.assertEqual(
            {
                'project_name': 'functest',
                'case_name': 'ipv6_underlay',
                'installer': 'kolla',
                'scenario': 'os-nosdn-ipv6-noha',
                'pod_name': 'pod-1',
                'build_tag': 'jenkins-functest-daily-master-7',
                'version': 'master',
                'criteria': 'FAIL',
                'details': {
                    'tests_number': 3,
                    'success_number': 1,
                    'skipped_number': 1,
                    'failures_number': 1,
                    'success': names[:1],
                    'failures': names[1:2],
                    'skipped': names[2:],
                    'reasons': {names[1]: 'nothing listens'},
                    'notes': [],
                },
            },
            body,
        )

    def test_a_run_that_never_began_is_pushed_with_its_reason(self) -> None:
        api = TestApi()
        self.addCleanup(api.close)
        self.useFixture(fixtures.EnvironmentVariable('TEST_DB_URL', api.url))
        one = self.case()
        one.run(regex='a(')
        self.assertEqual(OK, one.push_to_db())
        (body,) = api.received
        self.assertEqual('FAIL', body['criteria'])
        self.assertIn('regular expression', body['details']['notes'][0])


class EntryPointTest(false_tempest.FalseTempestTest):
    def test_xtesting_finds_the_driver(self) -> None:
        self.assertEqual(
            {'ipv6_tempest': driver.Ipv6Tempest},
            test_packaging.entry_points('xtesting.testcase'),
        )


@ddt.ddt
class RunTestsTest(DriverTest):
    """``run_tests`` with our testcases.yaml, but for its command line."""

    def setUp(self) -> None:
        super().setUp()
        root = Path(__file__).resolve().parents[4]
        self.yaml = root / 'etc' / 'xtesting' / 'testcases.yaml'
        home = self.place / 'home'
        (home / '.xtesting').mkdir(parents=True)
        shutil.copy(self.yaml, home / '.xtesting')
        self.useFixture(fixtures.EnvironmentVariable('HOME', str(home)))
        self.assertEqual('~/.xtesting', constants.XTESTING_PATHES[0])

    def run_tests(self, which: str) -> int:
        # The entry point is that of a checkout, which is not installed.
        def load(**options: Any) -> Any:
            self.assertEqual(
                ('xtesting.testcase', 'ipv6_tempest'),
                (options['namespace'], options['name']),
            )
            one = driver.Ipv6Tempest(**options['invoke_kwds'])
            return mock.Mock(driver=one)

        with mock.patch.object(run_tests.driver, 'DriverManager', load):
            runner = run_tests.Runner()
            return int(
                runner.main(test=which, noclean=False, report=False).value
            )

    @ddt.data(
        ('ipv6_underlay', r'^ipv6_tempest_plugin\.tests\.underlay\.'),
        ('ipv6_overlay_api', r'^ipv6_tempest_plugin\.tests\.overlay\.api\.'),
        ('all', r'^ipv6_tempest_plugin\.tests\.'),
    )
    @ddt.unpack
    def test_a_tier(self, tier: str, regex: str) -> None:
        self.answers(false_tempest.whole(1))
        self.assertEqual(0, self.run_tests(tier), self.log.output)
        self.assertIn(f'--regex={regex}', self.called()['argv'])
        self.assertFalse(Path(self.called()['cwd']).exists())

    def test_a_failure_is_its_exit_status(self) -> None:
        self.answers(false_tempest.whole(1, 1), 1)
        self.assertNotEqual(0, self.run_tests('ipv6_underlay'))

    def test_a_crash_is_its_exit_status(self) -> None:
        self.assertNotEqual(0, self.run_tests('ipv6_underlay'))
        self.assertNotIn('Please fix the testcase', self.log.output)

    def test_what_the_cloud_lacks_is_skipped(self) -> None:
        self.config.write_text('[service_available]\nneutron = False\n')
        self.answers(false_tempest.whole(1))
        self.assertEqual(0, self.run_tests('ipv6_vrouter'), self.log.output)
        self.assertFalse((self.place / 'called.json').exists())
