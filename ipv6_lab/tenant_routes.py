# Licensed under the Apache License, Version 2.0 (the "License"); you may
# not use this file except in compliance with the License. You may obtain
# a copy of the License at
#
#      http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS, WITHOUT
# WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the
# License for the specific language governing permissions and limitations
# under the License.
"""The external router's routes to the tenants' IPv6 prefixes.

A tenant's prefix lies behind its router, whose address on the public
network Neutron chooses. In the world outside BGP tells which is where; here
this process asks Neutron again and again and routes each prefix accordingly.
It runs on the external host: ``python -m ipv6_lab.tenant_routes FILE``, where
FILE has the credentials of a user who sees everybody's ports.
"""

from collections.abc import Mapping
import ipaddress
import json
from pathlib import Path
import sys
import time
from typing import Any

from ipv6_lab import inventory

INTERVAL = 2.0
TIMEOUT = 10
# What Neutron calls the owners of routers' ports.
INTERFACE = 'network:router_interface'
GATEWAY = 'network:router_gateway'
ROUTERS = '/v2.0/routers?fields=id&fields=routes'
PORTS = (
    f'/v2.0/ports?device_owner={INTERFACE}&device_owner={GATEWAY}'
    '&fields=device_id&fields=device_owner&fields=fixed_ips'
)
# As ip route(8) shows them, so that the routes can be told from others.
PROTOCOL = 66
# The least length of a tenant's prefix; ports do not tell their subnet's.
LENGTH = 64

Routes = Mapping[ipaddress.IPv6Network, ipaddress.IPv6Address]


def wanted(
    ports: list[Mapping[str, Any]], routers: list[Mapping[str, Any]]
) -> Routes:
    """Return the gateway of each tenant's prefix.

    A prefix is a tenant's where its router has a port or an extra route.
    Prefixes that are not for tenants are left out, and so is what lies
    behind a router without a gateway.
    """
    gateways = {
        port['device_id']: address
        for port in ports
        if port['device_owner'] == GATEWAY
        for address in addresses(port)
        if address in inventory.PUBLIC_V6.network
    }
    near = {
        ipaddress.IPv6Network((address, LENGTH), strict=False): gateways[owner]
        for port in ports
        if port['device_owner'] == INTERFACE
        and (owner := port['device_id']) in gateways
        for address in addresses(port)
        if for_tenants(ipaddress.IPv6Network(address))
    }
    behind = {
        prefix: gateways[router['id']]
        for router in routers
        if router['id'] in gateways
        for prefix in destinations(router)
        if for_tenants(prefix)
    }
    return {**behind, **near}


def for_tenants(prefix: ipaddress.IPv6Network) -> bool:
    """Say whether a tenant may use a prefix."""
    pools = (inventory.TENANTS_V6, inventory.DOCUMENTED_V6)
    return any(prefix.subnet_of(pool) for pool in pools)


def destinations(
    router: Mapping[str, Any],
) -> list[ipaddress.IPv6Network]:
    """Return the IPv6 prefixes that a router has extra routes to."""
    every = (
        ipaddress.ip_network(one['destination']) for one in router['routes']
    )
    return [one for one in every if isinstance(one, ipaddress.IPv6Network)]


def addresses(port: Mapping[str, Any]) -> list[ipaddress.IPv6Address]:
    """Return a port's IPv6 addresses."""
    every = (
        ipaddress.ip_address(one['ip_address']) for one in port['fixed_ips']
    )
    return [one for one in every if isinstance(one, ipaddress.IPv6Address)]


class Table:
    """The routes that this process made."""

    def __init__(self, ipr: Any) -> None:
        self._ipr = ipr
        self._made: dict[ipaddress.IPv6Network, ipaddress.IPv6Address] = {}

    def become(self, routes: Routes) -> None:
        """Have just these routes."""
        for prefix in set(self._made) - set(routes):
            self._route('del', prefix, self._made.pop(prefix))
            print(f'{prefix} has gone', flush=True)
        for prefix, gateway in routes.items():
            if self._made.get(prefix) != gateway:
                self._route('replace', prefix, gateway)
                self._made[prefix] = gateway
                print(f'{prefix} via {gateway}', flush=True)

    def _route(
        self,
        verb: str,
        prefix: ipaddress.IPv6Network,
        gateway: ipaddress.IPv6Address,
    ) -> None:
        self._ipr.route(
            verb, dst=str(prefix), gateway=str(gateway), proto=PROTOCOL
        )


def main(arguments: list[str]) -> int:
    """Follow Neutron for ever."""
    from keystoneauth1 import exceptions
    from keystoneauth1.identity import v3
    from keystoneauth1 import session
    import pyroute2

    auth = v3.Password(**json.loads(Path(arguments[0]).read_text()))
    neutron = session.Session(auth=auth, timeout=TIMEOUT)
    url = inventory.url('network')
    with pyroute2.IPRoute() as ipr:
        table = Table(ipr)
        while True:
            try:
                ports = neutron.get(f'{url}{PORTS}').json()['ports']
                routers = neutron.get(f'{url}{ROUTERS}').json()['routers']
            except exceptions.ClientException as problem:
                # The API starts after this host, and may be restarted.
                print(problem, flush=True)
            else:
                table.become(wanted(ports, routers))
            time.sleep(INTERVAL)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
