# Licensed under the Apache License, Version 2.0 (the "License"); you may
# not use this file except in compliance with the License. You may obtain
# a copy of the License at
#
#      http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS, WITHOUT
# WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the
# License for the specific language governing permissions and limitations
# under the License.
"""Which prefix of the tenants lies behind which router."""

import ipaddress
from typing import Any

import testtools

from ipv6_lab import tenant_routes

GATEWAY = '2001:db8:cafe::7'
PREFIX = ipaddress.IPv6Network('2001:db8:9000:5::/64')


def port(owner: str, device: str, *addresses: str) -> dict[str, Any]:
    """A port as Neutron describes it."""
    return {
        'device_owner': f'network:router_{owner}',
        'device_id': device,
        'fixed_ips': [{'ip_address': one} for one in addresses],
    }


class Kernel:
    """Takes routes, and keeps what it was told."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str, str]] = []

    def route(self, verb: str, dst: str, gateway: str, proto: int) -> None:
        """Keep it."""
        self.said.append((verb, dst, gateway))


class WantedTest(testtools.TestCase):
    def check(
        self,
        wanted: tenant_routes.Routes,
        *ports: Any,
        routers: tuple[Any, ...] = (),
    ) -> None:
        found = tenant_routes.wanted(list(ports), list(routers))
        self.assertEqual(wanted, found)

    def test_behind_its_router(self) -> None:
        self.check(
            {PREFIX: ipaddress.IPv6Address(GATEWAY)},
            port('gateway', 'r1', '172.24.4.9', GATEWAY),
            port('interface', 'r1', '10.100.1.1'),
            port('interface', 'r1', str(PREFIX[1])),
            port('gateway', 'r2', '2001:db8:cafe::8'),
        )

    def test_without_a_gateway_nothing(self) -> None:
        inside = port('interface', 'r1', str(PREFIX[1]))
        self.check({}, inside)
        self.check({}, inside, port('gateway', 'r1', '172.24.4.9'))
        self.check({}, inside, port('gateway', 'r2', GATEWAY))

    def test_only_tenants_prefixes(self) -> None:
        self.check(
            {},
            port('gateway', 'r1', GATEWAY),
            port('interface', 'r1', '2001:db8:1ab::77'),
        )

    def test_documented_prefixes(self) -> None:
        prefix = ipaddress.IPv6Network('2001:db8:0:1::/64')
        self.check(
            {prefix: ipaddress.IPv6Address(GATEWAY)},
            port('gateway', 'r1', GATEWAY),
            port('interface', 'r1', '2001:db8:0:1::1'),
        )

    def test_extra_routes(self) -> None:
        routes = [
            {'destination': one, 'nexthop': '2001:db8:0:1::2'}
            for one in ('2001:db8:0:2::/64', '2001:db8:1ab::/64', '10.0.0.0/8')
        ]
        self.check(
            {
                ipaddress.IPv6Network('2001:db8:0:2::/64'): (
                    ipaddress.IPv6Address(GATEWAY)
                )
            },
            port('gateway', 'r1', GATEWAY),
            routers=(
                {'id': 'r1', 'routes': routes},
                {'id': 'r2', 'routes': routes},
            ),
        )


class TableTest(testtools.TestCase):
    def test_becomes_what_is_wanted(self) -> None:
        kernel = Kernel()
        table = tenant_routes.Table(kernel)
        one, two = (ipaddress.IPv6Address(f'fd00::{n}') for n in (1, 2))
        table.become({PREFIX: one})
        table.become({PREFIX: one})
        table.become({PREFIX: two})
        table.become({})
        self.assertEqual(
            [
                ('replace', str(PREFIX), 'fd00::1'),
                ('replace', str(PREFIX), 'fd00::2'),
                ('del', str(PREFIX), 'fd00::2'),
            ],
            kernel.said,
        )
