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

"""Routers, their interfaces and extra routes."""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import fixtures
from tempest import config
from tempest.lib import exceptions

from ipv6_tempest_plugin.overlay import checks
from ipv6_tempest_plugin.overlay import expect
from ipv6_tempest_plugin.overlay import networks
from ipv6_tempest_plugin.overlay import ports
from ipv6_tempest_plugin.overlay import promises
from ipv6_tempest_plugin.overlay import resources
from ipv6_tempest_plugin.overlay import undo

CONF = config.CONF
# What Neutron calls the owner of a router's port into a network: legacy,
# distributed, highly available.
INTERFACE_OWNERS = (
    'network:router_interface',
    'network:router_interface_distributed',
    'network:ha_router_replicated_interface',
)


class Router(resources.Resource):
    """A router.

    :param attributes: ``external_gateway_info={'network_id': ...}`` gives
        it a gateway
    """

    kind = 'router'

    def returned(self, sent: Mapping[str, Any]) -> promises.Promise:
        """Promise a gateway with an address of IPv6, if there can be."""
        promise = super().returned(sent)
        if sent.get('external_gateway_info'):
            promise['external_gateway_info'] = checks.gateway(
                sent['external_gateway_info']['network_id'],
                CONF.ipv6_overlay.external_ipv6,
            )
        return promise


def external_gateway() -> dict[str, Any]:
    """Return the attributes of a router with a gateway, if there can be."""
    network_id = CONF.network.public_network_id
    if not network_id:
        return {}
    return {'external_gateway_info': {'network_id': network_id}}


class Interface(fixtures.Fixture):
    """A router's interface in a subnet.

    :param port: the port that becomes the interface; without one the
        router makes a port with the subnet's gateway address
    :ivar answer: what the API answered
    :ivar port_id: the interface's port
    """

    def __init__(
        self,
        router: Router,
        subnet: networks.Subnet,
        port: ports.Port | None = None,
    ) -> None:
        super().__init__()
        self.router = router
        self.subnet = subnet
        self.port = port
        self.client = router.client

    @property
    def names(self) -> dict[str, Any]:
        """What requests name it by."""
        if self.port:
            return {'port_id': self.port.id}
        return {'subnet_id': self.subnet.id}

    def _setUp(self) -> None:
        self._removal = undo.Promise(
            f'interface of router {self.router.id} in {self.subnet.id}',
            self._remove,
        )
        self.addCleanup(self._removal)
        with undo.held('interface'):
            self.answer = self.client.add_router_interface(
                self.router.id, **self.names
            )
        self.port_id = resources.require(self.answer, 'port_id')

    def promised(self) -> promises.Promise:
        """Return what the API promises of adding it."""
        promise = {
            'id': checks.same(self.router.id),
            'subnet_id': checks.same(self.subnet.id),
            'subnet_ids': checks.unordered([self.subnet.id]),
            'port_id': checks.present("the UUID of the interface's port"),
        }
        if self.port:
            promise['port_id'] = checks.same(self.port.id)
        return promise

    def delete(self) -> Any:
        """Remove it now, at the first attempt."""
        answer = self.client.remove_router_interface(
            self.router.id, **self.names
        )
        self._removal.drop()
        return answer

    def entrust(self) -> None:
        """Leave its removal to its port, which is removed too."""
        self._removal.drop()

    def _remove(self) -> None:
        resources.remove(
            self.client.remove_router_interface, self.router.id, **self.names
        )


class SharedPort(fixtures.Fixture):
    """A port that several interfaces of a router share: all go with it.

    The API needs a second for each removal.

    :param interfaces: set up
    """

    def __init__(self, interfaces: Sequence[Interface]) -> None:
        super().__init__()
        self.interfaces = interfaces
        self.router = interfaces[0].router
        self.id = interfaces[0].port_id

    def _setUp(self) -> None:
        what = f'port {self.id} of router {self.router.id}'
        self.addCleanup(undo.Promise(what, self._remove))

    def _remove(self) -> None:
        client = self.router.client
        resources.remove(
            client.remove_router_interface, self.router.id, port_id=self.id
        )
        for one in self.interfaces:
            one.entrust()


def interface_owner() -> expect.Check:
    """Expect the owner of a router's port into a network."""
    return checks.either(*map(checks.same, INTERFACE_OWNERS))


def port_of(subnets: Sequence[networks.Subnet]) -> promises.Promise:
    """Return what must be true of a router's port into some subnets."""
    return {
        'device_owner': interface_owner(),
        'network_id': checks.same(subnets[0].network.id),
        'fixed_ips': checks.fixed_ips(
            [
                {
                    'subnet_id': subnet.id,
                    'ip_address': subnet.created['gateway_ip'],
                }
                for subnet in subnets
            ]
        ),
    }


class ExtraRoutes(fixtures.Fixture):
    """Static routes of a router.

    An interface cannot be removed while a route leads through it, so use
    this after the interfaces: it is cleaned up before them.

    :param routes: mappings of ``destination`` and ``nexthop``
    :ivar answer: the router, as the API answered
    """

    def __init__(self, router: Router, routes: list[dict[str, str]]) -> None:
        super().__init__()
        self.router = router
        self.routes = routes

    def _setUp(self) -> None:
        self.addCleanup(
            undo.Promise(f'routes of router {self.router.id}', self.clear)
        )
        self.answer = self.router.update(routes=self.routes)

    def clear(self) -> None:
        """Remove all static routes of the router."""
        try:
            self.router.update(routes=[])
        except exceptions.NotFound:
            return
