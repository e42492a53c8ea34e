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

"""The vRouter scenario in the cloud: OPNFV-NATIVE-SETUP-5 to 19.

Everything that does not wait for something else is made at once: networks,
their ports, then the servers and, while they boot, the routers. Clean-up goes
the other way.
"""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import time
from typing import Any

import fixtures
import netaddr
from tempest import config
from tempest.lib.common.utils import data_utils

from ipv6_tempest_plugin.overlay import evidence
from ipv6_tempest_plugin.overlay.guests import console
from ipv6_tempest_plugin.overlay.guests import plans
from ipv6_tempest_plugin.overlay import management
from ipv6_tempest_plugin.overlay import modes
from ipv6_tempest_plugin.overlay import networks
from ipv6_tempest_plugin.overlay import ports
from ipv6_tempest_plugin.overlay import resources
from ipv6_tempest_plugin.overlay import routers
from ipv6_tempest_plugin.overlay import servers
from ipv6_tempest_plugin.overlay import stages
from ipv6_tempest_plugin.overlay import together
from ipv6_tempest_plugin.overlay.vrouter import machines
from ipv6_tempest_plugin.overlay.vrouter import reach
from ipv6_tempest_plugin.overlay.vrouter import steps
from ipv6_tempest_plugin.overlay.vrouter import topology
from ipv6_tempest_plugin.overlay.vrouter import userdata

CONF = config.CONF
VROUTER = topology.VROUTER
GATEWAY = 1
# The version of IP by which guests are reached at floating IPs.
FLOATING = 4
Planner = Callable[[str, reach.Links], plans.Plan]


def named(name: str) -> dict[str, Any]:
    """Return a name that nobody else has, with the document's in it."""
    chosen = CONF.ipv6_vrouter.names.get(name, name)
    prefix = CONF.resource_name_prefix
    return {'name': data_utils.rand_name(chosen, prefix=prefix)}


