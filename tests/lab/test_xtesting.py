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

import json
import os
from pathlib import Path
import shutil
import signal
import subprocess
import tempfile
from typing import Any

import junitparser
import testtools
from testtools import content

from ipv6_lab import hosts
from ipv6_lab.install import commands
from ipv6_lab.install import venvs
from ipv6_lab import inventory
from ipv6_lab import paths
from ipv6_lab import places
from ipv6_tempest_plugin.results import loading
from ipv6_tempest_plugin.results import masking
from tests.lab import machine

# Where Xtesting keeps results; the host has its own /var.
RESULTS = '/var/lib/xtesting/results'
TIER = 'ipv6_underlay'
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
    """``run_tests -t ipv6_underlay -r`` in the controller host."""

    def setUp(self) -> None:
        super().setUp()
        scratch = tempfile.TemporaryDirectory(dir=paths.root())
        self.addCleanup(scratch.cleanup)
        self.scratch = Path(scratch.name)
        self.host = hosts.find()[inventory.CONTROLLER.name]
        self.results = self.host.path(RESULTS)
        self.addCleanup(self.clean)
        self.programs = install(self.scratch)
        self.url = self.serve()

    def clean(self) -> None:
        """Leave the host as it was."""
        shutil.rmtree(self.results.parent, ignore_errors=True)

    def serve(self) -> str:
        """Have a TestAPI in the host; return its URL."""
        python = places.venv('tempest') / 'bin' / 'python'
        words = [str(python), '-B', '-m', 'tests.lab.testapi']
        server = subprocess.Popen(
            self.host.command(
                [*words, str(self.scratch / 'record')], paths.CHECKOUT
            ),
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

    def run_tests(self, **more: str) -> tuple[int, str]:
        """Run the tier; return the exit status and what was said."""
        path = f'PATH={self.programs}:/usr/sbin:/usr/bin:/sbin:/bin'
        variables = {**JOB, 'TEST_DB_URL': self.url, **more}
        # After scripts/lab, which sets some of them itself.
        changes = ['-u', 'PYTHONPATH', f'HOME={self.scratch}', path]
        changes += [f'{name}={value}' for name, value in variables.items()]
        words = ('run_tests', '-t', TIER, '-r')
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

    def test_a_tier_is_run_reported_and_pushed(self) -> None:
        """All of it: status, files, and each field of what was pushed."""
        status, said = self.run_tests()
        self.assertEqual(0, status, said[-5000:])
        self.assertIn('successfully pushed to DB', said)
        body = self.received()
        files = self.results / TIER
        run = loading.load([str(files / 'tempest.subunit')], masking.Mask())
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
        for path in files.iterdir():
            self.assertNotIn('gocubsgo', path.read_text(errors='replace'))

    def test_without_configuration_a_failure_is_pushed(self) -> None:
        """The job fails, and the dashboard has the reason."""
        status, said = self.run_tests(TEMPEST_CONFIG='/no/such.conf')
        self.assertNotEqual(0, status, said[-5000:])
        body = self.received()
        self.assertEqual('FAIL', body['criteria'])
        (note,) = body['details']['notes']
        self.assertIn('seen /no/such.conf', note)
        self.assertIn(note, said)
