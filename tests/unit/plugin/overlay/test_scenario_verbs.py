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

"""What tests of scenarios do beside the story: skip, show, explain."""

import json
import types
from typing import Any
import unittest
from unittest import mock

import ddt
import fixtures
import netaddr
from tempest import test
import testtools

from ipv6_tempest_plugin.overlay import ends
from ipv6_tempest_plugin.overlay import grounds
from ipv6_tempest_plugin.overlay.guests import console
from ipv6_tempest_plugin.overlay.guests import images
from ipv6_tempest_plugin.overlay.guests import plans
from ipv6_tempest_plugin.overlay import modes
from ipv6_tempest_plugin.overlay import replies
from ipv6_tempest_plugin.overlay import stages
from ipv6_tempest_plugin.tests.overlay import base as overlay_base
from ipv6_tempest_plugin.tests.overlay import needs
from ipv6_tempest_plugin.tests.overlay.scenario import base
from ipv6_tempest_plugin.tests.overlay.scenario import test_network_v6
from tests.unit.plugin.overlay import test_ends
from tests.unit.plugin.overlay import test_guest_reading as report


class Hidden:
    """Hides a test from whoever looks for tests in this module."""

    class Story(base.ScenarioTest):
        """A test without a cloud."""

        router: Any = types.SimpleNamespace(id='r', show=lambda: {})
        far: Any = None
        stage: Any = stages.Single(None)
        os_admin: Any = None

        def runTest(self) -> None:
            """Do nothing."""


def options(**changes: Any) -> Any:
    """Return what a cloud with everything is configured by."""
    chosen = {
        'guest_access': 'console',
        'guest_records': 'run-guest',
        'guest_patience': 30,
        'external_address': '',
        'external_ipv6': True,
        'ipv6': True,
        'ipv6_subnet_attributes': True,
        'api_extensions': ['all'],
        'floating_ips': True,
        'tests_have_route': True,
        'console_output': True,
        'public_network_id': 'public',
        **changes,
    }
    feature = types.SimpleNamespace(**chosen)
    return types.SimpleNamespace(
        ipv6_overlay=feature,
        ipv6_vrouter=feature,
        compute_feature_enabled=feature,
        network=feature,
        network_feature_enabled=feature,
        service_available=mock.MagicMock(),
    )


class ScenarioTest(testtools.TestCase):
    def configure(self, **changes: Any) -> None:
        """Have these options, and the rest as a cloud with everything."""
        conf = options(**changes)
        for module in (overlay_base, needs, base, images):
            self.useFixture(fixtures.MockPatchObject(module, 'CONF', conf))

    def story(self) -> base.ScenarioTest:
        """Return a test that has begun."""
        story = Hidden.Story()
        self.useFixture(fixtures.MockPatchObject(test.BaseTestCase, 'setUp'))
        story.setUp()
        return story


@ddt.ddt
class SkipTest(ScenarioTest):
    def setUp(self) -> None:
        super().setUp()
        self.useFixture(
            fixtures.MockPatchObject(test.BaseTestCase, 'skip_checks')
        )

    @ddt.data('console', 'ssh-ipv6', 'ssh-floating-ip')
    def test_a_cloud_with_everything(self, access: str) -> None:
        # Nothing is said of ipv6_subnet_attributes, and nothing asked.
        self.configure(guest_access=access)
        Hidden.Story.skip_checks()

    @ddt.data(
        ('console', 'console_output', False),
        ('ssh-floating-ip', 'floating_ips', False),
        ('ssh-floating-ip', 'public_network_id', ''),
    )
    @ddt.unpack
    def test_what_a_way_needs(self, access: str, name: str, off: Any) -> None:
        self.configure(guest_access=access, **{name: off})
        error = self.assertRaises(
            Hidden.Story.skipException, Hidden.Story.skip_checks
        )
        self.assertIn(name, str(error))
        self.assertIn(access, str(error))

    @ddt.data(
        ('ssh-ipv6', 'console_output', False),
        ('ssh-ipv6', 'floating_ips', False),
        ('ssh-ipv6', 'public_network_id', ''),
    )
    @ddt.unpack
    def test_what_it_does_not(self, access: str, name: str, off: Any) -> None:
        self.configure(guest_access=access, **{name: off})
        Hidden.Story.skip_checks()


