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
from collections.abc import Callable
from collections.abc import Sequence
from pathlib import Path
import subprocess
from unittest import mock

from ipv6_lab import errors
from ipv6_lab.install import apt
from tests.unit.lab import front

NOT_FOUND = 'E: Unable to locate package ndisc6'
LOCKED = 'E: Could not get lock /var/lib/dpkg/lock-frontend'


def verb(command: Sequence[str]) -> str:
    """What an apt-get command line does."""
    if '--download-only' in command:
        return 'fetch'
    return 'update' if 'update' in command else 'install'


class AptTest(front.CacheTest):
    def setUp(self) -> None:
        super().setUp()
        self.patch(apt, 'LOCK_INTERVAL', 0)
        self.patch(apt, 'has_lists', lambda: True)
        self.missing = mock.Mock(side_effect=[['ndisc6', 'radvd'], []])
        self.patch(apt, 'missing', self.missing)

    def ensure(
        self, answer: Callable[[Sequence[str], Path], None] | None = None
    ) -> list[str]:
        self.running = front.FakeCommands(answer)
        apt.ensure(self.progress, self.running)
        return [verb(words) for words in self.running.seen]

    def failing(
        self, *answers: tuple[str, str]
    ) -> Callable[[Sequence[str], Path], None]:
        """Fail at commands, in this order, saying these things."""
        left = list(answers)

        def answer(words: Sequence[str], log: Path) -> None:
            if left and verb(words) == left[0][0]:
                said = left.pop(0)[1]
                with log.open('a') as stream:
                    stream.write(f'{said}\n')
                raise errors.StepFailed(apt.STEP, 'exited', log, hint=apt.HINT)

        return answer

    def test_nothing_is_done_when_nothing_is_missing(self) -> None:
        self.missing.side_effect = [[]]
        self.assertEqual([], self.ensure())
        self.assertEqual(['Debian packages: kept'], self.lines())

    def test_what_is_missing_is_fetched_then_installed(self) -> None:
        self.assertEqual(['fetch'], self.ensure())
        (command,) = self.running.patient
        self.assertEqual('install', verb(command))
        self.assertEqual(['ndisc6', 'radvd'], command[-2:])
        self.assertIn('--no-install-recommends', command)
        self.assertIn('--no-remove', command)
        self.assertEqual(['Debian packages: ready'], self.lines())

    def test_services_are_not_started(self) -> None:
        self.ensure()
        (command,) = self.running.patient
        (option,) = [word for word in command if 'DPkg::Path' in word]
        shims = Path(option.partition('=')[2].partition(':')[0])
        for name in ('invoke-rc.d', 'deb-systemd-invoke'):
            self.assertEqual(Path('/bin/true'), (shims / name).readlink())

    def test_lists_are_updated_only_when_needed(self) -> None:
        self.patch(apt, 'has_lists', lambda: False)
        self.assertEqual(['update', 'fetch'], self.ensure())

    def test_old_lists_are_renewed_once(self) -> None:
        seen = self.ensure(self.failing(('fetch', NOT_FOUND)))
        self.assertEqual(['fetch', 'update', 'fetch'], seen)

    def test_new_lists_are_not_renewed(self) -> None:
        self.patch(apt, 'has_lists', lambda: False)
        self.assertRaises(
            errors.StepFailed, self.ensure, self.failing(('fetch', NOT_FOUND))
        )
        seen = [verb(words) for words in self.running.seen]
        self.assertEqual(['update', 'fetch'], seen)

    def test_a_package_that_is_not_there_is_told(self) -> None:
        twice = (('fetch', NOT_FOUND), ('fetch', NOT_FOUND))
        error = self.assertRaises(
            errors.StepFailed, self.ensure, self.failing(*twice)
        )
        self.assertEqual(NOT_FOUND, error.details()[-1])
        self.assertIn('apt-get update', str(error))
        self.assertEqual([], self.running.patient)
        self.assertEqual(['Debian packages: failed'], self.lines())

    def test_a_held_lock_is_waited_for(self) -> None:
        locked = (('install', LOCKED), ('install', LOCKED))
        self.ensure(self.failing(*locked))
        self.assertEqual(3, len(self.running.patient))

    def test_a_held_lock_is_not_waited_for_without_end(self) -> None:
        self.patch(apt, 'LOCK_DEADLINE', 0)
        error = self.assertRaises(
            errors.LabError, self.ensure, self.failing(('fetch', LOCKED))
        )
        self.assertIn('kept the lock of apt for 0 s', str(error))
        self.assertEqual(1, len(self.running.seen))

    def test_stopping_is_no_reason_to_try_again(self) -> None:
        def stop(words: Sequence[str], log: Path) -> None:
            raise errors.Stopped('stopped')

        self.assertRaises(errors.Stopped, self.ensure, stop)
        self.assertEqual(1, len(self.running.seen))

    def test_success_of_apt_is_not_believed(self) -> None:
        self.missing.side_effect = [['ndisc6', 'radvd'], ['radvd']]
        error = self.assertRaises(errors.StepFailed, self.ensure)
        self.assertIn('still not installed: radvd', str(error))


class QueryTest(front.CacheTest):
    def test_installed_packages_are_not_missing(self) -> None:
        self.assertEqual([], apt.missing(['dpkg']))

    def test_unknown_and_removed_packages_are_missing(self) -> None:
        run = mock.Mock()
        run.return_value.stdout = 'dpkg installed\nradvd config-files\n'
        self.patch(subprocess, 'run', run)
        seen = apt.missing(['dpkg', 'radvd', 'x'])
        self.assertEqual(['radvd', 'x'], seen)

    def test_the_guests_build_packages_are_wanted_too(self) -> None:
        wanted = apt.wanted()
        for name in ('openvswitch-switch', 'libvirt-dev', 'mtools'):
            self.assertIn(name, wanted)
        self.assertEqual(len(set(wanted)), len(wanted))
        self.assertIn('chromium', apt.wanted(tests=True))
