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

from collections.abc import Sequence
from typing import Any

import netaddr

from ipv6_tempest_plugin.overlay import diagnosis
from ipv6_tempest_plugin.overlay import expect
from ipv6_tempest_plugin.overlay.guests import observations
from ipv6_tempest_plugin.overlay import predictions
from ipv6_tempest_plugin.overlay import seeing

# Values of [ipv6_overlay] guest_records.
NOTHING = 'none'
RESOLV_CONF = 'resolv-conf'
RUN_GUEST = 'run-guest'
RECORDS = 'guest records'
KEPT = 'kept'
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
    RECORDS: diagnosis.Hint(
        'the image is another one than [ipv6_overlay] guest_records says, '
        'which promises files in /run/guest',
        '[compute] image_ref; /run/guest in the guest; guest_records = none '
        'for images that keep nothing',
    ),
    'interface': diagnosis.Hint(
        'the card was not plugged in, or it is still down',
        "the guest's console; [ipv6_overlay] card_command, hold_command, "
        'lower_command',
    ),
    'IPv6 addresses': _ADVERTISED,
    'IPv4 addresses': diagnosis.Hint(
        'the DHCP server does not answer, or nothing in the image asks for a '
        'lease on this card',
        '[ipv6_overlay] lease_command; dnsmasq in the namespace qdhcp-ID, '
        'UDP ports 67 and 68',
    ),
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
        'no advertisement came, it has router lifetime 0, another router is '
        'on the link, or the router does not forward: its neighbour '
        'advertisements lack the R flag then (RFC 4861 section 7.2.5)',
        f'{_RADVD}; net.ipv6.conf.all.forwarding in the namespace qrouter-ID',
    ),
    'RA: O flag': _WRONG,
    'RA: M flag': _WRONG,
    'RA: A flag': _WRONG,
    'RA: L flag': _WRONG,
    'RA: prefixes': _WRONG,
    'RA: MTU option': _WRONG,
    'RA: router lifetime': _WRONG,
    'RA: routers': _ADVERTISED,
    'on-link prefixes': _WRONG,
    'lifetimes': _WRONG,
    'IPv6 MTU': _WRONG,
    'DNS by DHCPv6': _DHCP,
    'domain by DHCPv6': _DHCP,
    '/etc/resolv.conf': _DHCP,
}


def expected(card: predictions.Card) -> dict[str, expect.Check]:
    """Return what must be seen of a card by a guest that keeps records.

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
        'on-link prefixes': _equal(_texts(card.prefixes)),
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
        **_recorded(card),
    }


def _recorded(card: predictions.Card) -> dict[str, expect.Check]:
    """Return what only records show: what the kernel makes nothing of."""
    checks = {
        RECORDS: _equal(KEPT),
        'RA: routers': _equal([str(card.router)]),
        'RA: M flag': _equal([False]),
        'RA: O flag': _equal([card.other]),
        'RA: MTU option': _equal([card.mtu]),
        **{
            f'RA: {name}': _equal([_texts(card.prefixes)])
            for name in ('prefixes', 'L flag', 'A flag')
        },
        'RA: router lifetime': expect.Check(
            f'1 to {LONGEST_LIFETIME} s',
            lambda seen: all(0 < one <= LONGEST_LIFETIME for one in seen),
        ),
        'DNS by DHCPv6': _name_servers(card),
    }
    if card.domain and not (card.other and card.is_ambiguous):
        names = [card.domain] if card.other else []
        checks['domain by DHCPv6'] = _equal(names)
    return checks


def _name_servers(card: predictions.Card) -> expect.Check:
    """Expect what DHCPv6 must say.

    A request for information alone does not tell its prefix (RFC 8415
    section 18.2.6), and dnsmasq then knows one of several subnets' servers
    from another's as little: it names itself.
    """
    wanted = _texts(card.servers) if card.other else []
    own = set(_texts(card.dhcp))
    if not (card.other and card.is_ambiguous and own):
        return _equal(wanted)
    return expect.Check(
        f'{wanted}, or of the DHCP ports: {sorted(own)}',
        lambda seen: seen == wanted or (bool(seen) and set(seen) <= own),
    )


def differences(
    card: predictions.Card,
    observation: observations.Observation,
    records: str,
) -> list[expect.Difference]:
    """Compare a card with its prediction.

    :param records: what the guest's image promises to keep. What it does
        not promise is left out, and what it promises must be there
    """
    answer = seeing.of(card.mac, observation)
    if set(answer) == {'interface'}:
        return expect.differences({'interface': _equal('up')}, answer)
    checks = expected(card)
    kept = None not in (observation.advertisements, observation.name_servers)
    if records != RUN_GUEST or not kept:
        known = set(checks) - set(_recorded(card))
        promised = {RECORDS} if records == RUN_GUEST else set()
        chosen = known | promised
        checks = {n: check for n, check in checks.items() if n in chosen}
    where = KEPT if kept else 'none in /run/guest'
    return expect.differences(checks, {**answer, RECORDS: where})


def resolver(
    cards: Sequence[predictions.Card],
    observation: observations.Observation,
) -> list[expect.Difference]:
    """Compare /etc/resolv.conf with what DHCPv6 must have named.

    What else names servers there is its own affair: DHCP for IPv4, and
    advertisements (RFC 8106), by which Neutron names those of SLAAC subnets.
    """
    wanted = {one for card in cards for one in named(card)}
    check = expect.Check(
        f'among others {_texts(wanted)}',
        lambda seen: set(_texts(wanted)) <= set(seen),
    )
    return expect.differences(
        {'/etc/resolv.conf': check},
        {'/etc/resolv.conf': list(map(str, observation.resolv_conf))},
    )


def named(card: predictions.Card) -> tuple[netaddr.IPAddress, ...]:
    """Return the DNS servers that DHCPv6 must name for a card."""
    return card.servers if card.other and not card.is_ambiguous else ()


def _equal(wanted: Any) -> expect.Check:
    return expect.Check(repr(wanted), lambda seen: bool(seen == wanted))


def _texts(some: Any) -> list[str]:
    return sorted(map(str, some))


def _lasting(row: seeing.Lifetime) -> bool:
    _, valid, preferred, router = row
    endless = 2**32
    valid = endless if valid is None else valid
    preferred = endless if preferred is None else preferred
    return 0 < preferred <= valid and valid >= (router or 0)
