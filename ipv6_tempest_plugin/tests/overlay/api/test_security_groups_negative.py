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

"""Rules that the API must refuse.

Source: Networking API v2, Security group rules, response codes of POST: 400
for what contradicts itself, 409 for what is there already.
"""

from typing import Any

from tempest.lib import decorators

from ipv6_tempest_plugin.overlay import security
from ipv6_tempest_plugin.tests.overlay.api import base
from ipv6_tempest_plugin.tests.overlay import needs


class SecGroupIPv6NegativeTest(base.ApiTest):
    """No rule mixes what belongs to IPv4 with what belongs to IPv6."""

    required = needs.Needs(('security-group',))

    def refused(self, status: int, *some: dict[str, Any]) -> None:
        """Check that there is no making any of these rules."""
        group = self.made(security.SecurityGroup(self.manager))
        for attributes in some:
            self.check_not_made(status, security.Rule(group, **attributes))
        self.check_shown(group)

    @decorators.attr(type='negative')
    @decorators.idempotent_id('13df8874-4d02-483c-a431-6907a1dc4f36')
    def test_unknown_ethertype(self) -> None:
        self.refused(400, {'ethertype': 'IPv5'}, {'ethertype': 6})

    @decorators.attr(type='negative')
    @decorators.idempotent_id('0db04dca-8dbf-4003-8992-420e7191705f')
    def test_prefix_of_another_ethertype(self) -> None:
        self.refused(
            400,
            {'remote_ip_prefix': '192.0.2.0/24'},
            {'ethertype': 'IPv4', 'remote_ip_prefix': '2001:db8::/32'},
        )

    @decorators.attr(type='negative')
    @decorators.idempotent_id('2d905430-8cce-4566-a58c-4fa587f2f386')
    def test_icmpv6_in_a_rule_for_ipv4(self) -> None:
        self.refused(
            400,
            {'ethertype': 'IPv4', 'protocol': 'ipv6-icmp'},
            {'ethertype': 'IPv4', 'protocol': 58},
        )

    @decorators.attr(type='negative')
    @decorators.idempotent_id('a1a6ca34-bf56-40d8-9511-da6dcb9fb14d')
    def test_type_and_code_out_of_range(self) -> None:
        """Both are 8 bits wide (RFC 4443 section 2.1)."""
        icmpv6 = {'protocol': 'ipv6-icmp'}
        self.refused(
            400,
            {**icmpv6, 'port_range_min': 256},
            {**icmpv6, 'port_range_min': 128, 'port_range_max': 256},
        )

    @decorators.attr(type='negative')
    @decorators.idempotent_id('9aaa8ffd-e4ed-4dc1-9d3f-4f4834bae8a5')
    def test_code_without_type(self) -> None:
        self.refused(400, {'protocol': 'ipv6-icmp', 'port_range_max': 0})

    @decorators.attr(type='negative')
    @decorators.idempotent_id('d475fd50-6651-4004-b43c-dee7d2c5d014')
    def test_rule_twice(self) -> None:
        group = self.made(security.SecurityGroup(self.manager))
        self.made(security.allow_icmpv6(group))
        self.check_not_made(409, security.allow_icmpv6(group))
