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

"""What tests do with what they see, and what is left when all is kept."""

import json
from pathlib import Path
import stat
import tempfile
import types
from typing import Any

import fixtures
import testtools

from ipv6_tempest_plugin.overlay.guests import images
from ipv6_tempest_plugin.overlay.vrouter import keeping
from ipv6_tempest_plugin.tests.vrouter import base
from tests.unit.plugin.vrouter import sample

PINGS = {
    'vRouter-eth1.56': sample.echo(2, sent=2),
    'ipv6-router.56': sample.echo(0, sent=2),
}
PARTLY = {**PINGS, 'ipv6-router.56': sample.echo(1, sent=2)}


class PatternTest(testtools.TestCase):
    def wrong(self, pings: Any, *lost: str) -> list[str]:
        seen = sample.machine(pings=pings)
        return [one.attribute for one in base.pattern('VM1', seen, set(lost))]

    def test_as_wanted(self) -> None:
        self.assertEqual([], self.wrong(PINGS, 'ipv6-router'))
        seen = sample.machine(pings=PINGS)
        self.assertTrue(base.as_wanted(seen, {'ipv6-router'}))

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

    class Story(base.VRouterTest):
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


class BecomesTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        overlay = types.SimpleNamespace(guest_patience=0)
        conf = types.SimpleNamespace(ipv6_overlay=overlay)
        self.useFixture(fixtures.MockPatchObject(base, 'CONF', conf))
        self.story = Hidden.Story()
        self.story.pinged = []

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
        self.assertRaises(AssertionError, self.story.becomes, [])
        wanted = [one['wanted'] for one in self.shown('pings')]
        self.assertEqual([True, True], wanted)


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


def built() -> Any:
    """A scenario that was built."""
    guest = types.SimpleNamespace(user='cirros', address='172.24.4.9')
    credentials = types.SimpleNamespace(project_name='p', username='u')
    some = ('router4', 'router6', 'inner4', 'outer4', 'outer6')
    return types.SimpleNamespace(
        **{name: named(name) for name in (*some, 'inner', 'outer')},
        key=types.SimpleNamespace(private='PRIVATE'),
        manager=types.SimpleNamespace(credentials=credentials),
        guests={'VM1': guest},
        servers={'VM1': named('server')},
        ports={'eth0-VM1': named('port')},
        planned=sample.PLANNED,
        version=4,
    )


class KeepingTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.text = keeping.told(built(), Path(place.name, 'kept'))

    def test_the_key_is_for_its_owner_alone(self) -> None:
        key = self.text.parent / 'key.pem'
        self.assertEqual('PRIVATE', key.read_text())
        self.assertEqual(0o600, stat.S_IMODE(key.stat().st_mode))

    def test_how_to_go_on(self) -> None:
        said = self.text.read_text()
        self.assertNotIn('PRIVATE', said)
        self.assertIn('cirros@172.24.4.9  # VM1', said)

    def test_the_order_of_removal(self) -> None:
        said = self.text.read_text()
        steps = [
            'server delete',
            'floating ip delete',
            'port delete',
            'router unset --route',
            'router remove subnet router4 inner4',
            'router delete',
            'network delete inner outer',
        ]
        places = [said.index(step) for step in steps]
        self.assertEqual(sorted(places), places)
