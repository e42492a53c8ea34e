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

"""What tests do with what they see, and what is told of what is kept."""

import json
from pathlib import Path
import stat
import tempfile
import types
from typing import Any
from unittest import mock

import fixtures
import testtools

from ipv6_tempest_plugin.overlay.guests import images
from ipv6_tempest_plugin.overlay.vrouter import controls
from ipv6_tempest_plugin.overlay.vrouter import judging
from ipv6_tempest_plugin.overlay.vrouter import keeping
from ipv6_tempest_plugin.overlay.vrouter import outside
from ipv6_tempest_plugin.tests.vrouter import base
from ipv6_tempest_plugin.tests.vrouter import breaking
from ipv6_tempest_plugin import waiting
from tests.unit.plugin.vrouter import sample

PINGS = {
    'vRouter-eth1.56': sample.echo(2, sent=2),
    'ipv6-router.56': sample.echo(0, sent=2),
}
PARTLY = {**PINGS, 'ipv6-router.56': sample.echo(1, sent=2)}


class PatternTest(testtools.TestCase):
    def wrong(self, pings: Any, *lost: str) -> list[str]:
        seen = sample.machine(pings=pings)
        found = judging.pattern('VM1', seen, set(lost))
        return [one.attribute for one in found]

    def test_as_wanted(self) -> None:
        self.assertEqual([], self.wrong(PINGS, 'ipv6-router'))

    def test_lost_or_answered_by_mistake(self) -> None:
        self.assertEqual(['VM1 -> ipv6-router'], self.wrong(PINGS))
        self.assertEqual(
            ['VM1 -> vRouter-eth1'],
            self.wrong(PINGS, 'vRouter-eth1', 'ipv6-router'),
        )

    def test_partly_is_neither(self) -> None:
        self.assertEqual(['VM1 -> ipv6-router'], self.wrong(PARTLY))
        self.assertEqual(
            ['VM1 -> ipv6-router'], self.wrong(PARTLY, 'ipv6-router')
        )

    def test_never_sent_is_lost(self) -> None:
        pings = {'ipv6-router.56': sample.echo(0, sent=0)}
        self.assertEqual([], self.wrong(pings, 'ipv6-router'))
        self.assertEqual(['VM1 -> ipv6-router'], self.wrong(pings))


class Hidden:
    """Hides a test from whoever looks for tests in this module."""

    class Story(breaking.BreakingTest):
        """A test without a cloud, in which VM1 sees what it is given."""

        planned = sample.PLANNED
        built: Any = types.SimpleNamespace(
            links=sample.LINKS, steps=[('boot', 7.5)]
        )

        def runTest(self) -> None:
            """Do nothing."""

        def look(self, looking: Any) -> Any:
            """Return, and keep, what is given."""
            self.seen = {name: sample.machine(pings=PINGS) for name in looking}
            return self.seen

        def causes(self) -> list[str]:
            """Know none."""
            return []


def verdicts(control: controls.Control | None) -> str:
    """What two guests' differences say, while something is taken away."""
    test: Any = base.VRouterTest('judge')
    test.control = control
    test.causes = lambda: [] if control else ['CAUSE']
    wrong = [
        judging.pattern(who, sample.machine(pings=PINGS), {'vRouter-eth1'})
        for who in ('VM1', 'VM2')
    ]
    named = [(f'guest {n}', found, None) for n, found in enumerate(wrong)]
    error: Any = None
    try:
        test.judge(*named, ('guest 2', [], None))
    except AssertionError as failure:
        error = failure
    return str(error)


class VerdictsTest(testtools.TestCase):
    def test_all_that_differs_in_one_failure(self) -> None:
        said = verdicts(None)
        self.assertTrue(said.startswith('CAUSE'))
        for place in ('guest 0', 'guest 1', 'VM2 -> ipv6-router'):
            self.assertIn(place, said)
        self.assertNotIn('guest 2', said)
        self.assertIn('packets are dropped', said)

    def test_a_control_is_not_explained_by_what_it_breaks(self) -> None:
        said = verdicts(controls.ROUTE)
        self.assertIn('another way exists (a bypass)', said)
        self.assertIn('requests still leave the vRouter', said)
        self.assertNotIn('packets are dropped', said)

    def test_no_causes_in_a_control(self) -> None:
        test: Any = base.VRouterTest('judge')
        test.control = controls.SECURITY
        self.assertEqual([], test.causes())

    def test_nothing_wrong(self) -> None:
        base.VRouterTest('judge').judge(('guest', [], None))


class BecomesTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        overlay = types.SimpleNamespace(
            guest_patience=0, guest_access='ssh-ipv6'
        )
        conf = types.SimpleNamespace(ipv6_overlay=overlay)
        for module in (base, breaking):
            self.useFixture(fixtures.MockPatchObject(module, 'CONF', conf))
        self.story = Hidden.Story()
        self.story.pinged = []
        self.story.control = controls.ROUTE

    def shown(self, kind: str) -> Any:
        """Return what was attached for the report."""
        shown = self.story.getDetails()[kind].iter_bytes()
        return json.loads(b''.join(shown))

    def test_a_control_tells_what_must_be_lost(self) -> None:
        self.story.becomes(['ipv6-router'])
        self.assertEqual(
            {'vRouter': True, 'ipv6-router': False},
            {one['target']: one['wanted'] for one in self.shown('pings')},
        )
        self.assertEqual('boot', self.shown('steps')[0]['name'])
        self.assertIn('nodes', self.shown('topology'))

    def test_a_control_that_fails_tells_it_too(self) -> None:
        error = self.assertRaises(AssertionError, self.story.becomes, [])
        self.assertIn('VM1 -> ipv6-router', str(error))
        self.assertIn('the extra route of ipv6-router', str(error))
        wanted = [one['wanted'] for one in self.shown('pings')]
        self.assertEqual([True, True], wanted)

    def test_nothing_was_seen(self) -> None:
        late = waiting.WaitTimeout('no report')
        with mock.patch.object(Hidden.Story, 'look', side_effect=late):
            error = self.assertRaises(
                waiting.WaitTimeout, self.story.becomes, ()
            )
        self.assertIs(late, error)

    def test_the_first_look_is_before_the_first_break(self) -> None:
        did: list[str] = []
        story: Any = mock.Mock()
        story.look_at_all = lambda: did.append('look')
        test = breaking.control(controls.ROUTE)(lambda _: did.append('break'))
        test(story)
        self.assertEqual(['look', 'break'], did)
        self.assertIs(controls.ROUTE, story.control)


class FirstLookTest(testtools.TestCase):
    """All that is seen once for all tests, and in which order."""

    def setUp(self) -> None:
        super().setUp()
        group = types.SimpleNamespace(
            guest_access='ssh-ipv6', guest_patience=0, tests_have_route=True
        )
        conf = types.SimpleNamespace(ipv6_overlay=group, ipv6_vrouter=group)
        self.useFixture(fixtures.MockPatchObject(base, 'CONF', conf))
        self.did: list[str] = []
        self.counters = iter((10, 70))
        story: Any = Hidden.Story()
        guest = mock.MagicMock(counters=self.count)
        story.built = types.SimpleNamespace(
            links=sample.LINKS, guests={'vRouter': guest, 'VM1': guest}
        )
        story.seen = {}
        story.looks, story.counted, story.outside = [], [], []
        story.everything = lambda name, links: name
        story.look = self.look
        self.story = story

    def count(self, plan: Any) -> dict[str, int]:
        """Count, and keep a note of when."""
        self.did.append('count')
        return {judging.FORWARDED: next(self.counters)}

    def look(self, looking: Any) -> Any:
        """See nothing, and keep a note of when."""
        self.did.append('look')
        return {name: sample.machine() for name in looking}

    def test_counted_before_and_after(self) -> None:
        with mock.patch.object(outside, 'pings', return_value={}):
            seen = self.story.look_at_all()
            again = self.story.look_at_all()
        self.assertEqual(['count', 'look', 'count'], self.did)
        self.assertEqual(60, self.story.forwarded)
        self.assertIs(seen, again)

    def test_what_outside_saw_counts_as_forwarded(self) -> None:
        pings = {
            'VM1.56': sample.echo(5),
            'VM2.full': sample.echo(4),
            'vRouter-eth1.56': sample.echo(5),
        }
        with mock.patch.object(outside, 'pings', return_value=pings):
            self.story.look_at_all()
        (done,) = self.story.outside
        self.assertEqual(pings, done.result())
        self.assertEqual(9, self.story.forwarded_for_outside())

    def test_what_went_wrong_outside_is_for_others_to_tell(self) -> None:
        none = AssertionError('no ping')
        with mock.patch.object(outside, 'pings', side_effect=none):
            self.story.look_at_all()
        (done,) = self.story.outside
        self.assertIs(none, done.exception())
        self.assertEqual(0, self.story.forwarded_for_outside())

    def test_a_look_that_fails_is_tried_anew(self) -> None:
        lost = mock.Mock(side_effect=waiting.WaitTimeout('lost'))
        with mock.patch.object(outside, 'pings', return_value={}):
            self.story.look = lost
            self.assertRaises(waiting.WaitTimeout, self.story.look_at_all)
            self.story.look = self.look
            self.counters = iter((10, 70))
            self.story.look_at_all()
        self.assertEqual(1, len(self.story.outside))
        self.assertEqual(60, self.story.forwarded)

    def test_nobody_pings_from_outside_without_a_route(self) -> None:
        base.CONF.ipv6_vrouter.tests_have_route = False
        self.story.look_at_all()
        self.assertEqual([], self.story.outside)
        self.assertEqual(0, self.story.forwarded_for_outside())


