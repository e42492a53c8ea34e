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

"""Trunks: what they carry, and what the API says of it."""

from typing import Any
from unittest import mock

from tempest.lib import exceptions
import testtools

from ipv6_tempest_plugin.overlay import networks
from ipv6_tempest_plugin.overlay import ports
from ipv6_tempest_plugin.overlay import trunks
from ipv6_tempest_plugin.overlay import undo
from ipv6_tempest_plugin import waiting
from tests.unit.plugin.overlay import test_lans


class TrunkTest(test_lans.LansTest):
    def setUp(self) -> None:
        super().setUp()
        network = networks.Network(self.manager)
        self.useFixture(network)
        self.parent, self.one, self.two = (
            self.useFixture(ports.Port(self.manager, network))
            for _ in range(3)
        )
        self.trunk = trunks.Trunk(self.manager, self.parent)
        self.useFixture(self.trunk)
        self.client = self.manager.trunks_client

    def kept(self) -> Any:
        """Return what the API knows of the trunk."""
        return self.client.kept[str(self.trunk.id)]

    def test_it_is_its_parents(self) -> None:
        self.assertEqual(self.parent.id, self.kept()['port_id'])
        self.assertEqual([], self.kept()['sub_ports'])

    def test_each_port_has_a_vlan_of_its_own(self) -> None:
        self.trunk.carry(self.one)
        self.trunk.carry(self.two)
        vlans = [self.trunk.vlan(one) for one in (self.one, self.two)]
        self.assertEqual([101, 102], vlans)
        rows = self.kept()['sub_ports']
        self.assertEqual(vlans, [row['segmentation_id'] for row in rows])
        self.assertEqual({'vlan'}, {row['segmentation_type'] for row in rows})

    def test_a_vlan_is_not_used_again(self) -> None:
        self.trunk.carry(self.one)
        self.trunk.drop(self.one)
        self.assertEqual([], self.kept()['sub_ports'])
        self.assertRaises(KeyError, self.trunk.vlan, self.one)
        self.trunk.carry(self.one)
        self.assertEqual(102, self.trunk.vlan(self.one))

    def test_a_run_that_is_cut_short_releases_what_it_carries(self) -> None:
        before = undo.outstanding()
        self.trunk.carry(self.one)
        (promise,) = [one for one in undo.outstanding() if one not in before]
        self.assertIn(str(self.one.id), promise)
        self.trunk.drop(self.one)
        self.trunk.drop(self.one)
        self.assertEqual(before, undo.outstanding())

    def test_a_port_that_is_carried_again_is_released_again(self) -> None:
        for _ in range(2):
            self.trunk.carry(self.one)
            self.trunk.drop(self.one)
        self.assertEqual([], self.kept()['sub_ports'])

    def test_what_is_not_carried_need_not_be_dropped(self) -> None:
        self.trunk.drop(self.one)
        self.trunk.carry(self.one)
        del self.client.kept[str(self.trunk.id)]
        self.trunk.drop(self.one)

    def test_what_it_carries_is_free_once_it_is_gone(self) -> None:
        before = undo.outstanding()
        with trunks.Trunk(self.manager, self.two) as trunk:
            trunk.carry(self.one)
        self.assertEqual(before, undo.outstanding())
        trunk.drop(self.one)

    def test_an_answer_without_the_port(self) -> None:
        self.client.lost = True
        error = self.assertRaises(AssertionError, self.trunk.carry, self.one)
        self.assertIn('sub_ports', str(error))
        self.assertIn(str(self.one.id), str(error))

    def test_an_answer_with_a_port_that_was_dropped(self) -> None:
        self.trunk.carry(self.one)
        answer = dict(self.kept())
        with (
            mock.patch.object(
                self.client, 'delete_subports_from_trunk', lambda *_: answer
            ),
            testtools.ExpectedException(AssertionError, '(?s).*sub_ports'),
        ):
            self.trunk.drop(self.one)

    def test_a_removal_that_is_refused_is_tried_again(self) -> None:
        remove = self.client.delete_subports_from_trunk
        refused = [exceptions.Conflict()]

        def busy(*arguments: Any) -> Any:
            if refused:
                raise refused.pop()
            return remove(*arguments)

        with mock.patch.object(
            self.client, 'delete_subports_from_trunk', busy
        ):
            self.trunk.carry(self.one)
            self.trunk.drop(self.one)
        self.assertEqual([], self.kept()['sub_ports'])

    def test_what_was_not_answered_is_no_others_fault(self) -> None:
        add = self.client.add_subports_to_trunk

        def lose(*arguments: Any) -> Any:
            add(*arguments)
            raise exceptions.TimeoutException('no answer')

        with mock.patch.object(self.client, 'add_subports_to_trunk', lose):
            self.assertRaises(
                exceptions.TimeoutException, self.trunk.carry, self.one
            )
        self.trunk.carry(self.two)
        self.assertEqual(2, len(self.kept()['sub_ports']))
        self.trunk.drop(self.one)
        (row,) = self.kept()['sub_ports']
        self.assertEqual(self.two.id, row['port_id'])
        self.trunk.drop(self.two)


class WaitTest(test_lans.LansTest):
    def wait(self, *statuses: str, ended: bool = False) -> None:
        """Wait for a port whose status becomes these, one by one."""
        left = list(statuses)

        def listed(**_: Any) -> Any:
            status = left.pop(0) if left[1:] else left[0]
            rows = [{'id': 'one', 'status': status}] if status else []
            return {'ports': rows}

        port = mock.Mock(id='one')
        port.client.list_ports = listed
        trunk = mock.Mock(id='trunk', show=lambda: {'status': 'BUILD'})
        some = mock.Mock(compute=mock.Mock(build_timeout=0.05))
        with (
            mock.patch.object(trunks, 'CONF', some),
            mock.patch.object(trunks, 'POLL', 0.01),
        ):
            trunks.wait_for([trunk], [port], lambda: ended)

    def test_until_it_is_active(self) -> None:
        self.wait('DOWN', 'BUILD', 'ACTIVE')

    def test_in_vain(self) -> None:
        error = self.assertRaises(waiting.WaitTimeout, self.wait, 'DOWN')
        self.assertIn('port one is DOWN', str(error))
        notes = ' '.join(error.__notes__)
        self.assertIn('openstack network agent list', notes)
        self.assertIn('BUILD', notes)

    def test_nobody_waits_when_guests_go(self) -> None:
        error = self.assertRaises(ValueError, self.wait, 'DOWN', ended=True)
        self.assertIn('guests of the sub-ports go', str(error))

    def test_not_listed(self) -> None:
        error = self.assertRaises(waiting.WaitTimeout, self.wait, '')
        self.assertIn('port one is not listed', str(error))
