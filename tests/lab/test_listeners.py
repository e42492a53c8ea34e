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
import socket

import testtools

from ipv6_lab import hosts
from ipv6_lab import inventory
from tests.lab import sockets

# doc/source/lab.rst gives the reasons.
EPMD = (ipaddress.IPv4Address('127.0.0.1'), 4369)


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
        self.assertEqual(set(inventory.PORTS.values()), seen)

    def test_an_ipv4_listener_would_be_seen(self) -> None:
        """One of our own, in this process's network, is."""
        with socket.create_server(('127.0.0.1', 0)) as server:
            port = server.getsockname()[1]
            seen = [one.port for one in sockets.waiting('self') if one.is_ipv4]
        self.assertIn(port, seen)

    def test_wildcard_listeners_refuse_ipv4(self) -> None:
        """Each socket on :: says of itself that it takes IPv6 alone."""
        for host in hosts.find().values():
            lines = host.run(['ss', '-Hltune6']).splitlines()
            taking = [
                line
                for line in lines
                if line.split()[4].startswith(('*:', '[::]:'))
                and 'v6only:1' not in line
            ]
            self.assertEqual([], taking, host.name)
