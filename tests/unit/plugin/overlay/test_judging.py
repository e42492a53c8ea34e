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
    domain='lab.example',
)
KEPT = judging.RUN_GUEST
BY_DHCP = {'DNS by DHCPv6', 'domain by DHCPv6'}


def wrong(
    old: str = '', new: str = '', card: predictions.Card = CARD, **more: Any
) -> set[str]:
    """Return which attributes are wrong in a changed report."""
    card = dataclasses.replace(card, **more)
    seen = report.changed(old, new) if old else report.changed('@@', '')
    return {one.attribute for one in judging.differences(card, seen, KEPT)}


@ddt.ddt
class JudgingTest(testtools.TestCase):
    def test_as_predicted(self) -> None:
        self.assertEqual(set(), wrong())

    @ddt.data(
        ('"on_link": ["2001:db8:9::/64"]', '"on_link": []', {'RA: L flag'}),
        (
            '"autonomous": ["2001:db8:9::/64"]',
            '"autonomous": []',
            {'RA: A flag'},
        ),
        ('dhcp6:search lab', 'dhcp6:search other', {'domain by DHCPv6'}),
        ('10.9.0.105/24', '10.9.0.106/24', {'IPv4 addresses'}),
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
        self.assertEqual({'RA: O flag', *BY_DHCP}, wrong(other=False))

    def test_second_prefix_missing(self) -> None:
        more = (*CARD.prefixes, netaddr.IPNetwork('2001:db8:a::/64'))
        self.assertEqual(
            {
                'IPv6 addresses',
                'on-link prefixes',
                'RA: prefixes',
                'RA: L flag',
                'RA: A flag',
            },
            wrong(prefixes=more),
        )

    def test_dnsmasq_names_itself_for_two_prefixes(self) -> None:
        more = (*CARD.prefixes, netaddr.IPNetwork('2001:db8:a::/64'))
        own = tuple(map(netaddr.IPAddress, ('2001:db8:9::2', '2001:db8:a::2')))
        two = dataclasses.replace(CARD, prefixes=more, dhcp=own)
        check = judging.expected(two)['DNS by DHCPv6']
        for fine in ([str(SERVER)], ['2001:db8:a::2'], list(map(str, own))):
            self.assertTrue(check.accepts(fine), fine)
        # On the link is not enough: it must be a DHCP server's port.
        for other in ([], ['2001:db8:a::3'], ['2001:db8:a::2', '2001::1']):
            self.assertFalse(check.accepts(other), other)
        check = judging.expected(CARD)['DNS by DHCPv6']
        self.assertFalse(check.accepts(['2001:db8:9::2']))
        self.assertNotIn('domain by DHCPv6', judging.expected(two))

    def test_no_card(self) -> None:
        self.assertEqual({'interface'}, wrong(mac='fa:16:3e:00:00:08'))

    def test_a_link_without_ipv6(self) -> None:
        self.assertEqual(
            {'IPv6 addresses', 'default routers', 'on-link prefixes'},
            wrong(router=None, prefixes=(), servers=()),
        )

    def test_records_that_were_promised_must_be_there(self) -> None:
        seen = report.changed('@@', '')
        for lacking in (
            dataclasses.replace(seen, advertisements=None),
            dataclasses.replace(seen, name_servers=None),
        ):
            (found,) = judging.differences(CARD, lacking, KEPT)
            self.assertEqual('guest records', found.attribute)
            self.assertIn('none in /run/guest', found.seen)
            hint = judging.HINTS[found.attribute]
            self.assertIn('guest_records', hint.cause)

    def test_what_is_not_promised_is_left_out(self) -> None:
        lying = report.changed('"managed": false', '"managed": true')
        for records in (judging.NOTHING, judging.RESOLV_CONF):
            self.assertEqual([], judging.differences(CARD, lying, records))
        other = dataclasses.replace(CARD, mtu=1400)
        (found,) = judging.differences(other, lying, judging.NOTHING)
        self.assertEqual('IPv6 MTU', found.attribute)

    def test_every_hint_belongs_to_an_attribute(self) -> None:
        known = {*judging.expected(CARD), '/etc/resolv.conf'}
        self.assertLessEqual(set(judging.HINTS), known)


class ResolverTest(testtools.TestCase):
    def wrong(self, *servers: str, **changes: Any) -> bool:
        """Say whether this resolv.conf is wrong for a changed card."""
        seen = dataclasses.replace(
            report.changed('@@', ''),
            resolv_conf=list(map(netaddr.IPAddress, servers)),
        )
        card = dataclasses.replace(CARD, **changes)
        return bool(judging.resolver([card], seen))

    def test_stateless_names_the_servers_of_the_subnet(self) -> None:
        self.assertFalse(self.wrong('10.9.0.53', str(SERVER)))
        self.assertTrue(self.wrong('10.9.0.53'))
        self.assertTrue(self.wrong())

    def test_with_slaac_advertisements_may_name_them(self) -> None:
        self.assertFalse(self.wrong(other=False))
        self.assertFalse(self.wrong(str(SERVER), other=False))

    def test_of_two_prefixes_the_server_may_name_itself(self) -> None:
        more = (*CARD.prefixes, netaddr.IPNetwork('2001:db8:a::/64'))
        self.assertFalse(self.wrong('2001:db8:a::2', prefixes=more))
