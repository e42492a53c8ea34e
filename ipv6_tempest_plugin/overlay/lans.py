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

"""A tenant's network with its subnets, and its way to a router."""

from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

import fixtures
import netaddr
from tempest import config

from ipv6_tempest_plugin import addressing
from ipv6_tempest_plugin.overlay import checks
from ipv6_tempest_plugin.overlay import cidrs
from ipv6_tempest_plugin.overlay import expect
from ipv6_tempest_plugin.overlay import modes
from ipv6_tempest_plugin.overlay import networks
from ipv6_tempest_plugin.overlay import ports
from ipv6_tempest_plugin.overlay import predictions
from ipv6_tempest_plugin.overlay import resources
from ipv6_tempest_plugin.overlay import routers
from ipv6_tempest_plugin.overlay import together

CONF = config.CONF
DHCP = 'network:dhcp'
# Interface identifiers of what subnets name.
GATEWAY = 1
NAME_SERVER = 0x53


class Lan(fixtures.Fixture):
    """A network with a subnet for each mode.

    :param some: the modes of its IPv6 subnets, none for IPv4 alone
    :param ipv4: whether it has an IPv4 subnet too
    :ivar subnets: its IPv6 subnets
    :ivar name_server: that its IPv6 subnets name
    :ivar router_port: the port of the router's IPv6 interface, as the API
        shows it; None before there is an :class:`Uplink`, or without IPv6
    """

    def __init__(
        self, manager: Any, some: Sequence[modes.Mode], ipv4: bool = False
    ) -> None:
        super().__init__()
        self.manager = manager
        self.modes = some
        self.ipv4 = ipv4
        self.router_port: Any = None
        self.name_server: netaddr.IPAddress | None = None

    def _setUp(self) -> None:
        prefixes = [
            self.useFixture(cidrs.Prefix()).network for _ in self.modes
        ]
        # One for the whole link: a host merges what its subnets name.
        self.name_server = prefixes[0][NAME_SERVER] if prefixes else None
        self.network = self.useFixture(networks.Network(self.manager))
        self.subnets = [
            self._subnet(*pair)
            for pair in zip(self.modes, prefixes, strict=True)
        ]
        fourth = [
            networks.Subnet(self.manager, self.network, ip_version=4)
            for _ in range(self.ipv4)
        ]
        self.useFixture(resources.Bulk([*self.subnets, *fourth]))
        for subnet in self.network.subnets:
            subnet.entrust()

    def add_ipv4(self) -> networks.Subnet:
        """Give it an IPv4 subnet, which goes when it goes."""
        subnet = networks.Subnet(self.manager, self.network, ip_version=4)
        self.useFixture(subnet)
        subnet.entrust()
        self.ipv4 = True
        return subnet

    def _subnet(
        self, mode: modes.Mode, prefix: netaddr.IPNetwork
    ) -> networks.Subnet:
        return networks.Subnet(
            self.manager,
            self.network,
            mode,
            cidr=str(prefix),
            gateway_ip=str(prefix[GATEWAY]),
            dns_nameservers=[str(self.name_server)],
        )

    def card(self, port: ports.Port) -> predictions.Card:
        """Predict what a guest will find behind a port.

        IPv4 leases are the cloud's to choose: those of the port's answer.
        Of the router and of DHCP servers what the API shows by now.
        """
        slaac = [s for s in self.subnets if s.mode.address == 'slaac']
        stateless = [s for s in self.subnets if s not in slaac]
        return predictions.Card(
            mac=port.mac,
            prefixes=tuple(subnet.prefix for subnet in self.subnets),
            router=self.router_port
            and addressing.link_local_address(self.router_port['mac_address']),
            mtu=int(self.network.created['mtu']),
            other=bool(stateless),
            servers=(self.name_server,) if self.subnets else (),
            fourth=tuple(
                netaddr.IPAddress(row['ip_address'])
                for row in port.created['fixed_ips']
                if netaddr.IPAddress(row['ip_address']).version == 4
            ),
            dhcp=tuple(self._dhcp()) if len(stateless) > 1 else (),
            domain=CONF.ipv6_overlay.dns_domain,
        )

    def _dhcp(self) -> Iterator[netaddr.IPAddress]:
        """Ask for the IPv6 addresses of the ports of its DHCP servers."""
        rows = self.manager.ports_client.list_ports(
            network_id=self.network.id, device_owner=DHCP
        )['ports']
        for row in rows:
            for fixed in row['fixed_ips']:
                address = netaddr.IPAddress(fixed['ip_address'])
                if address.version == 6:
                    yield address


class Uplink(fixtures.Fixture):
    """A router's interfaces in a network, one in each of its subnets.

    :param router: set up
    :param lan: set up
    :ivar joined: its ports, as the API shows them, each with its subnets
    """

    def __init__(self, router: routers.Router, lan: Lan) -> None:
        super().__init__()
        self.router = router
        self.lan = lan
        self.joined: list[tuple[Any, Sequence[networks.Subnet]]] = []

    def _setUp(self) -> None:
        fourth = set(self.lan.network.subnets) - set(self.lan.subnets)
        together.run(
            lambda: self.join(self.lan.subnets),
            lambda: self.join(list(fourth)),
        )

    def join(self, some: Sequence[networks.Subnet]) -> None:
        """Join subnets of one IP version, of which it is in none yet."""
        # One after the other: those of IPv6 share a port.
        added = [
            self.useFixture(routers.Interface(self.router, subnet))
            for subnet in some
        ]
        if not added:
            return
        if len(added) > 1 == len({one.port_id for one in added}):
            self.useFixture(routers.SharedPort(added))
        show = self.lan.manager.ports_client.show_port
        port = show(added[-1].port_id)['port']
        self.joined.append((port, some))
        if some == self.lan.subnets:
            self.lan.router_port = port

    def differences(self) -> Iterator[tuple[str, list[expect.Difference]]]:
        """Compare each port with its prediction; yield its path too."""
        for port, subnets in self.joined:
            promise = {
                **routers.port_of(subnets),
                'device_id': checks.same(self.router.id),
            }
            found = expect.differences(promise, port)
            yield f'/v2.0/ports/{port["id"]}', found
