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
import argparse
from collections.abc import Sequence
import contextlib
import fcntl
import importlib
import io
import os
from pathlib import Path
import signal
import site
import sys
from unittest import mock

import fixtures

from ipv6_lab import cache
from ipv6_lab import cli
from ipv6_lab import errors
from ipv6_lab import install as installation
from ipv6_lab.install import venvs
from ipv6_lab import kernel
from ipv6_lab import preflight
from ipv6_lab import record
from ipv6_lab import signals
from ipv6_lab.verbs import look
from tests.unit.lab import front


class FakeEngine:
    """An engine that remembers what it was asked for.

    :param failure: raised by ``up`` and ``reset``
    """

    def __init__(self, failure: BaseException | None = None) -> None:
        self.failure = failure
        self.stuck: BaseException | None = None
        self.ended = False
        self.asked: list[str] = []
        self.phases: list[str | None] = []
        self.rows: list[tuple[object, ...]] = [
            ('controller', 'keystone', 'RUNNING', 12, '3 s', '[::1]:5000')
        ]
        self.files: list[Path] = []
        self.names: list[Path] = []

    def _change(self, what: str) -> None:
        self.asked.append(what)
        known = record.read()
        self.phases.append(known.phase if known else None)
        failure = self.stuck if what == 'down' else self.failure
        if failure is not None:
            raise failure

    def up(self, progress: object) -> None:
        self._change('up')

    def check(self, progress: object) -> None:
        self._change('check')

    def vanished(self) -> bool:
        return self.ended

    def down(self, progress: object) -> None:
        self._change('down')

    def reset(self, progress: object) -> None:
        self._change('reset')

    def status(self) -> list[tuple[object, ...]]:
        return self.rows

    def openrc(self) -> str:
        return 'export OS_CLOUD=lab\n'

    def logs(self, service: str | None) -> list[Path]:
        self.asked.append(f'logs {service}')
        return self.files if service else self.names

    def run(self, arguments: Sequence[str]) -> int:
        self.asked.append(' '.join(arguments))
        return 7


