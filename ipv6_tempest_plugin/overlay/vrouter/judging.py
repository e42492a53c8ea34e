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

"""What the guests of the vRouter scenario saw, against what was predicted.

Pure: no Tempest.
"""

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from collections.abc import Set
import math
from typing import Any

from ipv6_tempest_plugin import addressing
from ipv6_tempest_plugin.overlay import diagnosis
from ipv6_tempest_plugin.overlay import expect
from ipv6_tempest_plugin.overlay.guests import observations
from ipv6_tempest_plugin.overlay.guests import plans
from ipv6_tempest_plugin.overlay import judging
from ipv6_tempest_plugin.overlay import seeing
from ipv6_tempest_plugin.overlay.vrouter import reach
from ipv6_tempest_plugin.overlay.vrouter import topology

Difference = expect.Difference
Seen = Mapping[str, observations.Observation]
# Of /proc/net/snmp6, by name.
Counters = Mapping[str, int]
Aims = Mapping[str, Sequence[reach.Aim]]
# What traceroute shows of a hop that does not answer.
SILENT = '*'
# What differences want of pings and connections, and of the counter of RFC
# 4293 in Linux' words.
EVERY = 'every reply'
NONE = 'no reply'
ANSWER = 'an answer'
FORWARDED = 'Ip6OutForwDatagrams'
ADVERTISED = diagnosis.Hint(
    'OPNFV-NATIVE-SETUP-15: the RA daemon of the vRouter does not run or '
    'advertises something else, or another router is on ipv4-int-network1',
    "the vRouter's console; /run/ipv6-vrouter and `ps` there; radvdump in VM1",
)
APART = diagnosis.Hint(
    'the scheduler does not heed server groups with the policy anti-affinity',
    'enabled_filters in nova.conf of the scheduler: '
    'ServerGroupAntiAffinityFilter; [compute] min_compute_nodes',
)
HINTS = {
    name: ADVERTISED
    if hint.cause != judging.HINTS['interface'].cause
    else hint
    for name, hint in judging.HINTS.items()
}


def inner_card(
    planned: topology.Topology, seen: observations.Observation
) -> list[Difference]:
    """Compare the vRouter's inner card with its prediction."""
    card = seen.interface(planned.inner_mac)
    if not card:
        return [Difference('interface', planned.inner_mac, expect.MISSING)]
    there = sorted(
        f'{one.address}/{one.prefix_length}'
        for one in seen.addresses
        if one.interface == card.name
        and one.address.version == 6
        and not one.address.is_link_local()
    )
    unfit = {
        str(one.address): sorted(one.flags & seeing.UNFIT)
        for one in seen.addresses
        if one.interface == card.name and one.flags & seeing.UNFIT
    }
    gateways = [
        str(one.gateway)
        for one in seen.routes
        if one.is_default and one.interface == card.name
    ]
    address = f'{planned.vrouter_inner}/{planned.inner.prefixlen}'
    return expect.differences(
        {
            'IPv6 addresses': _equal([address]),
            'unfit addresses': _equal({}),
            'default routers': _equal([]),
            'forwarding': _equal(1),
        },
        {
            'IPv6 addresses': there,
            'unfit addresses': unfit,
            'default routers': gateways,
            'forwarding': card.settings.get('forwarding'),
        },
    )


def lost(
    who: str,
    aims: Sequence[reach.Aim],
    pings: Mapping[str, observations.Echo],
    limit: float = 0,
) -> list[Difference]:
    """Return the pings of one guest that lost more than they may.

    :param pings: by target and size
    :param limit: percent of the requests of a ping. Where none was answered
        that is too much anyway
    """
    sizes = {aim.name: aim.ping(reach.FULL, 1).size for aim in aims}
    found = []
    for name, echo in pings.items():
        target, _, size = name.rpartition('.')
        octets = sizes[target] if size == reach.FULL else size
        least = max(1, math.ceil(echo.sent * (100 - limit) / 100))
        if echo.received < least:
            found.append(
                Difference(
                    f'{who} -> {target}, {octets} octets',
                    f'at least {least} of {echo.sent} replies',
                    f'{echo.received} of {echo.sent} replies',
                )
            )
    return found


