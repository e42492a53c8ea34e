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

"""What was seen in a guest, as data. Pure: no Tempest."""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace

import netaddr


# What became of a TCP connection. Whoever resets it has answered (RFC 9293
# section 3.10.7.1), and so has whoever rejects it by ICMPv6 (RFC 4443 section
# 3.1, code 4), from which few programs tell it.
OPEN = 'open'
REFUSED = 'refused'
UNANSWERED = 'no answer'


@dataclass(frozen=True)
class Interface:
    """A network interface.

    :ivar mtu: the link's, in octets
    :ivar settings: its ``net.ipv6.conf`` by name; ``mtu`` is IPv6's own,
        which an advertisement may lower
    """

    name: str
    mac: str
    mtu: int
    state: str
    settings: Mapping[str, int]


@dataclass(frozen=True)
class Address:
    """An address of an interface.

    :ivar flags: the kernel's (IFA_F_*), such as ``tentative``
    :ivar valid: seconds that are left; None for ever
    :ivar preferred: seconds that are left; None for ever
    """

    interface: str
    address: netaddr.IPAddress
    prefix_length: int
    flags: frozenset[str]
    valid: int | None
    preferred: int | None


@dataclass(frozen=True)
class Route:
    """A route of IPv6 that leads out of the guest.

    :ivar gateway: None when the destination is on the link
    :ivar advertised: whether a router advertisement made it
    :ivar expires: seconds that are left; None for ever
    """

    destination: netaddr.IPNetwork
    gateway: netaddr.IPAddress | None
    interface: str
    advertised: bool
    expires: int | None

    @property
    def is_default(self) -> bool:
        """Whether it is a default route through a router."""
        return self.destination.prefixlen == 0 and self.gateway is not None


@dataclass(frozen=True)
class Advertisement:
    """The last advertisement of a router (RFC 4861 section 4.2).

    :ivar lifetime: as a default router, in seconds
    :ivar mtu: of the MTU option (section 4.6.4); None without one
    :ivar on_link: the prefixes with the L flag (section 4.6.2)
    :ivar autonomous: the prefixes with the A flag
    :ivar servers: of the RDNSS options (RFC 8106)
    """

    interface: str
    router: netaddr.IPAddress
    managed: bool
    other: bool
    lifetime: int
    mtu: int | None
    prefixes: frozenset[netaddr.IPNetwork]
    on_link: frozenset[netaddr.IPNetwork]
    autonomous: frozenset[netaddr.IPNetwork]
    servers: tuple[netaddr.IPAddress, ...]


@dataclass(frozen=True)
class NameServer:
    """A DNS server and who named it.

    :ivar source: ``dhcp6``, ``dhcp4`` or ``ra``
    """

    interface: str
    source: str
    address: netaddr.IPAddress


@dataclass(frozen=True)
class Domain:
    """A domain to search in and who named it, as for a server."""

    interface: str
    source: str
    name: str


@dataclass(frozen=True)
class Echo:
    """What became of a :class:`~plans.Ping`.

    :ivar hop_limits: of the replies
    :ivar times: of the replies, in milliseconds
    :ivar said: ping's own words
    :ivar numbers: of the requests that the replies answer, from 0
    """

    sent: int
    received: int
    hop_limits: tuple[int, ...]
    times: tuple[float, ...]
    said: str
    numbers: tuple[int, ...]

    def first(self, count: int) -> 'Echo':
        """Return what became of its first requests alone.

        More may have followed one whose reply was late.
        """
        kept = {
            number: index
            for index, number in enumerate(self.numbers)
            if number < count
        }
        return replace(
            self,
            sent=min(self.sent, count),
            received=len(kept),
            hop_limits=tuple(self.hop_limits[one] for one in kept.values()),
            times=tuple(self.times[one] for one in kept.values()),
            numbers=tuple(kept),
        )


@dataclass(frozen=True)
class Observation:
    """What a guest saw at one time.

    :ivar number: of the report; they count up on a console
    :ivar uptime: when it was begun, in seconds
    :ivar advertisements: None where the image keeps none
    :ivar name_servers: None where the image does not tell the sources
    :ivar domains: None where the image does not tell the sources
    :ivar resolv_conf: the servers of /etc/resolv.conf
    :ivar counters: of /proc/net/snmp6
    :ivar pings: by the name in the plan
    :ivar connections: ``OPEN``, ``REFUSED`` or ``UNANSWERED``, by name
    :ivar paths: the hops by name, each whoever answered there
    :ivar neighbours: the lines of ``ip -6 neigh``
    :ivar text: the whole report
    """

    number: int
    uptime: float
    interfaces: Sequence[Interface]
    addresses: Sequence[Address]
    routes: Sequence[Route]
    advertisements: Sequence[Advertisement] | None
    name_servers: Sequence[NameServer] | None
    domains: Sequence[Domain] | None
    resolv_conf: Sequence[netaddr.IPAddress]
    counters: Mapping[str, int]
    pings: Mapping[str, Echo]
    connections: Mapping[str, str]
    paths: Mapping[str, Sequence[Sequence[netaddr.IPAddress]]]
    neighbours: Sequence[str]
    text: str

    def interface(self, mac: str) -> Interface | None:
        """Return the interface with a MAC address, if there is one."""
        wanted = netaddr.EUI(mac)
        found = (i for i in self.interfaces if netaddr.EUI(i.mac) == wanted)
        return next(found, None)
