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

"""Real requests, and the sockets that they open."""

from collections.abc import Callable
import functools
from typing import Any

from tempest import config
from tempest.lib import decorators

from ipv6_tempest_plugin.tests.underlay import asking
from ipv6_tempest_plugin.tests.underlay import base
from ipv6_tempest_plugin.tests.underlay import reporting
from ipv6_tempest_plugin.underlay import catalog
from ipv6_tempest_plugin.underlay import crashes
from ipv6_tempest_plugin.underlay import families
from ipv6_tempest_plugin.underlay import findings
from ipv6_tempest_plugin.underlay import following
from ipv6_tempest_plugin.underlay import links
from ipv6_tempest_plugin.underlay import resolving
from ipv6_tempest_plugin.underlay import urls
from ipv6_tempest_plugin import waiting

CONF = config.CONF


class TravelTest(base.UnderlayTest):
    """A request to each interface of a service.

    It goes over IPv6 only, to the endpoint that was meant, and so would a
    client that followed the links in the answer.

    :cvar group: the service's group of options in tempest.conf.
    :cvar available: its name in [service_available], if it has one.
    """

    group = 'identity'
    available: str | None = None

    @classmethod
    def skip_checks(cls) -> None:
        super().skip_checks()
        if cls.available and not CONF.service_available[cls.available]:
            raise cls.skipException(
                f'[service_available] {cls.available} is False'
            )

    def report_travels(self, factory: Callable[..., Any], verb: str) -> None:
        """Make clients for each interface; report how they travelled.

        :param factory: a client class of Tempest's service clients.
        :param verb: its method that makes the request.
        """
        found: list[findings.Finding] = []
        for target in self.targets():
            # All three, since a factory of Tempest keeps what others gave it.
            service, region, interface = target.place.slot
            client = factory(
                service=service, region=region, endpoint_type=interface
            )
            found += self.confined_travel(target, getattr(client, verb))
        self.report(found)

    def confined_travel(
        self, target: catalog.Target, request: Callable[[], Any]
    ) -> list[findings.Finding]:
        """Let a crash at one endpoint leave the others their turn."""
        job = functools.partial(self.travel, target, request)
        return crashes.confined(job, 'travel-crashed', target.place)()

    def targets(self) -> list[catalog.Target]:
        """Return the service's endpoints in the region of tempest.conf.

        Asked for by name, each of them gives Tempest no reason to fall back
        to another.
        """
        chosen = config.service_client_config(self.group)
        corner = chosen['service'], chosen['region']
        seen = self.catalog()
        targets = [t for t in seen.targets if t.place.slot[:2] == corner]
        if not targets:
            there = ', '.join(str(place) for place in seen.places)
            self.refuse(
                findings.Finding(
                    'service-missing', findings.Place(*corner), f'only {there}'
                )
            )
        return targets

    def travel(
        self, target: catalog.Target, request: Callable[[], Any]
    ) -> list[findings.Finding]:
        """Make a request; judge its sockets and the links of its answer."""
        try:
            meant = resolving.addresses_of(
                target.location, waiting.Deadline(self.settings.timeout)
            )
        except findings.Fault as fault:
            return [findings.Finding.of(fault, target.place)]
        with families.Recorder() as recorder:
            name = f'sockets {target.place.interface}'
            self.addDetail(name, reporting.sockets(recorder))
            answer, wrong = _asked(request, target.place, recorder)
        if recorder.connects or not wrong:
            wrong += families.judge(
                recorder.connects, target.place, frozenset(meant)
            )
        return wrong + following.judge(
            links.of_document(answer, str(target.location)),
            target,
            self.settings,
            waiting.Deadline(self.settings.timeout),
        )


def _asked(
    request: Callable[[], Any],
    place: findings.Place,
    recorder: families.Recorder,
) -> tuple[Any, list[findings.Finding]]:
    """Make a request; return its answer, or what was wrong and where."""
    try:
        return asking.ask(request), []
    except findings.Fault as fault:
        tried = [connect.address for connect in recorder.connects]
        seen = fault.at(tried[-1]) if tried else fault
        return None, [findings.Finding.of(seen, place)]


class TokenTravelTest(TravelTest):
    """A token is issued."""

    @decorators.idempotent_id('4e811bbf-6645-4961-8967-86d8d158994d')
    def test_token_is_issued_over_ipv6(self) -> None:
        uri = CONF.identity.uri_v3 or ''
        place = findings.Place('identity', interface='uri_v3', url=uri)
        try:
            target = catalog.Target(place, urls.locate(uri))
        except findings.Fault as fault:
            self.refuse(findings.Finding.of(fault, place))
        provider = self.os_primary.auth_provider
        provider.clear_auth()
        self.report(self.confined_travel(target, provider.get_token))


class IdentityTravelTest(TravelTest):
    """Keystone."""

    @decorators.idempotent_id('66da4cc3-5a9f-4d09-9e15-d333c98da48c')
    def test_list_projects_over_ipv6(self) -> None:
        clients = self.os_primary.identity_v3
        self.report_travels(clients.IdentityClient, 'list_auth_projects')


class ComputeTravelTest(TravelTest):
    """Nova."""

    group = 'compute'
    available = 'nova'

    @decorators.idempotent_id('a99788eb-7621-409f-8d54-4b43875e309d')
    def test_list_flavors_over_ipv6(self) -> None:
        clients = self.os_primary.compute
        self.report_travels(clients.FlavorsClient, 'list_flavors')


class NetworkTravelTest(TravelTest):
    """Neutron."""

    group = 'network'
    available = 'neutron'

    @decorators.idempotent_id('e65e15b3-6a9c-47fa-8135-bb5dd154abb6')
    def test_list_networks_over_ipv6(self) -> None:
        clients = self.os_primary.network
        self.report_travels(clients.NetworksClient, 'list_networks')


class ImageTravelTest(TravelTest):
    """Glance."""

    group = 'image'
    available = 'glance'

    @decorators.idempotent_id('a02c45db-6462-4ad5-97d1-40a1bbe20af2')
    def test_list_images_over_ipv6(self) -> None:
        clients = self.os_primary.image_v2
        self.report_travels(clients.ImagesClient, 'list_images')


class PlacementTravelTest(TravelTest):
    """Placement, which answers this to administrators only."""

    credentials = ['admin']
    group = 'placement'
    available = 'nova'

    @decorators.idempotent_id('13ed3a6a-432e-4b64-8e94-d846a97b3ac9')
    def test_list_resource_providers_over_ipv6(self) -> None:
        clients = self.os_admin.placement
        self.report_travels(
            clients.ResourceProvidersClient, 'list_resource_providers'
        )
