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
import os
from pathlib import Path
import subprocess
import sys
import threading
from typing import Any
from unittest import mock

from ipv6_lab import cache
from ipv6_lab import errors
from ipv6_lab.guest import packages
from ipv6_lab import install
from ipv6_lab.install import apt
from ipv6_lab.install import commands
from ipv6_lab.install import console
from ipv6_lab.install import image
from ipv6_lab.install import plugin
from ipv6_lab.install import venvs
from tests.unit.lab import front


class InstallTest(front.CacheTest):
    def setUp(self) -> None:
        super().setUp()
        self.done: list[str] = []
        self.debian = threading.Event()
        self.patch(apt, 'ensure', self.packages)
        self.patch(venvs, 'ensure', self.venv)
        self.patch(image, 'ensure', self.image)
        self.patch(console, 'ensure', self.console)

    def packages(self, progress: Any, running: Any, tests: bool) -> None:
        self.debian.wait(10)
        self.done.append('packages and tests' if tests else 'packages')

    def venv(
        self, name: str, progress: Any, running: Any, packages: Any
    ) -> None:
        if name == 'tempest':
            self.done.append(name)
            self.debian.set()
        else:
            packages()
            self.done.append(name)

    def image(self, progress: Any, running: Any) -> None:
        self.done.append('image')

    def console(self, progress: Any, running: Any) -> None:
        self.done.append('console')

    def test_environments_do_not_wait_for_debian(self) -> None:
        install.install(self.progress)
        self.assertEqual(['tempest', 'packages'], self.done[:2])
        self.assertEqual({'cloud', 'image', 'console'}, set(self.done[2:]))

    def test_tests_need_packages_of_their_own(self) -> None:
        install.install(self.progress, install.ALL)
        self.assertIn('packages and tests', self.done)

    def test_one_failure_stops_the_rest_and_is_raised(self) -> None:
        failure = errors.LabError('no network')
        stopped = mock.Mock()

        def fail(progress: Any, running: Any, tests: bool) -> None:
            self.debian.wait(10)
            raise failure

        def last(name: str, progress: Any, running: Any, first: Any) -> None:
            self.debian.set()
            log = self.root / 'log'
            try:
                running.run('last', ('sleep', '60'), log, 'look')
            except errors.Stopped:
                stopped(name)
                raise

        self.patch(apt, 'ensure', fail)
        self.patch(venvs, 'ensure', last)
        seen = self.assertRaises(
            errors.LabError, install.install, self.progress
        )
        self.assertIs(failure, seen)
        self.assertEqual(2, stopped.call_count)
        self.assertEqual([], self.done)

    def test_it_is_complete_with_all(self) -> None:
        entries = [
            venvs.path('cloud'),
            venvs.path('tempest'),
            image.entry(),
            console.entry(),
        ]
        for entry in entries:
            self.assertFalse(install.complete())
            cache.make(entry, lambda path: None)
        self.assertTrue(install.complete())

    def test_others_are_for_who_asks_for_all(self) -> None:
        self.debian.set()
        install.install(self.progress, install.ALL)
        for name in ('xtesting', 'ansible'):
            self.assertIn(name, self.done)
        for entry in (image.entry(), console.entry()):
            cache.make(entry, lambda path: None)
        for name in install.NEEDED:
            cache.make(venvs.path(name), lambda path: None)
        self.assertFalse(install.complete(install.ALL))
        for name in ('xtesting', 'ansible'):
            self.assertFalse(install.complete(install.ALL))
            cache.make(venvs.path(name), lambda path: None)
        self.assertTrue(install.complete(install.ALL))


class ConsoleTest(front.CacheTest):
    def test_it_is_fetched_once_and_unpacked(self) -> None:
        fetched = []

        def fetch(names: Sequence[str], place: Path) -> list[Path]:
            fetched.append(list(names))
            return [place / 'a.deb']

        def unpack(package: Path, tree: Path) -> None:
            (tree / console.PAGE).mkdir(parents=True)

        self.patch(packages, 'fetch', fetch)
        self.patch(packages, 'unpack', unpack)
        for _ in range(2):
            console.ensure(self.progress, front.FakeCommands())
        self.assertEqual([['novnc']], fetched)
        self.assertTrue(console.path().is_dir())


class ImageTest(front.CacheTest):
    def ensure(
        self, answer: Callable[[Sequence[str], Path], None] | None = None
    ) -> list[list[str]]:
        running = front.FakeCommands(answer)
        image.ensure(self.progress, running)
        return running.seen

    def test_it_is_built_once_by_a_process_of_its_own(self) -> None:
        ((*_, module, output, downloads),) = self.ensure()
        self.assertEqual('ipv6_lab.guest', module)
        self.assertEqual(str(image.path()), output)
        self.assertEqual(str(self.root / 'downloads/guest'), downloads)
        self.assertEqual([], self.ensure())
        self.assertEqual(
            ['guest image: ready', 'guest image: kept'], self.lines()
        )

    def test_a_failed_build_is_not_kept(self) -> None:
        def fail(words: Sequence[str], log: Path) -> None:
            raise errors.StepFailed('guest image', 'broken', log, hint='do it')

        self.assertRaises(errors.StepFailed, self.ensure, fail)
        self.assertFalse(image.entry().exists())

    def test_a_failed_build_says_what_to_try(self) -> None:
        (self.root / 'bin').mkdir()
        broken = self.root / 'bin' / 'python'
        broken.write_text('#!/bin/sh\necho no room; exit 3\n')
        broken.chmod(0o755)
        self.patch(sys, 'executable', str(broken))
        with commands.Commands(self.fail) as running:
            error = self.assertRaises(
                errors.StepFailed, image.ensure, self.progress, running
            )
        self.assertIn('status 3', error.message)
        self.assertIn('apt-get update', error.hint)
        self.assertEqual('no room', error.tail[-1])


class PluginTest(front.CacheTest):
    def setUp(self) -> None:
        super().setUp()
        self.checkout = self.root / 'checkout'
        self.checkout.mkdir()
        (self.checkout / 'setup.cfg').write_text('[metadata]\n')
        self.points = (
            self.checkout / 'ipv6_tempest_plugin.egg-info' / 'entry_points.txt'
        )
        self.run_setup = mock.Mock(side_effect=self.write)
        self.patch(subprocess, 'run', self.run_setup)
        self.run_setup.return_value.returncode = 0

    def write(self, *arguments: Any, **options: Any) -> Any:
        self.points.parent.mkdir(exist_ok=True)
        if not self.points.exists():
            self.points.write_text('')
            os.utime(self.points, (0, 0))
        return mock.DEFAULT

    def test_it_is_written_once(self) -> None:
        self.assertEqual(self.checkout, plugin.metadata(self.checkout))
        plugin.metadata(self.checkout)
        self.assertEqual(1, self.run_setup.call_count)

    def test_a_newer_setup_cfg_renews_it(self) -> None:
        plugin.metadata(self.checkout)
        later = self.points.stat().st_mtime + 10
        os.utime(self.checkout / 'setup.cfg', (later, later))
        plugin.metadata(self.checkout)
        self.assertEqual(2, self.run_setup.call_count)

    def test_a_failure_is_one_line(self) -> None:
        self.run_setup.return_value.returncode = 1
        self.run_setup.return_value.stdout = 'trace\nno such option\n'
        error = self.assertRaises(
            errors.LabError, plugin.metadata, self.checkout
        )
        self.assertIn('status 1, expected 0: no such option;', str(error))
