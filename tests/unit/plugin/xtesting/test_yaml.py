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

"""The cases that are installed: each test is in one tier and in "all"."""

import configparser
from pathlib import Path
import re
from typing import Any
from unittest import mock

import ddt
from openstack import connection
from openstack.identity.v3 import service
import testtools
import yaml

from ipv6_tempest_plugin.results import names
from ipv6_tempest_plugin.xtesting import arguments
from tests.unit import test_packaging

ETC = test_packaging.ROOT / 'etc'
# File, driver, and the argument with the regular expression.
FILES = (
    ('xtesting/testcases.yaml', 'ipv6_tempest', 'regex'),
    ('functest/testcases.yaml', 'tempest_common', 'mode'),
)
TIERS = [tier for _, tier in names.TIERS]
# What Xtesting 1.3 reads of a case without a default.
NEEDED = {'case_name', 'project_name', 'criteria', 'blocking', 'run'}
# What Functest's driver reads of its args.
FUNCTEST = {'mode', 'option', 'services', 'neutron_extensions'}
# Types and names in a catalog, as DevStack and deployment tools have them.
CATALOG = {
    'identity': 'keystone',
    'network': 'neutron',
    'compute': 'nova',
    'image': 'glance',
    'placement': 'placement',
}


def searched(name: str) -> list[str]:
    """Return the names of services that a cloud finds when asked so.

    Functest's driver skips a case when that is none.
    """
    services = [
        service.Service(id=f'{number:032x}', type=kind, name=named)
        for number, (kind, named) in enumerate(CATALOG.items())
    ]
    cloud = mock.Mock(spec=connection.Connection)
    cloud.list_services.return_value = services
    seen = connection.Connection.search_services(cloud, name)
    return [one.name for one in seen]


def cases(path: str) -> dict[str, dict[str, Any]]:
    """Return the one case of each tier of a file."""
    tiers = yaml.safe_load((ETC / path).read_text())['tiers']
    found = {}
    for tier in tiers:
        (found[tier['name']],) = tier['testcases']
    return found


@ddt.ddt
class TestcasesTest(testtools.TestCase):
    @ddt.data(*FILES)
    @ddt.unpack
    def test_every_tier_has_its_tests(
        self, path: str, driver: str, key: str
    ) -> None:
        found = cases(path)
        self.assertEqual([*TIERS, 'all'], list(found))
        every = {test.id() for test in test_packaging.our_tests()}
        for tier, case in found.items():
            regex = case['run']['args'][key]
            seen = {one for one in every if re.search(regex, one)}
            wanted = {
                one for one in every if tier in ('all', names.parse(one).tier)
            }
            self.assertEqual(wanted, seen, tier)
            self.assertNotEqual(set(), seen, tier)

    @ddt.data(*FILES)
    @ddt.unpack
    def test_every_case_is_complete(
        self, path: str, driver: str, key: str
    ) -> None:
        for tier, case in cases(path).items():
            self.assertLessEqual(NEEDED, set(case))
            name = 'ipv6' if tier == 'all' else tier
            self.assertEqual(name, case['case_name'])
            self.assertEqual('functest', case['project_name'])
            self.assertEqual(driver, case['run']['name'])

    def test_our_driver_takes_their_args(self) -> None:
        for case in cases('xtesting/testcases.yaml').values():
            arguments.parse(case['run']['args'])

    def test_functests_driver_knows_their_args(self) -> None:
        for case in cases('functest/testcases.yaml').values():
            self.assertLessEqual(set(case['run']['args']), FUNCTEST)

    def test_functests_driver_finds_their_services(self) -> None:
        wanted = {
            'ipv6_overlay_api': ['neutron'],
            'ipv6_overlay_scenario': ['neutron', 'nova'],
            'ipv6_vrouter': ['neutron', 'nova'],
        }
        for tier, case in cases('functest/testcases.yaml').items():
            asked = case['run']['args'].get('services', [])
            seen = [name for one in asked for name in searched(one)]
            self.assertEqual(wanted.get(tier, []), seen, tier)

    def test_they_are_installed(self) -> None:
        setup = configparser.ConfigParser()
        setup.read(test_packaging.ROOT / 'setup.cfg')
        files = setup['files']['data_files'].split()
        for path, *_ in FILES:
            self.assertIn(f'etc/{path}', files)
            self.assertTrue(Path(ETC, path).is_file())
