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

"""Prediction and scope of addresses."""

import ddt
import netaddr
import testtools

from ipv6_tempest_plugin import addressing

Scope = addressing.Scope


class PredictionTest(testtools.TestCase):
    def test_slaac_address_is_prefix_plus_eui64(self) -> None:
        self.assertEqual(
            netaddr.IPAddress('2001:db8:0:2:f816:3eff:fe33:3333'),
            addressing.slaac_address('2001:db8:0:2::/64', 'fa:16:3e:33:33:33'),
        )

    def test_universal_bit_is_inverted_not_set(self) -> None:
        # The example of RFC 4291 appendix A, and its mirror image.
        self.assertEqual(
            0x023456FFFE789ABC,
            addressing.interface_identifier('00:34:56:78:9a:bc'),
        )
        self.assertEqual(
            0x003456FFFE789ABC,
            addressing.interface_identifier('02-34-56-78-9A-BC'),
        )

    def test_link_local_address(self) -> None:
        self.assertEqual(
            netaddr.IPAddress('fe80::f816:3eff:fe11:2233'),
            addressing.link_local_address('fa:16:3e:11:22:33'),
        )

    def test_host_bits_of_the_prefix_do_not_leak(self) -> None:
        self.assertEqual(
            addressing.slaac_address('fd00::/64', 'fa:16:3e:11:22:33'),
            addressing.slaac_address('fd00::1/64', 'fa:16:3e:11:22:33'),
        )

    def test_other_lengths_and_versions_are_refused(self) -> None:
        for prefix in ('2001:db8::/63', '2001:db8::/65', '192.0.2.0/24'):
            error = self.assertRaises(
                ValueError,
                addressing.slaac_address,
                prefix,
                'fa:16:3e:11:22:33',
            )
            self.assertIn(prefix, str(error))

    def test_what_is_no_mac_is_refused(self) -> None:
        for mac in ('', 'fa:16:3e', '00:11:22:33:44:55:66:77', 'eth0'):
            error = self.assertRaises(
                ValueError, addressing.interface_identifier, mac
            )
            self.assertIn(repr(mac), str(error))


@ddt.ddt
class ScopeTest(testtools.TestCase):
    @ddt.data(
        ('2600::1', Scope.GLOBAL),
        ('3fff:1000::', Scope.GLOBAL),
        ('fd12::1', Scope.UNIQUE_LOCAL),
        ('fc00::1', Scope.UNIQUE_LOCAL),
        ('2001:db8:1ab::10', Scope.DOCUMENTATION),
        ('3fff:fff:ffff::1', Scope.DOCUMENTATION),
        ('fe80::1', Scope.LINK_LOCAL),
        ('febf::1', Scope.LINK_LOCAL),
        ('fec0::1', Scope.SITE_LOCAL),
        ('::1', Scope.LOOPBACK),
        ('::', Scope.UNSPECIFIED),
        ('::2', Scope.IPV4_COMPATIBLE),
        ('ff02::1', Scope.MULTICAST),
        ('::ffff:192.0.2.1', Scope.IPV4_MAPPED),
        ('::ffff:127.0.0.1', Scope.IPV4_MAPPED),
        ('64:ff9b::192.0.2.1', Scope.NAT64),
        ('64:ff9b:1::1', Scope.NAT64),
        ('2002:c000:201::1', Scope.SIX_TO_FOUR),
        ('2001::1', Scope.TEREDO),
        ('2001:20::1', Scope.SPECIAL),
        ('100::1', Scope.UNASSIGNED),
        ('4000::1', Scope.UNASSIGNED),
        ('192.0.2.1', Scope.IPV4),
    )
    @ddt.unpack
    def test_scope(self, text: str, expected: addressing.Scope) -> None:
        self.assertEqual(expected, addressing.scope(netaddr.IPAddress(text)))

    @ddt.data(
        ('fe80::1%eth0', 'fe80::1', 'eth0'),
        ('fe80::1%25eth0', 'fe80::1', 'eth0'),
        ('fe80::1%2', 'fe80::1', '2'),
        ('fe80::1%', 'fe80::1', ''),
        ('2001:db8::1', '2001:db8::1', None),
    )
    @ddt.unpack
    def test_split_zone(
        self, text: str, address: str, zone: str | None
    ) -> None:
        self.assertEqual((address, zone), addressing.split_zone(text))