class ShowingTest(ScenarioTest):
    def shown(self, story: base.ScenarioTest, kind: str) -> Any:
        """Return what a test has attached."""
        shown = story.getDetails()[kind].iter_bytes()
        return json.loads(b''.join(shown))

    def test_each_test_says_what_it_asks_of_its_networks(self) -> None:
        # The test before reads it, to make them ahead.
        for tests in (
            test_network_v6.TestGettingAddress,
            test_network_v6.TestGettingAddressIPv6Only,
        ):
            for name in unittest.defaultTestLoader.getTestCaseNames(tests):
                kind = getattr(tests, name).kind
                self.assertIsInstance(kind, grounds.Kind, name)

    def test_steps_are_timed_also_when_they_fail(self) -> None:
        self.configure()
        story = self.story()
        with story.step('one'):
            pass
        with testtools.ExpectedException(ValueError), story.step('two'):
            raise ValueError
        steps = self.shown(story, 'steps')
        self.assertEqual(['one', 'two'], [one['name'] for one in steps])

    def test_what_is_not_tested_is_named_with_its_option(self) -> None:
        self.configure(guest_records='none')
        left = self.story().getDetails()['not tested'].as_text()
        for option in ('guest_records', 'external_address', 'extraroute'):
            self.assertIn(option, left)

    def test_pings_are_attached_with_what_was_wanted(self) -> None:
        self.configure()
        story = self.story()
        both = [test_ends.end(0, (), False), test_ends.end(1, (), False)]
        seen = [report.changed('@@', '')] * 2
        gateway = [plans.Ping('full', report.ROUTER)]
        peer = [plans.Ping('none', report.ROUTER)]
        lan: Any = types.SimpleNamespace(modes=())
        story.report(lan, both, seen, {True: [gateway] * 2, False: [peer] * 2})
        story.report(lan, both, seen, {True: [gateway] * 2})
        wanted = [one['wanted'] for one in self.shown(story, 'pings')]
        self.assertEqual([True, True, False, False, True, True], wanted)

    def test_a_control_that_fails_has_a_hint_of_its_own(self) -> None:
        self.configure()
        story = self.story()
        echo = report.changed('@@', '').pings['full']
        both: Any = [types.SimpleNamespace(name='one')]
        seen: Any = [types.SimpleNamespace(pings={'peer-ipv6-0': echo})]
        pings = [[plans.Ping('peer-ipv6-0', report.ROUTER)]]
        story.check_pings(both, seen, pings, replies.ANSWERED)
        error = self.assertRaises(
            AssertionError,
            story.check_pings,
            both,
            seen,
            pings,
            replies.SILENT,
        )
        self.assertIn('3 of 3 replies', str(error))
        self.assertIn('security group lets through', str(error))

    def test_a_lease_is_waited_for_and_asked_for(self) -> None:
        self.configure()
        with_lease = test_ends.end(0, test_ends.PREFIXES[:1], True)
        plan = self.story().plan(with_lease, [], [])
        self.assertIn(netaddr.IPAddress(test_ends.LEASES[0]), plan.addresses)
        self.assertEqual([test_ends.MACS[0]], plan.leasing)
        without = test_ends.end(0, test_ends.PREFIXES[:1], False)
        self.assertEqual([], self.story().plan(without, [], []).leasing)

    def test_beyond_the_router(self) -> None:
        self.configure(external_address='2001:db8:cafe::1')
        story = self.story()
        outside = netaddr.IPAddress('2001:db8:cafe::1')
        self.assertEqual(ends.Beyond(None, outside), story.beyond)


@ddt.ddt
class AllowTest(ScenarioTest):
    """What comes into force is what somebody waits for."""

    def test_guests_wait_before_each_look(self) -> None:
        self.configure()
        story: Any = self.story()
        told = mock.Mock()
        told.settled.return_value = ['left'] * stages.PAIR
        peers, beyond = ['peers'] * stages.PAIR, ['beyond'] * stages.PAIR
        both = [mock.Mock()] * stages.PAIR
        told.made.return_value = (mock.Mock(), both)
        told.predicted.return_value = both
        told.plan.side_effect = lambda *asked: plans.Plan(
            answers=asked[-1], raised=['mac']
        )
        for name in (
            *('made', 'plan', 'bring', 'look', 'settled', 'predicted'),
            *('report', 'check_states', 'check_pings', 'allow_pings'),
        ):
            setattr(story, name, getattr(told, name))
        self.useFixture(
            fixtures.MockPatchObject(ends, 'beyond', lambda *_: beyond)
        )
        self.useFixture(
            fixtures.MockPatchObject(ends, 'to_peer', lambda *_: peers[0])
        )
        test_network_v6.GettingAddress.check_getting_address(story)
        order = [one[0] for one in told.mock_calls]
        shown = [
            one for one in order if one in ('settled', 'look', 'allow_pings')
        ]
        look = ['settled', 'look']
        self.assertEqual([*look, 'allow_pings', *look], shown)
        first, second = (call.args[1] for call in told.settled.call_args_list)
        self.assertEqual(['mac'], first[0].raised)
        self.assertEqual((), second[0].raised)
        self.assertEqual('peers', second[0].answers)
        for call in told.look.call_args_list:
            self.assertEqual(['left'] * stages.PAIR, call.args[1])

    @ddt.data((True, ['IPv4', 'IPv6']), (False, ['IPv6']))
    @ddt.unpack
    def test_rules(self, ipv4: bool, wanted: list[str]) -> None:
        self.configure()
        story = self.story()
        ground = mock.Mock()
        ground.lan.ipv4 = ipv4
        story.allow_pings(ground)
        added = [call.args[0] for call in ground.open.call_args_list]
        self.assertEqual(wanted, [one.sent['ethertype'] for one in added])


