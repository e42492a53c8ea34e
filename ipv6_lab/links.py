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
"""Links, addresses and routes of the hosts, made with pyroute2.

Interfaces are born inside the hosts' network namespaces: none of them is
ever seen in the machine's own.
"""

from collections.abc import Mapping
import functools
import ipaddress
import socket

from ipv6_lab import hosts
from ipv6_lab import inventory
from ipv6_lab import waiting

# As RFC 4862 5.4 asks, an address is not used before DAD has ended.
DAD_DEADLINE = 10


def connect(running: Mapping[str, hosts.Running]) -> None:
    """Lay every link of the inventory between the running hosts."""
    for link in inventory.LINKS:
        lay(link, running)
    for route in inventory.ROUTES:
        add_route(route, running[route.host.name])


def settle(running: Mapping[str, hosts.Running]) -> None:
    """Wait until every address may be used.

    :raises StepFailed: when duplicate address detection does not end
    """
    for name, host in running.items():
        waiting.wait_for(
            functools.partial(no_tentative, host),
            f'duplicate address detection on {name}',
            DAD_DEADLINE,
            hint=f'see `ip -6 address` of {name} for one that is dadfailed: '
            'two hosts have it; else run scripts/lab up again',
        )


def lay(link: inventory.Link, running: Mapping[str, hosts.Running]) -> None:
    """Create a veth pair with one end in each host, up and addressed."""
    import pyroute2

    left, right = running[link.left.host.name], running[link.right.host.name]
    with pyroute2.IPRoute(netns=left.namespace('net')) as ipr:
        ipr.link(
            'add',
            ifname=link.left.interface,
            kind='veth',
            mtu=link.mtu,
            peer={
                'ifname': link.right.interface,
                'net_ns_pid': right.pid,
                'mtu': link.mtu,
            },
        )
    for end in (link.left, link.right):
        raise_end(end, running[end.host.name])


def raise_end(end: inventory.End, host: hosts.Running) -> None:
    """Address an interface and bring it up."""
    import pyroute2

    # The userspace datapath sees partial checksums as wrong ones.
    host.run(
        ['ethtool', '-K', end.interface, 'tx', 'off'],
        log=hosts.log_directory(host.name) / 'links.log',
    )
    with pyroute2.IPRoute(netns=host.namespace('net')) as ipr:
        (index,) = ipr.link_lookup(ifname=end.interface)
        for text in end.addresses:
            address = ipaddress.ip_interface(text)
            ipr.addr(
                'add',
                index=index,
                address=str(address.ip),
                prefixlen=address.network.prefixlen,
            )
        ipr.link('set', index=index, state='up')


def add_route(route: inventory.Route, host: hosts.Running) -> None:
    """Add a static route to a host."""
    import pyroute2

    gateway = ipaddress.ip_address(route.via)
    family = socket.AF_INET6 if gateway.version == 6 else socket.AF_INET
    with pyroute2.IPRoute(netns=host.namespace('net')) as ipr:
        ipr.route(
            'add', family=family, dst=route.destination, gateway=route.via
        )


def no_tentative(host: hosts.Running) -> bool:
    """Whether DAD has ended for every address of a host.

    :raises NotReady: with the addresses that are still tentative
    """
    seen = host.run(['ip', '-6', '-o', 'address', 'show', 'tentative'])
    if seen.strip():
        raise waiting.NotReady(f'tentative: {seen.strip()}')
    return True
