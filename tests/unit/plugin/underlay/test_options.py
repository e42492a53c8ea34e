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

"""From tempest.conf to settings."""

import types
from typing import Any

import netaddr
from oslo_config import cfg
import testtools

from ipv6_tempest_plugin import addressing
from ipv6_tempest_plugin import plugin
from ipv6_tempest_plugin.tests.underlay import options
from ipv6_tempest_plugin.underlay import settings

GROUPS = {
    'identity': 'identity',
    'compute': 'compute',
    'placement': 'placement',
    'network': 'network',
    'image': 'image',
    'volume': 'volumev3',
    'object_storage': 'object-store',
}


class OptionsTest(testtools.TestCase):
    def conf(self, **ours: Any) -> Any:
        """Return a configuration: ours real, Tempest's own reduced."""
        real = cfg.ConfigOpts()
        plugin.Ipv6TempestPlugin().register_opts(real)
        real([])
        for name, value in ours.items():
            real.set_override(name, value, 'ipv6_underlay')
        conf = types.SimpleNamespace(ipv6_underlay=real.ipv6_underlay)
        for group, catalog_type in GROUPS.items():
            setattr(
                conf, group, types.SimpleNamespace(catalog_type=catalog_type)
            )
        conf.identity.region = 'RegionOne'
        conf.identity.ca_certificates_file = '/ca.pem'
        conf.identity.disable_ssl_certificate_validation = True
        conf.service_available = types.SimpleNamespace(
            nova=True, neutron=True, glance=False, cinder=False, swift=True
        )
        return conf

    def test_defaults_are_those_of_the_settings(self) -> None:
        seen = options.settings_of(self.conf())
        self.assertEqual(
            settings.Settings(
                required_services=(
                    'identity',
                    'compute',
                    'placement',
                    'network',
                    'object-store',
                ),
                region='RegionOne',
                ca_file='/ca.pem',
                verify=False,
            ),
            seen,
        )

    def test_every_option_arrives(self) -> None:
        seen = options.settings_of(
            self.conf(
                ipv4='forbidden',
                control_plane_ipv4=['192.0.2.1'],
                allow_documentation_prefix=True,
                timeout=3,
                interfaces=['public'],
                required_interfaces=['public', 'admin'],
                required_services=['dns'],
                accepted_statuses=[200],
            )
        )
        self.assertEqual(
            settings.Settings(
                timeout=3.0,
                scopes=settings.USABLE | {addressing.Scope.DOCUMENTATION},
                statuses=frozenset({200}),
                interfaces=('public',),
                required_interfaces=('public', 'admin'),
                required_services=('dns',),
                region='RegionOne',
                ipv4_forbidden=True,
                control_plane_ipv4=(netaddr.IPAddress('192.0.2.1'),),
                ca_file='/ca.pem',
                verify=False,
            ),
            seen,
        )