class GroundsTest(ScenarioTest):
    """What is made before guests boot, and what is prepared when."""

    def story(self, *names: str) -> Any:
        """Return a class of which these tests are going to run, or all."""
        story: Any = type('Story', (test_network_v6.TestGettingAddress,), {})
        story.os_primary = mock.Mock()
        story.router = mock.Mock()
        self.configure()
        self.chosen = [story(name) for name in names]
        story.kinds = story.coming()
        story.stage = mock.Mock(lasting=True, moving=False)
        story.laid = mock.Mock()
        story.prepared = mock.Mock()
        story.prepared.has.return_value = False
        return story

    def begun(self, story: Any) -> list[Any]:
        """Return by what names something was begun to be prepared."""
        calls = story.prepared.begin.call_args_list
        return [one.args[0] for one in calls]

    def test_the_tests_that_run_and_no_others(self) -> None:
        names = ['test_dualnet_slaac_from_os', 'test_slaac_from_os']
        story = self.story(*names[::-1])
        left_out = story('test_multi_prefix_slaac')
        del left_out
        self.assertEqual(names, [*story.coming()])

    def test_all_where_nothing_is_known(self) -> None:
        self.assertEqual(8, len(self.story().coming()))

    def test_a_network_serves_both_kinds(self) -> None:
        story = self.story()
        story.lay_out()
        begun = story.laid.begin.call_args_list
        places = [call.args[0] for call in begun]
        # IPv4 joins three of them for a later test.
        self.assertEqual(5, len({*places} - {base.BESIDE}))
        # What was begun is not begun again.
        ipv4 = {call.args[0]: call.args[1].lan.ipv4 for call in begun[::-1]}
        self.assertTrue(ipv4.pop(grounds.Kind(modes.STATELESS)))
        self.assertTrue(ipv4.pop(base.BESIDE))
        self.assertEqual({False}, {*ipv4.values()})

    def test_alone_it_has_ipv4_at_once(self) -> None:
        story = self.story('test_slaac_from_os')
        story.lay_out()
        ((place, ground), _) = story.laid.begin.call_args
        self.assertEqual(grounds.Kind(modes.SLAAC), place)
        self.assertTrue(ground.lan.ipv4)

    def test_without_ipv4_it_has_none(self) -> None:
        story = self.story('test_slaac_from_os')
        story.ipv4 = False
        story.lay_out()
        ((_, ground), _) = story.laid.begin.call_args
        self.assertFalse(ground.lan.ipv4)

    def test_next_by_name(self) -> None:
        story = self.story()
        for name, wanted in (
            ('', [grounds.Kind(modes.STATELESS)]),
            (
                'test_dhcp6_stateless_from_os',
                [grounds.Kind(modes.STATELESS, dualnet=True), base.BESIDE],
            ),
            ('test_slaac_from_os', []),
        ):
            story.prepared.reset_mock()
            story.prepared.has.return_value = False
            story.prepare_after(name)
            self.assertEqual(wanted, self.begun(story))

    def test_the_next_waits_for_networks_that_this_one_uses(self) -> None:
        first, second = 'test_dualnet_slaac_from_os', 'test_slaac_from_os'
        story = self.story(first, second)
        story.prepare_after(first)
        self.assertEqual([], self.begun(story))
        story.prepare(story.kinds[second])
        self.assertEqual([story.kinds[second]], self.begun(story))

    def test_what_is_prepared_is_not_prepared_again(self) -> None:
        story = self.story()
        story.prepared.has.return_value = True
        story.prepare(base.BESIDE)
        self.assertEqual([], self.begun(story))

    def test_guests_of_one_test_have_networks_of_its_own(self) -> None:
        story = self.story()
        story.stage.lasting = False
        for name in (
            grounds.Kind(modes.SLAAC, dualnet=True),
            grounds.Kind(modes.SLAAC),
            base.BESIDE,
        ):
            story.prepare(name)
            self.assertEqual(name, story.laid.begin.call_args.args[0])
            story.laid.take.assert_called_with(name)
            turn = story.prepared.begin.call_args.args[1]
            self.assertTrue(turn.owned)

    def test_where_cards_move_networks_go_with_their_last_test(self) -> None:
        story = self.story()
        story.stage.moving = True
        for name, goes in (
            (grounds.Kind(modes.SLAAC, dualnet=True), False),
            (grounds.Kind(modes.SLAAC), True),
            (base.BESIDE, False),
        ):
            story.prepare(name)
            turn = story.prepared.begin.call_args.args[1]
            self.assertEqual(goes, turn.owned, str(name))

    def test_where_cards_move_what_failed_is_made_anew(self) -> None:
        for moving in (False, True):
            story = self.story()
            story.stage.moving = moving
            story.laid.failed.return_value = True
            story.lay(base.BESIDE)
            cleaned = story.laid.take.return_value.cleanUp.called
            self.assertEqual(moving, cleaned)
            story.laid.begin.assert_called_once()

    def test_an_image_that_remembers_name_servers(self) -> None:
        story = self.story()
        self.configure(guest_records='resolv-conf')
        kind = grounds.Kind(modes.STATELESS, 2)
        self.assertEqual(kind, story.place(kind))

    def test_what_is_beside_stays_where_guests_do(self) -> None:
        story = self.story('test_slaac_from_os')
        (test,) = self.chosen
        test.check_ground = mock.Mock()
        test.addCleanup = mock.Mock()
        test.taken(base.BESIDE)
        turn = story.prepared.take.return_value
        story.prepared.put.assert_called_once_with(base.BESIDE, turn)
        test.addCleanup.assert_not_called()
        turn.ready.side_effect = ValueError
        self.assertRaises(ValueError, test.taken, base.BESIDE)
        turn.cleanUp.assert_called_once_with()
        story.prepared.put.assert_called_once()
        story.stage.lasting = False
        self.assertRaises(ValueError, test.taken, base.BESIDE)
        test.addCleanup.assert_called_once_with(story.stage.leave, turn)

    def test_the_way_stays_until_the_last_turn(self) -> None:
        story = self.story()
        turns = {}
        for dualnet in (True, False):
            kind = grounds.Kind(modes.SLAAC, dualnet=dualnet)
            story.prepare(kind)
            _, turns[dualnet] = story.prepared.begin.call_args.args
            place = story.laid.ahead.call_args.args[0]
            self.assertEqual(grounds.Kind(modes.SLAAC, dualnet=True), place)
        self.assertFalse(turns[True].last or turns[True].ipv4)
        self.assertTrue(turns[False].last and turns[False].ipv4)
        story.prepare(base.BESIDE)
        beside = story.prepared.begin.call_args.args[1]
        self.assertFalse(beside.last or beside.ipv4)

    def test_guests_have_a_card_in_each_that_could_be_made(self) -> None:
        story = self.story()
        some = [mock.Mock(ports=['a1', 'a2']), mock.Mock(ports=['b1', 'b2'])]
        story.laid.made.return_value = some
        self.assertEqual([['a1', 'b1'], ['a2', 'b2']], story.rows())

    def test_each_kind_is_asked_for_once(self) -> None:
        # What was prepared is found by its kind.
        for story in (
            test_network_v6.TestGettingAddress,
            test_network_v6.TestGettingAddressIPv6Only,
        ):
            names = unittest.defaultTestLoader.getTestCaseNames(story)
            kinds = [story(name).kind for name in names]
            self.assertEqual(len(kinds), len(set(kinds)))


