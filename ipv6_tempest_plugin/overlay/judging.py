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

"""A guest's card: what was predicted against what was seen. Pure."""

from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

import netaddr

from ipv6_tempest_plugin.overlay import diagnosis
from ipv6_tempest_plugin.overlay import expect
from ipv6_tempest_plugin.overlay.guests import observations
from ipv6_tempest_plugin.overlay import predictions

# What makes an address unfit (RFC 4862 sections 5.4 and 5.5.4).
UNFIT = frozenset({'tentative', 'dadfailed', 'deprecated'})
# RFC 4861 section 6.2.1, AdvDefaultLifetime.
LONGEST_LIFETIME = 9000
_RADVD = 'radvd.conf of the router: /var/lib/neutron/ra/ROUTER.radvd.conf'
_ADVERTISED = diagnosis.Hint(
    'no router advertisement reached the guest: radvd is dead, or packets '
    'of type 134 are dropped on the way',
    f'radvd in the namespace qrouter-ID; tcpdump icmp6 there; {_RADVD}',
)
_WRONG = diagnosis.Hint(
    'the router advertises something else than the subnets say',
    _RADVD,
)
_DHCP = diagnosis.Hint(
    'the DHCPv6 server does not answer, or the guest never asked it because '
    'the O flag or its DHCPv6 client is missing',
    'dnsmasq in the namespace qdhcp-ID, UDP ports 546 and 547; the options '
    'file in /var/lib/neutron/dhcp',
)
HINTS = {
    'interface': diagnosis.Hint(
        'the card was not plugged in, or the image leaves it down',
        "the guest's console; [ipv6_overlay] card_command",
    ),
    'IPv6 addresses': _ADVERTISED,
    'link-local addresses': diagnosis.Hint(
        'the image forms interface identifiers otherwise than by EUI-64',
        'addr_gen_mode and use_tempaddr in net.ipv6.conf of the guest',
    ),
    'unfit addresses': diagnosis.Hint(
        'somebody else has the address (dadfailed), DAD does not end '
        '(tentative) or its preferred lifetime is over (deprecated)',
        f'who answers neighbour solicitations for it; {_RADVD}',
    ),
    'default routers': diagnosis.Hint(
        'no advertisement came, it has router lifetime 0, or another router '
        'is on the link',
        _RADVD,
    ),
    'RA: O flag': _WRONG,
    'RA: M flag': _WRONG,
    'RA: prefixes': _WRONG,
    'RA: MTU option': _WRONG,
    'RA: router lifetime': _WRONG,
    'RA: routers': _ADVERTISED,
    'on-link prefixes': _WRONG,
    'lifetimes': _WRONG,
    'IPv6 MTU': _WRONG,
    'DNS by DHCPv6': _DHCP,
}


def expected(card: predictions.Card) -> dict[str, expect.Check]:
    """Return what must be seen of a card.

    :raises ValueError: when its router is not predicted
    """
    if card.prefixes and not card.router:
        raise ValueError(f'expected a router for {card.prefixes}, seen none')
    checks = {
        'interface': _equal('up'),
        'link-local addresses': _equal([f'{card.link_local}/64']),
        'IPv6 addresses': _equal(sorted(f'{a}/64' for a in card.addresses)),
        'unfit addresses': _equal({}),
        'IPv4 addresses': _equal(sorted(map(str, card.fourth))),
        'default routers': _equal([str(card.router)] if card.router else []),
        'on-link prefixes': _equal(sorted(map(str, card.prefixes))),
    }
    if not card.router:
        return checks
    return {
        **checks,
        'lifetimes': expect.Check(
            'preferred > 0, valid >= preferred, and valid >= that of the '
            'default route',
            lambda seen: all(map(_lasting, seen)),
        ),
        'IPv6 MTU': _equal(card.mtu),
        'RA: routers': _equal([str(card.router)]),
        'RA: M flag': _equal([False]),
        'RA: O flag': _equal([card.other]),
        'RA: MTU option': _equal([card.mtu]),
        'RA: prefixes': _equal([sorted(map(str, card.prefixes))]),
        'RA: router lifetime': expect.Check(
            f'1 to {LONGEST_LIFETIME} s',
            lambda seen: all(0 < one <= LONGEST_LIFETIME for one in seen),
        ),
        'DNS by DHCPv6': _name_servers(card),
    }


def _name_servers(card: predictions.Card) -> expect.Check:
    """Expect what DHCPv6 must say.

    A request for information alone does not tell its prefix (RFC 8415
    section 18.2.6), and dnsmasq then knows one of several subnets' servers
    from another's as little: it names itself, an address on the link.
    """
    wanted = sorted(map(str, card.servers)) if card.other else []
    if not card.other or len(card.prefixes) == 1:
        return _equal(wanted)
    return expect.Check(
        f'{wanted}, or addresses of the link itself',
        lambda seen: seen == wanted or (bool(seen) and _on_link(card, seen)),
    )