class VerbsTest(front.CacheTest):
    """Commands as the command line gets them, above a false engine."""

    def setUp(self) -> None:
        super().setUp()
        self.lab = FakeEngine()
        self.installs = mock.Mock()
        self.preflights = mock.Mock()
        self.patch(os, 'geteuid', lambda: 0)
        self.patch(signals, 'unwind', lambda: None)
        self.patch(installation, 'install', self.installs)
        self.installed = True
        self.patch(installation, 'complete', lambda *names: self.installed)
        self.patch(preflight, 'before_up', self.preflights)
        self.patch(preflight, 'before_install', self.preflights)
        self.patch(kernel, 'untested', lambda: False)
        self.patch(importlib, 'import_module', lambda name: self.lab)
        self.cloud = venvs.path('cloud')
        cache.make(self.cloud, lambda path: None)

    def lab_command(self, *words: str) -> int:
        """Run a command; what it printed is in ``out`` and ``err``."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.main(list(words))
        self.out, self.err = out.getvalue(), err.getvalue()
        return code

    def phase(self) -> str | None:
        known = record.read()
        return known.phase if known else None


class ChangeTest(VerbsTest):
    def test_up_looks_installs_and_begins(self) -> None:
        self.assertEqual(0, self.lab_command('up'))
        self.assertEqual(1, self.preflights.call_count)
        self.assertEqual(1, self.installs.call_count)
        self.assertEqual((['up'], ['starting']), self.seen())
        self.assertEqual('up', self.phase())
        self.assertRegex(self.out, r'the lab is up \.+ +\d+\.\d s\n$')

    def seen(self) -> tuple[list[str], list[str | None]]:
        return self.lab.asked, self.lab.phases

    def test_a_second_up_refuses_nothing(self) -> None:
        self.lab_command('up')
        self.preflights.side_effect = errors.PreflightRefused(['memory'])
        self.assertEqual(0, self.lab_command('up'))
        self.assertEqual((['up', 'check'], ['starting', 'up']), self.seen())

    def test_a_lab_whose_processes_all_ended_is_begun_anew(self) -> None:
        self.lab_command('up')
        self.lab.ended = True
        self.assertEqual(0, self.lab_command('up'))
        self.assertEqual(['up', 'down', 'up'], self.lab.asked)
        self.assertEqual('up', self.phase())
        self.assertIn('every process of the lab that was up', self.out)

    def test_a_refused_machine_is_left_alone(self) -> None:
        self.preflights.side_effect = errors.PreflightRefused(['no memory'])
        self.assertEqual(3, self.lab_command('up'))
        self.assertEqual(0, self.installs.call_count)
        self.assertEqual(['    no memory'], self.err.splitlines()[1:])

    def test_the_kernel_is_looked_at_again_with_new_tools(self) -> None:
        self.patch(kernel, 'untested', lambda: True)
        self.lab_command('up')
        self.assertEqual(2, self.preflights.call_count)

    def test_a_failed_installation_begins_nothing(self) -> None:
        self.installs.side_effect = errors.LabError('no network', 'mend it')
        self.assertEqual(1, self.lab_command('up'))
        self.assertEqual('ipv6-lab: no network; mend it\n', self.err)
        self.assertEqual([], self.lab.asked)
        self.assertIsNone(self.phase())

    def test_a_failed_lab_is_taken_down(self) -> None:
        log = self.root / 'keystone.log'
        log.write_text('no database\n')
        self.lab.failure = errors.StepFailed(
            'keystone', 'died', log, hint='look'
        )
        self.assertEqual(1, self.lab_command('up'))
        self.assertEqual(['up', 'down'], self.lab.asked)
        self.assertIsNone(self.phase())
        self.assertIn('ipv6-lab: keystone: died; look\n', self.err)
        self.assertIn('    no database\n', self.err)

    def test_a_failed_end_does_not_hide_the_cause(self) -> None:
        self.lab.failure = errors.LabError('keystone died')
        self.lab.stuck = errors.LabError('still there: [12]')
        self.assertEqual(1, self.lab_command('up'))
        self.assertEqual('ipv6-lab: keystone died\n', self.err)
        self.assertIn('cannot be taken down: still there: [12]', self.out)
        self.assertEqual('starting', self.phase())

    def test_a_failed_lab_may_be_kept(self) -> None:
        self.lab.failure = errors.LabError('died')
        self.assertEqual(1, self.lab_command('up', '--keep'))
        self.assertEqual(['up'], self.lab.asked)
        self.assertEqual('starting', self.phase())
        self.assertIn('scripts/lab down removes it', self.out)

    def test_an_interrupted_lab_is_taken_down(self) -> None:
        for words in (('up',), ('up', '--keep')):
            self.lab = FakeEngine(signals.Interrupted(15))
            self.assertEqual(143, self.lab_command(*words))
            self.assertEqual(['up', 'down'], self.lab.asked)
            self.assertIsNone(self.phase())
            self.assertEqual('ipv6-lab: interrupted by SIGTERM\n', self.err)

    def test_a_bug_takes_the_lab_down_too(self) -> None:
        self.lab.failure = KeyError('name')
        self.assertRaises(KeyError, self.lab_command, 'up')
        self.assertEqual(['up', 'down'], self.lab.asked)

    def test_a_lab_that_was_up_is_not_taken_down(self) -> None:
        self.lab_command('up')
        self.lab.failure = errors.LabError('keystone is FATAL', 'down, up')
        self.assertEqual(1, self.lab_command('up'))
        self.assertEqual(['up', 'check'], self.lab.asked)
        self.assertEqual('up', self.phase())

    def test_a_lab_of_another_installation(self) -> None:
        other = cache.place('venvs', 'cloud-other')
        record.write(record.UP, other)
        self.assertEqual(1, self.lab_command('up'))
        self.assertIn('made from other requirements is up', self.err)
        self.assertEqual(0, self.installs.call_count)

    def test_down_uses_the_environment_that_the_lab_runs_from(self) -> None:
        other = cache.place('venvs', 'cloud-other')
        used = mock.Mock()
        self.patch(site, 'addsitedir', used)
        record.write(record.UP, other)
        self.assertEqual(0, self.lab_command('down'))
        self.assertIn(str(self.cloud), used.call_args.args[0])
        cache.make(other, lambda path: None)
        record.write(record.UP, other)
        self.assertEqual(0, self.lab_command('down'))
        self.assertIn(str(other), used.call_args.args[0])
        self.assertEqual(['down', 'down'], self.lab.asked)
        self.assertIsNone(self.phase())

    def test_down_without_any_environment_is_told(self) -> None:
        record.write(record.UP, self.cloud)
        (self.cloud / cache.MARKER).unlink()
        self.assertEqual(1, self.lab_command('down'))
        self.assertIn('which is missing; run scripts/lab install', self.err)
        self.assertEqual('up', self.phase())

    def test_down_removes_what_no_record_tells_of(self) -> None:
        (self.root / 'state').mkdir()
        self.assertEqual(0, self.lab_command('down'))
        self.assertEqual(['down'], self.lab.asked)

    def test_down_without_anything(self) -> None:
        cache.clear()
        self.assertEqual(0, self.lab_command('down'))
        self.assertEqual('no lab is up\n', self.out)
        self.assertEqual([], self.lab.asked)

    def test_reset_needs_a_lab(self) -> None:
        self.assertEqual(1, self.lab_command('reset'))
        self.assertEqual(
            'ipv6-lab: no lab is up; run scripts/lab up\n', self.err
        )

    def test_reset(self) -> None:
        self.lab_command('up')
        self.assertEqual(0, self.lab_command('reset', '--quiet'))
        self.assertEqual('', self.out)
        self.assertEqual(
            (['up', 'reset'], ['starting', 'starting']), self.seen()
        )
        self.assertEqual('up', self.phase())

    def test_a_lab_of_another_installation_is_not_reset(self) -> None:
        other = cache.place('venvs', 'cloud-other')
        cache.make(other, lambda path: None)
        record.write(record.UP, other)
        self.assertEqual(1, self.lab_command('reset'))
        self.assertIn('made from other requirements is up', self.err)
        self.assertEqual(([], 'up'), (self.lab.asked, self.phase()))

    def test_a_lab_that_cannot_be_rebuilt_is_not_reset(self) -> None:
        self.lab_command('up')
        self.installed = False
        self.assertEqual(1, self.lab_command('reset'))
        self.assertIn('run scripts/lab install, then', self.err)
        self.assertEqual((['up'], 'up'), (self.lab.asked, self.phase()))

    def test_a_failed_reset_leaves_nothing(self) -> None:
        self.lab_command('up')
        self.lab.failure = errors.LabError('died')
        self.assertEqual(1, self.lab_command('reset'))
        self.assertEqual(['up', 'reset', 'down'], self.lab.asked)
        self.assertIsNone(self.phase())

    def test_install_begins_nothing(self) -> None:
        self.assertEqual(0, self.lab_command('install'))
        self.assertEqual(1, self.installs.call_count)
        self.assertEqual([], self.lab.asked)


class LookTest(VerbsTest):
    def setUp(self) -> None:
        super().setUp()
        record.write(record.UP, self.cloud)

    def test_status_is_a_table(self) -> None:
        self.lab.rows.append(('compute', 'x', 'RUNNING', 7, '1 s', ''))
        self.assertEqual(0, self.lab_command('status'))
        self.assertEqual(
            [
                'HOST        PROCESS   STATE    PID  UP   LISTENS',
                'controller  keystone  RUNNING  12   3 s  [::1]:5000',
                'compute     x         RUNNING  7    1 s',
            ],
            self.out.splitlines(),
        )

    def test_a_reader_that_leaves_early_is_no_bug(self) -> None:
        record.write(record.UP, self.cloud)
        there, gone = os.pipe()
        os.close(there)
        with os.fdopen(gone, 'w') as out, contextlib.redirect_stdout(out):
            code = cli.main(['status'])
        self.assertIn(code, (0, 128 + signal.SIGPIPE))

    def test_status_fails_with_a_process(self) -> None:
        self.lab.rows.append(('compute', 'x', 'FATAL', '', '', ''))
        self.assertEqual(1, self.lab_command('status'))
        self.assertIn('FATAL', self.out)

    def test_openrc(self) -> None:
        self.assertEqual(0, self.lab_command('openrc'))
        self.assertEqual('export OS_CLOUD=lab\n', self.out)

    def test_without_a_lab(self) -> None:
        record.remove()
        for words in (('status',), ('openrc',), ('run', '--', 'true')):
            self.assertEqual(1, self.lab_command(*words))
            self.assertEqual(
                'ipv6-lab: no lab is up; run scripts/lab up\n', self.err
            )

    def test_logs_become_tail(self) -> None:
        record.remove()  # logs outlive the lab
        self.lab.files = [Path('/logs/nova-api.log')]
        execute = mock.Mock()
        self.patch(os, 'execvp', execute)
        self.patch(sys, 'stdout', io.StringIO())
        arguments = argparse.Namespace(
            service='nova-api', lines=5, follow=True
        )
        look.logs(arguments)
        ((program, words),) = (call.args for call in execute.mock_calls)
        self.assertEqual('tail', program)
        self.assertIn('--lines=5', words)
        self.assertIn('--follow=name', words)
        self.assertEqual(('--', '/logs/nova-api.log'), words[-2:])
        self.assertEqual(['logs nova-api'], self.lab.asked)

    def test_logs_of_an_unknown_service(self) -> None:
        self.lab.names = [Path(f'/logs/{name}.log') for name in 'cab']
        self.assertEqual(1, self.lab_command('logs', '../x'))
        self.assertEqual(
            'ipv6-lab: expected the name of a service that has a log, seen '
            "'../x'; choose one of a, b, c\n",
            self.err,
        )

    def test_logs_of_a_lab_that_never_was(self) -> None:
        self.assertEqual(1, self.lab_command('logs'))
        self.assertEqual(
            'ipv6-lab: no logs of the lab yet; run scripts/lab up\n', self.err
        )

    def test_run_gives_the_commands_own_status(self) -> None:
        cache.make(venvs.path('tempest'), lambda path: None)
        metadata = mock.Mock()
        self.patch(installation, 'plugin_metadata', metadata)
        words = ('run', '--', 'tempest', 'run', '--regex', 'ipv6', '--', 'x')
        self.assertEqual(7, self.lab_command(*words))
        self.assertEqual(['tempest run --regex ipv6 -- x'], self.lab.asked)
        metadata.assert_called_once_with()

    def test_run_needs_its_environment(self) -> None:
        self.assertEqual(1, self.lab_command('run', '--', 'true'))
        self.assertIn('missing; run scripts/lab install', self.err)


class CacheVerbTest(VerbsTest):
    def test_the_list_tells_use_and_total(self) -> None:
        cache.make(cache.place('images', 'other'), lambda path: None)
        cache.place('venvs', 'half').mkdir()
        for words in (('cache',), ('cache', '--list')):
            self.assertEqual(0, self.lab_command(*words))
            heading, *rows, total = self.out.splitlines()
            uses = [row.split('  ')[-1].strip() for row in rows]
            self.assertEqual(['other', 'this checkout', 'unfinished'], uses)
            self.assertEqual(f'{self.root}: 0 MiB', total)
            self.assertEqual(['KIND', 'NAME'], heading.split()[:2])

    def test_clearing(self) -> None:
        self.assertEqual(0, self.lab_command('cache', '--clear'))
        self.assertFalse(self.cloud.exists())
        self.assertIn('removed', self.out)

    def test_clearing_leaves_nothing(self) -> None:
        with mock.patch.object(record, 'boot', lambda: 'earlier'):
            record.write(record.UP, self.cloud)
        self.root.joinpath('lab.new').touch()
        self.root.joinpath('lab-test-ab12cd_f').mkdir()
        self.assertEqual(0, self.lab_command('cache', '--clear'))
        self.assertEqual([], list(self.root.iterdir()))

    def test_a_lab_keeps_its_cache(self) -> None:
        for phase in (record.UP, record.STARTING):
            record.write(phase, self.cloud)
            self.assertEqual(1, self.lab_command('cache', '--clear'))
            self.assertIn('run scripts/lab down first', self.err)
            self.assertTrue(self.cloud.exists())


class LockedTest(VerbsTest):
    def test_what_changes_waits_for_nobody(self) -> None:
        held = mock.Mock(side_effect=BlockingIOError)
        self.patch(fcntl, 'lockf', held)
        for verb in ('up', 'down', 'reset', 'install', 'cache --clear'):
            self.assertEqual(1, self.lab_command(*verb.split()))
            self.assertIn(f'cannot {verb}: ', self.err)
            self.assertEqual(1, len(self.err.splitlines()))


class AskingTest(VerbsTest):
    def test_another_user_than_root(self) -> None:
        self.patch(os, 'geteuid', lambda: 1000)
        self.assertEqual(1, self.lab_command('status'))
        self.assertIn('expected to be run as root', self.err)

    def test_a_bad_cache(self) -> None:
        self.useFixture(fixtures.EnvironmentVariable('IPV6_LAB_CACHE', 'lab'))
        self.assertEqual(1, self.lab_command('up'))
        self.assertEqual(1, len(self.err.splitlines()))
