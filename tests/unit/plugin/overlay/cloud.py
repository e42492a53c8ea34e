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

"""A networking API in memory, as the fixtures see it through clients."""

from collections.abc import Iterator
import itertools
import types
from typing import Any

from tempest.lib import exceptions

KINDS = (
    'network',
    'subnet',
    'port',
    'router',
    'security_group',
    'security_group_rule',
    'trunk',
)
PROJECT = 'project'
DEFAULT_GROUP = {'id': 'own', 'name': 'default', 'project_id': PROJECT}
CONF = types.SimpleNamespace(
    resource_name_prefix='unit',
    network_feature_enabled=types.SimpleNamespace(api_extensions=['all']),
    ipv6_overlay=types.SimpleNamespace(
        removal_timeout=0.05, external_ipv6=True
    ),
    network=types.SimpleNamespace(public_network_id='public'),
)


class Client:
    """A client of one kind: what it is sent it keeps and gives back.

    :ivar kept: what exists, by id
    :ivar log: what it was asked to do, in order, shared by all kinds
    :ivar after_create: raised once something was made, as a time-out is
    :ivar busy: how many removals are refused at first
    :ivar slow: in how many lists what exists is not there yet
    """

    after_create: BaseException | None = None
    busy = 0
    slow = 0

    def __init__(self, kind: str, log: list[str], ids: Iterator[int]) -> None:
        self.kind = kind
        self.log = log
        self.ids = ids
        self.kept: dict[str, dict[str, Any]] = {}
        self.born: list[dict[str, Any]] = []

    def __getattr__(self, verb: str) -> Any:
        name, _, rest = verb.partition('_')
        if not rest.startswith((self.kind, 'bulk', 'router')):
            raise AttributeError(verb)
        if rest.startswith('bulk'):
            return self.bulk
        if rest.endswith('interface'):
            return lambda *a, **k: self.interface(name, *a, **k)
        return getattr(self, f'_{name}')

    def _keep(self, sent: dict[str, Any]) -> dict[str, Any]:
        made = {**sent, 'id': f'{self.kind}-{next(self.ids)}'}
        made['project_id'] = PROJECT
        self.kept[made['id']] = made
        self.log.append(f'create {made["id"]}')
        if self.after_create:
            raise self.after_create
        return made

    def _create(self, **sent: Any) -> Any:
        return {self.kind: self._keep(sent)}

    def bulk(self, **sent: Any) -> Any:
        ((kinds, rows),) = sent.items()
        return {kinds: [self._keep(row) for row in reversed(rows)]}

    def _show(self, one: str) -> Any:
        if one not in self.kept:
            raise exceptions.NotFound()
        return {self.kind: self.kept[one]}

    def _update(self, one: str, **changes: Any) -> Any:
        self.kept[one].update(changes)
        return {self.kind: self.kept[one]}

    def _list(self, **filters: Any) -> Any:
        if self.slow:
            self.slow -= 1
            return {f'{self.kind}s': []}
        rows = [
            row
            for row in (*self.born, *self.kept.values())
            if all(row.get(name) == value for name, value in filters.items())
        ]
        return {f'{self.kind}s': rows}

    def _delete(self, one: str) -> None:
        if self.busy:
            self.busy -= 1
            raise exceptions.Conflict()
        if one not in self.kept:
            raise exceptions.NotFound()
        self.log.append(f'delete {one}')
        del self.kept[one]

    def interface(self, verb: str, router: str, **names: str) -> Any:
        self.log.append(f'{verb} {names} of {router}')
        return {'id': router, 'port_id': 'port-of-router', **names}


class Trunks(Client):
    """The client of trunks, which keep their sub-ports.

    :ivar lost: whether sub-ports are forgotten at once
    """

    lost = False

    def _keep(self, sent: dict[str, Any]) -> dict[str, Any]:
        default = {'admin_state_up': True, 'description': ''}
        return super()._keep({**default, **sent, 'sub_ports': []})

    def add_subports_to_trunk(self, one: str, rows: list[Any]) -> Any:
        """Add some; return the trunk, which is not wrapped."""
        self.log.append(f'add {rows} to {one}')
        trunk = self._show(one)['trunk']
        if not self.lost:
            trunk['sub_ports'] = [*trunk['sub_ports'], *rows]
        return trunk

    def delete_subports_from_trunk(self, one: str, rows: list[Any]) -> Any:
        """Remove some; return the trunk, which is not wrapped."""
        trunk = self._show(one)['trunk']
        names = [row['port_id'] for row in rows]
        trunk['sub_ports'] = [
            row for row in trunk['sub_ports'] if row['port_id'] not in names
        ]
        return trunk


class Manager:
    """Clients and credentials of one project."""

    security_groups_client: Client
    trunks_client: Trunks

    def __init__(self) -> None:
        self.log: list[str] = []
        ids = itertools.count(1)
        for kind in KINDS:
            setattr(self, f'{kind}s_client', Client(kind, self.log, ids))
        self.trunks_client = Trunks('trunk', self.log, ids)
        self.security_groups_client.born.append(DEFAULT_GROUP)
        self.credentials = types.SimpleNamespace(project_id=PROJECT)

    def left(self) -> list[str]:
        """Return the ids of all that exists."""
        return [
            one
            for kind in KINDS
            for one in getattr(self, f'{kind}s_client').kept
        ]
