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

"""What is promised for a request, by the API's own examples."""

from typing import Any

import netaddr
import testtools

from ipv6_tempest_plugin.overlay import expect
from ipv6_tempest_plugin.overlay import modes
from ipv6_tempest_plugin.overlay import promises

PREFIX = '2001:db8:0:1::/64'
LAST = '2001:db8:0:1:ffff:ffff:ffff:ffff'
SUBNET = {
    'enable_dhcp': True,
    'ipv6_ra_mode': None,
    'ipv6_address_mode': None,
    'gateway_ip': '2001:db8:0:1::',
    'allocation_pools': [{'start': '2001:db8:0:1::1', 'end': LAST}],
    'dns_nameservers': [],
    'host_routes': [],
    'subnetpool_id': None,
}
RULE = {'direction': 'egress', 'ethertype': 'IPv6', **promises.ANY_RULE}


def wrong(promise: promises.Promise, answer: dict[str, Any]) -> list[str]:
    """Return the attributes that differ."""
    return [one.attribute for one in expect.differences(promise, answer)]


class SubnetTest(testtools.TestCase):
    def test_defaults(self) -> None:
        promise = promises.subnet({'cidr': PREFIX})
        self.assertEqual([], wrong(promise, SUBNET))
        self.assertEqual(sorted(promise), sorted(wrong(promise, {})))

    def test_pools_leave_the_gateway_out(self) -> None:
        sent = {'cidr': PREFIX, 'gateway_ip': '2001:db8:0:1::1'}
        promise = promises.subnet(sent)
        answer = {**SUBNET, 'gateway_ip': '2001:db8:0:1::1'}
        self.assertEqual(['allocation_pools'], wrong(promise, answer))
        answer['allocation_pools'] = [
            {'start': '2001:db8:0:1::2', 'end': LAST}
        ]
        self.assertEqual([], wrong(promise, answer))

    def test_gateway_in_the_middle_splits_the_pools(self) -> None:
        around = promises.pools_around(
            netaddr.IPNetwork(PREFIX), '2001:db8:0:1::5'
        )
        self.assertEqual(
            [
                {'start': '2001:db8:0:1::1', 'end': '2001:db8:0:1::4'},
                {'start': '2001:db8:0:1::6', 'end': LAST},
            ],
            around,
        )

    def test_no_gateway_is_a_promise(self) -> None:
        promise = promises.subnet({'cidr': PREFIX, 'gateway_ip': None})
        self.assertEqual(['gateway_ip'], wrong(promise, SUBNET))


class OthersTest(testtools.TestCase):
    def test_small_mtu_is_refused(self) -> None:
        answer = {
            'admin_state_up': True,
            'status': 'ACTIVE',
            'shared': False,
            'subnets': [],
            'router:external': False,
            'mtu': 1280,
            'port_security_enabled': True,
        }
        promise = promises.network({})
        self.assertEqual([], wrong(promise, answer))
        self.assertEqual(['mtu'], wrong(promise, {**answer, 'mtu': 1279}))

    def test_new_group_lets_all_ipv6_out_and_none_in(self) -> None:
        check = promises.security_group({})['security_group_rules']
        ipv4 = {**RULE, 'ethertype': 'IPv4'}
        inward = {**RULE, 'direction': 'ingress'}
        self.assertTrue(check.accepts([ipv4, RULE]))
        wrong: list[Any] = [[], [ipv4], [RULE, inward], [RULE, RULE], [{}]]
        for rules in [*wrong, None]:
            self.assertFalse(check.accepts(rules), rules)

    def test_rule_that_is_narrower_than_any(self) -> None:
        check = promises.security_group({})['security_group_rules']
        self.assertFalse(check.accepts([{**RULE, 'protocol': 'tcp'}]))

    def test_what_was_sent_comes_back(self) -> None:
        sent = {'cidr': PREFIX, 'name': 'x', 'ipv6_ra_mode': 'slaac'}
        promise = promises.returned(sent)
        self.assertEqual([], wrong(promise, sent))
        answer = {'cidr': '2001:db8::/48', 'name': 'y'}
        self.assertEqual(list(sent), wrong(promise, answer))

    def test_extensions_that_the_cloud_lacks(self) -> None:
        promise = promises.network({})
        self.assertNotIn('mtu', promises.supported(promise, ('router',)))
        self.assertIn('mtu', promises.supported(promise, ('net-mtu',)))
        self.assertEqual(promise, promises.supported(promise, ('all',)))


class ModesTest(testtools.TestCase):
    def test_what_gives_eui64_addresses(self) -> None:
        automatic = [
            mode
            for mode in (*modes.EXPLICIT, modes.UNSPECIFIED, *modes.ONE_SIDED)
            if mode.eui64
        ]
        self.assertEqual(
            [
                'slaac',
                'dhcpv6-stateless',
                'RA slaac, address None',
                'RA None, address slaac',
                'RA dhcpv6-stateless, address None',
                'RA None, address dhcpv6-stateless',
            ],
            [str(mode) for mode in automatic],
        )

    def test_none_is_not_sent(self) -> None:
        self.assertEqual({}, modes.UNSPECIFIED.attributes())
        self.assertEqual(
            {'ipv6_address_mode': 'slaac'},
            modes.Mode(None, 'slaac').attributes(),
        )
