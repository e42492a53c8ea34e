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

"""Checks of single values: addresses and prefixes are compared as values.

Pure: no Tempest. Each function takes what is expected as it was sent to the
API and returns the check of what came back.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import netaddr

from ipv6_tempest_plugin.overlay import expect

Check = expect.Check
# Protocols that a rule may name or number (IANA protocol numbers).
NUMBERS = {'icmp': 1, 'tcp': 6, 'udp': 17, 'icmpv6': 58, 'ipv6-icmp': 58}


def same(value: Any) -> Check:
    """Equal, and of the same type: True is not 1."""
    return Check(
        repr(value), lambda seen: type(seen) is type(value) and seen == value
    )


def address(value: Any) -> Check:
    """Expect this address, however it is written; None stays None."""
    if value is None:
        return same(None)
    wanted = netaddr.IPAddress(str(value))
    return Check(str(wanted), lambda seen: ip(seen) == wanted)


def network(value: Any) -> Check:
    """Expect this prefix with no bits beyond its length; or None."""
    if value is None:
        return same(None)
    wanted = netaddr.IPNetwork(str(value)).cidr

    def holds(seen: Any) -> bool:
        found = netaddr.IPNetwork(text(seen))
        return bool(found == wanted and found.ip == found.network)

    return Check(str(wanted), holds)


def ipv6_address() -> Check:
    """Expect any IPv6 address."""
    return Check('an IPv6 address', lambda seen: ip(seen).version == 6)


def ipv6_prefix() -> Check:
    """Expect any IPv6 prefix with no bits beyond its length."""

    def holds(seen: Any) -> bool:
        found = netaddr.IPNetwork(text(seen))
        return bool(found.version == 6 and found.ip == found.network)

    return Check('an IPv6 prefix', holds)


def within(prefix: Any, excluding: Iterable[Any] = ()) -> Check:
    """Expect an address of a prefix or of a pair (first, last)."""
    if isinstance(prefix, tuple):
        area = netaddr.IPRange(*prefix)
    else:
        area = netaddr.IPNetwork(str(prefix))
    taken = {netaddr.IPAddress(str(one)) for one in excluding}
    wanted = f'an address of {area}'
    if taken:
        wanted += f' except {", ".join(sorted(map(str, taken)))}'
    return Check(
        wanted, lambda seen: ip(seen) in area and ip(seen) not in taken
    )


def addresses(values: Sequence[Any]) -> Check:
    """Expect these addresses in this order."""
    wanted = [netaddr.IPAddress(str(value)) for value in values]
    return Check(
        repr([str(one) for one in wanted]),
        lambda seen: [ip(one) for one in listed(seen)] == wanted,
    )


def pools(values: Sequence[Mapping[str, Any]]) -> Check:
    """Expect these allocation pools, in any order."""
    return rows(values, {'start': ip, 'end': ip})


def routes(values: Sequence[Mapping[str, Any]]) -> Check:
    """Expect these routes, in any order."""
    return rows(values, {'destination': prefix, 'nexthop': ip})


def rows(
    values: Sequence[Mapping[str, Any]],
    readers: Mapping[str, Callable[[Any], Any]],
) -> Check:
    """Expect mappings in any order, with just these keys read as values."""

    def read(row: Mapping[str, Any]) -> str:
        if set(row) != set(readers):
            raise KeyError(f'expected the keys {sorted(readers)}')
        return repr([reader(row[name]) for name, reader in readers.items()])

    wanted = sorted(map(read, values))
    return Check(
        repr([dict(row) for row in values]),
        lambda seen: sorted(map(read, listed(seen))) == wanted,
    )


def fixed_ips(values: Sequence[Mapping[str, Any]]) -> Check:
    """Expect these addresses of these subnets, in any order."""
    return rows(values, {'subnet_id': text, 'ip_address': ip})


def each_of(values: Sequence[tuple[str, Check]]) -> Check:
    """Expect just one address per pair of subnet id and check."""

    def holds(seen: Any) -> bool:
        left = list(values)
        for row in listed(seen):
            left.remove(_pair(left, row['subnet_id'], row['ip_address']))
        return not left

    wanted = ', '.join(f'{check.wanted} of {name}' for name, check in values)
    return Check(f'[{wanted}]', holds)


def _pair(
    pairs: Iterable[tuple[str, Check]], subnet_id: str, seen: Any
) -> tuple[str, Check]:
    for name, check in pairs:
        if name == subnet_id and check.accepts(seen):
            return name, check
    raise ValueError(f'nothing expects {seen} of {subnet_id}')


def address_pairs(values: Sequence[Mapping[str, Any]], own: str) -> Check:
    """Expect these pairs; without a MAC address, the port's own."""
    return rows(
        [{'mac_address': own, **value} for value in values],
        {'ip_address': prefix, 'mac_address': hardware},
    )