class RecordsTest(testtools.TestCase):
    def records(self, image: str, name: str) -> str:
        """Return what is promised where the vRouter has this image."""
        conf = types.SimpleNamespace(
            compute=types.SimpleNamespace(image_ref='guest'),
            ipv6_overlay=types.SimpleNamespace(guest_records='run-guest'),
            ipv6_vrouter=types.SimpleNamespace(image=image),
        )
        for module in (base, images):
            self.useFixture(fixtures.MockPatchObject(module, 'CONF', conf))
        return Hidden.Story.records(name)

    def test_the_option_speaks_of_the_image_of_guests(self) -> None:
        for image in ('', 'guest'):
            self.assertEqual('run-guest', self.records(image, 'vRouter'))
        self.assertEqual('none', self.records('other', 'vRouter'))
        self.assertEqual('run-guest', self.records('other', 'VM1'))


def named(name: str) -> Any:
    """Something with an id."""
    return types.SimpleNamespace(id=name)


def account(name: str) -> Any:
    """Credentials."""
    return types.SimpleNamespace(
        project_name=f'{name}-project',
        project_id=f'{name}-project-id',
        username=f'{name}-user',
        user_id=f'{name}-user-id',
        password='SECRET',
    )


def built(**changes: Any) -> Any:
    """A scenario that was built."""
    guest = types.SimpleNamespace(user='cirros', address='172.24.4.9')
    credentials = account('own')
    some = ('router4', 'router6', 'inner4', 'outer4', 'outer6')
    shown = {
        **{name: named(name) for name in (*some, 'inner', 'outer')},
        'key': types.SimpleNamespace(private='PRIVATE', name='vrouter-key'),
        'group': named('apart'),
        'management': None,
        'first': {},
        'manager': types.SimpleNamespace(credentials=credentials),
        'guests': {'VM1': guest},
        'servers': {'VM1': named('server')},
        'ports': {'eth0-VM1': named('port')},
        'planned': sample.PLANNED,
        'version': 4,
    }
    return types.SimpleNamespace(**{**shown, **changes})


MANAGEMENT = types.SimpleNamespace(
    **{name: named(f'own-{name}') for name in ('router', 'subnet', 'network')},
    group=named('own-group'),
)


class KeepingTest(testtools.TestCase):
    def told(self, *made: Any, **changes: Any) -> Path:
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        return keeping.told(built(**changes), Path(place.name, 'kept'), made)

    def in_order(self, said: str, *steps: str) -> None:
        places = [said.index(step) for step in steps]
        self.assertEqual(sorted(places), places)

    def test_the_key_is_for_its_owner_alone(self) -> None:
        key = self.told().parent / 'key.pem'
        self.assertEqual('PRIVATE', key.read_text())
        self.assertEqual(0o600, stat.S_IMODE(key.stat().st_mode))

    def test_how_to_go_on(self) -> None:
        said = self.told(account('own')).read_text()
        self.assertNotIn('PRIVATE', said)
        self.assertNotIn('SECRET', said)
        self.assertIn('cirros@172.24.4.9  # VM1', said)

    def test_the_order_of_removal(self) -> None:
        self.in_order(
            self.told().read_text(),
            'server delete',
            'floating ip delete',
            'port delete',
            'router unset --route',
            'router remove subnet router4 inner4',
            'router delete router4 router6\n',
            'network delete inner outer\n',
            'server group delete apart',
            'keypair delete vrouter-key',
        )

    def test_the_tests_own_way_goes_too(self) -> None:
        first = {'VM1': named('own-port')}
        said = self.told(
            management=MANAGEMENT, first=first, version=6
        ).read_text()
        self.assertNotIn('floating', said)
        self.in_order(
            said,
            'port delete port own-port\n',
            'router remove subnet own-router own-subnet',
            'router delete router4 router6 own-router\n',
            'network delete inner outer own-network\n',
            'security group delete own-group',
        )

    def test_no_key_and_no_group_on_the_console(self) -> None:
        said = self.told(key=None, group=None, version=None).read_text()
        for word in ('keypair', 'server group', 'ssh -i', 'floating'):
            self.assertNotIn(word, said)
        self.assertIn('console url show server  # VM1', said)

    def test_whose_rights_it_takes(self) -> None:
        said = self.told().read_text()
        self.assertIn('--os-project-id own-project-id', said)
        self.assertNotIn('user delete', said)

    def test_accounts_that_were_made_for_the_run(self) -> None:
        said = self.told(account('own'), account('admin')).read_text()
        self.assertIn('credentials of an administrator', said)
        self.in_order(
            said,
            'keypair delete --user own-user-id vrouter-key',
            'user delete own-user-id',
            'project delete own-project-id',
            'user delete admin-user-id',
        )
