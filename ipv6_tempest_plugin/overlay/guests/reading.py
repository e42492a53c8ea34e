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

"""From a report's lines to an observation. Pure: no Tempest.

Every line must be understood: what cannot be read is an error that says
which line it was, since the tests would judge what they did not see.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import json
import re
from typing import Any
from typing import TypeVar

import netaddr

from ipv6_tempest_plugin.overlay.guests import observations
from ipv6_tempest_plugin.overlay.guests import probing
from ipv6_tempest_plugin.overlay.guests import reports

T = TypeVar('T')
# Interface, address and prefix length.
Key = tuple[str, netaddr.IPAddress, int]
REQUIRED = ('time', 'links', 'sysctl', 'if_inet6', 'ipv6_route', 'addr')
# linux/if_addr.h
FLAGS = {
    0x01: 'temporary',
    0x02: 'nodad',
    0x04: 'optimistic',
    0x08: 'dadfailed',
    0x10: 'homeaddress',
    0x20: 'deprecated',
    0x40: 'tentative',
    0x80: 'permanent',
}
# linux/ipv6_route.h, linux/route.h
RTF_GATEWAY = 0x2
RTF_ADDRCONF = 0x40000
RTF_LOCAL = 0x80000000
LINK = re.compile(r'/sys/class/net/([^/]+)/(address|mtu|operstate):(.*)')
SYSCTL = re.compile(r'/proc/sys/net/ipv6/conf/([^/]+)/(\w+):(-?\d+)')
ADDR = re.compile(
    r'\d+: +([^\s@:]+)\S* +inet6? +([0-9a-f.:]+)(?: peer [0-9a-f.:]+)?'
    r'/(\d+)(.*)'
)
LIFETIMES = re.compile(r'valid_lft (\w+) +preferred_lft (\w+)')
ROUTE = re.compile(r'[0-9a-f:]+(/\d+)?')
EXPIRES = re.compile(r'expires (-?\d+)sec')
RECORD = re.compile(r'.*/([^/.]+)\.(dhcp6|dhcp4|ra)[^/:]*:(\S+) +(.*)')
# The file's own name may hold colons: eth0.ra.fe80::1
RA_RECORD = re.compile(r'.*/([^/.]+)\.(ra)\.\S*?:(nameserver|search) +(.*)')


def read(report: reports.Report) -> observations.Observation:
    """Return what a report says.

    :raises MalformedReport: with the section and line that is not understood
    """
    missing = [name for name in REQUIRED if not report.sections.get(name)]
    if missing:
        raise reports.MalformedReport(
            f'expected the sections {list(REQUIRED)} in a report, seen '
            f'nothing in {missing}; does the guest have ip and grep?'
        )
    said = report.sections
    return observations.Observation(
        number=report.number,
        uptime=_only(said, 'time', lambda line: float(line.split()[0])),
        interfaces=_interfaces(said),
        addresses=_addresses(said),
        routes=_routes(said),
        resolv_conf=_servers(said.get('resolv', ())),
        counters=counters(said),
        neighbours=said.get('neigh', ()),
        text=report.text,
        **_records(said),
        **_probed(said),
    )


def counters(said: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return those of /proc/net/snmp6, in the section of that name.

    :raises MalformedReport: with the line that is not understood
    """
    return dict(_each(said, 'snmp6', _counter))


