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
"""The lab's cloud, asked by this process, and a tenant's networks in it."""

from collections.abc import Iterator
import contextlib
from typing import Any

import fixtures

from ipv6_lab import building
from ipv6_lab import cloud
from ipv6_lab import hosts
from ipv6_lab import inventory
from ipv6_lab import loader
from ipv6_lab import paths
from ipv6_lab import places
from ipv6_lab import secrets
from ipv6_lab.services import context

V4 = '10.100.77.0/24'
V6 = '2001:db8:9000:77::/64'
NETWORKS = '/v2.0/networks'
SUBNETS = '/v2.0/subnets'
ROUTERS = '/v2.0/routers'
SLAAC = {'ipv6_address_mode': 'slaac', 'ipv6_ra_mode': 'slaac'}


@contextlib.contextmanager
def administrator() -> Iterator[cloud.Cloud]:
    """The cloud as its administrator sees it from the controller."""
    # For what entering a host imports.
    loader.running()
    values = secrets.load(paths.state() / building.SECRETS)
    lab = context.Context(places.venv('cloud'), values)
    controller = hosts.find()[inventory.CONTROLLER.name]
    with controller.network():
        yield cloud.Cloud(lab)


def networks(view: cloud.Cloud) -> set[str]:
    """The names of all networks."""
    rows = view.get('network', NETWORKS)['networks']
    return {row['name'] for row in rows}


class Tenant(fixtures.Fixture):
    """A network with IPv4 and IPv6, and a router of it.

    :ivar network: its identifier
    :ivar router: that of the router
    """

    def _setUp(self) -> None:
        self.addCleanup(self._remove)
        self._paths: list[str] = []
        with administrator() as view:
            self.network = self._make(view, NETWORKS, name='of-a-tenant')
            self.router = self._make(view, ROUTERS, name='of-a-tenant')
            for version, prefix, modes in ((4, V4, {}), (6, V6, SLAAC)):
                subnet = self._make(
                    view,
                    SUBNETS,
                    network_id=self.network,
                    ip_version=version,
                    cidr=prefix,
                    **modes,
                )
                self._plug(view, 'add', subnet)

    def _make(self, view: cloud.Cloud, path: str, **values: Any) -> str:
        kind = path.rpartition('/')[2].removesuffix('s')
        made = view.post('network', path, {kind: values})[kind]
        self._paths.append(f'{path}/{made["id"]}')
        return str(made['id'])

    def _plug(self, view: cloud.Cloud, verb: str, subnet: str) -> None:
        path = f'{ROUTERS}/{self.router}/{verb}_router_interface'
        view.request('PUT', 'network', path, json={'subnet_id': subnet})

    def _remove(self) -> None:
        with administrator() as view:
            for path in self._paths:
                if path.startswith(SUBNETS):
                    self._plug(view, 'remove', path.rpartition('/')[2])
            for path in reversed(self._paths):
                view.request('DELETE', 'network', path)

    def addresses(self) -> list[str]:
        """The addresses of the network's DHCP port; none before it is."""
        query = f'network_id={self.network}&device_owner=network:dhcp'
        with administrator() as view:
            ports = view.get('network', f'/v2.0/ports?{query}')['ports']
        return [
            fixed['ip_address']
            for port in ports
            for fixed in port['fixed_ips']
        ]
