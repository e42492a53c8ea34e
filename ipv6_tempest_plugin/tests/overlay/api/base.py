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

"""Verbs of the API tests: make, show, list, change, delete, be refused."""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import TypeVar

import fixtures
from tempest.lib import exceptions
import testtools

from ipv6_tempest_plugin.overlay import diagnosis
from ipv6_tempest_plugin.overlay import evidence
from ipv6_tempest_plugin.overlay import expect
from ipv6_tempest_plugin.overlay import modes
from ipv6_tempest_plugin.overlay import networks
from ipv6_tempest_plugin.overlay import ports
from ipv6_tempest_plugin.overlay import resources
from ipv6_tempest_plugin.overlay import routers
from ipv6_tempest_plugin.overlay import witness
from ipv6_tempest_plugin.tests.overlay import base

ResourceT = TypeVar('ResourceT', bound=resources.Resource)


class ApiTest(base.OverlayTest):
    """A test that compares the whole of each answer with its prediction."""

    _networks: dict[tuple[modes.Mode, ...], networks.Network]

    def setUp(self) -> None:
        super().setUp()
        self.witness = witness.Witness(self._admin)

    def _admin(self) -> Any:
        return self.get_client_manager(credential_type='admin')

    def to_fetch(self) -> Mapping[str, evidence.Source]:
        """Return what the witness of what was made goes to see."""
        return self.witness.sources()

    def check(
        self,
        asked: str,
        kind: str,
        expected: Mapping[str, expect.Check],
        answer: Any,
    ) -> None:
        """Compare an answer with all that it must hold."""
        found = expect.differences(expected, answer)
        if found:
            self.fail(diagnosis.as_text(asked, kind, found))

    def made(self, resource: ResourceT) -> ResourceT:
        """Make a resource and check the answer."""
        self.witness.note(resource)
        self.useFixture(resource)
        self.check_created(resource)
        return resource

    def check_created(self, resource: resources.Resource) -> None:
        """Check the answer to the request that made it."""
        self.check(
            f'POST {resource.collection}',
            resource.kind,
            resource.expected,
            resource.created,
        )
        resource.settle()

    @classmethod
    def resource_setup(cls) -> None:
        super().resource_setup()
        cls._networks = {}

    def shared(self, *some: modes.Mode) -> networks.Network:
        """Return a network with subnets of these modes, made once a class.

        For tests that leave it as it is.
        """
        if some not in self._networks:
            network = networks.Network(self.manager)
            subnets = [
                networks.Subnet(self.manager, network, mode) for mode in some
            ]
            self.witness.note(network, *subnets)
            for one in (network, *subnets):
                self._keep(one)
            self._networks[some] = network
            for subnet in subnets:
                self.check_created(subnet)
        network = self._networks[some]
        self.witness.note(network, *network.subnets)
        return network

    @classmethod
    def _keep(cls, fixture: fixtures.Fixture) -> None:
        """Set a fixture up until the class ends."""
        fixture.setUp()
        cls.addClassResourceCleanup(fixture.cleanUp)

    def network(self, **attributes: Any) -> networks.Network:
        """Make a network."""
        return self.made(networks.Network(self.manager, **attributes))

    def subnet(
        self,
        mode: modes.Mode = modes.UNSPECIFIED,
        network: networks.Network | None = None,
        **attributes: Any,
    ) -> networks.Subnet:
        """Make a subnet, on a network of its own unless one is given."""
        network = network or self.network()
        return self.made(
            networks.Subnet(self.manager, network, mode, **attributes)
        )

    def port(self, network: networks.Network, **attributes: Any) -> ports.Port:
        """Make a port."""
        return self.made(ports.Port(self.manager, network, **attributes))

    def router(self, **attributes: Any) -> routers.Router:
        """Make a router."""
        return self.made(routers.Router(self.manager, **attributes))

    def check_shown(self, resource: resources.Resource) -> None:
        """Ask for it, and check the answer."""
        self.check(
            f'GET {resource.path}',
            resource.kind,
            resource.expected,
            resource.show(),
        )

    def check_listed(
        self, wanted: Sequence[resources.Resource], **filters: Any
    ) -> None:
        """Ask for all that pass the filters: just these, each whole.

        Without a filter there may be others.
        """
        first = wanted[0]
        asked = f'GET {first.collection} {filters or ""}'.rstrip()
        rows = {row.get('id'): row for row in first.search(**filters)}
        ids = {one.id for one in wanted}
        found = set(rows) if filters else set(rows) & ids
        self.assertEqual(ids, found, f'{asked}: which {first.kind}s it lists')
        for one in wanted:
            self.check(asked, one.kind, one.expected, rows[one.id])

    def check_updated(
        self, resource: resources.Resource, **changes: Any
    ) -> None:
        """Change it; check the answer and what is shown from then on."""
        answer = resource.update(**changes)
        self.check(
            f'PUT {resource.path}', resource.kind, resource.expected, answer
        )
        self.check_shown(resource)

    def check_deleted(self, resource: resources.Resource) -> None:
        """Delete it; it is neither shown nor listed any more."""
        resource.delete()
        self.check_gone(resource)

    def check_gone(self, resource: resources.Resource) -> None:
        """Check that it is neither shown nor listed."""
        self.check_refused(404, f'GET {resource.path}', resource.show)
        self.assertEqual(
            [],
            resource.search(id=resource.id),
            f'GET {resource.collection}?id={resource.id} after its deletion',
        )

    def check_not_made(self, status: int, resource: ResourceT) -> None:
        """Try to make what must be refused; nothing of it may remain."""
        asked = f'POST {resource.collection} {resource.sent}'
        self.witness.note(resource)
        self.check_refused(
            status, asked, lambda: self.useFixture(resource).created
        )
        if 'name' in resource.sent:
            name = resource.sent['name']
            self.assertEqual(
                [],
                resource.search(name=name),
                f'{asked}: it was refused, and is listed nevertheless',
            )

    def check_refused(
        self, status: int, asked: str, attempt: Callable[[], Any]
    ) -> None:
        """Check that the API refuses, with the status that it documents."""
        try:
            answer = attempt()
        except testtools.MultipleExceptions as errors:
            seen = self._status(errors.args[0][1])
        except exceptions.RestClientException as error:
            seen = self._status(error)
        else:
            self.fail(diagnosis.accepted(asked, status, answer))
        if seen != status:
            self.fail(diagnosis.other_status(asked, status, seen))

    def _status(self, error: BaseException) -> int:
        """Return the status of an answer; what is none is raised again."""
        if not isinstance(error, exceptions.RestClientException):
            raise error
        return int(error.resp.status)
