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

"""The servers of the vRouter scenario, and the ways to them."""

import contextlib
from typing import Any

import fixtures
from tempest import config

from ipv6_tempest_plugin.overlay.guests import shell
from ipv6_tempest_plugin.overlay import management
from ipv6_tempest_plugin.overlay import ports
from ipv6_tempest_plugin.overlay import servers
from ipv6_tempest_plugin.overlay.vrouter import userdata
from ipv6_tempest_plugin import waiting

CONF = config.CONF
POLL = 1.0
# Attributes of a server that may tell why it does not run.
TOLD = ('status', 'OS-EXT-STS:task_state', 'hostId', 'fault')


class Machine(servers.Server):
    """A server with an image, a flavor and a zone of its own.

    :param changes: what its request says otherwise; empty values do not
    """

    def __init__(self, *arguments: Any, name: str, **changes: Any) -> None:
        known = {'key', 'group', 'user_data', 'after'} & set(changes)
        super().__init__(
            *arguments, **{one: changes.pop(one) for one in known}
        )
        self.name = name
        self.changes = {n: value for n, value in changes.items() if value}

    def _request(self) -> dict[str, Any]:
        return {**super()._request(), **self.changes}

    def reboot(self) -> None:
        """Begin anew, as if its power had gone."""
        self.client.reboot_server(self.id, type='HARD')
        waiting.wait_for(
            f'server {self.name} to be ACTIVE again',
            self.show,
            CONF.compute.build_timeout,
            until=lambda seen: (
                seen['status'] == 'ACTIVE'
                and not seen['OS-EXT-STS:task_state']
            ),
            interval=POLL,
        )

    def ready(self, timeout: float) -> str:
        """Wait until the vRouter says that it is one; return its words.

        :raises userdata.Failed: when it says that it cannot be
        :raises WaitTimeout: when it says nothing
        """

        def words() -> str | None:
            return userdata.said(self.console())

        found = waiting.wait_for(
            f'"IPV6-VROUTER ready" on the console of {self.name}, which is '
            'below; does its image run user data, and is [ipv6_vrouter] '
            'ready_timeout enough for what it installs?',
            words,
            timeout,
            interval=POLL,
        )
        return str(found)

    def told(self) -> dict[str, Any]:
        """Return what the API tells of it that may explain a failure."""
        seen = self.show()
        return {name: seen.get(name) for name in TOLD}

    def tail(self) -> str:
        """Return the last lines of its console."""
        return '\n'.join(self.console().splitlines()[-shell.TAIL :])


class Shell(shell.ShellGuest):
    """A guest, by ssh, with a user of its own."""

    def __init__(
        self,
        server: servers.Server,
        address: str,
        key: servers.KeyPair,
        user: str = '',
    ) -> None:
        super().__init__(server, address, key)
        self.user = user or CONF.validation.image_ssh_user

    def _client(
        self, timeout: float, patience: float | None = None
    ) -> shell.Client:
        client = super()._client(timeout, patience)
        client.username = self.user
        return client


class ByFloatingIp(fixtures.Fixture):
    """The document's way (OPNFV-NATIVE-SETUP-18): a floating IP.

    :ivar address: known before the server is
    """

    def __init__(self, manager: Any, port: ports.Port) -> None:
        super().__init__()
        self.manager = manager
        self.port = port

    def _setUp(self) -> None:
        floating = servers.FloatingIp(self.manager, self.port)
        self.address = self.useFixture(floating).address

    def prepare(self, guest: shell.ShellGuest) -> None:
        """Log in to a guest that has booted."""
        guest.wait()


class ByManagement(fixtures.Fixture):
    """A card for the tests alone, reached over IPv6.

    :ivar address: known before the server is
    """

    def __init__(self, port: ports.Port) -> None:
        super().__init__()
        self.port = port

    def _setUp(self) -> None:
        self.address = self.port.first_address

    def prepare(self, guest: shell.ShellGuest) -> None:
        """Log in for good, and keep the card out of what is tested."""
        if not guest.line:
            login = contextlib.ExitStack()
            login.enter_context(guest.connected())
            self.addCleanup(login.close)
        guest.enter(self.port.mac)


Way = ByFloatingIp | ByManagement
Management = management.Management
