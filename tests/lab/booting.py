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
"""What the vRouter scenario is measured by: three servers, and ssh to each.

Booted and logged in to together, on a network of their own, with the image,
flavor and way in of the scenario. ``benchmarks.vrouter`` runs it.
"""

import fixtures
from tempest import config
from tempest.lib import decorators

from ipv6_tempest_plugin.overlay import management
from ipv6_tempest_plugin.overlay import servers
from ipv6_tempest_plugin.overlay import stages
from ipv6_tempest_plugin.overlay import together
from ipv6_tempest_plugin.tests.overlay import base

CONF = config.CONF
SERVERS = 3


class BootingTest(base.GuestTest):
    @classmethod
    def resource_setup(cls) -> None:
        super().resource_setup()
        version = stages.VERSIONS[CONF.ipv6_overlay.guest_access]
        key = servers.KeyPair(cls.os_primary)
        way = management.Management(cls.os_primary, version)
        cls.begin(key, way)
        ports = [way.port() for _ in range(SERVERS)]
        cls.begin(*ports)
        booted = [
            servers.Server(cls.os_primary, [port], key) for port in ports
        ]
        cls.begin(*booted, way.uplink())
        cls.ways = [management.Access(way, server) for server in booted]
        cls.begin(*cls.ways)

    @classmethod
    def begin(cls, *some: fixtures.Fixture) -> None:
        whole = together.Together(*some)
        together.begin(whole)
        cls.addClassResourceCleanup(whole.cleanUp)

    @decorators.idempotent_id('5c0c41e2-3d6a-4b9e-8a55-5b0a8f2f7f53')
    def test_logged_in(self) -> None:
        self.assertEqual(SERVERS, len({w.guest.address for w in self.ways}))
