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

"""What follows from prefixes and MAC addresses, and what is in the way."""

from typing import Any

import ddt
import netaddr
import testtools

from ipv6_tempest_plugin.overlay.vrouter import collisions
from ipv6_tempest_plugin.overlay.vrouter import topology
from tests.unit.plugin.vrouter import sample


@ddt.ddt
class TopologyTest(testtools.TestCase):
    def test_the_documents_addresses(self) -> None:
        planned = sample.PLANNED
        self.assertEqual(
            [
                '2001:db8:0:1::1',
                '2001:db8:0:1:f816:3eff:fe11:1111',
                '2001:db8:0:2::1',
                '2001:db8:0:2:f816:3eff:fe33:3333',
                '2001:db8:0:2:f816:3eff:fe44:4444',
                'fe80::f816:3eff:fe22:2222',
            ],
            [
                str(one)
                for one in (
                    planned.router,
                    planned.vrouter_outer,
                    planned.vrouter_inner,
                    planned.machine('VM1'),
                    planned.machine('VM2'),
                    planned.default_router,
                )
            ],
        )

    def test_the_extra_route(self) -> None:
        self.assertEqual(
            {
                'destination': '2001:db8:0:2::/64',
                'nexthop': '2001:db8:0:1:f816:3eff:fe11:1111',
            },
            sample.PLANNED.route,
        )

    def test_names_that_nothing_has(self) -> None:
        options = sample.options(names={'VM3': 'third'})
        error = self.assertRaises(ValueError, topology.configured, options)
        self.assertIn("got ['VM3']", str(error))

    @ddt.data(
        ('outer_prefix', '2001:db8::/48', 'an IPv6 /64'),
        ('inner_prefix', '10.0.0.0/24', 'an IPv6 /64'),
        ('inner_prefix', 'beef', 'an IPv6 /64'),
        ('outer_ipv4', '2001:db8::/64', 'an IPv4 prefix'),
    )
    @ddt.unpack
    def test_a_wrong_option_is_named(
        self, name: str, value: str, wanted: str
    ) -> None:
        error = self.assertRaises(
            ValueError, topology.configured, sample.options(**{name: value})
        )
        self.assertEqual(
            f'[ipv6_vrouter] {name}: expected {wanted}, got {value!r}',
            str(error),
        )


def subnet(cidr: str, network: str = 'theirs') -> dict[str, Any]:
    """A subnet of somebody else."""
    return {
        'id': 'a',
        'name': 'taken',
        'cidr': cidr,
        'network_id': network,
        'project_id': 'other',
    }


@ddt.ddt
class CollisionsTest(testtools.TestCase):
    def check(self, *subnets: Any, pool: str = '2001:db8:9000::/48') -> Any:
        return collisions.found(
            sample.PLANNED, subnets, 'external', {'[network] pool': pool}
        )

    def test_a_free_cloud(self) -> None:
        self.assertEqual([], self.check(subnet('2001:db8:0:3::/64')))

    @ddt.data('2001:db8:0:2::/64', '2001:db8::/48', '2001:db8:0:2::/112')
    def test_any_overlap_names_the_option(self, cidr: str) -> None:
        found = [
            one for one in self.check(subnet(cidr)) if 'inner_prefix' in one
        ]
        self.assertEqual(
            [
                '[ipv6_vrouter] inner_prefix = 2001:db8:0:2::/64 overlaps '
                f'subnet taken ({cidr}, network theirs, project other)'
            ],
            found,
        )

    def test_tenants_share_ipv4_but_not_with_the_outside(self) -> None:
        self.assertEqual([], self.check(subnet('10.0.0.0/8')))
        found = self.check(subnet('10.0.0.0/8', 'external'))
        self.assertIn('outer_ipv4', found[0])

    def test_where_other_tests_build(self) -> None:
        found = self.check(pool='2001:db8::/48')
        self.assertEqual(2, len(found))
        self.assertIn('[network] pool', found[0])

    def test_options_that_overlap_each_other(self) -> None:
        planned = topology.configured(
            sample.options(outer_prefix='2001:db8:0:2::/64')
        )
        found = collisions.found(planned, [], '', {})
        self.assertEqual(
            [
                '[ipv6_vrouter] outer_prefix = 2001:db8:0:2::/64 overlaps '
                '[ipv6_vrouter] inner_prefix = 2001:db8:0:2::/64'
            ],
            found,
        )
        self.assertEqual(netaddr.IPNetwork('2001:db8:0:2::/64'), planned.outer)
