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

"""Somebody behind a router who answers only if it forwards.

A router answers to each of its own addresses whether it forwards or not, so
none of them proves that it does. ::

    guests --- router --- network --- another router

The other one has no way back but through the first.
"""

import fixtures
import netaddr
from tempest import config

from ipv6_tempest_plugin.overlay import cidrs
from ipv6_tempest_plugin.overlay import networks
from ipv6_tempest_plugin.overlay import ports
from ipv6_tempest_plugin.overlay import routers
from ipv6_tempest_plugin.overlay import together

CONF = config.CONF
# Interface identifier of the router that is tested.
GATEWAY = 1


class FarSide(fixtures.Fixture):
    """The network and the other router.

    It needs extra routes (the API's extension ``extraroute``).

    :param router: that is tested, set up
    :ivar address: the other router's
    """

    def __init__(self, router: routers.Router) -> None:
        super().__init__()
        self.router = router
        self.manager = router.manager
        self.network = networks.Network(self.manager)
        self.other = routers.Router(self.manager)

    def _setUp(self) -> None:
        prefix = self.useFixture(cidrs.Prefix()).network
        subnet = networks.Subnet(
            self.manager,
            self.network,
            cidr=str(prefix),
            gateway_ip=str(prefix[GATEWAY]),
            enable_dhcp=False,
        )
        port = ports.Port(self.manager, self.network)
        made = together.InTurn(
            lambda: self.network, lambda: subnet, lambda: port
        )
        self.useFixture(together.Together(made, self.other))
        self.useFixture(
            together.Together(
                routers.Interface(self.router, subnet),
                routers.Interface(self.other, subnet, port),
            )
        )
        self.useFixture(routers.ExtraRoutes(self.other, [self._back(prefix)]))
        (fixed,) = port.created['fixed_ips']
        self.address = netaddr.IPAddress(fixed['ip_address'])

    def _back(self, prefix: netaddr.IPNetwork) -> dict[str, str]:
        tenants = netaddr.IPNetwork(CONF.network.project_network_v6_cidr)
        return {
            'destination': str(tenants.cidr),
            'nexthop': str(prefix[GATEWAY]),
        }