class WatchTest(ScenarioTest):
    """Evidence is there of guests that never come."""

    def sources(self, stage: stages.Stage, error: type[Exception]) -> Any:
        """Return whom a test can ask after its guests were not brought."""
        self.configure()
        story = self.story()
        self.assertRaises(
            error, stage.bring, story, [[], []], [plans.Plan()] * 2
        )
        return story.sources

    def test_guests_that_are_booted(self) -> None:
        stage = stages.Single(mock.Mock())
        pair = [mock.MagicMock(), mock.MagicMock()]
        pair[0].setUp.side_effect = ValueError('in ERROR')
        self.useFixture(
            fixtures.MockPatchObject(stage, 'pair', return_value=pair)
        )
        self.useFixture(fixtures.MockPatchObject(console, 'user_data'))
        sources = self.sources(stage, ValueError)
        self.assertIs(pair[1].console, sources['guest two: console'])
        self.assertIs(pair[0].show, sources['guest one: server'])

    def test_guests_that_last_before_they_have_their_cards(self) -> None:
        self.configure()
        stage = stages.Shared(mock.Mock(), 6, list)
        guests: Any = [mock.Mock(), mock.Mock()]
        stage.guests = guests
        self.useFixture(fixtures.MockPatchObject(Hidden.Story, 'stage', stage))
        sources = self.story().sources
        self.assertIs(guests[0].server.console, sources['guest one: console'])
