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

"""The document's topology and what guests in it see."""

from collections.abc import Mapping
import dataclasses
from typing import Any

import netaddr

from ipv6_tempest_plugin.overlay.guests import observations
from ipv6_tempest_plugin.overlay.vrouter import reach
from ipv6_tempest_plugin.overlay.vrouter import topology
from ipv6_tempest_plugin import vrouter_config

EXTERNAL = netaddr.IPAddress('2001:db8:cafe::1')
LINKS = reach.Links(1430, 1450, EXTERNAL, 1500)
ADVERTISER = 'fe80::f816:3eff:fe22:2222'


class Options(dict[str, Any]):
    """Options of the group, by both ways in which oslo.config gives them."""

    def __getattr__(self, name: str) -> Any:
        return self[name]


def options(**changes: Any) -> Options:
    """Return the defaults, some of them changed."""
    defaults = {one.dest: one.default for one in vrouter_config.OPTIONS}
    return Options({**defaults, **changes})


PLANNED = topology.configured(options())


def card(mac: str, name: str, forwarding: int = 0) -> observations.Interface:
    """Return a card."""
    settings = {'mtu': 1430, 'forwarding': forwarding}
    return observations.Interface(name, mac, 1430, 'up', settings)


def address(text: str, name: str, *flags: str) -> observations.Address:
    """Return an address with a prefix length."""
    plain, _, length = text.partition('/')
    return observations.Address(
        name, netaddr.IPAddress(plain), int(length), frozenset(flags), 99, 99
    )


def default(gateway: str, name: str) -> observations.Route:
    """Return a default route."""
    return observations.Route(
        netaddr.IPNetwork('::/0'), netaddr.IPAddress(gateway), name, True, 99
    )


def echo(
    received: int = 5, limit: int = 64, sent: int = 5
) -> observations.Echo:
    """Return a ping's outcome."""
    return observations.Echo(
        sent,
        received,
        (limit,) * received,
        (2.0,) * received,
        '',
        tuple(range(received)),
    )


def observation(**changes: Any) -> observations.Observation:
    """Return what a guest saw that saw nothing but what is given."""
    empty: dict[str, Any] = {
        field.name: ()
        for field in dataclasses.fields(observations.Observation)
    }
    mappings: Mapping[str, Any] = {
        name: {} for name in ('counters', 'pings', 'connections', 'paths')
    }
    plain = {'number': 0, 'uptime': 1.0, 'text': ''}
    return observations.Observation(
        **{**empty, **mappings, **plain, **changes}
    )


def machine(*gateways: str, **changes: Any) -> observations.Observation:
    """Return what VM1 saw, with these default routers."""
    routes = [default(one, 'eth0') for one in gateways or (ADVERTISER,)]
    cards = [card(PLANNED.machines['VM1'], 'eth0')]
    return observation(interfaces=cards, routes=routes, **changes)


def vrouter(forwarding: int = 1, **changes: Any) -> observations.Observation:
    """Return what the vRouter saw."""
    shown: dict[str, Any] = {
        'interfaces': [
            card(PLANNED.outer_mac, 'eth0', forwarding),
            card(PLANNED.inner_mac, 'eth1', forwarding),
        ],
        'routes': [default('fe80::1', 'eth0')],
        'addresses': [
            address('2001:db8:0:2::1/64', 'eth1'),
            address(f'{ADVERTISER}/64', 'eth1'),
        ],
    }
    return observation(**{**shown, **changes})
