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


"""Pings: judged, and what it means when they are not as wanted."""

import testtools

from ipv6_tempest_plugin.overlay.guests import observations
from ipv6_tempest_plugin.overlay import replies


class PingsTest(testtools.TestCase):
    ALL = observations.Echo(3, 3, (64,) * 3, (1.0,) * 3, '', (0, 1, 2))
    SOME = observations.Echo(3, 2, (64,) * 2, (1.0,) * 2, '', (0, 2))
    NONE = observations.Echo(3, 0, (), (), '', ())
    UNSENT = observations.Echo(0, 0, (), (), '', ())
    # One more was sent while a reply was late, or lost.
    LATE = observations.Echo(4, 3, (64,) * 3, (1.0,) * 3, '', (0, 1, 2))
    LOST = observations.Echo(4, 3, (64,) * 3, (1.0,) * 3, '', (0, 1, 3))
    MANY = observations.Echo(5, 0, (), (), '', ())
    LAST = observations.Echo(5, 1, (64,), (1.0,), '', (4,))
    TWICE = observations.Echo(3, 2, (64,) * 3, (1.0,) * 3, '', (0, 1, 1))

    def test_all_must_come_back(self) -> None:
        for echo in (self.ALL, self.LATE):
            self.assertIsNone(replies.lost('x', echo, 3))
        wrong = (self.SOME, self.NONE, self.UNSENT, None, self.TWICE)
        for one in wrong:
            self.assertIsNotNone(replies.lost('x', one, 3))

    def test_a_lost_one_is_lost_though_more_were_sent(self) -> None:
        found = replies.lost('x', self.LOST, 3)
        self.assertEqual('2 of 3 replies', found and found.seen)

    def test_none_must_come_back(self) -> None:
        for echo in (self.NONE, self.MANY):
            self.assertIsNone(replies.let_through('x', echo, 3))
        for one in (self.SOME, self.ALL, self.UNSENT, None, self.LAST):
            self.assertIsNotNone(replies.let_through('x', one, 3))


class HintsTest(testtools.TestCase):
    def test_a_ping_that_was_lost(self) -> None:
        for ping, cause in (
            ('gateway-0', 'has not got its interface'),
            ('across-1', 'does not forward'),
            ('outside-0', 'does not forward'),
            ('peer-ipv6-mtu-0', 'between the ports of the guests'),
        ):
            self.assertIn(cause, replies.ANSWERED.hint(ping).cause)

    def test_a_ping_that_came_through(self) -> None:
        hint = replies.SILENT.hint('peer-ipv4-0')
        self.assertIn('lets through', hint.cause)
        self.assertNotIn('dropped', hint.cause)
