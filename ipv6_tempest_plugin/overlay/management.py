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

"""A network by which tests come to guests, apart from what is tested.

::

    tests --- external network --- router --- network --- first card of guests

What is tested is plugged in beside it. So a guest whose network is broken
can still be asked, and the way in proves nothing about the way that is
tested. The card keeps a route for answers to the tests alone: no default
route of it competes with those that are tested.
"""

import contextlib
from typing import Any

import fixtures
from tempest import config

from ipv6_tempest_plugin.overlay import evidence
from ipv6_tempest_plugin.overlay.guests import observer
from ipv6_tempest_plugin.overlay.guests import shell
from ipv6_tempest_plugin.overlay import modes
from ipv6_tempest_plugin.overlay import networks
from ipv6_tempest_plugin.overlay import ports
from ipv6_tempest_plugin.overlay import routers
from ipv6_tempest_plugin.overlay import security
from ipv6_tempest_plugin.overlay import servers
from ipv6_tempest_plugin.overlay import together

CONF = config.CONF


class Management(fixtures.Fixture):
    """The network, and what its security group lets in.

    Its router is an :meth:`uplink`, or one that is there for something else;
    either can come while guests boot.

    :param version: 4 to reach guests by floating IPs, 6 to reach them at
        their own addresses
    """

    def __init__(self, manager: Any, version: int) -> None:
        super().__init__()
        self.manager = manager
        self.version = version
        self.router: routers.Router | None = None

    def _setUp(self) -> None:
        self.network = networks.Network(self.manager)
        self.group = security.SecurityGroup(self.manager)
        self.useFixture(together.Together(self.network, self.group))
        self.subnet = networks.Subnet(
            self.manager,
            self.network,
            modes.SLAAC if self.version == 6 else modes.UNSPECIFIED,
            ip_version=self.version,
        )
        self.useFixture(together.Together(self.subnet, *self._rules()))

    def uplink(self) -> together.InTurn:
        """Return its router with an interface, not set up yet."""
        router = routers.Router(self.manager, **routers.external_gateway())
        return together.InTurn(lambda: router, lambda: self.through(router))

    def through(self, router: routers.Router) -> routers.Interface:
        """Return an interface of its router, not set up yet.

        :param router: with a gateway, set up before the interface
        """
        self.router = router
        return routers.Interface(router, self.subnet)

    def _rules(self) -> list[security.Rule]:
        family = f'IPv{self.version}'
        ping = 'ipv6-icmp' if self.version == 6 else 'icmp'
        tcp = {'protocol': 'tcp', 'port_range_min': 22, 'port_range_max': 22}
        return [
            security.Rule(self.group, ethertype=family, **tcp),
            security.Rule(self.group, ethertype=family, protocol=ping),
        ]

    def pinning(self, port: ports.Port) -> str:
        """Return shell that keeps a guest's answers to us on a card.

        For user data. Whoever hears of two routers may answer a login that
        is under way by the later one, and it is lost. With floating IPs there
        is none: which routes are right then is the image's affair.

        :param port: the card's, set up
        """
        if self.version != 6:
            return ''
        patience = CONF.ipv6_overlay.guest_patience
        return observer.pin_early(port.mac, port.first_address, patience)

    def user_data(self, port: ports.Port) -> str:
        """Return user data that does nothing else; empty for nothing."""
        text = self.pinning(port)
        return f'#!/bin/sh\n{text}\n' if text else ''

    def port(self) -> ports.Port:
        """Return a port for a guest's first card, not set up yet."""
        return ports.Port(
            self.manager, self.network, security_groups=[self.group.id]
        )


class Access(fixtures.Fixture):
    """The way to a guest by its management card.

    :param server: set up, its first port on the management network
    :ivar guest: logged in to once
    """

    def __init__(self, management: Management, server: servers.Server) -> None:
        super().__init__()
        self.management = management
        self.server = server

    def _setUp(self) -> None:
        if not self.server.key:
            raise ValueError(f'{self.server.name} was booted without a key')
        port = self.server.ports[0]
        # Before all of it is removed again.
        with evidence.explained(None, self._sources(port)):
            address = self._address(port)
            self.guest = shell.ShellGuest(
                self.server, address, self.server.key
            )
            self._log_in(port.mac)

    def _log_in(self, mac: str) -> None:
        login = contextlib.ExitStack()
        login.enter_context(self.guest.connected())
        self.addCleanup(login.close)
        self.guest.enter(mac)

    def _sources(self, port: ports.Port) -> dict[str, evidence.Source]:
        sources = {'server': self.server.show, 'its first port': port.show}
        if self.management.router:
            sources['router on the way'] = self.management.router.show
        return sources

    def _address(self, port: ports.Port) -> str:
        if self.management.version == 6:
            return port.first_address
        floating = servers.FloatingIp(self.management.manager, port)
        return self.useFixture(floating).address
