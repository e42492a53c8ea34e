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

"""What tests attach for the report, as data.

``doc/source/report.rst`` describes the JSON that each kind is read from.
"""

from dataclasses import dataclass
import ipaddress
import re

Value = ipaddress.IPv4Address | ipaddress.IPv6Address
# Flags with which nobody can use an address (RFC 4862, 5.4 and 5.5.4).
_UNFIT = ('tentative', 'dadfailed', 'deprecated')
_FLAG = re.compile(r'[a-z_]+')
_LENGTH = re.compile('[0-9]{1,3}')


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong in one place of the catalog."""

    code: str
    title: str
    service: str
    region: str
    interface: str
    url: str
    seen: str
    expected: str
    cause: str
    look: str
    address: str = ''


@dataclass(frozen=True, slots=True)
class Visit:
    """What one address of an endpoint did when it was asked."""

    address: str
    listening: bool | None = None
    status: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint of the catalog and the addresses behind it."""

    service: str
    region: str
    interface: str
    urls: tuple[str, ...] = ()
    visits: tuple[Visit, ...] = ()


@dataclass(frozen=True, slots=True)
class Address:
    """One address of a guest: predicted, seen, or both.

    :param prefix_length: of what was seen
    :param state: the flags that it had, by their names in Linux
    """

    guest: str
    interface: str
    predicted: str = ''
    seen: str = ''
    mac: str = ''
    network: str = ''
    mode: str = ''
    prefix_length: int | None = None
    state: str = ''
    note: str = ''
    predicted_prefix_length: int | None = None

    @property
    def is_right(self) -> bool:
        """Whether what was predicted was seen, fit for use, and only that."""
        return not self.wrong

    @property
    def wrong(self) -> tuple[str, ...]:
        """What is wrong with it, in words."""
        if not self.predicted or not self.seen:
            return self._missing()
        predicted, length = _value(
            self.predicted, self.predicted_prefix_length
        )
        seen, seen_length = _value(self.seen, self.prefix_length)
        found = []
        if predicted is None or predicted != seen:
            found.append('another address')
        if length is not None and length != seen_length:
            found.append('prefix length')
        flags = _FLAG.findall(self.state.lower())
        return (*found, *(flag for flag in _UNFIT if flag in flags))

    def _missing(self) -> tuple[str, ...]:
        if self.predicted:
            return ('not seen',)
        return ('not predicted',) if self.seen else ()


def _value(text: str, length: int | None) -> tuple[Value | None, int | None]:
    """Return address and prefix length; a length in the text goes first.

    The zone of an address (RFC 4007) is no part of what it is.
    """
    plain, _, prefix = text.partition('/')
    try:
        address = ipaddress.ip_address(plain.partition('%')[0])
    except ValueError:
        return None, length
    return address, int(prefix) if _LENGTH.fullmatch(prefix) else length


@dataclass(frozen=True, slots=True)
class Node:
    """A network, router, guest or the outside world in a picture."""

    name: str
    kind: str
    addresses: tuple[str, ...] = ()
    note: str = ''


@dataclass(frozen=True, slots=True)
class Link:
    """A line between two nodes."""

    between: tuple[str, str]
    label: str = ''


@dataclass(frozen=True, slots=True)
class Topology:
    """A picture of what a test built."""

    nodes: tuple[Node, ...]
    links: tuple[Link, ...] = ()
    title: str = ''


@dataclass(frozen=True, slots=True)
class Ping:
    """Echo requests from one node to an address of another.

    :param wanted: whether they should have been answered
    :param minimum_ms: round-trip times in milliseconds
    """

    source: str
    target: str
    address: str
    sent: int
    received: int
    wanted: bool = True
    source_address: str = ''
    minimum_ms: float | None = None
    average_ms: float | None = None
    maximum_ms: float | None = None

    @property
    def is_right(self) -> bool:
        """Whether all, or none where none should, were answered."""
        expected = self.sent if self.wanted else 0
        return self.sent > 0 and self.received == expected


@dataclass(frozen=True, slots=True)
class Step:
    """A part of a test and the seconds that it took."""

    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that one test attached for the report."""

    findings: tuple[Finding, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    addresses: tuple[Address, ...] = ()
    topologies: tuple[Topology, ...] = ()
    pings: tuple[Ping, ...] = ()
    steps: tuple[Step, ...] = ()


NOTHING = Evidence()
