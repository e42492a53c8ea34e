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

"""What is read from tempest.conf."""

import ddt

from ipv6_tempest_plugin.xtesting import configuration
from ipv6_tempest_plugin.xtesting import errors
from tests.unit.plugin.xtesting import false_tempest


@ddt.ddt
class ConfigurationTest(false_tempest.FalseTempestTest):
    def test_it_may_be_relative(self) -> None:
        environment = {
            'TEMPEST_CONFIG_DIR': str(self.place),
            'TEMPEST_CONFIG': 'tempest.conf',
        }
        self.assertEqual(self.config, configuration.path(environment))

    @ddt.data(
        ({}, 'TEMPEST_CONFIG to name a tempest.conf, seen none'),
        ({'TEMPEST_CONFIG': ''}, 'seen none'),
        ({'TEMPEST_CONFIG': '/no/such.conf'}, 'seen /no/such.conf'),
        ({'TEMPEST_CONFIG': '/'}, 'can be read, seen /;'),
    )
    @ddt.unpack
    def test_none_is_told(
        self, environment: dict[str, str], told: str
    ) -> None:
        error = self.assertRaises(
            errors.CaseError, configuration.path, environment
        )
        self.assertIn(told, str(error))

    def test_what_the_cloud_lacks(self) -> None:
        found = configuration.lacking(
            self.config, ['neutron', 'nova', 'swift'], ['quotas', 'extraroute']
        )
        self.assertEqual(
            [
                '[service_available] swift is False',
                '[network-feature-enabled] api_extensions lacks extraroute',
            ],
            found,
        )

    def test_a_cloud_with_all_extensions_lacks_none(self) -> None:
        self.config.write_text('[service_available]\nneutron = True\n')
        self.assertEqual(
            [], configuration.lacking(self.config, ['neutron'], ['any'])
        )

    def test_tempests_own_defaults_count(self) -> None:
        self.config.write_text('')
        self.assertEqual(
            [], configuration.lacking(self.config, ['neutron', 'nova'], ['a'])
        )

    def test_an_unknown_service_is_no_reason_to_skip(self) -> None:
        error = self.assertRaises(
            errors.CaseError,
            configuration.lacking,
            self.config,
            ['neutrn'],
            [],
        )
        self.assertRegex(str(error), 'some of .*neutron.*, seen neutrn')

    @ddt.data(
        'no section and my-secret-word',
        '[service_available]\nneutron = my-secret-word\n',
        '[service_available\n',
    )
    def test_what_is_no_configuration_is_told_not_quoted(
        self, text: str
    ) -> None:
        self.config.write_text(text)
        error = self.assertRaises(
            errors.CaseError, configuration.lacking, self.config, [], []
        )
        self.assertRegex(str(error), 'expected a tempest.conf, seen .*Error')
        self.assertNotIn('my-secret-word', str(error))
