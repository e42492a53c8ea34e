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

"""Servers of the Compute API v2.1 and what they need: keys, groups."""

import base64
from collections.abc import Sequence
import functools
import math
import threading
import time
from typing import Any
import weakref

from tempest import config

from ipv6_tempest_plugin.overlay import diagnosis
from ipv6_tempest_plugin.overlay import evidence
from ipv6_tempest_plugin.overlay import expect
from ipv6_tempest_plugin.overlay import ports
from ipv6_tempest_plugin.overlay import resources
from ipv6_tempest_plugin.overlay import unanswered
from ipv6_tempest_plugin.overlay import undo
from ipv6_tempest_plugin import waiting

CONF = config.CONF
POLL = 1.0
# Where somebody else waits meanwhile to begin.
SOON = 0.3
# Of the console, from its end: more than Nova gives in one answer.
CONSOLE_LINES = 2000
SLOW = diagnosis.Hint(
    'nova-compute is down or still fetches the image, or Neutron has not '
    'plugged the ports in (it tells Nova when it has)',
    'the task_state of the server, below; `openstack compute service list`, '
    '`openstack network agent list`; the log of nova-compute on its host',
)
# By what Nova says of a server that it gave up.
FAULTS = {
    'No valid host': diagnosis.Hint(
        'no host has room for the flavor, or members of a server group shall '
        'run apart and too few hosts are up',
        'the log of nova-scheduler; `openstack hypervisor list`; [compute] '
        'min_compute_nodes, of which 2 asks for two hosts',
    ),
    'network': diagnosis.Hint(
        'Neutron did not plug a port in: no agent on the host is alive, or '
        'none could bind the port',
        'binding:vif_type of the ports; `openstack network agent list`; the '
        'log of the agent on the host',
    ),
}
OTHER_FAULT = diagnosis.Hint(
    'the hypervisor could not start the guest',
    'the log of nova-compute on its host',
)


class KeyPair(unanswered.Asked):
    """A key pair that the cloud makes.

    :ivar name: by which servers name it
    :ivar private: in PEM's form; never log it
    """

    kind = 'key pair'

    def __init__(self, manager: Any) -> None:
        super().__init__()
        self.client = manager.keypairs_client
        self.name = resources.rand_name('key')

    def _setUp(self) -> None:
        self.addCleanup(undo.Promise(f'key pair {self.name}', self._remove))
        with unanswered.asking(self):
            answer = self.client.create_keypair(name=self.name)
        self.id = self.name
        self.private = str(answer['keypair']['private_key'])

    def named(self) -> list[str]:
        """Find it by its name."""
        rows = self.client.list_keypairs()['keypairs']
        names = [str(row['keypair']['name']) for row in rows]
        return [name for name in names if name == self.name]

    def _remove(self) -> None:
        for name in self.made():
            resources.remove(self.client.delete_keypair, name)


class Apart(unanswered.Asked):
    """A server group whose members run on different hosts."""

    kind = 'server group'

    def __init__(self, manager: Any) -> None:
        super().__init__()
        self.client = manager.server_groups_client
        self.name = resources.rand_name('group')

    def _setUp(self) -> None:
        self.addCleanup(undo.Promise(f'group {self.name}', self._remove))
        with unanswered.asking(self):
            answer = self.client.create_server_group(
                name=self.name, policies=['anti-affinity']
            )
        self.id = str(answer['server_group']['id'])

    def named(self) -> list[str]:
        """Find it by its name."""
        groups = self.client.list_server_groups()['server_groups']
        return [str(one['id']) for one in groups if one['name'] == self.name]

    def _remove(self) -> None:
        for one in self.made():
            resources.remove(self.client.delete_server_group, one)


class Building:
    """Which servers of a project are being built.

    To show a server Nova asks Neutron for its ports and security groups; to
    list those in a status it does not. Asked each second for each server that
    is waited for, that slows down what is waited for: so one answer serves
    all who wait.

    :param client: of the project's servers
    """

    _known: 'weakref.WeakKeyDictionary[Any, Building]' = (
        weakref.WeakKeyDictionary()
    )

    def __init__(self, client: Any) -> None:
        self._client = client
        self._turn = threading.Lock()
        self._asked = -math.inf
        self._ids: frozenset[str] = frozenset()

    @classmethod
    def of(cls, client: Any) -> 'Building':
        """Return the one that all share who ask by this client."""
        return cls._known.setdefault(client, cls(weakref.proxy(client)))

    def has(self, server_id: str | None) -> bool:
        """Say whether it is among them, as of a moment ago."""
        with self._turn:
            if time.monotonic() - self._asked >= POLL:
                rows = self._client.list_servers(status='BUILD')['servers']
                self._ids = frozenset(str(row['id']) for row in rows)
                self._asked = time.monotonic()
            return server_id in self._ids


