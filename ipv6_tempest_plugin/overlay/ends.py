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

"""Two ends of what is tested: guests' ports, and what each must reach."""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
import functools

import netaddr

from ipv6_tempest_plugin.overlay.guests import plans
from ipv6_tempest_plugin.overlay import lans
from ipv6_tempest_plugin.overlay import ports
from ipv6_tempest_plugin.overlay import predictions
from ipv6_tempest_plugin.overlay import replies

# What ping sends unless it is told.
SMALL = 56
# Seconds after the first request: silence is known no sooner.
REPLY_WITHIN = 1
# Old ones of iputils let nobody but root send sooner than that.
ping = functools.partial(plans.Ping, interval=0.2, deadline=2)
peer_ping = functools.partial(
    ping, patience=REPLY_WITHIN, deadline=REPLY_WITHIN
)


@dataclass(frozen=True)
class End:
    """A guest's part in a test.

    :ivar cards: predicted, in the order of the ports
    :ivar gateways: the router's addresses, in the order of the addresses
    :ivar beside: its part in a network beside, which nothing is done to
    """

    name: str
    ports: Sequence[ports.Port]
    cards: Sequence[predictions.Card]
    gateways: Sequence[netaddr.IPAddress]
    beside: 'End | None' = None

    @property
    def everywhere(self) -> list['End']:
        """Itself, behind what is beside it."""
        return [*(self.beside.everywhere if self.beside else ()), self]

    @property
    def addresses(self) -> list[netaddr.IPAddress]:
        """Its IPv6 addresses."""
        return [one for card in self.cards for one in card.addresses]

    @property
    def leases(self) -> list[netaddr.IPAddress]:
        """Its IPv4 addresses."""
        return [one for card in self.cards for one in card.fourth]

    @property
    def mtu(self) -> int:
        """The MTU of its IPv6 network."""
        return min(card.mtu for card in self.cards if card.prefixes)


@dataclass(frozen=True)
class Beyond:
    """What lies beyond the router of a test.

    :param across: an address behind the router, not its own; None when
        there is nobody
    :param outside: an address outside of the cloud; None when none answers
    """

    across: netaddr.IPAddress | None = None
    outside: netaddr.IPAddress | None = None


def of(
    name: str, lan: lans.Lan, port: ports.Port, beside: End | None = None
) -> End:
    """Predict an end from its network and its port there."""
    gateways = [
        netaddr.IPAddress(subnet.sent['gateway_ip']) for subnet in lan.subnets
    ]
    return End(name, [port], [lan.card(port)], gateways, beside)


def to_peer(end: End, peer: End) -> list[plans.Ping]:
    """Return the pings from one end to the other, by each prefix.

    One of each pair fills the link's MTU. A test sends the very same while
    they must be lost and when they must be answered: replies that are too
    late to be seen in the control would be missing afterwards.
    """
    sixth = enumerate(zip(peer.addresses, end.addresses, strict=True))
    fourth = enumerate(zip(peer.leases, end.leases, strict=True))
    return [
        peer_ping(
            f'{replies.PEER}-{kind}-{number}', target, source, size=octets
        )
        for number, (target, source) in sixth
        for kind, octets in (
            ('ipv6', SMALL),
            ('ipv6-mtu', plans.full_size(end.mtu)),
        )
    ] + [
        peer_ping(f'{replies.PEER}-ipv4-{number}', target, source)
        for number, (target, source) in fourth
    ]


def beyond(both: Sequence[End], far: Beyond) -> list[list[plans.Ping]]:
    """Return each guest's pings that no security group of the test stops."""
    targets = {replies.ACROSS: far.across, replies.OUTSIDE: far.outside}
    return [
        [*_out(end, targets), *_beside(end, peer)]
        for end, peer in zip(both, both[::-1], strict=True)
    ]


def _out(
    end: End, targets: Mapping[str, netaddr.IPAddress | None]
) -> list[plans.Ping]:
    near = [
        ping(f'{replies.GATEWAY}-{number}', target, source)
        for number, (target, source) in enumerate(
            zip(end.gateways, end.addresses, strict=True)
        )
    ]
    return near + [
        ping(f'{name}-{number}', target, source)
        for name, target in targets.items()
        for number, source in enumerate(end.addresses)
        if target
    ]


def _beside(end: End, peer: End) -> list[plans.Ping]:
    if end.beside and peer.beside:
        return to_peer(end.beside, peer.beside)
    return []
