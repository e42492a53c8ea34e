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
import fcntl
from pathlib import Path
import subprocess
import sys
from typing import IO

from ipv6_lab import errors
from ipv6_lab import lock
from ipv6_lab import paths
from tests.unit.lab import front

HOLD = """
from ipv6_lab import lock
with lock.hold('up'):
    print('held', flush=True)
    input()
"""


class LockTest(front.CacheTest):
    def hold_elsewhere(self) -> subprocess.Popen[str]:
        holder = subprocess.Popen(
            (sys.executable, '-c', HOLD),
            cwd=paths.CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(holder.communicate)
        self.addCleanup(holder.kill)
        said = holder.stdout.readline() if holder.stdout else ''
        self.assertEqual('held\n', said)
        return holder

    def take_elsewhere(self) -> bytes:
        return subprocess.run(
            (sys.executable, '-c', HOLD),
            cwd=paths.CHECKOUT,
            input=b'\n',
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ).stdout

    def take(self) -> None:
        with lock.hold('down'):
            pass

    def test_the_second_is_told_who_holds_it(self) -> None:
        holder = self.hold_elsewhere()
        error = self.assertRaises(errors.LabError, self.take)
        self.assertIn('cannot down: `scripts/lab up', str(error))
        self.assertIn(f'process {holder.pid}', str(error))

    def test_it_goes_with_a_killed_holder(self) -> None:
        holder = self.hold_elsewhere()
        holder.kill()
        holder.wait()
        self.take()

    def test_it_is_free_again_after_a_failure(self) -> None:
        def fail() -> None:
            with lock.hold('up'):
                raise ValueError

        self.assertRaises(ValueError, fail)
        self.assertEqual(b'held\n', self.take_elsewhere())

    def test_one_that_was_removed_meanwhile_is_none(self) -> None:
        """Who opened it before must not hold what nobody else will see."""
        real = fcntl.lockf
        removed: list[Path] = []

        def late(stream: IO[str], how: int) -> None:
            real(stream, how)
            if not removed:
                removed.append(lock.path())
                lock.remove()

        self.patch(fcntl, 'lockf', late)
        with lock.hold('up'):
            self.assertTrue(lock.path().exists())
            self.assertEqual(b'', self.take_elsewhere())
        self.assertEqual(b'held\n', self.take_elsewhere())

    def test_children_do_not_inherit_it(self) -> None:
        with lock.hold('up'):
            child = subprocess.Popen(
                ('sleep', '60'), close_fds=False, stdin=subprocess.DEVNULL
            )
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        self.assertEqual(b'held\n', self.take_elsewhere())
