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

"""What was seen of a guest's card, as plain values by attribute. Pure."""

from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any

from ipv6_tempest_plugin.overlay.guests import observations

# What makes an address unfit (RFC 4862 sections 5.4 and 5.5.4).
UNFIT = frozenset({'tentative', 'dadfailed', 'deprecated'})
# An address, its valid and preferred lifetime, the default route's, in s.
Lifetime = tuple[str, int | None, int | None, int | None]


def of(mac: str, observation: observations.Observation) -> dict[str, Any]:
    """Return all that was seen of the card with a MAC address.

    Where there is none, that alone.
    """
    interface = observation.interface(mac)
    if not interface:
        return {'interface': 'no interface with this MAC address'}
    name = interface.name
    fine = interface.state in ('up', 'unknown')
    addresses = [o for o in observation.addresses if o.interface == name]
    sixth = [one for one in addresses if one.address.version == 6]
    routes = [one for one in observation.routes if one.interface == name]
    return {
        'interface': 'up' if fine else interface.state,
        'IPv4 addresses': sorted(
            str(one.address) for one in addresses if one not in sixth
        ),
        'IPv6 MTU': interface.settings.get('mtu'),
        'lifetimes': _lifetimes(sixth, routes),
        **_addressed(sixth),
        **_routed(routes),
        **_advertised(name, observation.advertisements or ()),
        **_named(name, observation),
    }


def _addressed(sixth: Sequence[observations.Address]) -> dict[str, Any]:
    return {
        'link-local addresses': _listed(sixth, link_local=True),
        'IPv6 addresses': _listed(sixth, link_local=False),
        'unfit addresses': {
            str(one.address): sorted(one.flags & UNFIT)
            for one in sixth
            if one.flags & UNFIT
        },
    }


def _listed(
    some: Iterable[observations.Address], link_local: bool
) -> list[str]:
    return sorted(
        f'{one.address}/{one.prefix_length}'
        for one in some
        if one.address.is_link_local() is link_local
    )


def _routed(routes: Sequence[observations.Route]) -> dict[str, Any]:
    return {
        'default routers': sorted(
            str(one.gateway) for one in routes if one.is_default
        ),
        'on-link prefixes': sorted(
            str(one.destination)
            for one in routes
            if one.advertised and one.gateway is None
        ),
    }


def _lifetimes(
    addresses: Iterable[observations.Address],
    routes: Iterable[observations.Route],
) -> list[Lifetime]:
    router = max((r.expires or 0 for r in routes if r.is_default), default=0)
    return [
        (str(one.address), one.valid, one.preferred, router)
        for one in addresses
        if not one.address.is_link_local()
    ]


def _advertised(
    name: str, every: Iterable[observations.Advertisement]
) -> dict[str, Any]:
    heard = [one for one in every if one.interface == name]
    return {
        'RA: routers': sorted(str(one.router) for one in heard),
        'RA: M flag': [one.managed for one in heard],
        'RA: O flag': [one.other for one in heard],
        'RA: MTU option': [one.mtu for one in heard],
        'RA: prefixes': [sorted(map(str, one.prefixes)) for one in heard],
        'RA: L flag': [sorted(map(str, one.on_link)) for one in heard],
        'RA: A flag': [sorted(map(str, one.autonomous)) for one in heard],
        'RA: router lifetime': [one.lifetime for one in heard],
    }


def _named(
    name: str, observation: observations.Observation
) -> dict[str, list[str]]:
    here = (name, 'dhcp6')
    servers = observation.name_servers or ()
    domains = observation.domains or ()
    return {
        'DNS by DHCPv6': sorted(
            {
                str(one.address)
                for one in servers
                if (one.interface, one.source) == here
            }
        ),
        'domain by DHCPv6': sorted(
            {
                one.name.rstrip('.')
                for one in domains
                if (one.interface, one.source) == here
            }
        ),
    }
