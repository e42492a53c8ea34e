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
    """One address of a guest: predicted, seen, or both."""

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

    @property
    def is_right(self) -> bool:
        """Whether what was predicted was seen, and nothing else."""
        return self.predicted == self.seen


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
