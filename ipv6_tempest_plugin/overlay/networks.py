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

"""Networks and their subnets."""

from collections.abc import Sequence
from typing import Any

import fixtures
import netaddr

from ipv6_tempest_plugin.overlay import checks
from ipv6_tempest_plugin.overlay import cidrs
from ipv6_tempest_plugin.overlay import modes
from ipv6_tempest_plugin.overlay import resources


class Network(resources.Resource):
    """A network.

    :ivar subnets: the :class:`Subnet` fixtures that are on it, oldest first
    """

    kind = 'network'

    def __init__(self, manager: Any, **attributes: Any) -> None:
        super().__init__(manager, **attributes)
        self.subnets: list[Subnet] = []

    def holds(self, subnets: Sequence['Subnet']) -> None:
        """Say which subnets are on it."""
        self.subnets = list(subnets)
        if self.id:
            names = [subnet.id for subnet in subnets]
            self.expected['subnets'] = checks.unordered(names)


class Subnet(resources.Resource):
    """A subnet of a network.

    :param mode: how its hosts come by their addresses (IPv6 only)
    :param attributes: what the request says beside; without ``cidr`` a
        prefix that no other test uses, without ``ip_version`` 6
    :ivar prefix: the prefix that was asked for
    """

    kind = 'subnet'

    def __init__(
        self,
        manager: Any,
        network: Network,
        mode: modes.Mode = modes.UNSPECIFIED,
        **attributes: Any,
    ) -> None:
        super().__init__(
            manager,
            **{'ip_version': 6, **mode.attributes(), **attributes},
        )
        self.network = network
        self.mode = mode

    def prepare(self, owner: fixtures.Fixture) -> None:
        """Find a prefix unless one was asked for."""
        if 'cidr' not in self.sent:
            own = owner.useFixture(cidrs.Prefix(self.sent['ip_version']))
            self.sent['cidr'] = str(own.network)
        self.prefix = netaddr.IPNetwork(self.sent['cidr'])
        self.sent['network_id'] = self.network.id

    def adopt(self, answer: Any) -> None:
        """Be what an answer describes, on the network."""
        super().adopt(answer)
        self.network.holds([*self.network.subnets, self])

    def delete(self) -> None:
        """Remove it now, at the first attempt."""
        super().delete()
        self._leave()

    def _remove(self) -> None:
        super()._remove()
        self._leave()

    def _leave(self) -> None:
        left = [one for one in self.network.subnets if one is not self]
        self.network.holds(left)
