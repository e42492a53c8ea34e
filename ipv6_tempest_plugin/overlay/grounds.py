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

"""The networks of a test with what is on them, so that they can be made ahead.

A test looks at guests for seconds in which the cloud has little to do. The
networks of the next one are made meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import fixtures

from ipv6_tempest_plugin.overlay import lans
from ipv6_tempest_plugin.overlay import modes
from ipv6_tempest_plugin.overlay import ports
from ipv6_tempest_plugin.overlay import resources
from ipv6_tempest_plugin.overlay import routers
from ipv6_tempest_plugin.overlay import security
from ipv6_tempest_plugin.overlay import together

PING = {'ethertype': 'IPv4', 'protocol': 'icmp'}


@dataclass(frozen=True)
class Kind:
    """What a test asks of its networks.

    :param mode: of each IPv6 prefix
    :param prefixes: how many there are
    :param dualnet: whether IPv4 has a network of its own, beside that of IPv6
    """

    mode: modes.Mode
    prefixes: int = 1
    dualnet: bool = False


class Ground(fixtures.Fixture):
    """A network, a port on it for each guest, and its way to a router.

    :param lan: not set up yet
    :param router: set up
    :param count: of ports
    :param rules: attributes of the rules of the ports' security group, which
        lets nothing else in
    """

    def __init__(
        self,
        lan: lans.Lan,
        router: routers.Router,
        count: int,
        *rules: dict[str, Any],
    ) -> None:
        super().__init__()
        self.lan = lan
        self.group = security.SecurityGroup(lan.manager)
        self.rules = [security.Rule(self.group, **one) for one in rules]
        self.uplink = lans.Uplink(router, lan)
        self.count = count
        self.ports: Sequence[ports.Port] = ()

    def _setUp(self) -> None:
        self.useFixture(together.Together(self.lan, self.group))
        self.ports = [self._port() for _ in range(self.count)]
        made = resources.Bulk(self.ports)
        self.useFixture(together.Together(made, self.uplink, *self.rules))
        for rule in self.rules:
            rule.entrust()

    def _port(self) -> ports.Port:
        groups = [self.group.id]
        return ports.Port(
            self.lan.manager, self.lan.network, security_groups=groups
        )
