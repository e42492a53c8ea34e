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
import os
import signal

import testtools

from ipv6_lab import signals
from tools import holding


class HeldTest(testtools.TestCase):
    def test_a_signal_waits_for_the_end_of_the_block(self) -> None:
        done = []
        with testtools.ExpectedException(signals.Interrupted, '.*SIGTERM'):
            with holding.held():
                os.kill(os.getpid(), signal.SIGTERM)
                done.append('started')
            done.append('too late')
        self.assertEqual(['started'], done)

    def test_handlers_come_back(self) -> None:
        before = signal.getsignal(signal.SIGTERM)
        with holding.held():
            self.assertNotEqual(before, signal.getsignal(signal.SIGTERM))
        self.assertEqual(before, signal.getsignal(signal.SIGTERM))