def hops(
    who: str,
    aims: Sequence[reach.Aim],
    seen: observations.Observation,
    nearer: observations.Observation,
) -> list[Difference]:
    """Judge the hop limits of the replies to a guest (RFC 8200 section 3).

    :param nearer: of the vRouter. Replies from afar have been forwarded
        once less there
    """
    expected, answer = {}, {}
    for aim in aims:
        name = f'{who} <- {aim.name}, hop limit'
        if aim.routers is not None:
            expected[name] = _equal([topology.HOP_LIMIT - aim.routers])
        else:
            expected[name] = _one_less(_limits(nearer.pings, aim.name))
        answer[name] = _limits(seen.pings, aim.name)
    return expect.differences(expected, answer)


def hops_to_outside(
    planned: topology.Topology, pings: Mapping[str, observations.Echo]
) -> list[Difference]:
    """Judge the hop limits of replies as somebody outside sees them.

    Nobody knows how far away that is, but the vRouter answers from both of
    its addresses itself, and what VM1 and VM2 answer it has forwarded.
    """
    near = _limits(pings, reach.OUTER)
    expected = {
        f'outside <- {reach.INNER}, hop limit': _equal(near or ['any']),
        **{
            f'outside <- {name}, hop limit': _one_less(near)
            for name in planned.machines
        },
    }
    answer = {
        f'outside <- {name}, hop limit': _limits(pings, name)
        for name in (reach.INNER, *planned.machines)
    }
    return expect.differences(expected, answer)


def pattern(
    who: str, seen: observations.Observation, lost: Set[str]
) -> list[Difference]:
    """Return the targets that do not answer as they must.

    :param lost: those that must not answer at all
    """
    return [
        Difference(
            f'{who} -> {target}',
            NONE if target in lost else EVERY,
            f'{echo.received} of {echo.sent} replies',
        )
        for name, echo in seen.pings.items()
        if (target := name.partition('.')[0])
        if echo.received != (0 if target in lost else max(echo.sent, 1))
    ]


def path(
    planned: topology.Topology,
    aim: reach.Aim,
    seen: observations.Observation,
) -> list[Difference]:
    """Judge the hops of a path through the vRouter, as traceroute shows."""
    wanted = [planned.vrouter_inner, planned.router]
    there = [
        ' or '.join(map(str, hop)) or SILENT
        for hop in seen.paths.get(aim.name, ())
    ]
    name = f'path to {aim.name} ({aim.address})'
    if aim.address in wanted:
        return expect.differences(
            {name: _equal([str(one) for one in wanted])},
            {name: there},
        )
    text = ', '.join(map(str, [*wanted, '...', aim.address]))
    check = expect.Check(
        text,
        lambda seen: (
            seen[:2] == [str(one) for one in wanted]
            and seen[-1] == str(aim.address)
        ),
    )
    return expect.differences({name: check}, {name: there})


def refused(
    who: str,
    wanted: Sequence[plans.Connection],
    seen: observations.Observation,
) -> list[Difference]:
    """Return the TCP connections of one guest that were not answered well.

    What lies beyond the vRouter may refuse them: then TCP has gone both ways.
    """
    answer = expect.Check(
        ANSWER,
        lambda seen: seen in (observations.OPEN, observations.REFUSED),
    )
    return expect.differences(
        {
            f'{who} -> {one.name}, TCP {one.port}': answer
            if one.name in reach.BEYOND
            else _equal(observations.OPEN)
            for one in wanted
        },
        {
            f'{who} -> {one.name}, TCP {one.port}': seen.connections.get(
                one.name
            )
            for one in wanted
        },
    )


def fetched(there: Mapping[str, int | str], octets: int) -> list[Difference]:
    """Judge what came by TCP.

    :param there: how many octets, or why none, by where from
    """
    names = {name: f'outside <- {name}, octets by TCP' for name in there}
    return expect.differences(
        {name: _equal(octets) for name in names.values()},
        {names[name]: seen for name, seen in there.items()},
    )


def answered(
    some: Iterable[Mapping[str, observations.Echo]], targets: Set[str]
) -> int:
    """Count the replies from some targets.

    :param some: the pings of each guest, or of whoever sent them
    """
    return sum(
        echo.received
        for pings in some
        for name, echo in pings.items()
        if name.partition('.')[0] in targets
    )


