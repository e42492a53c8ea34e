# Licensed under the Apache License, Version 2.0 (the "License"); you may
# not use this file except in compliance with the License. You may obtain
# a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS, WITHOUT
# WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the
# License for the specific language governing permissions and limitations
# under the License.

"""What was promised is undone, however the process ends."""

import signal
import subprocess
import sys
from unittest import mock

import ddt
import testtools

from ipv6_tempest_plugin.overlay import undo

# Promises two things, then is ended in a way of its own.
STORY = """
import os, signal, sys
from ipv6_tempest_plugin.overlay import undo
undo.Promise('network', lambda: print('network undone', flush=True))
def subnet():
    os.kill(os.getpid(), signal.SIGTERM)  # a second one, meanwhile
    print('subnet undone', flush=True)
undo.Promise('subnet', subnet)
print('made', flush=True)
{end}
"""
FORKED = """
if not os.fork():
    sys.exit(0)
os.wait()
print('child ended', flush=True)
"""
BROKEN = """
def broken():
    raise ConnectionError('no route')
undo.Promise('router', broken)
"""


def run(end: str) -> subprocess.CompletedProcess[str]:
    """Run the story to its end."""
    return subprocess.run(
        (sys.executable, '-c', STORY.format(end=end)),
        capture_output=True,
        text=True,
        timeout=60,
    )


@ddt.ddt
class ProcessTest(testtools.TestCase):
    @ddt.data('SIGINT', 'SIGTERM', 'SIGHUP')
    def test_signal(self, name: str) -> None:
        said = run(f'os.kill(os.getpid(), signal.{name}); print("never")')
        self.assertEqual(
            ['made', 'subnet undone', 'network undone'],
            said.stdout.splitlines(),
            said.stderr,
        )
        self.assertEqual(128 + signal.Signals[name], said.returncode)

    def test_what_is_under_way_is_finished(self) -> None:
        """A signal waits for an answer; who asked learns of both."""
        said = run(
            'with undo.held("request"):\n'
            '    os.kill(os.getpid(), signal.SIGTERM)\n'
            '    print("answered", flush=True)\n'
            'print("never")'
        )
        self.assertEqual(
            ['made', 'answered', 'subnet undone', 'network undone'],
            said.stdout.splitlines(),
            said.stderr,
        )
        self.assertEqual(128 + signal.SIGTERM, said.returncode)

    def test_exception(self) -> None:
        said = run('raise RuntimeError')
        self.assertIn('network undone', said.stdout)

    def test_reader_that_died(self) -> None:
        said = run('r, w = os.pipe(); os.close(r); os.write(w, b"x")')
        self.assertIn('network undone', said.stdout)

    def test_forked_child_undoes_nothing(self) -> None:
        said = run(FORKED)
        self.assertEqual(
            ['made', 'child ended', 'subnet undone', 'network undone'],
            said.stdout.splitlines(),
        )

    def test_one_that_fails_is_told_and_keeps_no_other(self) -> None:
        said = run(BROKEN)
        self.assertIn('network undone', said.stdout)
        self.assertIn('router could not be removed (no route)', said.stderr)

    def test_after_a_signal_nothing_new_is_made(self) -> None:
        said = run(
            'try: os.kill(os.getpid(), signal.SIGTERM)\n'
            'except SystemExit: pass\n'
            'undo.Promise("port", print)'
        )
        self.assertEqual(128 + signal.SIGTERM, said.returncode)
        self.assertIn('network undone', said.stdout)


class PromiseTest(testtools.TestCase):
    def test_is_kept_once(self) -> None:
        action = mock.Mock()
        promise = undo.Promise('port', action)
        self.assertEqual(['port'], undo.outstanding())
        promise()
        promise()
        action.assert_called_once_with()
        self.assertEqual([], undo.outstanding())

    def test_is_kept_again_when_it_failed(self) -> None:
        action = mock.Mock(side_effect=[OSError, None])
        promise = undo.Promise('port', action)
        self.assertRaises(OSError, promise)
        promise()
        self.assertEqual(2, action.call_count)

    def test_dropped_it_is_forgotten(self) -> None:
        action = mock.Mock()
        promise = undo.Promise('port', action)
        promise.drop()
        promise()
        action.assert_not_called()

    def test_signals_are_as_before_afterwards(self) -> None:
        before = signal.getsignal(signal.SIGTERM)
        promise = undo.Promise('port', mock.Mock())
        self.assertNotEqual(before, signal.getsignal(signal.SIGTERM))
        promise()
        self.assertEqual(before, signal.getsignal(signal.SIGTERM))
