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
"""The lab's benchmark leaves what is not its own."""

import os
import signal
import subprocess

import testtools

from benchmarks import lab
from ipv6_lab import cache
from ipv6_lab import paths
from ipv6_lab import signals
from tests.unit.tools import false_lab


class BenchTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.lab = self.useFixture(false_lab.FalseLab())
        self.caches = self.lab.place / 'caches'
        self.caches.mkdir()
        self.lab.change('benchmarks.lab.CACHES', str(self.caches))

    def test_only_its_own_state_is_removed(self) -> None:
        mine, other = (
            cache.place('bootstrap', name) for name in ('mine', 'other')
        )
        for place in (mine, other):
            place.mkdir(parents=True)
        self.lab.change('ipv6_lab.building.kept', lambda: mine)
        lab.empty_start()
        self.assertEqual((False, True), (mine.exists(), other.exists()))
        self.assertEqual(['down', 'up'], self.lab.calls())

    def test_a_fresh_start_leaves_nothing(self) -> None:
        self.assertGreater(lab.fresh_start(), 0)
        self.assert_left_nothing()

    def test_a_failed_fresh_start_leaves_nothing(self) -> None:
        self.lab.setenv('BREAK', 'up')
        self.assertRaises(subprocess.CalledProcessError, lab.fresh_start)
        self.assert_left_nothing()

    def test_an_interrupted_fresh_start_leaves_nothing(self) -> None:
        signals.unwind()
        self.lab.setenv('HANG', 'up')
        error = self.assertRaises(signals.Interrupted, lab.fresh_start)
        self.assertEqual(128 + signal.SIGTERM, error.exit_code)
        self.assert_left_nothing()

    def test_an_interruption_is_one_line_and_its_exit_code(self) -> None:
        self.lab.setenv('HANG', 'install')
        self.assertEqual(143, lab.main([]))
        self.assertEqual(['install'], self.lab.calls())

    def assert_left_nothing(self) -> None:
        self.assertEqual(['up', 'down'], self.lab.calls())
        self.assertEqual([], list(self.caches.iterdir()))
        self.assertEqual(str(self.lab.place), os.environ[paths.VARIABLE])
