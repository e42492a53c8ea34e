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

"""What the id of a test says."""

import ddt
import testtools

from ipv6_tempest_plugin.results import names
from tests.unit.plugin.results import streams

UUID = streams.uuid(7)


@ddt.ddt
class NamesTest(testtools.TestCase):
    def test_of_tempest(self) -> None:
        owner = f'{streams.API}.test_ports.PortsTest'
        name = names.parse(f'{owner}.test_show[id-{UUID},smoke,slow]')
        self.assertEqual(
            names.Name(
                UUID,
                f'{owner}.test_show',
                owner,
                'test_show',
                'ipv6_overlay_api',
                ('smoke', 'slow'),
            ),
            name,
        )

    def test_attributes_may_come_first(self) -> None:
        name = names.parse(f'a.B.test_c[smoke,id-{UUID}]')
        self.assertEqual((UUID, ('smoke',)), (name.id, name.attributes))

    def test_without_uuid_the_name_is_the_id(self) -> None:
        name = names.parse('a.B.test_c')
        self.assertEqual(('a.B.test_c', 'a.B.test_c'), (name.id, name.name))

    def test_scenarios_are_told_apart(self) -> None:
        one, two = (names.parse(f'a.B.t[id-{UUID}]({s})') for s in '12')
        self.assertNotEqual(one.id, two.id)
        self.assertEqual('a.B.t(1)', one.name)

    def test_dots_and_brackets_in_parentheses(self) -> None:
        name = names.parse(f'a.B.test_c(x.y,[2001:db8::1])[id-{UUID}]')
        self.assertEqual(
            ('a.B', 'test_c(x.y,[2001:db8::1])', UUID),
            (name.owner, name.label, name.id),
        )

    @ddt.data('setUpClass', 'tearDownClass', 'setUpModule')
    def test_fixtures(self, fixture: str) -> None:
        name = names.parse(f'{fixture} ({streams.UNDERLAY}.test_a.A)')
        self.assertEqual(
            (fixture, f'{streams.UNDERLAY}.test_a.A', 'ipv6_underlay'),
            (name.fixture, name.owner, name.tier),
        )

    @ddt.data(
        (f'{streams.SCENARIO}.test_a.A.test', 'ipv6_overlay_scenario'),
        ('ipv6_tempest_plugin.tests.vrouter.a.A.test', 'ipv6_vrouter'),
        ('ipv6_tempest_plugin.tests.underlayer.a.A.test', 'other'),
        ('tempest.api.network.test_ports.PortsTest.test', 'other'),
        ('test', 'other'),
    )
    @ddt.unpack
    def test_tiers(self, name: str, tier: str) -> None:
        self.assertEqual(tier, names.parse(name).tier)
