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

"""Why packets do not come through, as a reader is told."""

from typing import Any

import ddt
import testtools

from ipv6_tempest_plugin.overlay.vrouter import causes
from tests.unit.plugin.vrouter import sample

STEP = 'OPNFV-NATIVE-SETUP'


def port(mac: str, secure: bool = False) -> dict[str, Any]:
    """A port as the API shows it."""
    return {'mac_address': mac, 'port_security_enabled': secure}


PORTS = {
    'eth0-vRouter': port('fa:16:3e:11:11:11'),
    'eth1-vRouter': port('fa:16:3e:22:22:22'),
    'eth0-VM1': port('FA:16:3E:33:33:33'),
    'eth0-VM2': port('fa:16:3e:44:44:44'),
}
WELL: dict[str, Any] = {
    'routes': [sample.PLANNED.route],
    'ports': PORTS,
    'seen': {'vRouter': sample.vrouter(), 'VM1': sample.machine()},
}
FULL = {
    'ipv6-router.56': sample.echo(),
    'ipv6-router.full': sample.echo(0),
}


@ddt.ddt
class CausesTest(testtools.TestCase):
    def found(self, **changes: Any) -> list[str]:
        known = causes.Evidence(sample.PLANNED, **{**WELL, **changes})
        return causes.found(known)

    def test_all_is_well(self) -> None:
        self.assertEqual([], self.found())

    def test_nobody_was_seen(self) -> None:
        self.assertEqual([], self.found(seen={}))

    @ddt.data(
        ({'routes': []}, '-14: the route to 2001:db8:0:2::/64 is missing'),
        (
            {
                'routes': [
                    {**sample.PLANNED.route, 'nexthop': '2001:db8:0:1::9'}
                ]
            },
            '-14: the route to 2001:db8:0:2::/64 leads to 2001:db8:0:1::9',
        ),
        (
            {'ports': {'eth0-VM1': port('fa:16:3e:33:33:34')}},
            '-12/13: eth0-VM1 has the MAC address fa:16:3e:33:33:34',
        ),
        (
            {'ports': {'eth1-vRouter': port('fa:16:3e:22:22:22', True)}},
            '-17: port security of eth1-vRouter is on',
        ),
        (
            {'seen': {'vRouter': sample.vrouter(routes=[])}},
            '-15: the vRouter has no default route by eth0',
        ),
        (
            {'seen': {'VM1': sample.machine(sample.ADVERTISER, 'fe80::bad')}},
            '-16: fe80::bad advertises itself to VM1',
        ),
    )
    @ddt.unpack
    def test_one_cause(self, changes: dict[str, Any], text: str) -> None:
        (found,) = self.found(**changes)
        self.assertIn(f'{STEP}{text}', found)

    def test_no_default_route(self) -> None:
        seen = sample.observation(
            interfaces=[sample.card(sample.PLANNED.machines['VM1'], 'eth0')]
        )
        (found,) = self.found(seen={'VM1': seen})
        self.assertIn('-16: VM1 has no default route of IPv6', found)

    def test_not_forwarding(self) -> None:
        found = self.found(seen={'vRouter': sample.vrouter(forwarding=0)})
        self.assertEqual(2, len(found))
        self.assertIn('-15: the vRouter does not forward IPv6', found[0])

    def outward(self, router: int, external: int) -> list[str]:
        """Echo replies that the vRouter got."""
        pings = {
            'ipv6-router.56': sample.echo(router),
            'external.56': sample.echo(external),
        }
        return self.found(seen={'vRouter': sample.vrouter(pings=pings)})

    def test_a_router_that_answers_and_forwards_nothing(self) -> None:
        (found,) = self.outward(5, 0)
        self.assertIn('-5/9: ipv6-router answers the vRouter, and', found)
        for router, external in ((5, 5), (0, 0)):
            self.assertEqual([], self.outward(router, external))

    def unused(self, **changes: Any) -> list[str]:
        """Requests go out, no reply comes to VM1, the vRouter is answered."""
        pings = {'ipv6-router.56': sample.echo(0)}
        known = {
            'seen': {
                'vRouter': sample.vrouter(
                    pings={'ipv6-router.56': sample.echo()}
                ),
                'VM1': sample.machine(pings=pings),
            },
            'forwarded': 5,
        }
        return self.found(**{**known, **changes})

    def test_a_route_that_the_api_alone_shows(self) -> None:
        (found,) = self.unused()
        self.assertIn(f'{STEP}-14: requests of VM1 and VM2 leave', found)
        self.assertIn('replies to 2001:db8:0:2::/64 do not come back', found)
        self.assertIn('the extra route that the API shows', found)

    def test_a_route_in_use(self) -> None:
        vrouter = sample.vrouter(pings={'ipv6-router.56': sample.echo()})
        answered = sample.machine(pings={'ipv6-router.56': sample.echo()})
        lost = sample.machine(pings={'ipv6-router.56': sample.echo(0)})
        for changes in (
            {'forwarded': 4},
            {'forwarded': None},
            {'seen': {'VM1': lost}},
            {'seen': {'vRouter': vrouter}},
            {'seen': {'vRouter': vrouter, 'VM1': answered}},
            {'seen': {'vRouter': vrouter, 'VM1': lost, 'VM2': answered}},
        ):
            self.assertEqual([], self.unused(**changes), str(changes))

    def test_what_else_loses_replies_comes_first(self) -> None:
        open_port = {'eth0-vRouter': port('fa:16:3e:11:11:11', True)}
        for changes, step in (
            ({'routes': []}, '-14: the route to 2001:db8:0:2::/64 is missing'),
            ({'ports': open_port}, '-17: port security of eth0-vRouter is on'),
        ):
            (found,) = self.unused(**changes)
            self.assertIn(f'{STEP}{step}', found)

    def test_black_hole(self) -> None:
        (found,) = self.found(seen={'VM1': sample.machine(pings=FULL)})
        self.assertIn('an MTU black hole between VM1 and ipv6-router', found)
