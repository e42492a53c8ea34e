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

"""The scenarios' picture and tables have the form that the report reads."""

import dataclasses
import json
import types
from typing import Any

import netaddr
import testtools

from ipv6_tempest_plugin.overlay import ends
from ipv6_tempest_plugin.overlay.guests import plans
from ipv6_tempest_plugin.overlay import picturing
from ipv6_tempest_plugin.results import reading
from tests.unit.plugin.overlay import test_ends
from tests.unit.plugin.overlay import test_guest_reading as report
from tests.unit.plugin.overlay import test_judging

ACROSS = netaddr.IPAddress('2001:db8:3::7')


def read(kind: str, data: Any) -> Any:
    """Return what the report reads from an attachment."""
    return reading.read(kind, json.loads(json.dumps(data)))[1]


def lan(*cidrs: str) -> Any:
    """Return a network."""
    subnets = [types.SimpleNamespace(prefix=one) for one in cidrs]
    return types.SimpleNamespace(
        network=types.SimpleNamespace(subnets=subnets)
    )


def both(dualnet: bool) -> list[ends.End]:
    """Return two ends."""
    found = []
    for number, name in enumerate(('one', 'two')):
        own = test_ends.end(number, test_ends.PREFIXES, False)
        aside = test_ends.end(number, (), True) if dualnet else None
        found.append(ends.End(name, [], own.cards, own.gateways, aside))
    return found


class PictureTest(testtools.TestCase):
    def picture(self, nets: list[Any], far: ends.Beyond) -> Any:
        """Return a picture as the report reads it."""
        dualnet = len(nets) > 1
        shown = picturing.picture('title', nets, both(dualnet), far)
        (found,) = read('topology', shown)
        return found

    def test_each_node_is_linked(self) -> None:
        nets = [lan('10.1.0.0/24'), lan(*test_ends.PREFIXES)]
        found = self.picture(nets, ends.Beyond(ACROSS, None))
        names = {node.name for node in found.nodes}
        linked = {end for link in found.links for end in link.between}
        self.assertEqual(names, linked)
        self.assertIn('another router', names)
        (one,) = [node for node in found.nodes if node.name == 'one']
        self.assertEqual(3, len(one.addresses))

    def test_one_network_and_nobody_behind_the_router(self) -> None:
        found = self.picture([lan(*test_ends.PREFIXES)], ends.Beyond())
        names = [node.name for node in found.nodes]
        self.assertEqual(['outside', 'router', 'network', 'one', 'two'], names)


class TablesTest(testtools.TestCase):
    def addresses(self, **changes: Any) -> Any:
        """Return the rows of a card that was predicted so."""
        card = test_judging.CARD
        for name, value in changes.items():
            card = dataclasses.replace(card, **{name: value})
        end = ends.End('one', [], [card], [])
        seen = report.changed('@@', '')
        return read('addresses', picturing.addresses([end], [seen], 'slaac'))

    def test_predicted_beside_seen(self) -> None:
        rows = self.addresses()
        self.assertTrue(all(row.is_right for row in rows))
        self.assertEqual(
            {str(report.OWN), '10.9.0.105'}, {row.seen for row in rows}
        )

    def test_what_was_predicted_and_not_seen(self) -> None:
        lease = (netaddr.IPAddress('10.9.0.7'),)
        wrong = [
            row for row in self.addresses(fourth=lease) if not row.is_right
        ]
        self.assertEqual(
            {('', '10.9.0.105'), ('10.9.0.7', '')},
            {(row.predicted, row.seen) for row in wrong},
        )

    def test_pings_and_whether_they_were_wanted(self) -> None:
        echo = report.changed('@@', '').pings
        named = {
            'across-0': echo['full'],
            'gateway-0': echo['full'],
            'peer-ipv6-0': echo['none'],
        }
        seen: Any = types.SimpleNamespace(pings=named)
        pings = [plans.Ping(name, ACROSS) for name in named]
        pair = both(False)
        for wanted in (True, False):
            shown = picturing.pings(pair, [seen] * 2, [pings] * 2, wanted)
            rows = read('pings', shown)
            self.assertEqual(
                ['another router', 'router', 'two'],
                [row.target for row in rows if row.source == 'one'],
            )
            self.assertEqual({wanted}, {row.wanted for row in rows})
            self.assertIs(not wanted, rows[2].is_right)