def sent(seen: observations.Observation, targets: Set[str]) -> int:
    """Count the echo requests of a guest to some targets."""
    return sum(
        echo.sent
        for name, echo in seen.pings.items()
        if name.partition('.')[0] in targets
    )


def unconfigured(mac: str, seen: observations.Observation) -> list[Difference]:
    """Judge a card that heard of no router: it has its own address alone."""
    card = seen.interface(mac)
    addresses = [
        str(one.address)
        for one in seen.addresses
        if card and one.interface == card.name and one.address.version == 6
    ]
    gateways = [
        str(one.gateway)
        for one in seen.routes
        if card and one.is_default and one.interface == card.name
    ]
    return expect.differences(
        {
            'IPv6 addresses': _equal(
                [str(addressing.link_local_address(mac))]
            ),
            'default routers': _equal([]),
        },
        {'IPv6 addresses': addresses, 'default routers': gateways},
    )


def solicitations(counters: str) -> int:
    """Read how many a card has sent from /proc/net/dev_snmp6/CARD.

    :raises ValueError: when it does not tell
    """
    rows = [line.split() for line in counters.splitlines()]
    found = [row[1] for row in rows if row[:1] == ['Icmp6OutRouterSolicits']]
    if not found:
        raise ValueError(
            'expected a line of Icmp6OutRouterSolicits in '
            f'/proc/net/dev_snmp6, seen {counters!r}'
        )
    return int(found[0])


def forwarded(
    before: Counters, after: Counters, least: int
) -> list[Difference]:
    """Judge how many packets the vRouter forwarded (RFC 4293)."""
    check = expect.Check(
        f'grows by at least {least}', lambda seen: bool(seen >= least)
    )
    return expect.differences(
        {FORWARDED: check}, {FORWARDED: grown(before, after)}
    )


def grown(before: Counters, after: Counters) -> int:
    """Return how many packets the vRouter forwarded in between."""
    return after[FORWARDED] - before[FORWARDED]


def hosts(names: Mapping[str, str]) -> list[Difference]:
    """Judge where servers run that must be kept apart.

    :param names: opaque ones of their hosts, by server
    """
    attribute = f'hosts of {" and ".join(names)}'
    check = expect.Check(
        'one for each', lambda seen: len(set(seen.values())) == len(seen)
    )
    return expect.differences({attribute: check}, {attribute: dict(names)})


def slow(
    who: str, seen: observations.Observation, limit: float
) -> list[Difference]:
    """Return the pings whose round trips took too long on average."""
    return [
        Difference(
            f'{who} -> {name}, round trip',
            f'at most {limit} ms on average',
            f'{average(echo):.1f} ms',
        )
        for name, echo in seen.pings.items()
        if echo.times and average(echo) > limit
    ]


def table(seen: Seen, limit: float) -> str:
    """Return loss and round trips of all pings, for a reader."""
    head = f'{"from":8} {"to":22} {"lost":>6} {"min/avg/max ms":>20}'
    rows = [
        f'{who:8} {name:22} {echo.sent - echo.received:>2} of '
        f'{echo.sent} {_times(echo):>20}'
        + (' slow' if echo.times and average(echo) > limit else '')
        for who, observation in seen.items()
        for name, echo in observation.pings.items()
    ]
    return '\n'.join([head, *rows, f'limit of the average: {limit} ms'])


def average(echo: observations.Echo) -> float:
    """Return the mean round trip in milliseconds."""
    return sum(echo.times) / len(echo.times)


def _times(echo: observations.Echo) -> str:
    if not echo.times:
        return '-'
    three = (min(echo.times), average(echo), max(echo.times))
    return '/'.join(f'{one:.1f}' for one in three)


def _limits(pings: Mapping[str, observations.Echo], target: str) -> list[int]:
    echo = pings.get(f'{target}.{reach.SMALL}')
    return sorted(set(echo.hop_limits)) if echo else []


def _one_less(limits: Sequence[int]) -> expect.Check:
    """Expect what was forwarded once more than something that was seen."""
    return _equal([one - 1 for one in limits] or ['any'])


def _equal(wanted: Any) -> expect.Check:
    return expect.Check(repr(wanted), lambda seen: bool(seen == wanted))
