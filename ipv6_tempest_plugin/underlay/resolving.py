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

"""From the host of a URL to addresses, within a deadline."""

from concurrent import futures
import functools
import socket
import threading

import netaddr

from ipv6_tempest_plugin import addressing
from ipv6_tempest_plugin.underlay import findings
from ipv6_tempest_plugin.underlay import urls
from ipv6_tempest_plugin import waiting

Scope = addressing.Scope

_SCOPE_CODES = {
    Scope.LOOPBACK: 'scope-loopback',
    Scope.UNSPECIFIED: 'scope-unspecified',
    Scope.LINK_LOCAL: 'scope-link-local',
    Scope.IPV4_MAPPED: 'scope-mapped',
    Scope.NAT64: 'scope-nat64',
    Scope.DOCUMENTATION: 'scope-documentation',
}


def addresses_of(
    location: urls.Location, deadline: waiting.Deadline
) -> list[netaddr.IPAddress]:
    """Return every IPv6 address of a host, in the resolver's order.

    :raises Fault: ``literal-ipv4``, ``name-...`` or ``resolver-silent``.
    """
    literal = location.literal
    if literal is not None:
        if literal.version == 4:
            raise findings.Fault('literal-ipv4', str(literal), str(literal))
        return [literal]
    found = lookup(location.host, socket.AF_INET6, deadline)
    if found:
        return found
    only = lookup(location.host, socket.AF_INET, deadline)
    if only:
        seen = ', '.join(map(str, only))
        raise findings.Fault('name-only-ipv4', f'{location.host} is {seen}')
    raise findings.Fault(
        'name-unresolvable', f'{location.host} has no address at all'
    )


def require_usable(
    address: netaddr.IPAddress, usable: frozenset[Scope]
) -> None:
    """Refuse an address of another scope.

    :raises Fault: ``scope-...``.
    """
    scope = addressing.scope(address)
    if scope not in usable:
        code = _SCOPE_CODES.get(scope, 'scope-other')
        seen = f'{address} is {scope.value}'
        raise findings.Fault(code, seen, str(address))


def lookup(
    host: str, family: socket.AddressFamily, deadline: waiting.Deadline
) -> list[netaddr.IPAddress]:
    """Ask the resolver for one family; no such record is an empty list.

    getaddrinfo cannot be interrupted, so it has a thread of its own that
    is left behind when the deadline comes.

    :raises Fault: ``resolver-silent``, ``name-unresolvable`` when the
        resolver answers with a failure.
    """
    answer: futures.Future[list[netaddr.IPAddress]] = futures.Future()
    ask = functools.partial(_resolve, host, family)
    threading.Thread(
        target=_fulfil, args=(answer, ask), name='resolver', daemon=True
    ).start()
    try:
        return answer.result(deadline.remaining)
    except futures.TimeoutError as error:
        seen = f'{host}: nothing within {deadline.elapsed:.1f} s'
        raise findings.Fault('resolver-silent', seen) from error


def _fulfil(answer: futures.Future, ask: functools.partial) -> None:
    try:
        answer.set_result(ask())
    except Exception as error:  # noqa: BLE001 - raised again by the waiter
        answer.set_exception(error)


def _resolve(
    host: str, family: socket.AddressFamily
) -> list[netaddr.IPAddress]:
    try:
        found = socket.getaddrinfo(host, None, family, socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno in _NO_SUCH_RECORD:
            return []
        seen = f'{host}: {error.strerror}'
        raise findings.Fault('name-unresolvable', seen) from error
    texts = (addressing.split_zone(str(row[4][0]))[0] for row in found)
    return [netaddr.IPAddress(text) for text in dict.fromkeys(texts)]


_NO_SUCH_RECORD = frozenset(
    {socket.EAI_NONAME, socket.EAI_NODATA, socket.EAI_ADDRFAMILY}
)
