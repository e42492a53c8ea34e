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
"""The lab is what we demand of others: nothing of it listens on IPv4."""

import ipaddress
import re
import socket

import testtools

from ipv6_lab import hosts
from ipv6_lab import inventory
from ipv6_lab import waiting
from tests.lab import machine
from tests.lab import sockets
from tests.lab import tenants

# doc/source/lab.rst gives the reasons.
LOOPBACK = ipaddress.IPv4Address('127.0.0.1')
EPMD = (LOOPBACK, 4369)
METADATA = ipaddress.IPv4Address('169.254.169.254')
# Where a router's haproxy hears of metadata, over both protocols.
ROUTER_METADATA = '9697'
PATIENCE = 30.0
COLUMNS = re.compile(r'  +')


class ListenersTest(testtools.TestCase):
    """Asked of the kernel's tables, not of the services."""

    def test_no_listener_is_ipv4(self) -> None:
        """No host has an IPv4 listener, Erlang's port mapper apart."""
        names = {host.name for host in inventory.HOSTS}
        self.assertEqual(names, set(hosts.find()))
        seen = [
            (host.name, one)
            for host in hosts.find().values()
            for one in sockets.waiting(host.pid)
            if one.is_ipv4 and (one.address, one.port) != EPMD
        ]
        self.assertEqual([], seen)

    def test_every_api_listens_on_the_control_address(self) -> None:
        """The tables do show listeners: each port of the inventory."""
        controller = hosts.find()['controller']
        seen = {
            one.port
            for one in sockets.waiting(controller.pid)
            if one.address == inventory.CONTROLLER.control
        }
        # Guests' screens listen there too.
        self.assertEqual(set(), set(inventory.PORTS.values()) - seen)

    def test_an_ipv4_listener_would_be_seen(self) -> None:
        """One of our own, in this process's network, is."""
        icmp = socket.IPPROTO_ICMP
        with (
            socket.create_server(('127.0.0.1', 0)) as server,
            socket.socket(socket.AF_INET, socket.SOCK_RAW, icmp),
        ):
            port = server.getsockname()[1]
            seen = {
                (one.table, one.port)
                for one in sockets.waiting('self')
                if one.is_ipv4
            }
        self.assertEqual({('tcp', port), ('raw', icmp)} - seen, set())

    def test_wildcard_listeners_refuse_ipv4(self) -> None:
        """Each socket on :: says of itself that it takes IPv6 alone."""
        for host in hosts.find().values():
            self.assertEqual([], taking_both(host), host.name)


def taking_both(host: hosts.Running, *enter: str) -> list[str]:
    """Ports of sockets on :: that take IPv4 along, which no table tells.

    :param enter: the command that enters another network of the host
    """
    lines = host.run([*enter, 'ss', '-Hltune6']).splitlines()
    return [
        line.split()[4].rpartition(':')[2]
        for line in lines
        if line.split()[4].startswith(('*:', '[::]:'))
        and 'v6only:1' not in line
    ]


class TenantListenersTest(testtools.TestCase):
    """In the namespaces of a tenant that has IPv4, the exceptions alone."""

    def setUp(self) -> None:
        super().setUp()
        self.tenant = self.useFixture(tenants.Tenant())
        self.host = hosts.find()[inventory.CONTROLLER.name]

    def test_what_is_documented_and_no_more(self) -> None:
        """DHCP, DNS and metadata of the network, metadata of the router."""
        network = f'qdhcp-{self.tenant.network}'
        expected = self.expected(self.dhcp_address())
        self.assertEqual(expected, self.settled(network, expected))
        enter = ('ip', 'netns', 'exec', network)
        self.assertEqual([], taking_both(self.host, *enter))
        router = f'qrouter-{self.tenant.router}'
        enter = ('ip', 'netns', 'exec', router)
        waiting.wait_for(
            lambda: taking_both(self.host, *enter) == [ROUTER_METADATA],
            f'the metadata proxy of {router}',
            PATIENCE,
        )
        self.assertEqual(set(), self.seen(router))
        self.check_status(network, router)

    def dhcp_address(self) -> ipaddress.IPv4Address:
        """The address of the tenant's DHCP server."""

        def found() -> list[ipaddress.IPv4Address]:
            every = map(ipaddress.ip_address, self.tenant.addresses())
            return [one for one in every if one.version == 4]

        (address,) = waiting.wait_for(found, 'a DHCP port', PATIENCE)
        return address

    def expected(self, own: ipaddress.IPv4Address) -> set[sockets.Socket]:
        """What a network's namespace has on IPv4."""
        dns = {
            sockets.Socket(table, address, 53)
            for table in ('tcp', 'udp')
            for address in (LOOPBACK, METADATA, own)
        }
        any_address = ipaddress.IPv4Address('0.0.0.0')  # noqa: S104 - DHCP's
        dhcp = sockets.Socket('udp', any_address, 67)
        return {*dns, dhcp, sockets.Socket('tcp', METADATA, 80)}

    def seen(self, network: str) -> set[sockets.Socket]:
        """What is on IPv4 there."""
        found = sockets.inside(self.host, network)
        return {one for one in found if one.is_ipv4}

    def settled(
        self, network: str, expected: set[sockets.Socket]
    ) -> set[sockets.Socket]:
        """The same, once all that is expected is there."""

        def there() -> bool:
            place = self.host.path(f'/run/netns/{network}')
            lacking = expected - (
                self.seen(network) if place.exists() else set()
            )
            if lacking:
                raise waiting.NotReady(f'without {lacking}')
            return True

        waiting.wait_for(there, f'the servers of {network}', PATIENCE)
        return self.seen(network)

    def check_status(self, network: str, router: str) -> None:
        """`status` comes to show the servers of both and where they are."""
        wanted = {
            ('(dnsmasq)', network),
            ('(haproxy)', network),
            ('(haproxy)', router),
            ('(radvd)', router),
        }

        def shown() -> bool:
            said = machine.lab('status')
            rows = map(COLUMNS.split, said.stdout.splitlines())
            seen = {(row[1], row[-1].partition(':')[0]) for row in rows}
            if wanted - seen:
                raise waiting.NotReady(f'without {wanted - seen}')
            return said.returncode == 0

        waiting.wait_for(shown, 'its rows in status', PATIENCE)
