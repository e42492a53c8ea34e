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

"""Ports, and the addresses that they must have."""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import fixtures
from tempest.lib.common.utils import data_utils

from ipv6_tempest_plugin import addressing
from ipv6_tempest_plugin.overlay import checks
from ipv6_tempest_plugin.overlay import expect
from ipv6_tempest_plugin.overlay import networks
from ipv6_tempest_plugin.overlay import promises
from ipv6_tempest_plugin.overlay import resources
from ipv6_tempest_plugin.overlay import security


class Port(resources.Resource):
    """A port with a MAC address of its own choosing.

    So its EUI-64 addresses are known before it exists.

    :param network: where it is plugged in, with all of its subnets
    :param attributes: what the request says beside; without
        ``mac_address`` a random one
    """

    kind = 'port'

    def __init__(
        self, manager: Any, network: networks.Network, **attributes: Any
    ) -> None:
        attributes.setdefault('mac_address', data_utils.rand_mac_address())
        super().__init__(manager, **attributes)
        self.network = network
        self._default_groups: list[str] = []

    @property
    def mac(self) -> str:
        """The MAC address that was asked for."""
        return str(self.sent['mac_address'])

    @property
    def first_address(self) -> str:
        """The first of the addresses that Neutron gave it."""
        return str(self.created['fixed_ips'][0]['ip_address'])

    def join(self, subnet: networks.Subnet) -> None:
        """Have an address in one more subnet of its network.

        :param subnet: set up, of a mode that is not automatic
        """
        rows = [*self.created['fixed_ips'], {'subnet_id': subnet.id}]
        answer = self.update(fixed_ips=rows)
        found = resources.require(answer, 'fixed_ips')
        self.created = {**self.created, 'fixed_ips': found}
        self.expected['fixed_ips'] = checks.each_of(self.addresses())

    @property
    def secured(self) -> bool:
        """Whether security groups count: as it, or else its network, says."""
        name = 'port_security_enabled'
        return bool(self.sent.get(name, self.network.sent.get(name, True)))

    def prepare(self, owner: fixtures.Fixture) -> None:
        """Name the network; find the group that it will get unasked."""
        self.sent['network_id'] = self.network.id
        unasked = self.secured and 'security_groups' not in self.sent
        if unasked and resources.has_extension('security-group'):
            self._default_groups = [security.default_group(self.manager)]

    def returned(self, sent: Mapping[str, Any]) -> promises.Promise:
        """Return how what was sent must come back.

        That leaves the addresses out: they follow from the subnets, not
        from the request alone.
        """
        promise = super().returned(
            {name: sent[name] for name in sent if name != 'fixed_ips'}
        )
        if 'allowed_address_pairs' in sent:
            promise['allowed_address_pairs'] = checks.address_pairs(
                sent['allowed_address_pairs'], self.mac
            )
        return promise

    def promised(self) -> promises.Promise:
        """Return what the API promises, the addresses predicted."""
        return {
            'security_groups': checks.unordered(self._default_groups),
            'port_security_enabled': checks.same(self.secured),
            **super().promised(),
            'fixed_ips': checks.each_of(self.addresses()),
        }

    def addresses(self) -> Sequence[tuple[str, expect.Check]]:
        """Predict its addresses, as pairs of subnet id and check.

        It has the EUI-64 address in each subnet whose mode says so, and
        beside them what it asked for; if it asked for nothing, one address
        of the pools of each other IP version and mode.
        """
        every = self.network.subnets
        automatic = [s for s in every if s.mode.eui64]
        chosen = self.sent.get('fixed_ips')
        if chosen is None:
            chosen = [{'subnet_id': one} for one in _first_others(every)]
        asked = [self._asked(one) for one in chosen]
        named = {name for name, _ in asked}
        return asked + [
            (str(s.id), self.eui64(s)) for s in automatic if s.id not in named
        ]

    def eui64(self, subnet: networks.Subnet) -> expect.Check:
        """Predict its EUI-64 address in a subnet."""
        return checks.address(
            addressing.slaac_address(subnet.prefix, self.mac)
        )

    def _asked(self, wanted: dict[str, str]) -> tuple[str, expect.Check]:
        subnet_id = wanted['subnet_id']
        if 'ip_address' in wanted:
            return subnet_id, checks.address(wanted['ip_address'])
        subnet = next(s for s in self.network.subnets if s.id == subnet_id)
        if subnet.mode.eui64:
            return subnet_id, self.eui64(subnet)
        return subnet_id, in_pools(subnet)


def _first_others(subnets: Sequence[networks.Subnet]) -> list[str]:
    """Return a subnet for each IP version that has no automatic mode.

    Tests that have several of one version say which one they mean.
    """
    others = {
        s.sent['ip_version']: str(s.id)
        for s in reversed(subnets)
        if not s.mode.eui64
    }
    return list(others.values())


def in_pools(subnet: networks.Subnet) -> expect.Check:
    """Expect an address of a subnet's pools, as they were asked for."""
    pools = subnet.sent.get('allocation_pools')
    if pools:
        return checks.either(
            *(checks.within((pool['start'], pool['end'])) for pool in pools)
        )
    gateway = subnet.sent.get('gateway_ip')
    taken = [subnet.prefix[0], *([gateway] if gateway else [])]
    return checks.within(subnet.prefix, taken)
