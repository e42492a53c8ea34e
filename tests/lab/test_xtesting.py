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

"""A tier by Xtesting itself, installed as a CI job installs it."""

from collections.abc import Sequence
import json
import os
from pathlib import Path
import re
import shutil
import signal
import subprocess
import tempfile
from typing import Any

import junitparser
import testtools
from testtools import content
import yaml

from ipv6_lab import hosts
from ipv6_lab.install import commands
from ipv6_lab.install import venvs
from ipv6_lab import inventory
from ipv6_lab import paths
from ipv6_lab import places
from ipv6_lab import tempest
from ipv6_tempest_plugin.results import loading
from ipv6_tempest_plugin.results import masking
from ipv6_tempest_plugin.xtesting import case
from tests.lab import blabbing
from tests.lab import lying
from tests.lab import machine
from tests.unit.plugin.results import test_masking

# Where Xtesting keeps results; the host has its own /var.
RESULTS = '/var/lib/xtesting/results'
TIER = 'ipv6_underlay'
API = 'ipv6_overlay_api'
# Of that tier, a test that an API which lies of changed networks turns red,
# and one that it does not.
CLASS = 'ipv6_tempest_plugin.tests.overlay.api.test_networks.NetworksIpV6Test'
RENAMING = 'test_create_update_delete_network_subnet'
SHOWING = 'test_show_network'
JOB = {
    'INSTALLER_TYPE': 'ipv6_lab',
    'DEPLOY_SCENARIO': 'os-nosdn-ipv6-ha',
    'NODE_NAME': 'lab',
    'BUILD_TAG': 'functest-ipv6-daily-master-1',
}
TIMEOUT = 180


def install(scratch: Path) -> Path:
    """Install the checkout with pip into an environment of its own.

    What it needs is that of the lab's environment with Xtesting.

    :returns: the directory of its programs
    """
    base, venv = places.venv('xtesting'), scratch / 'venv'
    python = venv / 'bin' / 'python'
    run(venvs.PYTHON, '-m', 'venv', '--without-pip', venv)
    site = venvs.site_packages(venv)
    (site / 'base.pth').write_text(f'{venvs.site_packages(base)}\n')
    for name in ('run_tests', 'tempest'):
        program = venv / 'bin' / name
        program.write_text(
            f'#!/bin/sh\nexec {python} {base}/bin/{name} "$@"\n'
        )
        program.chmod(0o755)
    pip = (python, '-m', 'pip', 'install', '--no-deps', '--no-compile')
    run(*pip, '--no-index', '--no-build-isolation', source(scratch))
    return venv / 'bin'


def source(scratch: Path) -> Path:
    """Copy what git has of the checkout: pip builds where it finds it."""
    place = scratch / 'source'
    listed = run(
        'git', '-C', paths.CHECKOUT, 'ls-files', '-z',
        '--cached', '--others', '--exclude-standard',
    )  # fmt: skip
    for name in filter(None, listed.split('\0')):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(paths.CHECKOUT / name, place / name)
    run('git', 'init', '-q', place)
    run('git', '-C', place, 'add', '--all')
    return place


def run(*words: str | Path) -> str:
    """Run a command and return what it printed."""
    version = {'PBR_VERSION': '0.0.0'}
    trust = {
        'GIT_CONFIG_COUNT': '1',
        'GIT_CONFIG_KEY_0': 'safe.directory',
        'GIT_CONFIG_VALUE_0': '*',
    }
    return subprocess.run(
        words,
        env={**commands.environment(), **version, **trust},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT,
        check=True,
    ).stdout


