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

"""The scenarios for the report: a picture, addresses, pings."""

from collections.abc import Sequence

import netaddr

from ipv6_tempest_plugin.overlay import ends
from ipv6_tempest_plugin.overlay.guests import observations
from ipv6_tempest_plugin.overlay.guests import plans
from ipv6_tempest_plugin.overlay import lans
from ipv6_tempest_plugin.overlay import replies
from ipv6_tempest_plugin.overlay import report

Row = report.Row
ROUTER = 'router'
FAR = 'another router'
OUTSIDE = 'outside'
# Names of the networks, in the order of End.everywhere, from its end.
NETWORK = 'network'
BESIDE = 'IPv4 network'
# By what pings aim at, unless at the peer.
NODES = {
    replies.GATEWAY: ROUTER,
    replies.ACROSS: FAR,
    replies.OUTSIDE: OUTSIDE,
}


def picture(
    title: str,
    nets: Sequence[lans.Lan],
    both: Sequence[ends.End],
    far: ends.Beyond,
) -> Row:
    """Return the topology of a test.

    :param nets: in the order of :attr:`ends.End.everywhere`
    """
    named = list(zip(_names(both[0]), nets, strict=True))
    nodes = [
        report.node(OUTSIDE, 'external', far.outside),
        report.node(ROUTER, 'router', *both[0].gateways),
        *(
            report.node(name, 'network', *_prefixes(net))
            for name, net in named
        ),
        *(report.node(end.name, 'guest', *_addresses(end)) for end in both),
    ]
    links = [
        report.link(ROUTER, OUTSIDE),
        *(report.link(ROUTER, name) for name, _ in named),
        *(
            report.link(end.name, name, ', '.join(c.mac for c in part.cards))
            for end in both
            for name, part in zip(_names(end), end.everywhere, strict=True)
        ),
    ]
    if far.across:
        nodes.append(report.node(FAR, 'router', far.across))
        links.append(report.link(ROUTER, FAR, 'one more network'))
    return {'title': title, 'nodes': nodes, 'links': links}


def _names(end: ends.End) -> list[str]:
    return [BESIDE, NETWORK][-len(end.everywhere) :]


def _addresses(end: ends.End) -> list[netaddr.IPAddress]:
    return [
        address
        for part in end.everywhere
        for address in (*part.addresses, *part.leases)
    ]


def _prefixes(net: lans.Lan) -> list[str]:
    return [str(subnet.prefix) for subnet in net.network.subnets]


def addresses(
    both: Sequence[ends.End],
    seen: Sequence[observations.Observation],
    mode: str,
) -> list[Row]:
    """Return all addresses of the guests, predicted beside seen.

    :param mode: of the IPv6 subnets
    """
    return [
        row
        for end, observation in zip(both, seen, strict=True)
        for name, part in zip(_names(end), end.everywhere, strict=True)
        for card in part.cards
        for row in report.addresses(
            {
                'guest': end.name,
                'network': name,
                'mode': mode if card.prefixes else '',
            },
            card.mac,
            [*card.addresses, *card.fourth],
            observation,
        )
    ]


def pings(
    both: Sequence[ends.End],
    seen: Sequence[observations.Observation],
    chosen: Sequence[Sequence[plans.Ping]],
    wanted: bool,
) -> list[Row]:
    """Return what became of some pings of each guest.

    :param wanted: whether they must be answered
    """
    return [
        report.ping(
            (end.name, _target(ping, peer)),
            ping.target,
            ping.source,
            _shown(observation.pings[ping.name], ping, wanted),
            wanted,
        )
        for end, peer, observation, some in zip(
            both, both[::-1], seen, chosen, strict=True
        )
        for ping in some
        if ping.name in observation.pings
    ]


def _shown(
    echo: observations.Echo, ping: plans.Ping, wanted: bool
) -> observations.Echo:
    # Of those that must be lost none may be answered, however many they are.
    return echo.first(ping.count) if wanted else echo


def _target(ping: plans.Ping, peer: ends.End) -> str:
    return NODES.get(replies.aim(ping.name), peer.name)