class Server(unanswered.Asked):
    """A server that is ACTIVE from set-up to clean-up.

    :param manager: clients and credentials (``tempest.clients.Manager``)
    :param its_ports: set up before it; its cards, in this order
    :param user_data: text for the guest
    :param after: asked for once this one has a host. Two members of a group
        that are placed at the same time may be placed together, and Nova
        then gives one of them up.
    :ivar failed: nobody need wait for its host
    :ivar host: an opaque name of the host that it runs on
    """

    kind = 'server'

    def __init__(
        self,
        manager: Any,
        its_ports: Sequence[ports.Port],
        key: KeyPair | None = None,
        group: Apart | None = None,
        user_data: str = '',
        after: 'Server | None' = None,
    ) -> None:
        super().__init__()
        self.manager = manager
        self.client = manager.servers_client
        self.name = resources.rand_name('server')
        self.ports = list(its_ports)
        self.key = key
        self.group = group
        self.user_data = user_data
        self.after = after
        self.failed = False

    def _request(self) -> dict[str, Any]:
        request = {
            'name': self.name,
            'imageRef': CONF.compute.image_ref,
            'flavorRef': CONF.compute.flavor_ref,
            'networks': [{'port': port.id} for port in self.ports],
            'config_drive': CONF.compute_feature_enabled.config_drive,
        }
        if self.key:
            request['key_name'] = self.key.name
        if self.group:
            request['scheduler_hints'] = {'group': self.group.id}
        if self.user_data:
            text = base64.b64encode(self.user_data.encode())
            request['user_data'] = text.decode()
        return request

    def _setUp(self) -> None:
        try:
            self._boot()
        except BaseException:
            self.failed = True
            raise

    def _boot(self) -> None:
        if self.after:
            waiting.wait_for(
                f'server {self.after.name} to have a host',
                self.after.placed,
                CONF.compute.build_timeout,
                interval=SOON,
            )
        self.addCleanup(undo.Promise(f'server {self.name}', self._remove))
        with unanswered.asking(self):
            answer = self.client.create_server(**self._request())
        self.id = str(answer['server']['id'])
        # Before it is removed again.
        with evidence.explained(
            SLOW, {'server': self.show, 'console': self.console}
        ):
            self.host = str(self._active()['hostId'])

    def _active(self) -> Any:
        """Wait until it is ACTIVE, and return it."""
        seen = waiting.wait_for(
            f'server {self.name} to be ACTIVE',
            self._built,
            CONF.compute.build_timeout,
            until=lambda seen: seen['status'] in ('ACTIVE', 'ERROR'),
            interval=POLL,
        )
        if seen['status'] == 'ERROR':
            raise AssertionError(in_error(self.name, seen))
        return seen

    def _built(self) -> Any:
        """Show it unless it is being built."""
        if Building.of(self.client).has(self.id):
            return {'status': 'BUILD'}
        return self.show()

    def requested(self) -> bool:
        """Say whether the cloud has been asked for it, or never will be."""
        return bool(self.id) or self.failed

    def placed(self) -> bool:
        """Say whether it has a host, or will have none."""
        if self.failed:
            return True
        if not self.id:
            return False
        seen = self.show()
        return bool(seen['hostId']) or seen['status'] == 'ERROR'

    def show(self) -> Any:
        """Ask for it."""
        return self.client.show_server(self.id)['server']

    def console(self) -> str:
        """Return the end of what it printed on its console."""
        answer = self.client.get_console_output(self.id, length=CONSOLE_LINES)
        return str(answer['output'])

    def named(self) -> list[str]:
        """Find it by its name."""
        rows = self.client.list_servers(name=self.name)['servers']
        return [str(row['id']) for row in rows]

    def _remove(self) -> None:
        for one in self.made():
            resources.remove(self.client.delete_server, one)
            waiting.wait_for(
                f'server {self.name} to go',
                functools.partial(self._gone, one),
                CONF.compute.build_timeout,
                interval=SOON,
            )

    def _gone(self, one: str) -> bool:
        """Say whether it is listed no more: to show it takes Nova longer."""
        return one not in self.named()


def in_error(name: str, seen: Any) -> str:
    """Return the diagnosis of a server that Nova has given up."""
    said = str(seen.get('fault', {}).get('message'))
    hints = [hint for text, hint in FAULTS.items() if text in said]
    found = expect.Difference('status', 'ACTIVE', f'ERROR: {said}')
    return diagnosis.as_text(
        f'server {name} ({seen.get("id")})',
        'server',
        [found],
        {'status': (hints or [OTHER_FAULT])[0]},
    )


class FloatingIp(unanswered.Asked):
    """An IPv4 floating IP of a port.

    :ivar address: of the external network
    """

    kind = 'floating IP'

    def __init__(self, manager: Any, port: ports.Port) -> None:
        super().__init__()
        self.client = manager.floating_ips_client
        self.port = port

    def _setUp(self) -> None:
        self.addCleanup(
            undo.Promise(f'floating IP of {self.port.id}', self._remove)
        )
        with unanswered.asking(self):
            answer = self.client.create_floatingip(
                floating_network_id=CONF.network.public_network_id,
                port_id=self.port.id,
            )
        self.id = str(answer['floatingip']['id'])
        self.address = str(answer['floatingip']['floating_ip_address'])

    def named(self) -> list[str]:
        """Find it by its port."""
        rows = self.client.list_floatingips(port_id=self.port.id)
        return [str(row['id']) for row in rows['floatingips']]

    def _remove(self) -> None:
        for one in self.made():
            resources.remove(self.client.delete_floatingip, one)
