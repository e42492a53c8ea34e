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

"""Values are compared as values, and what is none is refused."""

from typing import Any

import ddt
import testtools

from ipv6_tempest_plugin.overlay import checks
from ipv6_tempest_plugin.overlay import expect

PREFIX = '2001:db8::/64'
POOL = {'start': '2001:db8::10', 'end': '2001:db8::1f'}
ROUTE = {'destination': '::/0', 'nexthop': '2001:db8::1'}
GATEWAY = {
    'network_id': 'n',
    'external_fixed_ips': [{'ip_address': '2001:db8::5'}],
}
ONE = checks.address('2001:db8::1')
# A check, what it accepts, what it does not.
CASES: dict[str, tuple[expect.Check, list[Any], list[Any]]] = {
    'same': (checks.same(True), [True], [1, 'True', None, False]),
    'address': (
        ONE,
        ['2001:db8::1', '2001:DB8:0:0::1'],
        ['2001:db8::12', None, '', 1, 'x', ['2001:db8::1']],
    ),
    'no address': (checks.address(None), [None], ['', '::']),
    'network': (
        checks.network(PREFIX),
        ['2001:db8::/64', '2001:db8:0::/64'],
        ['2001:db8::/48', '2001:db8::1/64', '2001:db8::', None],
    ),
    'within': (
        checks.within(PREFIX, ['2001:db8::1']),
        ['2001:db8::2'],
        ['2001:db8::1', '2001:db8:0:1::2', '2001:db8::2/64', None],
    ),
    'within a pool': (
        checks.within((POOL['start'], POOL['end'])),
        ['2001:db8::10', '2001:db8::1f'],
        ['2001:db8::f', '2001:db8::20'],
    ),
    'ordered addresses': (
        checks.addresses(['2001:db8::1', '2001:db8::2']),
        [['2001:db8::1', '2001:db8:0::2']],
        [['2001:db8::2', '2001:db8::1'], ['2001:db8::1'], None, '2001:db8::1'],
    ),
    'pools': (
        checks.pools([POOL]),
        [[{'end': '2001:db8::1f', 'start': '2001:db8:0::10'}]],
        [[], [POOL, POOL], [{'start': '2001:db8::10'}], [{**POOL, 'x': 1}]],
    ),
    'routes': (
        checks.routes([ROUTE]),
        [[ROUTE]],
        [[{**ROUTE, 'nexthop': '2001:db8::2'}], [ROUTE, ROUTE], {}, None],
    ),
    'fixed addresses': (
        checks.fixed_ips([{'subnet_id': 's', 'ip_address': '::1'}]),
        [[{'subnet_id': 's', 'ip_address': '0::1'}]],
        [[{'subnet_id': 't', 'ip_address': '::1'}], [{'subnet_id': 's'}]],
    ),
    'an address each': (
        checks.each_of([('s', ONE), ('t', checks.within(PREFIX))]),
        [
            [
                {'subnet_id': 't', 'ip_address': '2001:db8::7'},
                {'subnet_id': 's', 'ip_address': '2001:db8::1'},
            ]
        ],
        [
            [],
            [{'subnet_id': 's', 'ip_address': '2001:db8::1'}],
            [{'subnet_id': 's', 'ip_address': '2001:db8::1'}] * 2,
            [{'subnet_id': 's'}],
        ],
    ),
    'address pairs': (
        checks.address_pairs([{'ip_address': PREFIX}], 'fa:16:3e:00:00:01'),
        [[{'ip_address': PREFIX, 'mac_address': 'FA:16:3E:00:00:01'}]],
        [
            [{'ip_address': PREFIX, 'mac_address': 'fa:16:3e:00:00:02'}],
            [{'ip_address': PREFIX}],
            [],
        ],
    ),
    'unordered': (
        checks.unordered(['b', 'a']),
        [['a', 'b'], ['b', 'a']],
        [['a'], ['a', 'b', 'b'], 'ab', None, [None, 'a']],
    ),
    'including': (
        checks.including(['a', 'b']),
        [['b', 'a'], ['a', 'b', 'c']],
        [['a'], 'ab', None, []],
    ),
    'either': (checks.either(checks.same(1), ONE), [1, '2001:db8::1'], [2]),
    'at least': (checks.at_least(1280), [1280, 9000], [1279, '1280', True]),
    'MAC': (
        checks.mac('fa:16:3e:00:00:01'),
        ['FA-16-3E-00-00-01'],
        ['fa:16:3e:00:00:02', None],
    ),
    'protocol': (
        checks.protocol('ipv6-icmp'),
        ['58', 'icmpv6', 'ipv6-icmp'],
        ['icmp', '1', None, 58, 'x'],
    ),
    'any protocol': (checks.protocol(None), [None], ['58', '']),
    'present': (checks.present(), ['x'], ['', None, 1]),
    'gateway': (
        checks.gateway('n', ipv6=True),
        [GATEWAY],
        [
            None,
            {**GATEWAY, 'network_id': 'm'},
            {**GATEWAY, 'external_fixed_ips': [{'ip_address': '192.0.2.1'}]},
            {'network_id': 'n'},
        ],
    ),
    'gateway without IPv6': (
        checks.gateway('n', ipv6=False),
        [{**GATEWAY, 'external_fixed_ips': [{'ip_address': '192.0.2.1'}]}],
        [{**GATEWAY, 'network_id': 'm'}],
    ),
    "gateway's addresses": (
        checks.gateway_addresses({'6': PREFIX}),
        [
            [{'subnet_id': '6', 'ip_address': '2001:db8::5'}],
            [
                {'subnet_id': '4', 'ip_address': '192.0.2.1'},
                {'subnet_id': '6', 'ip_address': '2001:db8::5'},
            ],
        ],
        [
            [],
            None,
            [{'subnet_id': '4', 'ip_address': '192.0.2.1'}],
            [{'subnet_id': '6', 'ip_address': 'fd00::dead'}],
            [{'subnet_id': '7', 'ip_address': '2001:db8::5'}],
            [
                {'subnet_id': '6', 'ip_address': '2001:db8::5'},
                {'subnet_id': '7', 'ip_address': '2001:db8::6'},
            ],
            [{'ip_address': '2001:db8::5'}],
        ],
    ),
    'IPv6 prefix': (
        checks.ipv6_prefix(),
        [PREFIX],
        ['192.0.2.0/24', '2001:db8::1/64', None],
    ),
    'IPv6 address': (checks.ipv6_address(), ['::1'], ['192.0.2.1', None]),
}


