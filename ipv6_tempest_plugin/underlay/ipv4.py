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
Places = list[findings.Place]

_CONTROL_PLANE = findings.Place('control plane')


def tries(found: catalog.Catalog, settings: config.Settings) -> list[Try]:
    """Return what there is to try on IPv4: jobs, nothing where allowed.

    Each A record of each name, and each known address of the control
    plane on each port that an endpoint has. No name is looked up and no
    port of an address tried twice, whatever many endpoints share.
    """
    if not settings.ipv4_forbidden:
        return []
    ports: dict[int, Places] = {}
    names: dict[tuple[str, int], Places] = {}
    for target in found.targets:
        location = target.location
        ports.setdefault(location.port, []).append(target.place)
        if location.literal is None:
            key = location.host.lower(), location.port
            names.setdefault(key, []).append(target.place)
    trial = _Trial(settings)
    jobs: list[Try] = []
    for (host, port), places in names.items():
        go = functools.partial(trial.of_name, host, port, places)
        jobs.append(crashes.confined(go, 'ipv4-crashed', *places))
    for address in settings.control_plane_ipv4:
        for port, places in ports.items():
            go = functools.partial(trial.of_address, address, port, places)
            jobs.append(crashes.confined(go, 'ipv4-crashed', *places))
    return jobs


def judge(
    target: catalog.Target, settings: config.Settings
) -> list[findings.Finding]:
    """Try everything for one URL, such as that of a console."""
    found = catalog.Catalog((target.place,), (target,), ())
    results = together.gather(tries(found, settings))
    wrong = [*unproven(found, settings), *itertools.chain(*results)]
    return list(dict.fromkeys(wrong))


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


class _Trial:
    """Tries what several endpoints share once for all of them."""

    def __init__(self, settings: config.Settings) -> None:
        self._settings = settings
        self._lookups: together.Once[list[netaddr.IPAddress]] = together.Once()
        self._attempts: together.Once[findings.Fault | None] = together.Once()

    def of_name(
        self, host: str, port: int, places: Places
    ) -> list[findings.Finding]:
        """Try every A record; one on which nothing listens is no fault."""
        known = self._settings.control_plane_ipv4
        try:
            found = self._lookups(host, functools.partial(self._lookup, host))
        except findings.Fault as fault:
            # Whether the resolver should is the finding of another check.
            return [_unproven_name(fault.seen)]
        if not found and not known:
            seen = f'{host} has no A record'
            return [_unproven_name(f'{seen}, and control_plane_ipv4 is empty')]
        # Known addresses are tried on every port anyway.
        jobs = [
            functools.partial(self.of_address, address, port, places)
            for address in found
            if address not in known
        ]
        return list(itertools.chain(*together.gather(jobs)))

    def of_address(
        self, address: netaddr.IPAddress, port: int, places: Places
    ) -> list[findings.Finding]:
        """Try one port, which must be closed for each of these places."""
        timeout = self._settings.timeout
        go = functools.partial(attempt, address, port, timeout)
        fault = self._attempts((address, port), go)
        return [findings.Finding.of(fault, p) for p in places] if fault else []

    def _lookup(self, host: str) -> list[netaddr.IPAddress]:
        deadline = waiting.Deadline(self._settings.timeout)
        return resolving.lookup(host, socket.AF_INET, deadline)


def _unproven_name(seen: str) -> findings.Finding:
    # The same for every endpoint of that name, so that it is said once.
    return findings.Finding('ipv4-unproven', _CONTROL_PLANE, seen)