def _on_link(card: predictions.Card, some: Iterable[str]) -> bool:
    return all(
        any(netaddr.IPAddress(one) in prefix for prefix in card.prefixes)
        for one in some
    )


def seen(
    card: predictions.Card, observation: observations.Observation
) -> dict[str, Any]:
    """Return what was seen of a card, all of it."""
    interface = observation.interface(card.mac)
    if not interface:
        return {'interface': 'no interface with this MAC address'}
    name = interface.name
    sixth = [
        one
        for one in observation.addresses
        if one.interface == name and one.address.version == 6
    ]
    routes = [one for one in observation.routes if one.interface == name]
    fine = interface.state in ('up', 'unknown')
    return {
        'interface': 'up' if fine else interface.state,
        'link-local addresses': _listed(sixth, link_local=True),
        'IPv6 addresses': _listed(sixth, link_local=False),
        'unfit addresses': {
            str(one.address): sorted(one.flags & UNFIT)
            for one in sixth
            if one.flags & UNFIT
        },
        'IPv4 addresses': sorted(
            str(one.address)
            for one in observation.addresses
            if one.interface == name and one.address.version == 4
        ),
        'default routers': sorted(
            str(one.gateway) for one in routes if one.is_default
        ),
        'on-link prefixes': sorted(
            str(one.destination)
            for one in routes
            if one.advertised and one.gateway is None
        ),
        'lifetimes': _lifetimes(sixth, routes),
        'IPv6 MTU': interface.settings.get('mtu'),
        **_advertised(name, observation),
        **_named(name, observation),
    }


def differences(
    card: predictions.Card, observation: observations.Observation
) -> list[expect.Difference]:
    """Compare a card with its prediction.

    What the guest's image cannot tell is left out: see
    ``[ipv6_overlay] guest_records``.
    """
    checks = expected(card)
    if observation.advertisements is None:
        checks = {n: c for n, c in checks.items() if not n.startswith('RA:')}
    if observation.name_servers is None:
        checks.pop('DNS by DHCPv6', None)
    answer = seen(card, observation)
    if set(answer) == {'interface'}:
        checks = {'interface': checks['interface']}
    return expect.differences(checks, answer)


def _equal(wanted: Any) -> expect.Check:
    return expect.Check(repr(wanted), lambda seen: bool(seen == wanted))


def _listed(
    some: Iterable[observations.Address], link_local: bool
) -> list[str]:
    return sorted(
        f'{one.address}/{one.prefix_length}'
        for one in some
        if one.address.is_link_local() is link_local
    )


def _lifetimes(
    addresses: Iterable[observations.Address],
    routes: Iterable[observations.Route],
) -> list[tuple[str, int | None, int | None, int | None]]:
    """Return address, valid and preferred, and the default route's, in s."""
    router = max((r.expires or 0 for r in routes if r.is_default), default=0)
    return [
        (str(one.address), one.valid, one.preferred, router)
        for one in addresses
        if not one.address.is_link_local()
    ]


def _lasting(row: tuple[str, int | None, int | None, int | None]) -> bool:
    _, valid, preferred, router = row
    endless = 2**32
    valid = endless if valid is None else valid
    preferred = endless if preferred is None else preferred
    return 0 < preferred <= valid and valid >= (router or 0)


def _advertised(
    name: str, observation: observations.Observation
) -> dict[str, Any]:
    heard = [
        one
        for one in observation.advertisements or ()
        if one.interface == name
    ]
    return {
        'RA: routers': sorted(str(one.router) for one in heard),
        'RA: M flag': [one.managed for one in heard],
        'RA: O flag': [one.other for one in heard],
        'RA: MTU option': [one.mtu for one in heard],
        'RA: prefixes': [sorted(map(str, one.prefixes)) for one in heard],
        'RA: router lifetime': [one.lifetime for one in heard],
    }


def _named(
    name: str, observation: observations.Observation
) -> Mapping[str, list[str]]:
    by_dhcp = {
        str(one.address)
        for one in observation.name_servers or ()
        if one.interface == name and one.source == 'dhcp6'
    }
    return {'DNS by DHCPv6': sorted(by_dhcp)}


def lost(
    name: str, echo: observations.Echo | None, count: int
) -> expect.Difference | None:
    """Judge a ping that must be answered; None when it is, wholly."""
    if echo and (echo.sent, echo.received) == (count, count):
        return None
    return expect.Difference(
        name, f'{count} of {count} replies', _counted(echo)
    )


def let_through(
    name: str, echo: observations.Echo | None, count: int
) -> expect.Difference | None:
    """Judge a ping that must be lost; None when it is, wholly."""
    if echo and (echo.sent, echo.received) == (count, 0):
        return None
    return expect.Difference(name, f'0 of {count} replies', _counted(echo))


def _counted(echo: observations.Echo | None) -> str:
    if not echo:
        return 'no ping of this name'
    return f'{echo.received} of {echo.sent} replies'
