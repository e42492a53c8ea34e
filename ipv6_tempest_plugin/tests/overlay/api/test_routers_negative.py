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

"""What the API must refuse to routers.

Source: Networking API v2, Routers, response codes: 400 for a subnet or a
route that cannot be, 409 for a router that is in use.
"""

import functools

from tempest.lib import decorators

from ipv6_tempest_plugin.overlay import cidrs
from ipv6_tempest_plugin.overlay import modes
from ipv6_tempest_plugin.overlay import networks
from ipv6_tempest_plugin.overlay import routers
from ipv6_tempest_plugin.tests.overlay.api import base
from ipv6_tempest_plugin.tests.overlay import needs


class RoutersIpV6NegativeTest(base.ApiTest):
    """No router gets an interface or a route that contradicts it."""

    required = needs.Needs(('router',), modes=True)

    def connected(
        self, subnet: networks.Subnet | None = None
    ) -> tuple[routers.Router, networks.Subnet]:
        """Make a router with an interface in a subnet."""
        router = self.router()
        subnet = subnet or self.subnet(modes.SLAAC)
        self.useFixture(routers.Interface(router, subnet))
        return router, subnet

    def interface_refused(
        self, status: int, router: routers.Router, subnet: networks.Subnet
    ) -> None:
        """Check that a router gets no interface in a subnet."""
        interface = routers.Interface(router, subnet)
        self.check_refused(
            status,
            f'PUT {router.path}/add_router_interface {subnet.created}',
            lambda: self.useFixture(interface).answer,
        )

    @decorators.attr(type='negative')
    @decorators.idempotent_id('456a2374-9e0c-4a4d-acfc-363864d79522')
    def test_prefixes_that_overlap(self) -> None:
        """Two interfaces of a router cannot share a prefix."""
        router, subnet = self.connected()
        longer = next(subnet.prefix.subnet(72))
        for prefix in (subnet.prefix, longer):
            other = self.subnet(cidr=str(prefix))
            self.interface_refused(400, router, other)

    @decorators.attr(type='negative')
    @decorators.idempotent_id('4a9f81c8-a857-4cc0-96b2-63794a4e3507')
    def test_subnet_without_gateway(self) -> None:
        subnet = self.subnet(gateway_ip=None)
        self.interface_refused(400, self.router(), subnet)

    @decorators.attr(type='negative')
    @decorators.idempotent_id('04942d27-0d0a-4873-ba80-682f520ffb76')
    def test_delete_router_in_use(self) -> None:
        router, _ = self.connected()
        self.check_refused(409, f'DELETE {router.path}', router.delete)
        self.check_shown(router)

    @decorators.attr(type='negative')
    @decorators.idempotent_id('61b62d8c-8345-4ed3-a8a1-29e84333e216')
    @needs.needs('extraroute')
    def test_routes_that_lead_nowhere(self) -> None:
        """A next hop must be a neighbour of the router, and IPv6."""
        router, subnet = self.connected()
        prefix, other = (
            self.useFixture(cidrs.Prefix()).network for _ in range(2)
        )
        for hop in (other[1], '192.0.2.1', 'fe80::1%eth0'):
            routes = [{'destination': str(prefix), 'nexthop': str(hop)}]
            self.check_refused(
                400,
                f'PUT {router.path} routes={routes}',
                functools.partial(router.update, routes=routes),
            )
        self.check_shown(router)

    @decorators.attr(type='negative')
    @decorators.idempotent_id('c7951922-7b9e-4250-bda0-5842be2f65b4')
    @needs.needs('extraroute')
    def test_remove_interface_that_a_route_needs(self) -> None:
        router, subnet = self.connected()
        prefix = self.useFixture(cidrs.Prefix()).network
        hop = str(subnet.prefix[0x10])
        route = {'destination': str(prefix), 'nexthop': hop}
        self.useFixture(routers.ExtraRoutes(router, [route]))
        self.check_refused(
            409,
            f'PUT {router.path}/remove_router_interface',
            lambda: router.client.remove_router_interface(
                router.id, subnet_id=subnet.id
            ),
        )
        self.check_shown(router)
