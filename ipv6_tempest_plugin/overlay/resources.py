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

"""What every resource of the Networking API v2 has in common.

One fixture is one resource. Its name is chosen and its removal promised
before the request is sent, so that a resource whose answer never came is
found by its name and removed too.
"""

from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import fixtures
from tempest import config
from tempest.lib.common.utils import data_utils
from tempest.lib import exceptions

from ipv6_tempest_plugin import extensions
from ipv6_tempest_plugin.overlay import checks
from ipv6_tempest_plugin.overlay import promises
from ipv6_tempest_plugin.overlay import unanswered
from ipv6_tempest_plugin.overlay import undo
from ipv6_tempest_plugin import waiting

CONF = config.CONF
# What the API chooses where the request leaves it open.
CHOSEN = ('allocation_pools', 'fixed_ips', 'gateway_ip', 'mac_address', 'mtu')


def promised_extensions() -> Collection[str]:
    """Return the aliases of the API's extensions by tempest.conf."""
    return tuple(CONF.network_feature_enabled.api_extensions)


def has_extension(extension: str) -> bool:
    """Say whether tempest.conf promises an extension of the API."""
    return extensions.is_promised(extension, promised_extensions())


def rand_name(kind: str) -> str:
    """Return a name that no other resource has."""
    return str(
        data_utils.rand_name(
            f'ipv6-{kind}'.replace('_', '-'),
            prefix=CONF.resource_name_prefix,
        )
    )


def require(answer: Any, name: str) -> Any:
    """Return an attribute that everything else hangs on.

    :raises AssertionError: when the answer has not got it
    """
    if name not in answer:
        raise AssertionError(
            f'expected {name!r} in the answer, seen only {sorted(answer)}'
        )
    return answer[name]


class Resource(unanswered.Asked):
    """A resource that is there from set-up to clean-up.

    :param manager: clients and credentials (``tempest.clients.Manager``)
    :param attributes: what the request says beside the name
    :cvar kind: the singular in the API's documents
    :ivar id: its UUID
    :ivar created: the answer to the request that made it
    :ivar expected: what every answer about it must hold from now on
    """

    def __init__(self, manager: Any, **attributes: Any) -> None:
        super().__init__()
        self.manager = manager
        self.sent = {'name': rand_name(self.kind), **attributes}

    @property
    def client(self) -> Any:
        """The client of this kind of resource."""
        return getattr(self.manager, f'{self.kind}s_client')

    @property
    def path(self) -> str:
        """The resource's path in the API."""
        return f'{self.collection}/{self.id}'

    @property
    def collection(self) -> str:
        """The path of all of its kind."""
        return f'/v2.0/{self.kind.replace("_", "-")}s'

    def _setUp(self) -> None:
        self.announce(self)
        self.adopt(self._create())

    def announce(self, owner: fixtures.Fixture) -> None:
        """Complete the request, and let a fixture own the removal."""
        self.prepare(owner)
        name = self.sent.get('name', '')
        self._removal = undo.Promise(f'{self.kind} {name}', self._remove)
        owner.addCleanup(self._removal)

    def prepare(self, owner: fixtures.Fixture) -> None:
        """Complete the request with what is known only now."""

    def adopt(self, answer: Any) -> None:
        """Be what an answer describes."""
        self.created = answer
        self.id = require(answer, 'id')
        self.expected = promises.supported(
            {
                'id': checks.same(self.id),
                'project_id': checks.same(self.project_id),
                **self.promised(),
            },
            promised_extensions(),
        )

    @property
    def project_id(self) -> str:
        """The project that owns what is made."""
        return str(self.manager.credentials.project_id)

    def promised(self) -> promises.Promise:
        """Return what the API promises for what was sent."""
        default: promises.Promise = getattr(promises, self.kind)(self.sent)
        return {**default, **self.returned(self.sent)}

    def returned(self, sent: Mapping[str, Any]) -> promises.Promise:
        """Return how what was sent must come back."""
        return promises.returned(sent)

    def _create(self) -> Any:
        create = getattr(self.client, f'create_{self.kind}')
        with unanswered.asking(self):
            answer = create(**self.sent)
        return require(answer, self.kind)

    def show(self) -> Any:
        """Ask for this one."""
        show = getattr(self.client, f'show_{self.kind}')
        return require(show(self.id), self.kind)

    def search(self, **filters: Any) -> Any:
        """Ask for all of this kind that pass the filters (a list)."""
        list_all = getattr(self.client, f'list_{self.kind}s')
        return require(list_all(**filters), f'{self.kind}s')

    def update(self, **changes: Any) -> Any:
        """Change it and what is expected of it; return the answer."""
        update = getattr(self.client, f'update_{self.kind}')
        answer = require(update(self.id, **changes), self.kind)
        self.expected.update(self.returned(changes))
        return answer

    def delete(self) -> None:
        """Remove it now, at the first attempt."""
        getattr(self.client, f'delete_{self.kind}')(self.id)
        self._removal.drop()

    def entrust(self) -> None:
        """Leave its removal to what it is part of, which is removed too."""
        self._removal.drop()

    def settle(self) -> None:
        """Expect from now on what the API was free to choose and chose."""
        chosen = {
            name: self.created[name]
            for name in CHOSEN
            if name in self.expected and name in self.created
        }
        self.expected.update(promises.returned(chosen))

    def _remove(self) -> None:
        """Remove it whether or not its making was answered."""
        for one in self.made():
            remove(getattr(self.client, f'delete_{self.kind}'), one)

    def named(self) -> list[str]:
        """Find it by its name."""
        return [one['id'] for one in self.search(name=self.sent['name'])]


class Bulk(fixtures.Fixture):
    """Several resources of one kind, made in one request.

    :param resources: not set up yet; they are there once this is
    """

    def __init__(self, resources: Sequence[Resource]) -> None:
        super().__init__()
        self.resources = resources

    def _setUp(self) -> None:
        for one in self.resources:
            one.announce(self)
        kinds = f'{self.resources[0].kind}s'
        create = getattr(self.resources[0].client, f'create_bulk_{kinds}')
        sent = [one.sent for one in self.resources]
        with unanswered.asking(*self.resources):
            answer = create(**{kinds: sent})
        answers = require(answer, kinds)
        named = {require(answer, 'name'): answer for answer in answers}
        for one in self.resources:
            one.adopt(require(named, one.sent['name']))


def remove(delete: Any, *arguments: Any, **keywords: Any) -> None:
    """Delete what may be gone already or be in use a little longer.

    Agents hold their ports of a network until they have heard that it goes,
    to which the API answers 409 meanwhile.
    """

    def attempt() -> bool:
        try:
            delete(*arguments, **keywords)
        except exceptions.NotFound:
            return True
        return True

    waiting.wait_for(
        f'{getattr(delete, "__name__", delete)} {arguments}',
        attempt,
        CONF.ipv6_overlay.removal_timeout,
        retry_on=(exceptions.Conflict,),
    )