def _records(said: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Read what the image keeps; None where it keeps nothing."""
    return {
        'advertisements': _recorded(said, 'ra', _advertisement),
        'name_servers': _sourced(
            said,
            'nameserver',
            lambda name, source, word: observations.NameServer(
                name, source, netaddr.IPAddress(word)
            ),
        ),
        'domains': _sourced(said, 'search', observations.Domain),
    }


def _probed(said: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    return {
        'pings': _probes(said, 'ping.', probing.echo),
        'connections': _probes(said, 'tcp.', probing.connected),
        'paths': _probes(said, 'path.', probing.path),
    }


def _each(
    said: Mapping[str, Sequence[str]], name: str, reader: Callable[[str], Any]
) -> list[Any]:
    """Read each line of a section."""
    found = []
    for line in said.get(name, ()):
        try:
            found.append(reader(line))
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise reports.MalformedReport(
                f'section {name}: this line is not understood: {line!r} '
                f'({type(error).__name__}: {error})'
            ) from error
    return found


def _only(
    said: Mapping[str, Sequence[str]], name: str, reader: Callable[[str], Any]
) -> Any:
    return _each(said, name, reader)[0]


def _match(pattern: re.Pattern[str], line: str) -> Sequence[str]:
    match = pattern.fullmatch(line)
    if not match:
        raise ValueError(f'expected {pattern.pattern}')
    return match.groups()


def _interfaces(
    said: Mapping[str, Sequence[str]],
) -> list[observations.Interface]:
    links: dict[str, dict[str, str]] = {}
    for name, key, value in _each(said, 'links', lambda x: _match(LINK, x)):
        links.setdefault(name, {})[key] = value
    settings: dict[str, dict[str, int]] = {}
    for name, key, value in _each(said, 'sysctl', lambda x: _match(SYSCTL, x)):
        settings.setdefault(name, {})[key] = int(value)
    return [
        observations.Interface(
            name,
            link.get('address', ''),
            int(link['mtu']),
            link['operstate'],
            settings.get(name, {}),
        )
        for name, link in links.items()
        if name != 'lo' and {'mtu', 'operstate'} <= set(link)
    ]


def _addresses(
    said: Mapping[str, Sequence[str]],
) -> list[observations.Address]:
    """Join the flags of /proc with the lifetimes of ip(8)."""
    told = list(filter(None, _each(said, 'addr', _lifetimes)))
    lifetimes = dict(told)
    found = [
        _told(key, frozenset(), lifetime)
        for key, lifetime in told
        if key[1].version == 4
    ]
    for key, flags in _each(said, 'if_inet6', _flags):
        # One that went between the two looks is told without lifetimes.
        lifetime = lifetimes.get(key, (None, None))
        found.append(_told(key, flags, lifetime))
    return [one for one in found if one.interface != 'lo']


def _told(
    key: Key, flags: frozenset[str], lifetime: tuple[int | None, int | None]
) -> observations.Address:
    name, address, length = key
    return observations.Address(name, address, length, flags, *lifetime)


def _lifetimes(
    line: str,
) -> tuple[Key, tuple[int | None, int | None]] | None:
    if ' inet' not in line:
        return None  # BusyBox tells the link too
    name, address, length, rest = _match(ADDR, line)
    times = LIFETIMES.search(rest)
    valid, preferred = times.groups() if times else ('forever', 'forever')
    key = (name, netaddr.IPAddress(address), int(length))
    return key, (_seconds(valid), _seconds(preferred))


def _seconds(text: str) -> int | None:
    if text == 'forever':
        return None
    return int(text.removesuffix('sec'))


def _flags(
    line: str,
) -> tuple[Key, frozenset[str]]:
    digits, _, length, _, flags, name = line.split()
    bits = int(flags, 16)
    names = frozenset(text for bit, text in FLAGS.items() if bits & bit)
    return (name, _address(digits), int(length, 16)), names


def _address(digits: str) -> netaddr.IPAddress:
    if len(digits) != 32:
        raise ValueError('expected an address of 32 digits')
    return netaddr.IPAddress(int(digits, 16), 6)


def _routes(said: Mapping[str, Sequence[str]]) -> list[observations.Route]:
    """Join the flags of /proc with what ip(8) says.

    The kernel marks the routes that it makes of advertisements itself.
    Programs that do it instead (NetworkManager, systemd-networkd) mark
    theirs by the protocol.
    """
    told = dict(_told_routes(said.get('route', ())))
    found = []
    leading = filter(None, _each(said, 'ipv6_route', _route))
    for destination, gateway, name, advertised in leading:
        key = (str(destination), str(gateway), name)
        expires, by_program = told.get(key, (None, False))
        found.append(
            observations.Route(
                destination, gateway, name, advertised or by_program, expires
            )
        )
    return found


def _route(
    line: str,
) -> tuple[netaddr.IPNetwork, netaddr.IPAddress | None, str, bool] | None:
    """Read a route; None when it leads to the guest itself or to groups."""
    fields = line.split()
    flags = int(fields[8], 16)
    destination = netaddr.IPNetwork(
        f'{_address(fields[0])}/{int(fields[1], 16)}'
    )
    if flags & RTF_LOCAL or fields[9] == 'lo' or destination.ip.is_multicast():
        return None
    gateway = _address(fields[4]) if flags & RTF_GATEWAY else None
    return destination, gateway, fields[9], bool(flags & RTF_ADDRCONF)


def _told_routes(
    lines: Iterable[str],
) -> Iterator[tuple[tuple[str, str, str], tuple[int | None, bool]]]:
    """Read when routes expire, and whether advertisements made them."""
    for line in lines:
        words = line.split()
        if 'dev' not in words:
            continue
        where = '::/0' if words[0] == 'default' else words[0]
        if not ROUTE.fullmatch(where):
            continue  # of another kind: unreachable, blackhole
        where = str(netaddr.IPNetwork(where))
        expires = EXPIRES.search(line)
        yield (
            (where, _after(words, 'via'), _after(words, 'dev')),
            (int(expires[1]) if expires else None, 'proto ra' in line),
        )


def _after(words: Sequence[str], name: str) -> str:
    return words[words.index(name) + 1] if name in words else 'None'


def _recorded(
    said: Mapping[str, Sequence[str]], name: str, reader: Callable[[str], Any]
) -> list[Any] | None:
    return _each(said, name, reader) if name in said else None


def _advertisement(line: str) -> observations.Advertisement:
    row = json.loads(line)
    return observations.Advertisement(
        interface=row['dev'],
        router=netaddr.IPAddress(row['router']),
        managed=row['managed'],
        other=row['other'],
        lifetime=int(row['lifetime']),
        mtu=row['mtu'],
        prefixes=frozenset(map(netaddr.IPNetwork, row['prefixes'])),
        on_link=frozenset(map(netaddr.IPNetwork, row['on_link'])),
        autonomous=frozenset(map(netaddr.IPNetwork, row['autonomous'])),
        servers=tuple(map(netaddr.IPAddress, row['rdnss'])),
    )


def _sourced(
    said: Mapping[str, Sequence[str]],
    keyword: str,
    make: Callable[[str, str, str], T],
) -> list[T] | None:
    """Read the words that some source gave behind a keyword."""
    rows = _recorded(said, 'dns', _record)
    if rows is None:
        return None
    return [
        make(name, source, word)
        for name, source, key, rest in rows
        if key == keyword
        for word in rest.split()
    ]


def _record(line: str) -> Sequence[str]:
    return _match(RA_RECORD if '.ra.' in line else RECORD, line)


def _servers(lines: Iterable[str]) -> list[netaddr.IPAddress]:
    """Return the servers of resolv.conf(5)."""
    words = (line.split() for line in lines)
    named = (row[1] for row in words if row[:1] == ['nameserver'])
    return [netaddr.IPAddress(name.partition('%')[0]) for name in named]


def _counter(line: str) -> tuple[str, int]:
    name, value = line.split()
    return name, int(value)


def _probes(
    said: Mapping[str, Sequence[str]],
    prefix: str,
    reader: Callable[[Sequence[str]], Any],
) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): reader(lines)
        for name, lines in said.items()
        if name.startswith(prefix)
    }