@ddt.ddt
class ChecksTest(testtools.TestCase):
    @ddt.data(*CASES)
    def test_check(self, name: str) -> None:
        check, right, wrong = CASES[name]
        self.assertEqual(
            right, [seen for seen in right if check.accepts(seen)]
        )
        self.assertEqual([], [seen for seen in wrong if check.accepts(seen)])

    def test_words_name_the_value(self) -> None:
        self.assertEqual('2001:db8::1', ONE.wanted)
        self.assertIn('except 2001:db8::1', CASES['within'][0].wanted)
        self.assertIn('58', checks.protocol('ipv6-icmp').wanted)


class DifferencesTest(testtools.TestCase):
    def test_missing_key_is_a_difference(self) -> None:
        found = expect.differences({'gateway_ip': checks.same(None)}, {})
        self.assertEqual(
            [expect.Difference('gateway_ip', 'None', 'missing')], found
        )

    def test_every_difference_is_told(self) -> None:
        found = expect.differences(
            {'a': checks.same(1), 'b': ONE, 'c': checks.same('x')},
            {'a': 2, 'b': '2001:db8::1', 'c': None},
        )
        self.assertEqual(
            [('a', '2'), ('c', 'None')],
            [(one.attribute, one.seen) for one in found],
        )

    def test_what_is_no_object_differs_as_a_whole(self) -> None:
        found = expect.differences({'a': checks.same(1)}, ['a'])
        self.assertEqual(['(all)'], [one.attribute for one in found])
