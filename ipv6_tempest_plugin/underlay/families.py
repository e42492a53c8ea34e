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

"""The address family of every socket that this process connects.

Evidence from the interpreter itself: an audit hook (PEP 578) sees each
``socket.connect`` with the socket and the address, whatever library called.
"""

from dataclasses import dataclass
import functools
import socket
import sys
from types import TracebackType
from typing import Any

import netaddr

from ipv6_tempest_plugin import addressing
from ipv6_tempest_plugin.underlay import findings

_RECORDERS: list['Recorder'] = []


@dataclass(frozen=True)
class Connect:
    """One TCP connection that was tried, whether or not it came about."""

    family: str
    address: str
    port: int

    @property
    def literal(self) -> netaddr.IPAddress | None:
        """The address; None for a name that the caller left to connect."""
        text, _ = addressing.split_zone(self.address)
        valid = netaddr.valid_ipv6(text) or netaddr.valid_ipv4(text)
        return netaddr.IPAddress(text) if valid else None

    @property
    def is_ipv6(self) -> bool:
        """Whether the packets are IPv6: a mapped address makes IPv4 ones."""
        literal = self.literal
        mapped = (
            literal is not None
            and addressing.scope(literal) is addressing.Scope.IPV4_MAPPED
        )
        return self.family == 'AF_INET6' and not mapped

    def __str__(self) -> str:
        return f'{self.family} {self.address} port {self.port}'


class Recorder:
    """Records every TCP connect of this process while it is entered."""

    def __init__(self) -> None:
        self.connects: list[Connect] = []

    def __enter__(self) -> 'Recorder':
        _install_hook()
        _RECORDERS.append(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _RECORDERS.remove(self)


@functools.cache
def _install_hook() -> None:
    # A hook cannot be removed, so there is one for good.
    sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event != 'socket.connect' or not _RECORDERS:
        return
    sock, address = arguments
    inet = (socket.AF_INET, socket.AF_INET6)
    if sock.family in inet and sock.type == socket.SOCK_STREAM:
        host, port = address[:2]
        seen = Connect(sock.family.name, str(host), int(port))
        for recorder in _RECORDERS:
            recorder.connects.append(seen)


def judge(
    connects: list[Connect],
    place: findings.Place,
    expected: frozenset[netaddr.IPAddress] | None = None,
) -> list[findings.Finding]:
    """Say what is wrong with the way that a request took.

    :param expected: the addresses of the endpoint that was meant; None
        where any will do.
    """
    if not connects:
        return [findings.Finding('travel-unseen', place, 'no connect at all')]
    wrong = [c for c in connects if not c.is_ipv6]
    if wrong:
        return [_finding('travel-ipv4', place, wrong)]
    elsewhere = [
        c
        for c in connects
        if expected is not None and c.literal not in expected
    ]
    return (
        [_finding('travel-elsewhere', place, elsewhere)] if elsewhere else []
    )


def _finding(
    code: str, place: findings.Place, connects: list[Connect]
) -> findings.Finding:
    seen = ', '.join(dict.fromkeys(map(str, connects)))
    return findings.Finding(code, place, seen, connects[0].address)