def unordered(values: Iterable[Any]) -> Check:
    """Expect these values in any order, none twice."""
    wanted = sorted(values)
    return Check(repr(wanted), lambda seen: sorted(listed(seen)) == wanted)


def including(values: Iterable[Any]) -> Check:
    """Expect these values among others, in any order."""
    wanted = set(values)
    return Check(
        f'{sorted(wanted)} among others',
        lambda seen: wanted <= set(listed(seen)),
    )


def either(*checks: Check) -> Check:
    """Expect what one of the checks accepts."""
    return Check(
        ' or '.join(check.wanted for check in checks),
        lambda seen: any(check.accepts(seen) for check in checks),
    )


def gateway(network_id: str, ipv6: bool) -> Check:
    """Expect a gateway in a network.

    :param ipv6: whether it must have an IPv6 address there
    """

    def holds(seen: Any) -> bool:
        versions = {
            ip(row['ip_address']).version
            for row in listed(seen['external_fixed_ips'])
        }
        return seen['network_id'] == network_id and (not ipv6 or 6 in versions)

    address = ' with an IPv6 address' if ipv6 else ''
    return Check(f'a gateway{address} in network {network_id}', holds)


def gateway_addresses(prefixes: Mapping[str, Any]) -> Check:
    """Expect a gateway's addresses: IPv6 among them, each in its subnet.

    Addresses of IPv4 may stand beside.

    :param prefixes: by the ids of the IPv6 subnets that there are
    """
    areas = {name: netaddr.IPNetwork(str(p)) for name, p in prefixes.items()}

    def holds(seen: Any) -> bool:
        found = [(row['subnet_id'], ip(row['ip_address'])) for row in seen]
        sixth = [(name, one) for name, one in found if one.version == 6]
        return bool(sixth) and all(one in areas[name] for name, one in sixth)

    places = ', '.join(f'{area} ({name})' for name, area in areas.items())
    return Check(f'IPv6 addresses in {places or "no subnet"}', holds)


def at_least(number: int) -> Check:
    """Expect an integer that is not smaller."""
    return Check(
        f'an integer >= {number}',
        lambda seen: type(seen) is int and seen >= number,
    )


def mac(value: str) -> Check:
    """Expect this MAC address, however it is written."""
    wanted = netaddr.EUI(value)
    return Check(value, lambda seen: hardware(seen) == wanted)


def protocol(value: Any) -> Check:
    """Expect this protocol, by its name or its number; or None (any)."""
    if value is None:
        return same(None)
    wanted = protocol_number(value)
    return Check(
        f'{value} (protocol {wanted})',
        lambda seen: protocol_number(text(seen)) == wanted,
    )


def protocol_number(value: Any) -> int:
    """Return the number of a protocol that a rule names."""
    return NUMBERS.get(str(value)) or int(value)


def present(what: str = 'a text that is not empty') -> Check:
    """Expect a string that is not empty."""
    return Check(what, lambda seen: bool(text(seen)))


def text(seen: Any) -> str:
    """Return a string; netaddr would also read a number.

    :raises TypeError: when it is none
    """
    if not isinstance(seen, str):
        raise TypeError(f'expected a string, got {seen!r}')
    return seen


def hardware(seen: Any) -> netaddr.EUI:
    """Read a MAC address."""
    return netaddr.EUI(text(seen))


def ip(seen: Any) -> netaddr.IPAddress:
    """Read an address."""
    return netaddr.IPAddress(text(seen))


def prefix(seen: Any) -> tuple[netaddr.IPAddress, int]:
    """Read a prefix, the bits beyond its length included."""
    found = netaddr.IPNetwork(text(seen))
    return found.ip, found.prefixlen


def listed(seen: Any) -> list[Any]:
    """Return a list; a string would also iterate.

    :raises TypeError: when it is none
    """
    if not isinstance(seen, list):
        raise TypeError(f'expected a list, got {seen!r}')
    return seen