class Built(fixtures.Fixture):
    """All of the scenario.

    :param planned: the topology
    :param looking: returns all that a guest will be asked for, by its name
    :ivar links: the MTUs, once networks are there
    :ivar ports: by the document's names
    :ivar guests: by name
    :ivar floating: IPv4 addresses of guests, by name, where there are
    :ivar steps: names of what was done, and the seconds that it took
    """

    def __init__(
        self, manager: Any, planned: topology.Topology, looking: Planner
    ) -> None:
        super().__init__()
        self.manager = manager
        self.planned = planned
        self.looking = looking
        self.version = stages.VERSIONS.get(CONF.ipv6_overlay.guest_access)
        self.servers: dict[str, machines.Machine] = {}
        self.ways: dict[str, machines.Way] = {}
        self.steps: list[tuple[str, float]] = []

    def _setUp(self) -> None:
        for step in (
            self._networks,
            self._cards,
            self._boot,
            self._reach,
        ):
            with self._timed(step.__name__.strip('_')):
                step()

    @contextlib.contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        begun = time.monotonic()
        yield
        self.steps.append((name, time.monotonic() - begun))

    def _networks(self) -> None:
        """SETUP-7, 8, 10 and 11, and what servers need besides."""
        manager = self.manager
        self.inner = networks.Network(manager, **named('ipv4-int-network1'))
        self.outer = networks.Network(manager, **named('ipv6-int-network2'))
        self.key = servers.KeyPair(manager) if self.version else None
        self.management = (
            management.Management(manager, self.version)
            if self.version == 6
            else None
        )
        self.group = self._apart()
        others = {
            '11 (key pair)': self.key,
            "18 (the tests' own network)": self.management,
            '15 (server group)': self.group,
        }
        some = [steps.Step(step, one) for step, one in others.items() if one]
        made = together.InTurn(
            lambda: steps.Step(
                '7 (networks)', together.Together(self.inner, self.outer)
            ),
            lambda: steps.Step('8/10 (subnets)', self._subnets()),
        )
        self.useFixture(together.Together(made, *some))
        self.links = self._links()

    def _links(self) -> reach.Links:
        """Read the MTUs."""
        external = CONF.ipv6_overlay.external_address
        with steps.within('6 (external network)'):
            show = self.manager.networks_client.show_network
            outside = show(CONF.network.public_network_id)['network']
            return reach.Links(
                int(self.inner.created['mtu']),
                int(self.outer.created['mtu']),
                netaddr.IPAddress(external) if external else None,
                int(outside['mtu']),
            )

    def _apart(self) -> servers.Apart | None:
        zones = CONF.ipv6_vrouter.vm1_zone or CONF.ipv6_vrouter.vm2_zone
        if CONF.compute.min_compute_nodes < stages.PAIR or zones:
            return None
        return servers.Apart(self.manager)

    def _subnets(self) -> resources.Bulk:
        """SETUP-8 and 10."""
        planned = self.planned
        self.inner4 = self._fourth(
            'ipv4-int-subnet1', self.inner, planned.inner_ipv4
        )
        self.outer4 = self._fourth(
            'ipv4-int-subnet2', self.outer, planned.outer_ipv4
        )
        self.outer6 = networks.Subnet(
            self.manager,
            self.outer,
            modes.Mode(planned.mode, planned.mode),
            # Neutron would choose the prefix itself for a gateway.
            gateway_ip=str(planned.router),
            cidr=str(planned.outer),
            **named('ipv6-int-subnet2'),
        )
        return resources.Bulk([self.inner4, self.outer4, self.outer6])

    def _fourth(
        self, name: str, network: networks.Network, cidr: netaddr.IPNetwork
    ) -> networks.Subnet:
        return networks.Subnet(
            self.manager,
            network,
            **named(name),
            ip_version=4,
            cidr=str(cidr),
            gateway_ip=str(cidr[GATEWAY]),
            dns_nameservers=list(map(str, CONF.ipv6_vrouter.dns_nameservers)),
        )

    def _cards(self) -> None:
        """SETUP-12, 13 and 17."""
        macs = self.planned.machines
        wanted = {
            'eth0-vRouter': (self.outer, self.planned.outer_mac),
            'eth1-vRouter': (self.inner, self.planned.inner_mac),
            **{f'eth0-{name}': (self.inner, macs[name]) for name in macs},
        }
        self.ports = {
            name: ports.Port(
                self.manager,
                network,
                **named(name),
                mac_address=mac,
                security_groups=[],
                port_security_enabled=False,
            )
            for name, (network, mac) in wanted.items()
        }
        self.first = {
            name: self.management.port()
            for name in (VROUTER, *macs)
            if self.management
        }
        every = [*self.ports.values(), *self.first.values()]
        with steps.within('12/13/17 (ports without port security)'):
            self.useFixture(resources.Bulk(every))

    def _routers(self) -> list[fixtures.Fixture]:
        """SETUP-5, 8, 9, 10, 14 and 18: the ways, for guests that boot.

        Routes go before the interfaces that they lead through, floating IPs
        before those of their networks. What guests wait for comes first: an
        agent works through a router's changes one after the other.
        """
        outside = routers.external_gateway()
        self.router4 = routers.Router(
            self.manager, **named('ipv4-router'), **outside
        )
        self.router6 = routers.Router(
            self.manager, **named('ipv6-router'), **outside
        )
        self.interface4 = routers.Interface(self.router4, self.inner4)
        other = routers.Interface(self.router6, self.outer4)
        self.interface6 = routers.Interface(self.router6, self.outer6)
        self.route = routers.ExtraRoutes(self.router6, [self.planned.route])
        self.ways = {
            name: self._way(name) for name in self.servers if self.version
        }
        ways = together.Together(*self.ways.values())
        # Who reaches guests by ipv4-router in the document does so here.
        own = self.management and self.management.through(self.router4)
        return [
            _in_turn(
                ('5/9 (ipv4-router)', self.router4),
                *([("18 (the tests' own interface)", own)] if own else []),
                ('8 (interface of ipv4-router)', self.interface4),
                ('18 (ways to the guests)', ways),
            ),
            _in_turn(
                ('5/9 (ipv6-router)', self.router6),
                ('10 (IPv6 interface of ipv6-router)', self.interface6),
                ('14 (extra route of ipv6-router)', self.route),
                ('10 (IPv4 interface of ipv6-router)', other),
            ),
        ]

    def _boot(self) -> None:
        """SETUP-15: three servers, and meanwhile the routers."""
        options = CONF.ipv6_vrouter
        self.servers[VROUTER] = self._machine(
            VROUTER,
            user_data=self._user_data(),
            imageRef=options.image,
            flavorRef=options.flavor,
            availability_zone=options.vrouter_zone,
        )
        earlier = None
        for name in self.planned.machines:
            self.servers[name] = earlier = self._machine(
                name,
                group=self.group,
                # Members of a group that are placed at once may collide.
                after=earlier if self.group else None,
                user_data=self.management.user_data(self.first[name])
                if self.management
                else self._printing(name),
                availability_zone=options[f'{name.lower()}_zone'],
            )
        booting = [
            steps.Step(f'15 (server {name})', server)
            for name, server in self.servers.items()
        ]
        self.useFixture(together.Together(*booting, *self._routers()))

    def _machine(self, name: str, **changes: Any) -> machines.Machine:
        first = [self.first[name]] if self.management else []
        own = [
            port
            for card, port in self.ports.items()
            if card.endswith(f'-{name}')
        ]
        return machines.Machine(
            self.manager,
            [*first, *own],
            key=self.key,
            **named(name),
            **changes,
        )

    def _user_data(self) -> str:
        options = CONF.ipv6_vrouter
        text = userdata.script(
            self.planned,
            self.links.inner,
            options.ra_daemons,
            self.planned.inner_ipv4[GATEWAY]
            if self.version == FLOATING
            else None,
            CONF.ipv6_overlay.guest_patience,
            self.management.pinning(self.first[VROUTER])
            if self.management
            else '',
        )
        printing = self._printing(VROUTER)
        if printing:
            # One script after the other.
            text = f'{text}\n(\n{printing}\n) &\n'
        if options.user_data == 'cloud-config':
            return userdata.cloud_config(text, options.packages)
        return text

    def _printing(self, name: str) -> str:
        if self.version:
            return ''
        return console.user_data(self.looking(name, self.links))

    def _way(self, name: str) -> machines.Way:
        if self.management:
            return machines.ByManagement(self.first[name])
        # The vRouter's other card is behind ipv6-router.
        card = 'eth1-vRouter' if name == VROUTER else f'eth0-{name}'
        return machines.ByFloatingIp(self.manager, self.ports[card])

    def _reach(self) -> None:
        """SETUP-15 and 18: the vRouter is ready, guests let us in."""
        self.guests = {name: self._guest(name) for name in self.servers}
        # Before all of it is removed again.
        with evidence.explained(None, self._sources()):
            together.run(
                self._arrive_at_vrouter,
                *(
                    lambda n=name: self._arrive(n)
                    for name in self.guests
                    if name != VROUTER
                ),
            )

    def _sources(self) -> dict[str, evidence.Source]:
        sources: dict[str, evidence.Source] = {}
        for name, server in self.servers.items():
            sources[f'{name}: server'] = server.told
            sources[f'{name}: the end of its console'] = server.tail
        return sources

    def _guest(self, name: str) -> Any:
        server = self.servers[name]
        if not self.key:
            return console.ConsoleGuest(server)
        user = CONF.ipv6_vrouter.ssh_user if name == VROUTER else ''
        address = self.ways[name].address
        return machines.Shell(server, address, self.key, user)

    def _ready(self) -> None:
        timeout = CONF.ipv6_vrouter.ready_timeout
        with steps.within('15 (the vRouter)'):
            try:
                self.said = self.servers[VROUTER].ready(timeout)
            except userdata.Failed as failed:
                raise steps.Failed(
                    f'the vRouter says: {failed}; see image, user_data and '
                    'ra_daemons of [ipv6_vrouter]'
                ) from failed

    def _arrive_at_vrouter(self) -> None:
        # Before it is ready its answers may still change their way.
        self._ready()
        self._arrive(VROUTER)

    def _arrive(self, name: str) -> None:
        with steps.within(f'18/19 (the way to {name})'):
            self.enter(name)

    def enter(self, name: str) -> None:
        """Wait for a guest that boots, and log in to it if that is the way."""
        guest = self.guests[name]
        if name in self.ways:
            self.ways[name].prepare(guest)
        else:
            guest.wait()


def _in_turn(*some: tuple[str, fixtures.Fixture]) -> together.InTurn:
    """Set up steps one after the other."""
    return together.InTurn(*(lambda one=one: steps.Step(*one) for one in some))
