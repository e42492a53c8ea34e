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

"""Why packets do not come through, found in what is known. Pure.

Each cause names the step of the document that it breaks.
"""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import netaddr

from ipv6_tempest_plugin.overlay.guests import observations
from ipv6_tempest_plugin.overlay.vrouter import judging
from ipv6_tempest_plugin.overlay.vrouter import reach
from ipv6_tempest_plugin.overlay.vrouter import steps
from ipv6_tempest_plugin.overlay.vrouter import topology

STEP = steps.PREFIX


@dataclass(frozen=True)
class Evidence:
    """What is known when something went wrong.

    :param routes: of ipv6-router, as the API shows them
    :param ports: the API's answers by the document's names
    :param seen: the guests' observations by name, as far as there are
    :param forwarded: packets that the vRouter forwarded while it was seen;
        None where nobody looked
    """

    planned: topology.Topology
    routes: Sequence[Mapping[str, str]]
    ports: Mapping[str, Mapping[str, Any]]
    seen: Mapping[str, observations.Observation]
    forwarded: int | None = None


def found(known: Evidence) -> list[str]:
    """Return the causes, in the order of the document's steps."""
    return [text for rule in RULES for text in rule(known)]


def _macs(known: Evidence) -> Iterator[str]:
    planned = known.planned
    wanted = {
        'eth0-vRouter': planned.outer_mac,
        'eth1-vRouter': planned.inner_mac,
        **{f'eth0-{name}': mac for name, mac in planned.machines.items()},
    }
    for name, port in known.ports.items():
        if netaddr.EUI(port['mac_address']) != netaddr.EUI(wanted[name]):
            yield (
                f'{STEP}-12/13: {name} has the MAC address '
                f'{port["mac_address"]}, expected {wanted[name]}'
            )


def _route(known: Evidence) -> Iterator[str]:
    wanted = known.planned.route
    nexthops = [
        one['nexthop']
        for one in known.routes
        if netaddr.IPNetwork(one['destination']) == known.planned.inner
    ]
    if not nexthops:
        yield (
            f'{STEP}-14: the route to {wanted["destination"]} is missing '
            'from ipv6-router'
        )
    for nexthop in nexthops:
        if netaddr.IPAddress(nexthop) != known.planned.vrouter_outer:
            yield (
                f'{STEP}-14: the route to {wanted["destination"]} leads to '
                f'{nexthop}, expected {wanted["nexthop"]}'
            )


def _unused(known: Evidence) -> Iterator[str]:
    """Tell a route that is there for the API alone by what it does.

    Requests leave the vRouter, which itself is answered, and nobody behind
    it hears a reply.
    """
    wanted = known.planned.route
    others = [known.seen.get(name) for name in known.planned.machines]
    machines = [one for one in others if one]
    requests = sum(judging.sent(one, {reach.ROUTER}) for one in machines)
    if (
        known.forwarded is not None
        and 0 < requests <= known.forwarded
        and _replies(known.seen.get(topology.VROUTER))
        and not any(map(_replies, machines))
        and not [*_route(known), *_security(known)]
    ):
        yield (
            f'{STEP}-14: requests of VM1 and VM2 leave the vRouter (it '
            f'forwarded {known.forwarded} packets, they sent {requests}), '
            f'and replies to {wanted["destination"]} do not come back: '
            'ipv6-router does not use the extra route that the API shows. '
            'If `ip -6 route` in its namespace qrouter-ID has it via '
            f'{wanted["nexthop"]}, the port of eth0 still drops what others '
            f'than the vRouter sent ({STEP}-17)'
        )


def _replies(
    seen: observations.Observation | None, target: str = reach.ROUTER
) -> int:
    """Count the replies of a target."""
    return sum(
        echo.received
        for name, echo in (seen.pings if seen else {}).items()
        if name.partition('.')[0] == target
    )


def _outward(known: Evidence) -> Iterator[str]:
    """Tell an ipv6-router that answers and forwards nothing.

    The vRouter keeps the default route by it until it hears that it is no
    router any more (RFC 4861 section 7.2.5).
    """
    vrouter = known.seen.get(topology.VROUTER)
    card = vrouter and vrouter.interface(known.planned.outer_mac)
    if (
        vrouter
        and card
        and _gateways(vrouter, card)
        and _replies(vrouter)
        and judging.sent(vrouter, {reach.EXTERNAL})
        and not _replies(vrouter, reach.EXTERNAL)
    ):
        yield (
            f'{STEP}-5/9: ipv6-router answers the vRouter, and nobody behind '
            'it does: it does not forward IPv6, has no way out, or outside '
            f'there is no route to {known.planned.outer}'
        )


def _forwarding(known: Evidence) -> Iterator[str]:
    vrouter = known.seen.get(topology.VROUTER)
    for mac in (known.planned.outer_mac, known.planned.inner_mac):
        card = vrouter.interface(mac) if vrouter else None
        if card and not card.settings.get('forwarding'):
            yield (
                f'{STEP}-15: the vRouter does not forward IPv6 '
                f'(net.ipv6.conf.{card.name}.forwarding is 0)'
            )


def _upstream(known: Evidence) -> Iterator[str]:
    vrouter = known.seen.get(topology.VROUTER)
    card = vrouter and vrouter.interface(known.planned.outer_mac)
    if vrouter and card and not _gateways(vrouter, card):
        yield (
            f'{STEP}-15: the vRouter has no default route by {card.name}: '
            'forwarding was switched on before accept_ra was 2, or '
            'ipv6-router advertises nothing, or does not forward'
        )


def _defaults(known: Evidence) -> Iterator[str]:
    for name, mac in known.planned.machines.items():
        seen = known.seen.get(name)
        card = seen.interface(mac) if seen else None
        if not (seen and card):
            continue
        gateways = _gateways(seen, card)
        if not gateways:
            yield (
                f'{STEP}-16: {name} has no default route of IPv6: no router '
                'advertisement of the vRouter came in'
            )
        for other in gateways:
            if other != known.planned.default_router:
                yield (
                    f'{STEP}-16: {other} advertises itself to {name} as a '
                    'default router too, and packets that take it bypass '
                    f'the vRouter ({known.planned.default_router})'
                )


def _security(known: Evidence) -> Iterator[str]:
    for name, port in known.ports.items():
        if port.get('port_security_enabled') is not False:
            yield (
                f'{STEP}-17: port security of {name} is on, which drops '
                'what does not come from its own addresses'
            )


def _mtu(known: Evidence) -> Iterator[str]:
    for name, seen in known.seen.items():
        for target in (reach.ROUTER, reach.EXTERNAL):
            small = seen.pings.get(f'{target}.{reach.SMALL}')
            full = seen.pings.get(f'{target}.{reach.FULL}')
            if small and full and small.received and not full.received:
                yield (
                    f'an MTU black hole between {name} and {target}: small '
                    'packets pass, those of the full MTU vanish and no '
                    'Packet Too Big (RFC 4443 section 3.2) tells'
                )


def _gateways(
    seen: observations.Observation, card: observations.Interface
) -> list[netaddr.IPAddress]:
    return [
        one.gateway
        for one in seen.routes
        if one.is_default and one.gateway and one.interface == card.name
    ]


RULES: Sequence[Callable[[Evidence], Iterator[str]]] = (
    _macs,
    _outward,
    _route,
    _unused,
    _forwarding,
    _upstream,
    _defaults,
    _security,
    _mtu,
)
