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

"""Who pings whom in the vRouter scenario. Pure: no Tempest."""

from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass

import netaddr

from ipv6_tempest_plugin.overlay.guests import plans
from ipv6_tempest_plugin.overlay.vrouter import topology

INNER = 'vRouter-eth1'
OUTER = 'vRouter-eth0'
ROUTER = 'ipv6-router'
EXTERNAL = 'external'
# What lies behind the vRouter as VM1 and VM2 see it.
BEYOND = (ROUTER, EXTERNAL)
SMALL = '56'
FULL = 'full'
SSH = 22
# Seconds after which a reply is taken for lost. Late is not lost, and where
# all come in nobody waits.
LATE = 10


@dataclass(frozen=True)
class Aim:
    """A target as one guest sees it.

    :param source: the guest's address to send from; None leaves it to whom
        it is
    :param mtu: of the way, in octets
    :param routers: on the way; None where nobody can know
    """

    name: str
    address: netaddr.IPAddress
    source: netaddr.IPAddress | None
    mtu: int
    routers: int | None

    def ping(self, size: str, count: int, patience: int = LATE) -> plans.Ping:
        """Return echo requests, small ones or as large as the way takes."""
        octets = plans.full_size(self.mtu) if size == FULL else int(SMALL)
        return plans.Ping(
            f'{self.name}.{size}',
            self.address,
            self.source,
            count,
            octets,
            patience,
        )

    @property
    def path(self) -> plans.Path:
        """Return the way there, to be traced."""
        return plans.Path(self.name, self.address, self.source)


@dataclass(frozen=True)
class Links:
    """MTUs, and what lies outside.

    :param inner: MTU of ipv4-int-network1
    :param outer: MTU of ipv6-int-network2
    :param external: an address outside of the cloud; None without one
    :param outside: MTU of the external network
    """

    inner: int
    outer: int
    external: netaddr.IPAddress | None
    outside: int

    @property
    def across(self) -> int:
        """The MTU of a way through the vRouter."""
        return min(self.inner, self.outer)

    @property
    def upstream(self) -> int:
        """The MTU of the vRouter's own way out of the cloud."""
        return min(self.outer, self.outside)

    @property
    def whole(self) -> int:
        """The MTU of a way through the vRouter and out of the cloud."""
        return min(self.across, self.outside)


def of_machine(
    planned: topology.Topology, name: str, links: Links
) -> list[Aim]:
    """Return what VM1 or VM2 must reach."""
    own = planned.machine(name)
    others = [
        Aim(other, planned.machine(other), own, links.inner, 0)
        for other in planned.machines
        if other != name
    ]
    aims = [
        *others,
        Aim(INNER, planned.vrouter_inner, own, links.inner, 0),
        Aim(OUTER, planned.vrouter_outer, own, links.inner, 0),
        Aim(ROUTER, planned.router, own, links.across, 1),
    ]
    if links.external:
        aims.append(Aim(EXTERNAL, links.external, own, links.whole, None))
    return aims


def of_vrouter(planned: topology.Topology, links: Links) -> list[Aim]:
    """Return what the vRouter must reach."""
    inner, outer = planned.vrouter_inner, planned.vrouter_outer
    aims = [
        Aim(name, planned.machine(name), inner, links.inner, 0)
        for name in planned.machines
    ]
    aims.append(Aim(ROUTER, planned.router, outer, links.outer, 0))
    if links.external:
        aims.append(Aim(EXTERNAL, links.external, outer, links.upstream, None))
    return aims


def from_outside(planned: topology.Topology, links: Links) -> list[Aim]:
    """Return what whoever is outside of the cloud must reach."""
    inner, outer = planned.vrouter_inner, planned.vrouter_outer
    return [
        *(
            Aim(name, planned.machine(name), None, links.whole, None)
            for name in planned.machines
        ),
        Aim(OUTER, outer, None, links.upstream, None),
        Aim(INNER, inner, None, links.upstream, None),
    ]


def aims(planned: topology.Topology, links: Links) -> dict[str, Sequence[Aim]]:
    """Return the matrix: by each guest what it must reach."""
    every: dict[str, Sequence[Aim]] = {
        name: of_machine(planned, name, links) for name in planned.machines
    }
    return {**every, topology.VROUTER: of_vrouter(planned, links)}


def pings(
    some: Iterable[Aim],
    sizes: Sequence[str],
    count: int,
    patience: int = LATE,
) -> list[plans.Ping]:
    """Return the pings to some targets in some sizes."""
    return [one.ping(size, count, patience) for one in some for size in sizes]


def awaited(some: Sequence[Aim]) -> list[Aim]:
    """Return what a guest waits for before it is asked to ping.

    Its peers, and what is farthest: that answers by way of all the others.
    """
    peers = [aim for aim in some if aim.name in topology.MACHINES]
    return [*peers, *[aim for aim in some if aim.name in BEYOND][-1:]]


def traced(some: Sequence[Aim]) -> list[Aim]:
    """Return what VM1 or VM2 traces the way to: what is farthest.

    Traces of nearer targets show nothing more, and would use up what
    ipv6-router may answer to one host (RFC 4443 section 2.4 (f)).
    """
    return [aim for aim in some if aim.name in BEYOND][-1:]


def connections(
    planned: topology.Topology, name: str, port: int
) -> list[plans.Connection]:
    """Return the TCP connections that a guest tries.

    Those to others' ssh stay on the inner link; that to ipv6-router crosses
    the vRouter.

    :param port: of ipv6-router, open or not
    """
    if name == topology.VROUTER:
        return [
            plans.Connection(other, planned.machine(other), SSH)
            for other in planned.machines
        ]
    return [
        plans.Connection(OUTER, planned.vrouter_outer, SSH),
        plans.Connection(ROUTER, planned.router, port),
    ]
