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
import contextlib
import os
import signal
import time

import ddt
import testtools

from ipv6_lab import signals


@ddt.ddt
class SignalsTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        for number in signals.SIGNALS:
            before = signal.getsignal(number)
            self.addCleanup(signal.signal, number, before)
        signals.unwind()

    @ddt.data(
        (signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)
    )
    @ddt.unpack
    def test_a_signal_unwinds(self, number: int, code: int) -> None:
        error = self.assertRaises(
            signals.Interrupted, os.kill, os.getpid(), number
        )
        self.assertEqual(code, error.exit_code)
        self.assertIn(signal.Signals(number).name, str(error))

    def test_no_handler_of_exceptions_catches_it(self) -> None:
        self.assertFalse(issubclass(signals.Interrupted, Exception))

    @ddt.data(False, True)
    def test_a_forked_helper_just_ends(self, undoing: bool) -> None:
        with signals.deferred() if undoing else contextlib.nullcontext():
            status = self.end(self.helper())
        self.assertEqual(143, os.waitstatus_to_exitcode(status))

    def helper(self) -> int:
        """Fork a process that idles; return once it does."""
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            try:
                os.write(writer, b'x')
                ends = time.monotonic() + 10
                while time.monotonic() < ends:
                    time.sleep(0.01)
            finally:
                os._exit(99)  # it outlived the signal, or unwound
        os.read(reader, 1)
        os.close(reader)
        os.close(writer)
        return child

    def end(self, child: int) -> int:
        os.kill(child, signal.SIGTERM)
        _, status = os.waitpid(child, 0)
        return status

    def test_nothing_interrupts_what_undoes(self) -> None:
        done = False
        with signals.deferred():
            os.kill(os.getpid(), signal.SIGINT)
            done = True
        self.assertTrue(done)
        self.assertRaises(
            signals.Interrupted, os.kill, os.getpid(), signal.SIGINT
        )
