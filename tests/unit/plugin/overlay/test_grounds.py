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

"""Networks of tests: made ahead, connected in turn, widened, closed."""

from typing import Any
from unittest import mock

import netaddr
import testtools

from ipv6_tempest_plugin.overlay import grounds
from ipv6_tempest_plugin.overlay import lans
from ipv6_tempest_plugin.overlay import modes
from ipv6_tempest_plugin.overlay import security
from ipv6_tempest_plugin.overlay import together
from ipv6_tempest_plugin.overlay import undo
from tests.unit.plugin.overlay import test_lans


class GroundTest(test_lans.LansTest):
    def setUp(self) -> None:
        super().setUp()
        self.stage = mock.Mock()
        self.manager.ports_client.kept['port-of-router'] = {
            'id': 'port-of-router',
            'mac_address': 'fa:16:3e:00:00:09',
            'network_id': '',
            'fixed_ips': [],
        }
        update = self.manager.ports_client._update
        self.manager.ports_client._update = lambda one, fixed_ips: update(
            one, fixed_ips=fixed_ips[:-1] + [self.fixed(fixed_ips[-1])]
        )

    def fixed(self, row: dict[str, Any]) -> dict[str, Any]:
        """Complete an address of a port, as the API does."""
        subnet = self.manager.subnets_client.kept[row['subnet_id']]
        address = str(netaddr.IPNetwork(subnet['cidr'])[7])
        return {'ip_address': address, **row}

    def ahead(self, *rules: dict[str, Any]) -> Any:
        """Begin to make a network of IPv6 alone with two ports."""
        lan = lans.Lan(self.manager, [modes.SLAAC])
        return self.useFixture(
            together.Ahead(grounds.Ground(lan, self.stage, *rules))
        )

    def did(self, verb: str) -> list[str]:
        """Return what was asked of routers' interfaces."""
        return [
            one for one in self.manager.log if one.startswith(f'{verb} {{')
        ]

    def turn(self, ahead: Any, ipv4: bool, last: bool) -> grounds.Turn:
        """Describe a turn."""
        return grounds.Turn(ahead, self.router, ipv4, last)

    def test_it_is_there_without_a_router(self) -> None:
        ground = self.ahead(grounds.PING).ready()
        self.assertEqual(2, len(ground.ports))
        self.assertEqual([], self.did('add'))
        (rule,) = self.manager.security_group_rules_client.kept.values()
        self.assertEqual(ground.group.id, rule['security_group_id'])
        error = self.assertRaises(ValueError, lambda: ground.way)
        self.assertIn(str(ground.lan.network.id), str(error))

    def test_guests_have_its_ports_as_long_as_it_is_there(self) -> None:
        kept = self.manager.ports_client.kept
        self.stage.unplug.side_effect = lambda row: self.assertIn(
            row[0].id, kept
        )
        lan = lans.Lan(self.manager, [modes.SLAAC])
        with grounds.Ground(lan, self.stage) as ground:
            self.stage.plug.assert_called_once_with(ground.ports)
            self.stage.unplug.assert_not_called()
        self.stage.unplug.assert_called_once_with(ground.ports)

    def test_ports_that_cannot_be_plugged_in_go(self) -> None:
        self.stage.plug.side_effect = ValueError('no trunk')
        error = self.assertRaises(ValueError, self.ahead().ready)
        self.assertEqual('no trunk', str(error))
        self.stage.unplug.assert_called_once()
        self.assertEqual({}, self.manager.networks_client.kept)

    def test_its_way_stays_until_the_last_turn(self) -> None:
        ahead = self.ahead()
        with self.turn(ahead, False, False):
            self.assertEqual(1, len(self.did('add')))
        self.assertEqual([], self.did('remove'))
        with self.turn(ahead, False, True):
            self.assertEqual(1, len(self.did('add')))
        self.assertEqual(1, len(self.did('remove')))

    def test_it_goes_with_its_way(self) -> None:
        before = undo.outstanding()
        lan = lans.Lan(self.manager, [modes.SLAAC])
        with (
            together.Ahead(grounds.Ground(lan, self.stage)) as ahead,
            self.turn(ahead, True, False),
        ):
            pass
        del self.manager.ports_client.kept['port-of-router']
        # Subnets go with their network.
        left = [one for one in self.manager.left() if 'subnet' not in one]
        self.assertEqual([self.router.id], left)
        self.assertEqual(before, undo.outstanding())

    def test_ipv4_joins(self) -> None:
        ahead = self.ahead()
        with self.turn(ahead, False, False) as turn:
            self.assertFalse(turn.ground.lan.ipv4)
        with self.turn(ahead, True, True) as turn:
            ground = turn.ground
            self.assertTrue(ground.lan.ipv4)
            fourth = ground.lan.network.subnets[-1]
            self.assertEqual(4, fourth.sent['ip_version'])
            self.assertIn(fourth.id, self.did('add')[-1])
            for port in ground.ports:
                rows = port.created['fixed_ips']
                self.assertEqual(2, len(rows))
                self.assertEqual(fourth.id, rows[-1]['subnet_id'])
                pairs = [one for one, _ in port.addresses()]
                self.assertIn(fourth.id, pairs)
                (lease,) = ground.lan.card(port).fourth
                self.assertIn(lease, fourth.prefix)
        with self.turn(ahead, True, True):
            self.assertEqual(2, len(ground.lan.network.subnets))

    def test_one_that_is_owned_goes_with_its_turn(self) -> None:
        lan = lans.Lan(self.manager, [modes.SLAAC])
        ahead = together.Ahead(grounds.Ground(lan, self.stage))
        ahead.setUp()
        with grounds.Turn(ahead, self.router, False, True, owned=True):
            self.assertEqual(1, len(self.manager.networks_client.kept))
        self.assertEqual({}, self.manager.networks_client.kept)

    def test_what_a_test_let_in_is_closed_for_the_next(self) -> None:
        ahead = self.ahead(grounds.PING)
        kept = self.manager.security_group_rules_client.kept
        with self.turn(ahead, False, False) as turn:
            turn.ground.open(security.allow_icmpv6(turn.ground.group))
            self.assertEqual(2, len(kept))
        self.assertEqual(2, len(kept))
        with self.turn(ahead, False, True):
            self.assertEqual(1, len(kept))

    def test_a_rule_that_stays_is_not_forgotten(self) -> None:
        ahead = self.ahead()
        ground = ahead.ready()
        ground.open(security.allow_icmpv6(ground.group))
        client = self.manager.security_group_rules_client
        with mock.patch.object(client, '_delete', side_effect=OSError):
            self.assertRaises(OSError, ground.close)
        self.assertEqual(1, len(client.kept))
        ground.close()
        self.assertEqual({}, client.kept)

    def test_a_ground_that_failed_is_told_to_who_wants_it(self) -> None:
        self.manager.networks_client.after_create = ValueError('no network')
        turn = self.turn(self.ahead(), False, True)
        with testtools.ExpectedException(ValueError, 'no network'):
            together.begin(turn)
