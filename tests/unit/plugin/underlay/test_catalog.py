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

"""Catalogs on paper: each fault is one finding, never a traceback."""

from typing import Any

import ddt
import testtools

from ipv6_tempest_plugin.underlay import catalog
from ipv6_tempest_plugin.underlay import registry
from ipv6_tempest_plugin.underlay import settings
from tests.unit.plugin.underlay import base

SOUND = 'http://[2001:db8::1]:9292'


def three(url: str, service: str = 'image') -> dict[str, Any]:
    """Return a service that has all interfaces."""
    entries = [
        base.entry(url, service, interface=i) for i in settings.INTERFACES
    ]
    return {'type': service, 'endpoints': [e['endpoints'][0] for e in entries]}


@ddt.ddt
class ReadTest(testtools.TestCase):
    def codes(self, raw: object, **changes: Any) -> list[str]:
        read = catalog.read(raw, settings.Settings(**changes))
        for finding in read.findings:
            self.assertEqual('catalog', finding.check)
        return sorted(finding.code for finding in read.findings)

    def test_sound(self) -> None:
        read = catalog.read([three(SOUND)], settings.Settings())
        self.assertEqual((), read.findings)
        self.assertEqual(
            [('image', 'RegionOne', i) for i in settings.INTERFACES],
            [target.place.slot for target in read.targets],
        )
        self.assertEqual(9292, read.targets[0].location.port)

    @ddt.data(
        ([], ['catalog-empty']),
        (None, ['catalog-empty']),
        ({'catalog': []}, ['entry-malformed']),
        ('text', ['entry-malformed']),
        ([None, 1], ['entry-malformed'] * 2),
        ([{}], ['entry-malformed']),
        ([{'type': 'image'}], ['entry-malformed']),
        ([{'type': None, 'endpoints': []}], ['entry-malformed']),
        ([{'type': 'image', 'endpoints': {}}], ['entry-malformed']),
        ([{'type': 'image', 'endpoints': []}], ['service-bare']),
        ([{'type': 'image', 'endpoints': [None]}], ['entry-malformed']),
        ([{'type': 'image', 'endpoints': ['x']}], ['entry-malformed']),
        ([base.entry(SOUND, interface='publicURL')], ['entry-malformed']),
        ([base.entry(SOUND, interface='admin')], ['interface-missing']),
        ([base.entry('', interface='public')], ['url-malformed']),
        ([base.entry(None)], ['url-malformed']),
        ([base.entry('http://fd00::1:9292')], ['url-unbracketed']),
        ([base.entry(SOUND), base.entry(SOUND)], ['endpoint-duplicate']),
    )
    @ddt.unpack
    def test_faults(self, raw: object, expected: list[str]) -> None:
        self.assertEqual(expected, self.codes(raw))

    def test_required_interfaces_are_asked_of_every_region(self) -> None:
        entry = three(SOUND)
        entry['endpoints'] += base.entry(SOUND, region='RegionTwo')[
            'endpoints'
        ]
        read = catalog.read(
            [entry], settings.Settings(required_interfaces=('public', 'admin'))
        )
        self.assertEqual(
            [('interface-missing', 'image RegionTwo admin', 'only public')],
            [(f.code, str(f.place), f.seen) for f in read.findings],
        )

    def test_required_services(self) -> None:
        required = {'required_services': ('image', 'network')}
        self.assertEqual(
            ['service-missing'], self.codes([three(SOUND)], **required)
        )
        self.assertEqual(
            ['catalog-empty', 'service-missing', 'service-missing'],
            self.codes([], **required),
        )

    def test_required_services_in_the_region_of_tempest(self) -> None:
        wanted = {
            'required_services': ('image', 'identity'),
            'region': 'RegionTwo',
        }
        self.assertEqual(
            ['service-missing'],
            self.codes([three(SOUND), three(SOUND, 'identity')], **wanted),
        )

    def test_interfaces_that_are_not_probed_are_judged_on_paper(self) -> None:
        raw = [three(SOUND)]
        raw[0]['endpoints'][2]['url'] = 'http://[::1'
        read = catalog.read(raw, settings.Settings(interfaces=('public',)))
        self.assertEqual(1, len(read.targets))
        self.assertEqual(1, len(read.places))
        self.assertEqual(
            ['image RegionOne admin'], [str(f.place) for f in read.findings]
        )

    def test_region_may_come_by_either_name_or_not_at_all(self) -> None:
        rows: list[tuple[dict[str, Any], str]] = [
            ({'region': 'a'}, 'a'),
            ({'region_id': 'b', 'region': None}, 'b'),
            ({'region': None}, '-'),
        ]
        for fields, region in rows:
            self.assertEqual(region, catalog.place_of('image', fields).region)


class RegistryTest(testtools.TestCase):
    SERVICES = [
        {'id': 's1', 'type': 'image', 'enabled': True},
        {'id': 's2', 'type': 'volumev3', 'enabled': False},
    ]

    def judge(self, *endpoints: dict[str, Any]) -> list[tuple[str, str]]:
        rows = [
            {'region': 'R', 'url': SOUND, 'service_id': 's1', **e}
            for e in endpoints
        ]
        given = [{'type': 'image', 'endpoints': [{'id': 'public1'}]}]
        found = registry.judge(self.SERVICES, rows, given)
        return [(f.code, str(f.place)) for f in found]

    def test_what_is_enabled_and_given_is_sound(self) -> None:
        row = {'id': 'public1', 'interface': 'public', 'enabled': True}
        self.assertEqual([], self.judge(row))

    def test_disabled_endpoint(self) -> None:
        row = {'id': 'x', 'interface': 'public', 'enabled': False}
        self.assertEqual(
            [('endpoint-disabled', 'image R public')], self.judge(row)
        )

    def test_disabled_endpoint_that_was_replaced(self) -> None:
        old = {'id': 'x', 'interface': 'public', 'enabled': False}
        new = {'id': 'public1', 'interface': 'public', 'enabled': True}
        self.assertEqual([], self.judge(old, new))

    def test_enabled_endpoint_that_the_catalog_hides(self) -> None:
        row = {'id': 'y', 'interface': 'admin', 'enabled': True}
        self.assertEqual(
            [('endpoint-hidden', 'image R admin')], self.judge(row)
        )

    def test_disabled_service_is_a_decision(self) -> None:
        row = {'id': 'z', 'interface': 'public', 'service_id': 's2'}
        self.assertEqual([], self.judge({**row, 'enabled': True}))
