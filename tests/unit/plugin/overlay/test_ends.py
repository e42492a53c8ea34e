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

"""What each guest must reach, and from which address."""

import netaddr
import testtools

from ipv6_tempest_plugin.overlay import ends
from ipv6_tempest_plugin.overlay import predictions

MACS = ('fa:16:3e:00:00:01', 'fa:16:3e:00:00:02')
PREFIXES = ('2001:db8:1::/64', '2001:db8:2::/64')
LEASES = ('10.1.0.5', '10.1.0.6')
OUTSIDE = netaddr.IPAddress('2001:db8:cafe::1')
ACROSS = netaddr.IPAddress('2001:db8:3::7')
FAR = ends.Beyond(ACROSS, OUTSIDE)


def end(number: int, prefixes: tuple[str, ...], lease: bool) -> ends.End:
    """Return an end on a network with these prefixes."""
    nets = tuple(map(netaddr.IPNetwork, prefixes))
    card = predictions.Card(
        mac=MACS[number],
        prefixes=nets,
        router=netaddr.IPAddress('fe80::1') if nets else None,
        mtu=1430,
        other=False,
        servers=(),
        fourth=(netaddr.IPAddress(LEASES[number]),) if lease else (),
    )
    return ends.End('one', [], [card], [net[1] for net in nets])


class PingsTest(testtools.TestCase):
    def test_by_each_prefix_from_its_own_address(self) -> None:
        both = [end(number, PREFIXES, False) for number in (0, 1)]
        pings = ends.to_peer(*both)
        self.assertEqual(4, len(pings))
        for ping in pings:
            nets = [
                net
                for net in map(netaddr.IPNetwork, PREFIXES)
                if ping.source in net
            ]
            self.assertEqual(1, len(nets))
            self.assertIn(ping.target, nets[0])
        self.assertEqual({56, 1430 - 48}, {ping.size for ping in pings})
        self.assertEqual({1}, {ping.patience for ping in pings})
        self.assertEqual({1}, {ping.deadline for ping in pings})

    def test_ipv4_beside(self) -> None:
        both = [end(number, PREFIXES[:1], True) for number in (0, 1)]
        (fourth,) = [
            one for one in ends.to_peer(*both) if one.target.version == 4
        ]
        self.assertEqual(LEASES[1], str(fourth.target))
        self.assertEqual(LEASES[0], str(fourth.source))

    def test_gateways_what_is_behind_them_and_the_world_outside(self) -> None:
        both = [end(number, PREFIXES, False) for number in (0, 1)]
        pings, _ = ends.beyond(both, FAR)
        self.assertEqual(
            [
                ('gateway-0', '2001:db8:1::1'),
                ('gateway-1', '2001:db8:2::1'),
                ('across-0', str(ACROSS)),
                ('across-1', str(ACROSS)),
                ('outside-0', str(OUTSIDE)),
                ('outside-1', str(OUTSIDE)),
            ],
            [(one.name, str(one.target)) for one in pings],
        )
        near, _ = ends.beyond(both, ends.Beyond())
        self.assertEqual(2, len(near))

    def test_names_are_unique(self) -> None:
        aside = [end(number, (), True) for number in (0, 1)]
        both = [
            ends.End(e.name, e.ports, e.cards, e.gateways, other)
            for e, other in zip(
                [end(number, PREFIXES, False) for number in (0, 1)],
                aside,
                strict=True,
            )
        ]
        pings = ends.beyond(both, FAR)[0] + ends.to_peer(*both)
        names = [one.name for one in pings]
        self.assertEqual(len(names), len(set(names)))
        self.assertIn('peer-ipv4-0', names)
        self.assertEqual(2, len(both[0].everywhere))
