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

"""Routers: gateways, interfaces and routes of IPv6."""

from collections.abc import Sequence

from tempest.lib import decorators

from ipv6_tempest_plugin.overlay import checks
from ipv6_tempest_plugin.overlay import cidrs
from ipv6_tempest_plugin.overlay import modes
from ipv6_tempest_plugin.overlay import networks
from ipv6_tempest_plugin.overlay import ports
from ipv6_tempest_plugin.overlay import resources
from ipv6_tempest_plugin.overlay import routers
from ipv6_tempest_plugin.tests.overlay.api import external
from ipv6_tempest_plugin.tests.overlay import needs


class RouterTest(external.ExternalStories):
    """Verbs on a router's interfaces."""

    required = needs.Needs(('router',), modes=True)

    def interface(
        self,
        router: routers.Router,
        subnet: networks.Subnet,
        port: ports.Port | None = None,
    ) -> routers.Interface:
        """Add an interface and check the answer."""
        interface = self.useFixture(routers.Interface(router, subnet, port))
        self.check(
            f'PUT {router.path}/add_router_interface',
            'router interface',
            interface.promised(),
            interface.answer,
        )
        return interface

    def check_port(
        self, interface: routers.Interface, subnets: Sequence[networks.Subnet]
    ) -> None:
        """Check that the interface's port has the gateways' addresses."""
        client = self.manager.ports_client
        seen = client.show_port(interface.port_id)['port']
        self.check(
            f'GET /v2.0/ports/{interface.port_id}',
            'port',
            {
                'device_id': checks.same(interface.router.id),
                **routers.port_of(subnets),
            },
            seen,
        )

    def remove(self, interface: routers.Interface) -> None:
        """Remove an interface; its port goes with it."""
        answer = interface.delete()
        self.check(
            f'PUT {interface.router.path}/remove_router_interface',
            'router interface',
            interface.promised(),
            answer,
        )
        self.check_refused(
            404,
            f'GET /v2.0/ports/{interface.port_id}',
            lambda: self.manager.ports_client.show_port(interface.port_id),
        )


class RoutersIpV6Test(RouterTest):
    """Routers between IPv6 subnets."""

    @decorators.attr(type='smoke')
    @decorators.idempotent_id('c244d74c-c75b-4c7d-bbf3-67ea8d6500d4')
    def test_create_show_list_update_delete_router(self) -> None:
        """With a gateway where tempest.conf names one, then without."""
        router = self.router(**routers.external_gateway())
        self.check_shown(router)
        self.check_listed([router])
        self.check_listed([router], id=router.id)
        self.check_updated(
            router,
            name=resources.rand_name('router'),
            external_gateway_info=None,
        )
        self.check_updated(router, admin_state_up=False)
        self.check_deleted(router)

    @decorators.attr(type='smoke')
    @decorators.idempotent_id('b68cccf4-fcc9-4d8b-88a9-4e0821de9785')
    def test_add_remove_router_interface_with_subnet_id(self) -> None:
        """The router takes the subnet's gateway address."""
        router = self.router()
        for mode in (modes.UNSPECIFIED, *modes.EXPLICIT):
            subnet = self.subnet(mode)
            interface = self.interface(router, subnet)
            self.check_port(interface, [subnet])
            self.remove(interface)

    @decorators.attr(type='smoke')
    @decorators.idempotent_id('f84d80f3-011e-4ff2-b962-4dc07480c04b')
    def test_add_remove_router_interface_with_port_id(self) -> None:
        """The port keeps its address when it becomes an interface."""
        router = self.router()
        subnet = self.subnet(modes.STATEFUL)
        port = self.port(subnet.network)
        interface = self.interface(router, subnet, port)
        port.expected.update(
            device_id=checks.same(router.id),
            device_owner=routers.interface_owner(),
        )
        port.expected.pop('status')
        self.check_shown(port)
        self.remove(interface)

    @decorators.attr(type='smoke')
    @decorators.idempotent_id('a7870021-95fb-4edf-b851-dda3d80cdb66')
    def test_add_multiple_router_interfaces(self) -> None:
        """Two networks on a router, each with its own gateway."""
        router = self.router()
        some = [self.subnet(modes.SLAAC), self.subnet(modes.STATELESS)]
        interfaces = [self.interface(router, subnet) for subnet in some]
        for interface, subnet in zip(interfaces, some, strict=True):
            self.check_port(interface, [subnet])

    @decorators.idempotent_id('5da38e13-d703-4f4c-ae92-b5dbea5d5183')
    def test_second_subnet_of_a_network_extends_the_interface(self) -> None:
        """One link has one router port, however many IPv6 prefixes."""
        router = self.router()
        first = self.subnet(modes.SLAAC)
        second = self.subnet(modes.SLAAC, first.network)
        interfaces = [self.interface(router, one) for one in (first, second)]
        self.assertEqual(
            interfaces[0].port_id,
            interfaces[1].port_id,
            'the second IPv6 subnet of a network got a router port of its own',
        )
        self.check_port(interfaces[0], [first, second])

    @decorators.idempotent_id('a920bfb7-e3c8-4218-b7b7-bf5ccd049c78')
    def test_interface_has_a_chosen_gateway(self) -> None:
        """A gateway at the end of the prefix is the router's as well."""
        prefix = self.useFixture(cidrs.Prefix()).network
        subnet = self.subnet(
            modes.SLAAC, cidr=str(prefix), gateway_ip=str(prefix[-1])
        )
        self.check_port(self.interface(self.router(), subnet), [subnet])

    @decorators.attr(type='smoke')
    @decorators.idempotent_id('299e5be6-c0b8-4886-8dcb-6d759abc1160')
    @needs.needs('extraroute')
    def test_update_delete_extra_route(self) -> None:
        """Routes to prefixes that lie behind hosts of the subnet."""
        router = self.router()
        subnet = self.subnet(modes.STATEFUL)
        self.interface(router, subnet)
        behind = [self.useFixture(cidrs.Prefix()).network for _ in range(3)]
        wanted = [
            {'destination': str(one), 'nexthop': str(subnet.prefix[place])}
            for place, one in enumerate(behind, start=0x10)
        ]
        routes = self.useFixture(routers.ExtraRoutes(router, wanted))
        self.check(
            f'PUT {router.path}', 'router', router.expected, routes.answer
        )
        self.check_shown(router)
        self.check_updated(router, routes=wanted[1:])
        self.check_updated(router, routes=[])


class RouterGatewaysIpV6Test(RouterTest):
    """Gateways to the external network, by IPv6."""

    required = needs.Needs(
        ('router', 'subnet-external-network'),
        public_network=True,
        external_ipv6=True,
    )

    def check_gateway(self, router: routers.Router) -> None:
        """Check that it has IPv6 addresses, each where its subnet says."""
        prefixes = {row['id']: row['cidr'] for row in self.external_subnets()}
        self.check(
            f'GET {router.path}',
            'gateway',
            {'external_fixed_ips': checks.gateway_addresses(prefixes)},
            router.show()['external_gateway_info'],
        )

    @decorators.idempotent_id('6f8e7b6d-8ceb-48d5-9f68-0d39916e0635')
    def test_create_router_with_gateway(self) -> None:
        router = self.router(**routers.external_gateway())
        self.check_shown(router)
        self.check_gateway(router)

    @decorators.idempotent_id('092132b3-ec82-42f9-ab17-54d522411eef')
    def test_set_and_clear_gateway(self) -> None:
        router = self.router()
        self.check_updated(router, **routers.external_gateway())
        self.check_gateway(router)
        self.check_updated(router, external_gateway_info=None)
