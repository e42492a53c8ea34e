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

"""What Tempest is told of the plugin."""

import pathlib

from oslo_config import cfg
import testtools

from ipv6_tempest_plugin import config
from ipv6_tempest_plugin import plugin


class PluginTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.plugin = plugin.Ipv6TempestPlugin()

    def test_tests_lie_where_it_says(self) -> None:
        tests, top = self.plugin.load_tests()
        self.assertTrue(pathlib.Path(tests).is_dir())
        self.assertEqual('ipv6_tempest_plugin/tests', tests[len(top) + 1 :])

    def test_every_group_is_registered_and_listed(self) -> None:
        conf = cfg.ConfigOpts()
        self.plugin.register_opts(conf)
        conf([])
        self.assertEqual('allowed', conf.ipv6_underlay.ipv4)
        self.assertEqual(
            [group.name for group, _ in config.list_opts()],
            [name for name, _ in self.plugin.get_opt_lists()],
        )

    def test_defaults_are_values_that_the_options_accept(self) -> None:
        for _, options in config.GROUPS:
            for option in options:
                if option.default is not None:
                    text = option.default
                    if isinstance(text, list):
                        text = ','.join(map(str, text))
                    if isinstance(text, dict):
                        text = ','.join(map(':'.join, text.items()))
                    self.assertEqual(
                        option.default, option.type(str(text)), option.name
                    )

    def test_every_option_has_a_help_text(self) -> None:
        for _, options in config.GROUPS:
            for option in options:
                self.assertGreater(len(option.help or ''), 40, option.name)
