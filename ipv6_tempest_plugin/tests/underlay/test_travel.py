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
from typing import Any

from tempest import config
from tempest.lib import decorators

from ipv6_tempest_plugin.tests.underlay import base
from ipv6_tempest_plugin.underlay import catalog
from ipv6_tempest_plugin.underlay import families
from ipv6_tempest_plugin.underlay import findings
from ipv6_tempest_plugin.underlay import following
from ipv6_tempest_plugin.underlay import links
from ipv6_tempest_plugin.underlay import resolving
from ipv6_tempest_plugin.underlay import urls
from ipv6_tempest_plugin import waiting

CONF = config.CONF


class TravelTest(base.UnderlayTest):
    """One request: over IPv6 only, to where it should go, links included.

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

    def assert_travels(
        self, target: catalog.Target, request: Callable[[], Any]
    ) -> None:
        """Make a request; judge its sockets and the links of its answer."""
        deadline = waiting.Deadline(self.settings.timeout)
        try:
            meant = resolving.addresses_of(target.location, deadline)
        except findings.Fault as fault:
            self.refuse(findings.Finding.of(fault, target.place))
        with families.Recorder() as recorder:
            answer = request()
        found = families.judge(
            recorder.connects, target.place, frozenset(meant)
        )
        said = links.of_document(answer)
        deadline = waiting.Deadline(self.settings.timeout)
        found += following.judge(said, target, self.settings, deadline)
        self.report(found)

    def selected(self) -> catalog.Target:
        """Return the endpoint that tempest.conf selects for the service."""
        chosen = config.service_client_config(self.group)
        interface = chosen.get('endpoint_type', CONF.identity.v3_endpoint_type)
        slot = (
            chosen['service'],
            chosen['region'],
            interface.removesuffix('URL'),
        )
        seen = self.catalog()
        for target in seen.targets:
            if target.place.slot == slot:
                return target
        there = ', '.join(str(place) for place in seen.places)
        self.refuse(
            findings.Finding(
                'interface-missing', findings.Place(*slot), f'only {there}'
            )
        )


class TokenTravelTest(TravelTest):
    """A token is issued."""

    @decorators.idempotent_id('4e811bbf-6645-4961-8967-86d8d158994d')
    def test_token_is_issued_over_ipv6(self) -> None:
        place = findings.Place(
            'identity', interface='uri_v3', url=CONF.identity.uri_v3
        )
        target = catalog.Target(place, urls.locate(CONF.identity.uri_v3))
        provider = self.os_primary.auth_provider
        provider.clear_auth()
        self.assert_travels(target, provider.get_token)


class IdentityTravelTest(TravelTest):
    """Keystone."""

    @decorators.idempotent_id('66da4cc3-5a9f-4d09-9e15-d333c98da48c')
    def test_list_projects_over_ipv6(self) -> None:
        client = self.os_primary.identity_v3_client
        self.assert_travels(self.selected(), client.list_auth_projects)


class ComputeTravelTest(TravelTest):
    """Nova."""

    group = 'compute'
    available = 'nova'

    @decorators.idempotent_id('a99788eb-7621-409f-8d54-4b43875e309d')
    def test_list_flavors_over_ipv6(self) -> None:
        client = self.os_primary.flavors_client
        self.assert_travels(self.selected(), client.list_flavors)


class NetworkTravelTest(TravelTest):
    """Neutron."""

    group = 'network'
    available = 'neutron'

    @decorators.idempotent_id('e65e15b3-6a9c-47fa-8135-bb5dd154abb6')
    def test_list_networks_over_ipv6(self) -> None:
        client = self.os_primary.networks_client
        self.assert_travels(self.selected(), client.list_networks)


class ImageTravelTest(TravelTest):
    """Glance."""

    group = 'image'
    available = 'glance'

    @decorators.idempotent_id('a02c45db-6462-4ad5-97d1-40a1bbe20af2')
    def test_list_images_over_ipv6(self) -> None:
        client = self.os_primary.image_client_v2
        self.assert_travels(self.selected(), client.list_images)


class PlacementTravelTest(TravelTest):
    """Placement, which answers this to administrators only."""

    credentials = ['admin']
    group = 'placement'
    available = 'nova'

    @decorators.idempotent_id('13ed3a6a-432e-4b64-8e94-d846a97b3ac9')
    def test_list_resource_providers_over_ipv6(self) -> None:
        client = self.os_admin.resource_providers_client
        self.assert_travels(self.selected(), client.list_resource_providers)
