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

"""The console of a guest, whose URL no catalog holds."""

from typing import Any

from tempest import config
from tempest.lib.common import api_microversion_fixture
from tempest.lib.common.utils import data_utils
from tempest.lib import decorators
from tempest.lib import exceptions

from ipv6_tempest_plugin.tests.underlay import base
from ipv6_tempest_plugin.underlay import catalog
from ipv6_tempest_plugin.underlay import console
from ipv6_tempest_plugin.underlay import findings
from ipv6_tempest_plugin.underlay import ipv4
from ipv6_tempest_plugin.underlay import urls
from ipv6_tempest_plugin import waiting

CONF = config.CONF

# The first that can boot without a network (Compute API, 2.37).
MICROVERSION = '2.37'


class ConsoleTest(base.UnderlayTest):
    """Whether the console that Nova offers can be reached over IPv6.

    1. boot a server without networks;
    2. ask for its noVNC console;
    3. open its WebSocket from every address of the proxy's host, until
       the VNC server of the hypervisor greets;
    4. where IPv4 is forbidden, try the proxy's port there.
    """

    @classmethod
    def skip_checks(cls) -> None:
        super().skip_checks()
        if not CONF.service_available.nova:
            raise cls.skipException('[service_available] nova is False')
        if not CONF.compute_feature_enabled.vnc_console:
            raise cls.skipException(
                '[compute-feature-enabled] vnc_console is False'
            )

    @classmethod
    def setup_clients(cls) -> None:
        super().setup_clients()
        cls.servers = cls.os_primary.servers_client

    def boot(self) -> str:
        """Boot a server without networks; return its id when ACTIVE."""
        self.useFixture(
            api_microversion_fixture.APIMicroversionFixture(
                compute_microversion=MICROVERSION
            )
        )
        server = self.servers.create_server(
            name=data_utils.rand_name(
                'console', prefix=CONF.resource_name_prefix
            ),
            imageRef=CONF.compute.image_ref,
            flavorRef=CONF.compute.flavor_ref,
            networks='none',
        )['server']
        self.addCleanup(self.wait_until_gone, server['id'])
        self.addCleanup(self.servers.delete_server, server['id'])
        waiting.wait_for(
            f'server {server["id"]} to be ACTIVE',
            lambda: self.status_of(server['id']),
            CONF.compute.build_timeout,
            until=lambda status: status == 'ACTIVE',
            interval=CONF.compute.build_interval,
        )
        return str(server['id'])

    def wait_until_gone(self, server_id: str) -> None:
        """Wait until Nova has forgotten a server."""
        waiting.wait_for(
            f'server {server_id} to be gone',
            lambda: self.is_gone(server_id),
            CONF.compute.build_timeout,
            interval=CONF.compute.build_interval,
        )

    def is_gone(self, server_id: str) -> bool:
        """Say whether Nova answers 404."""
        try:
            self.servers.show_server(server_id)
        except exceptions.NotFound:
            return True
        return False

    def status_of(self, server_id: str) -> Any:
        """Return the status; an ERROR will not pass by waiting."""
        server = self.servers.show_server(server_id)['server']
        if server['status'] == 'ERROR':
            self.fail(f'server {server_id}: {server.get("fault")}')
        return server['status']

    def console_url(self, server_id: str) -> str:
        """Ask for the noVNC console; the token in its URL is a secret."""
        answer = self.servers.get_remote_console(
            server_id, console_type='novnc', protocol='vnc'
        )
        return str(answer['remote_console']['url'])

    @decorators.attr(type='slow')
    @decorators.idempotent_id('5e8a735a-17e2-4204-b988-d5857903a1ba')
    def test_console_is_reached_over_ipv6(self) -> None:
        url = self.console_url(self.boot())
        place = findings.Place('console', interface='novnc', url=url)
        try:
            target = catalog.Target(place, urls.locate(url))
        except findings.Fault as fault:
            self.refuse(findings.Finding.of(fault, place))
        self.report(
            [
                *console.judge(target, self.settings),
                *ipv4.judge(target, self.settings),
            ]
        )
