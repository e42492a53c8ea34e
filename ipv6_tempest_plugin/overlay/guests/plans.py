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

"""What a guest is asked to wait for, to try and to tell. Pure: no Tempest.

A plan is made before the guest is there: everything in it is predicted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import netaddr

IPV6_HEADER = 40
ICMPV6_HEADER = 8


@dataclass(frozen=True)
class Ping:
    """Echo requests.

    :param name: what the observation calls it, without blanks
    :param source: the address to send from; None leaves it to the guest
    :param size: octets of data behind the ICMP header
    :param patience: seconds to wait for the last reply
    :param interval: seconds between two of them
    :param deadline: seconds after the first of them until which all must be
        answered; meanwhile some pings go on sending. Without it iputils waits
        for the last reply no longer than twice the longest round trip so far,
        or one interval if that is more, and takes it for lost
    """

    name: str
    target: netaddr.IPAddress
    source: netaddr.IPAddress | None = None
    count: int = 3
    size: int = 56
    patience: int = 2
    interval: float = 0.5
    deadline: int | None = None


@dataclass(frozen=True)
class Connection:
    """A TCP connection that is opened and closed again."""

    name: str
    target: netaddr.IPAddress
    port: int


@dataclass(frozen=True)
class Path:
    """The routers on the way to a target."""

    name: str
    target: netaddr.IPAddress
    source: netaddr.IPAddress | None = None


@dataclass(frozen=True)
class Plan:
    """What an observation consists of, beside the guest's state.

    What is waited for and does not come within the patience is no error
    here: the observation shows that it is missing.

    :param addresses: wait until these are there and usable (past DAD)
    :param informed: MAC addresses; wait until the guest has an answer of
        DHCPv6 on record for each (only images that keep them)
    :param cards: MAC addresses; wait until the guest has an advertisement
        on record for each (only images that keep them)
    :param servers: wait until these stand in /etc/resolv.conf
    :param raised: MAC addresses of cards that the image leaves down
    :param leasing: those of them that shall get a lease of IPv4
    :param answers: wait until each of these is answered once
    :param patience: seconds for each of these waits
    """

    addresses: Sequence[netaddr.IPAddress] = ()
    informed: Sequence[str] = ()
    cards: Sequence[str] = ()
    servers: Sequence[netaddr.IPAddress] = ()
    raised: Sequence[str] = ()
    leasing: Sequence[str] = ()
    answers: Sequence[Ping] = ()
    pings: Sequence[Ping] = ()
    connections: Sequence[Connection] = ()
    paths: Sequence[Path] = ()
    patience: int = 20

    @property
    def settled(self) -> 'Plan':
        """The plan once all has come that it waits for."""
        return Plan(
            pings=self.pings,
            connections=self.connections,
            paths=self.paths,
            patience=self.patience,
        )


def full_size(mtu: int) -> int:
    """Return the data of an echo request that fills a link's MTU.

    The headers are those of RFC 8200 section 3 and RFC 4443 section 4.1.
    """
    return mtu - IPV6_HEADER - ICMPV6_HEADER
