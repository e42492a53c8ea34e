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

"""What Tempest sees of this package (entry point ``tempest.test_plugins``).

Every ``tempest`` command imports this module, and a failure here aborts
all of them, so it imports nothing but the options.
"""

from pathlib import Path

from oslo_config import cfg
from tempest.test_discover import plugins

from ipv6_tempest_plugin import config


class Ipv6TempestPlugin(plugins.TempestPlugin):
    """Proves whether an OpenStack cloud really does IPv6."""

    def load_tests(self) -> tuple[str, str]:
        """Return the directory of the tests and the top of the package."""
        package = Path(__file__).resolve().parent
        return str(package / 'tests'), str(package.parent)

    def register_opts(self, conf: cfg.ConfigOpts) -> None:
        """Register every option of :data:`config.GROUPS`."""
        for group, options in config.GROUPS:
            conf.register_group(group)
            conf.register_opts(options, group=group)

    def get_opt_lists(self) -> list[tuple[str, list[cfg.Opt]]]:
        """Return (group name, options) for each of our groups."""
        return [(group.name, options) for group, options in config.GROUPS]
