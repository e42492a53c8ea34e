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

"""The networks of tests with what is on them, made before their test.

Guests that last boot with a card in each, or have a trunk: to plug a card in,
or to pull it, costs the cloud more than to boot with one more. What can come
later, as the way to the router, comes when its test is next, while the test
before looks at guests for seconds in which the cloud has little to do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
import threading
from typing import Any

import fixtures

from ipv6_tempest_plugin.overlay import lans
from ipv6_tempest_plugin.overlay import modes
from ipv6_tempest_plugin.overlay import ports
from ipv6_tempest_plugin.overlay import resources
from ipv6_tempest_plugin.overlay import routers
from ipv6_tempest_plugin.overlay import security
from ipv6_tempest_plugin.overlay import stages
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
    """A network with a port for each guest, for one test after the other.

    :param lan: not set up yet
    :param stage: whose guests have a port each
    :param rules: attributes of the rules of the ports' security group, which
        lets nothing else in
    :ivar group: that security group
    """

    def __init__(
        self, lan: lans.Lan, stage: stages.Stage, *rules: dict[str, Any]
    ) -> None:
        super().__init__()
        self.lan = lan
        self.group = security.SecurityGroup(lan.manager)
        self.rules = [security.Rule(self.group, **one) for one in rules]
        self.stage = stage
        self.ports: Sequence[ports.Port] = ()
        self._way: lans.Uplink | None = None
        self._opened: list[security.Rule] = []
        # One preparation comes after the other.
        self._turn = threading.Lock()

    def _setUp(self) -> None:
        self.useFixture(together.Together(self.lan, self.group))
        self.ports = [self._port() for _ in range(stages.PAIR)]
        made = resources.Bulk(self.ports)
        self.useFixture(together.Together(made, *self.rules))
        self.addCleanup(self.stage.unplug, self.ports)
        self.stage.plug(self.ports)
        for rule in self.rules:
            rule.entrust()
        self.addCleanup(self.disconnect)

    def _port(self) -> ports.Port:
        groups = [self.group.id]
        return ports.Port(
            self.lan.manager, self.lan.network, security_groups=groups
        )

    def prepare(self, router: routers.Router, ipv4: bool) -> None:
        """Be as a test that is next wants it: closed, with a way out.

        :param router: set up
        :param ipv4: whether IPv4 joins, if it has not
        """
        with self._turn:
            self.close()
            self.connect(router)
            if ipv4:
                self.add_ipv4()

    def connect(self, router: routers.Router) -> None:
        """Give it a way to a router, unless it has one.

        :param router: set up
        """
        if not self._way:
            way = lans.Uplink(router, self.lan)
            together.begin(way)
            self._way = way

    @property
    def way(self) -> lans.Uplink:
        """Its way to a router.

        :raises ValueError: while it has none
        """
        if not self._way:
            raise ValueError(f'{self.lan.network.id} is not connected')
        return self._way

    def disconnect(self) -> None:
        """Take its way to a router back, if it has one."""
        way, self._way = self._way, None
        if way:
            way.cleanUp()

    def open(self, rule: security.Rule) -> None:
        """Have a rule of its group, until it is closed."""
        together.begin(rule)
        rule.entrust()
        self._opened.append(rule)

    def close(self) -> None:
        """Let nothing in any more but what it let in at first."""
        while self._opened:
            # One whose removal is refused must not be forgotten: the next
            # test would take what it lets in for the firewall's doing.
            self._opened[-1].delete()
            self._opened.pop()

    def add_ipv4(self) -> None:
        """Have IPv4 on the network too, once there is a way to a router."""
        if self.lan.ipv4:
            return
        subnet = self.lan.add_ipv4()
        together.run(
            lambda: self.way.join([subnet]),
            *(lambda port=port: port.join(subnet) for port in self.ports),
        )


class Turn(fixtures.Fixture):
    """A ground is a test's.

    :param ground: may still be coming
    :param router: set up
    :param ipv4: whether its network has IPv4 too, once it is here
    :param last: whether no other test wants it afterwards
    :param owned: whether it goes with the turn
    """

    def __init__(
        self,
        ground: together.Ahead[Ground],
        router: routers.Router,
        ipv4: bool,
        last: bool,
        owned: bool = False,
    ) -> None:
        super().__init__()
        self._ground = ground
        self.router = router
        self.ipv4 = ipv4
        self.last = last
        self.owned = owned

    @property
    def ground(self) -> Ground:
        """The ground, once it is there."""
        return self._ground.one

    def _setUp(self) -> None:
        if self.owned:
            self.addCleanup(self._ground.cleanUp)
        ground = self._ground.ready()
        if self.last:
            self.addCleanup(ground.disconnect)
        ground.prepare(self.router, self.ipv4)
