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

"""What still answers on IPv4 where IPv4 is forbidden."""

from collections.abc import Callable
import functools
import itertools
import socket

import netaddr

from ipv6_tempest_plugin.underlay import catalog
from ipv6_tempest_plugin.underlay import crashes
from ipv6_tempest_plugin.underlay import findings
from ipv6_tempest_plugin.underlay import resolving
from ipv6_tempest_plugin.underlay import settings as config
from ipv6_tempest_plugin.underlay import sockets
from ipv6_tempest_plugin.underlay import together
from ipv6_tempest_plugin import waiting

Try = Callable[[], list[findings.Finding]]

_CONTROL_PLANE = findings.Place('control plane')


def tries(found: catalog.Catalog, settings: config.Settings) -> list[Try]:
    """Return what there is to try on IPv4: jobs, nothing where allowed.

    Each A record of each name, and each known address of the control
    plane on each port that an endpoint has.
    """
    if not settings.ipv4_forbidden:
        return []
    jobs: list[Try] = []
    ports: dict[int, list[findings.Place]] = {}
    for target in found.targets:
        ports.setdefault(target.location.port, []).append(target.place)
        if target.location.literal is None:
            job = functools.partial(_try_name, target, settings)
            jobs.append(crashes.confined(job, 'ipv4-crashed', target.place))
    for address in settings.control_plane_ipv4:
        for port, places in ports.items():
            job = functools.partial(_try_host, address, port, places, settings)
            jobs.append(crashes.confined(job, 'ipv4-crashed', *places))
    return jobs


def judge(
    target: catalog.Target, settings: config.Settings
) -> list[findings.Finding]:
    """Try everything for one URL, such as that of a console."""
    found = catalog.Catalog((target.place,), (target,), ())
    results = together.gather(tries(found, settings))
    return [*unproven(found, settings), *itertools.chain(*results)]


def unproven(
    found: catalog.Catalog, settings: config.Settings
) -> list[findings.Finding]:
    """Refuse to call IPv4 closed where a literal leaves nothing to try.

    What the resolver says of a name is only known once that is tried.
    """
    if not settings.ipv4_forbidden or settings.control_plane_ipv4:
        return []
    literals = [t for t in found.targets if t.location.literal is not None]
    if not literals:
        return []
    seen = (
        f'{len(literals)} of {len(found.targets)} endpoints are literals, '
        f'which have no A record, and control_plane_ipv4 is empty'
    )
    return [findings.Finding('ipv4-unproven', _CONTROL_PLANE, seen)]


def attempt(
    address: netaddr.IPAddress, port: int, timeout: float
) -> findings.Fault | None:
    """Return what is wrong when IPv4 answers or cannot be tried."""
    try:
        sockets.connect(address, port, waiting.Deadline(timeout)).close()
    except findings.Fault as fault:
        if fault.code != 'tcp-unreachable':
            return None
        return findings.Fault(
            'ipv4-unproven', f'{address}: {fault.seen}', str(address)
        )
    seen = f'a TCP connection to {address} port {port}'
    return findings.Fault('ipv4-listener', seen, str(address))


def _try_name(
    target: catalog.Target, settings: config.Settings
) -> list[findings.Finding]:
    """Try every A record; one on which nothing listens is no fault."""
    location = target.location
    deadline = waiting.Deadline(settings.timeout)
    try:
        found = resolving.lookup(location.host, socket.AF_INET, deadline)
    except findings.Fault as fault:
        # Whether the resolver should is the finding of another check.
        return [_unproven_name(fault.seen)]
    if not found and not settings.control_plane_ipv4:
        seen = f'{location.host} has no A record'
        return [_unproven_name(f'{seen}, and control_plane_ipv4 is empty')]
    faults = together.gather(
        [
            functools.partial(attempt, a, location.port, settings.timeout)
            for a in found
        ]
    )
    return [findings.Finding.of(f, target.place) for f in faults if f]


def _unproven_name(seen: str) -> findings.Finding:
    # The same for every endpoint of that name, so that it is said once.
    return findings.Finding('ipv4-unproven', _CONTROL_PLANE, seen)


def _try_host(
    address: netaddr.IPAddress,
    port: int,
    places: list[findings.Place],
    settings: config.Settings,
) -> list[findings.Finding]:
    fault = attempt(address, port, settings.timeout)
    return [findings.Finding.of(fault, p) for p in places] if fault else []