class XtestingTest(testtools.TestCase):
    """``run_tests -t TIER -r`` in the controller host.

    What is called ``tempest`` there blabs out secrets at its end.
    """

    installed: tempfile.TemporaryDirectory[str]
    programs: Path

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.installed = tempfile.TemporaryDirectory(
            prefix='lab-test-', dir=paths.root()
        )
        cls.programs = install(Path(cls.installed.name))

    @classmethod
    def tearDownClass(cls) -> None:
        cls.installed.cleanup()
        super().tearDownClass()

    def setUp(self) -> None:
        super().setUp()
        scratch = tempfile.TemporaryDirectory(
            prefix='lab-test-', dir=paths.root()
        )
        self.addCleanup(scratch.cleanup)
        self.scratch = Path(scratch.name)
        self.host = hosts.find()[inventory.CONTROLLER.name]
        self.results = self.host.path(RESULTS)
        self.addCleanup(self.clean)
        password = blabbing.password(tempest.configuration())
        self.secrets = (*test_masking.SECRETS, password)
        self.blab(f'{test_masking.PLANTED}the administrator has {password}\n')
        self.url = self.serve('testapi', str(self.scratch / 'record'))

    def clean(self) -> None:
        """Leave the host as it was."""
        shutil.rmtree(self.results.parent, ignore_errors=True)

    def blab(self, said: str) -> None:
        """Make a tempest that closes with this on standard error."""
        (self.scratch / 'said').write_text(said)
        program = self.scratch / 'bin' / 'tempest'
        program.parent.mkdir()
        program.write_text(
            f'#!/bin/sh\n{self.programs}/tempest "$@"\nstatus=$?\n'
            f'cat {self.scratch}/said >&2\nexit $status\n'
        )
        program.chmod(0o755)

    def serve(self, module: str, *arguments: str) -> str:
        """Have a server of ours in the host; return its URL."""
        python = places.venv('tempest') / 'bin' / 'python'
        words = [str(python), '-B', '-m', f'tests.lab.{module}', *arguments]
        server = subprocess.Popen(
            self.host.command(words, paths.CHECKOUT),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.addCleanup(server.wait)
        self.addCleanup(os.killpg, server.pid, signal.SIGTERM)
        if server.stdout is None:
            raise AssertionError('it was started with a pipe')
        self.addCleanup(server.stdout.close)
        return server.stdout.readline().strip()

    def choose(self, tier: str, regex: str) -> None:
        """Have a testcases.yaml of which a tier runs some of its tests."""
        known = paths.CHECKOUT / 'etc' / 'xtesting' / 'testcases.yaml'
        data = yaml.safe_load(known.read_text())
        (chosen,) = (x for x in data['tiers'] if x['name'] == tier)
        (one,) = chosen['testcases']
        one['run']['args']['regex'] = regex
        # Xtesting looks here first.
        place = self.scratch / '.xtesting' / known.name
        place.parent.mkdir()
        place.write_text(yaml.safe_dump({'tiers': [chosen]}))

    def run_tests(self, tier: str = TIER, **more: str) -> tuple[int, str]:
        """Run a tier; return the exit status and what was said."""
        first = f'{self.scratch}/bin:{self.programs}'
        path = f'PATH={first}:/usr/sbin:/usr/bin:/sbin:/bin'
        variables = {
            **JOB,
            'TEST_DB_URL': self.url,
            'PLANTED_SECRET': test_masking.GIVEN,
            **more,
        }
        # After scripts/lab, which sets some of them itself.
        changes = ['-u', 'PYTHONPATH', f'HOME={self.scratch}', path]
        changes += [f'{name}={value}' for name, value in variables.items()]
        words = ('run_tests', '-t', tier, '-r')
        done = machine.lab(
            'run', '--', 'env', *changes, *words,
            timeout=TIMEOUT, cwd=self.scratch,
        )  # fmt: skip
        self.addDetail('run_tests', content.text_content(done.stdout))
        return done.returncode, done.stdout

    def received(self) -> dict[str, Any]:
        """Return the one result that was pushed, and taken."""
        lines = (self.scratch / 'record').read_text().splitlines()
        ((status, wrong, body),) = map(json.loads, lines)
        self.addDetail('pushed', content.json_content(body))
        self.assertEqual((200, []), (status, wrong))
        return dict(body)

    def assert_no_secret(
        self, said: str, tier: str = TIER, files: Sequence[str] = case.FILES
    ) -> None:
        """No secret is in a file, in what was said, or in what was pushed.

        :param files: what there is at least in the tier's directory
        """
        texts = {
            str(path.relative_to(self.results)): path.read_text(
                errors='replace'
            )
            for path in self.results.rglob('*')
            if path.is_file()
        }
        self.assertLessEqual({f'{tier}/{name}' for name in files}, set(texts))
        self.assertIn(masking.MASK, texts[f'{tier}/{case.LOG}'])
        texts['said'] = said
        texts['pushed'] = (self.scratch / 'record').read_text()
        for name, text in texts.items():
            for secret in self.secrets:
                self.assertNotIn(secret, text, name)

    def test_a_tier_is_run_reported_and_pushed(self) -> None:
        """All of it: status, files, and each field of what was pushed."""
        status, said = self.run_tests()
        self.assertEqual(0, status, said[-5000:])
        self.assertIn('successfully pushed to DB', said)
        body = self.received()
        files = self.results / TIER
        run = loading.load([str(files / case.STREAM)], masking.Mask())
        self.assertTrue(run.is_green)
        details = body.pop('details')
        names = {
            status: [t.name for t in run.tests if t.status == status]
            for status in ('passed', 'skipped')
        }
        self.assertGreater(len(names['passed']), 10)
        self.assertEqual(
            {
                'tests_number': len(run.tests),
                'success_number': len(names['passed']),
                'success': names['passed'],
                'skipped_number': len(names['skipped']),
                'skipped': names['skipped'],
                'failures_number': 0,
                'failures': [],
                'reasons': {},
                'notes': [],
            },
            details,
        )
        for name in ('start_date', 'stop_date'):
            self.assertRegex(body.pop(name), r'^\d{4}-\d\d-\d\d \d\d:\d\d')
        self.assertEqual(
            {
                'project_name': 'functest',
                'case_name': TIER,
                'criteria': 'PASS',
                'installer': 'ipv6_lab',
                'scenario': 'os-nosdn-ipv6-ha',
                'pod_name': 'lab',
                'build_tag': 'functest-ipv6-daily-master-1',
                'version': 'master',
            },
            body,
        )
        self.check_files(files, len(run.tests))
        self.assert_no_secret(said)

    def check_files(self, files: Path, number: int) -> None:
        """Each report tells of as many tests; the page is whole."""
        junit = junitparser.JUnitXml.fromfile(
            str(files / 'tempest-report.xml')
        )
        self.assertEqual(number, junit.tests)
        report = json.loads((files / 'tempest-report.json').read_text())
        self.assertEqual(
            (number, True), (len(report['tests']), report['green'])
        )
        page = (files / 'tempest-report.html').read_text()
        self.assertTrue(page.rstrip().endswith('</html>'))

    def test_a_failure_is_pushed_with_its_reason(self) -> None:
        """An API that lies, and blabs out a password to whoever looks."""
        self.choose(API, rf'^{re.escape(CLASS)}\.({RENAMING}|{SHOWING})\[')
        config = self.scratch / 'tempest.conf'
        proxy = self.serve('blabbing', str(tempest.configuration()))
        settings = {'service-clients': {'proxy_url': proxy}}
        config.write_text(
            lying.changed(str(tempest.configuration()), settings)
        )
        status, said = self.run_tests(API, TEMPEST_CONFIG=str(config))
        self.assertNotEqual(0, status, said[-5000:])
        body = self.received()
        self.assertEqual((API, 'FAIL'), (body['case_name'], body['criteria']))
        details = body['details']
        self.assertEqual([f'{CLASS}.{SHOWING}'], details['success'])
        self.assertEqual([f'{CLASS}.{RENAMING}'], details['failures'])
        (reason,) = details['reasons'].values()
        self.assertRegex(reason, 'PUT .*: the network is not what it must be')
        self.assertEqual([], details['notes'])
        self.assert_no_secret(said, API)
        # The failure quoted it.
        for name in (case.STREAM, case.REPORTS['json']):
            kept = (self.results / API / name).read_text(errors='replace')
            self.assertIn(masking.MASK, kept, name)

    def test_what_tempest_says_is_pushed_without_its_secrets(self) -> None:
        """It has nothing else to say when nothing was selected."""
        self.choose(TIER, r'^no\.such\.test')
        status, said = self.run_tests()
        self.assertNotEqual(0, status, said[-5000:])
        (note,) = self.received()['details']['notes']
        self.assertIn('results of tests that match ^no', note)
        self.assertRegex(note, r'saying: (?s:.*)\*\*\*')
        self.assertIn(note, said)
        self.assert_no_secret(said, files=[case.STREAM, case.LOG])

    def test_without_configuration_a_failure_is_pushed(self) -> None:
        """The job fails, and the dashboard has the reason."""
        status, said = self.run_tests(TEMPEST_CONFIG='/no/such.conf')
        self.assertNotEqual(0, status, said[-5000:])
        body = self.received()
        self.assertEqual('FAIL', body['criteria'])
        (note,) = body['details']['notes']
        self.assertIn('seen /no/such.conf', note)
        self.assertIn(note, said)
