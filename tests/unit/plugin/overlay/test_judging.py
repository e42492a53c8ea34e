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

"""Cards of guests: predicted, and judged by what was seen."""

import dataclasses
from typing import Any

import ddt
import netaddr
import testtools

from ipv6_tempest_plugin.overlay.guests import observations
from ipv6_tempest_plugin.overlay import judging
from ipv6_tempest_plugin.overlay import predictions
from tests.unit.plugin.overlay import test_guest_reading as report

SERVER = netaddr.IPAddress('2001:db8:9::6:53')
CARD = predictions.Card(
    mac=report.MAC,
    prefixes=(netaddr.IPNetwork('2001:db8:9::/64'),),
    router=report.ROUTER,
    mtu=1430,
    other=True,
    servers=(SERVER,),
    fourth=(netaddr.IPAddress('10.9.0.105'),),
)


def wrong(
    old: str = '', new: str = '', card: predictions.Card = CARD, **more: Any
) -> set[str]:
    """Return which attributes are wrong in a changed report."""
    card = dataclasses.replace(card, **more)
    seen = report.changed(old, new) if old else report.changed('@@', '')
    return {one.attribute for one in judging.differences(card, seen)}


@ddt.ddt
class JudgingTest(testtools.TestCase):
    def test_as_predicted(self) -> None:
        self.assertEqual(set(), wrong())

    @ddt.data(
        ('"managed": false', '"managed": true', {'RA: M flag'}),
        ('"other": true', '"other": false', {'RA: O flag'}),
        ('"mtu": 1430', '"mtu": null', {'RA: MTU option'}),
        ('"mtu": 1430', '"mtu": 1400', {'RA: MTU option'}),
        ('eth0/mtu:1430', 'eth0/mtu:1280', {'IPv6 MTU'}),
        ('"lifetime": 18', '"lifetime": 0', {'RA: router lifetime'}),
        ('"lifetime": 18', '"lifetime": 9001', {'RA: router lifetime'}),
        ('preferred_lft 14400sec', 'preferred_lft 0sec', {'lifetimes'}),
        ('valid_lft 86400sec', 'valid_lft 9sec', {'lifetimes'}),
        ('eth0.dhcp6:nameserver', 'eth0.dhcp4:nameserver', {'DNS by DHCPv6'}),
        ('operstate:up', 'operstate:down', {'interface'}),
        (
            f'{int(report.OWN):032x} 02 40 00 00',
            f'{int(report.OWN):032x} 02 40 00 40',
            {'unfit addresses'},
        ),
        (
            f'{int(report.OWN):032x} 02 40',
            f'{int(report.OWN):032x} 02 80',
            {'IPv6 addresses', },
        ),
    )  # fmt: skip
    @ddt.unpack
    def test_one_thing_is_wrong(
        self, old: str, new: str, attributes: set[str]
    ) -> None:
        self.assertEqual(attributes, wrong(old, new))

    def test_a_wrong_prefix_beside(self) -> None:
        body = f'{int(report.OWN):032x} 02 40 00 00     eth0\n'
        other = f'{int(report.OWN) + (1 << 64):032x} 02 40 00 00     eth0\n'
        self.assertEqual({'IPv6 addresses'}, wrong(body, body + other))

    def test_another_router(self) -> None:
        other = netaddr.IPAddress('fe80::2')
        self.assertEqual(
            {'default routers', 'RA: routers'}, wrong(router=other)
        )

    def test_dhcpv6_without_the_o_flag(self) -> None:
        self.assertEqual({'RA: O flag', 'DNS by DHCPv6'}, wrong(other=False))

    def test_second_prefix_missing(self) -> None:
        more = (*CARD.prefixes, netaddr.IPNetwork('2001:db8:a::/64'))
        self.assertEqual(
            {'IPv6 addresses', 'on-link prefixes', 'RA: prefixes'},
            wrong(prefixes=more),
        )

    def test_dnsmasq_names_itself_for_two_prefixes(self) -> None:
        more = (*CARD.prefixes, netaddr.IPNetwork('2001:db8:a::/64'))
        two = dataclasses.replace(CARD, prefixes=more)
        check = judging.expected(two)['DNS by DHCPv6']
        self.assertTrue(check.accepts(['2001:db8:9::6:53']))
        self.assertTrue(check.accepts(['2001:db8:a::2']))
        for other in ([], ['2001:db8:b::2'], ['2001:db8:a::2', '2001::1']):
            self.assertFalse(check.accepts(other))
        check = judging.expected(CARD)['DNS by DHCPv6']
        self.assertFalse(check.accepts(['2001:db8:9::2']))

    def test_no_card(self) -> None:
        self.assertEqual({'interface'}, wrong(mac='fa:16:3e:00:00:08'))

    def test_a_link_without_ipv6(self) -> None:
        self.assertEqual(
            {'IPv6 addresses', 'default routers', 'on-link prefixes'},
            wrong(router=None, prefixes=(), servers=()),
        )

    def test_what_an_image_does_not_keep_is_left_out(self) -> None:
        seen = dataclasses.replace(
            report.changed('@@', ''), advertisements=None, name_servers=None
        )
        card = dataclasses.replace(CARD, other=False)
        self.assertEqual([], judging.differences(card, seen))

    def test_every_hint_belongs_to_an_attribute(self) -> None:
        self.assertLessEqual(set(judging.HINTS), set(judging.expected(CARD)))


class PingsTest(testtools.TestCase):
    ALL = observations.Echo(3, 3, (64,) * 3, (1.0,) * 3, '')
    SOME = observations.Echo(3, 2, (64,) * 2, (1.0,) * 2, '')
    NONE = observations.Echo(3, 0, (), (), '')
    UNSENT = observations.Echo(0, 0, (), (), '')

    def test_all_must_come_back(self) -> None:
        self.assertIsNone(judging.lost('x', self.ALL, 3))
        for echo in (self.SOME, self.NONE, self.UNSENT, None):
            self.assertIsNotNone(judging.lost('x', echo, 3))

    def test_none_must_come_back(self) -> None:
        self.assertIsNone(judging.let_through('x', self.NONE, 3))
        for echo in (self.SOME, self.ALL, self.UNSENT, None):
            self.assertIsNotNone(judging.let_through('x', echo, 3))
