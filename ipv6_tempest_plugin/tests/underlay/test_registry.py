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

"""What Keystone has registered and the catalog leaves out."""

from tempest.lib import decorators

from ipv6_tempest_plugin.tests.underlay import base
from ipv6_tempest_plugin.underlay import registry


class RegistryTest(base.UnderlayTest):
    """A disabled endpoint, which makes clients fall back in silence.

    1. ask Keystone, as admin, for services and endpoints;
    2. ask for the catalog that clients get;
    3. compare.
    """

    credentials = ['admin']

    @decorators.idempotent_id('4ab42448-0508-4aea-ba96-1aff3d89ccf4')
    def test_every_registered_endpoint_is_given_to_clients(self) -> None:
        services = self.os_admin.identity_services_v3_client.list_services()
        endpoints = self.os_admin.endpoints_v3_client.list_endpoints()
        if not endpoints['endpoints']:
            self.fail('expected endpoints, seen none: GET /v3/endpoints')
        self.report(
            registry.judge(
                services['services'],
                endpoints['endpoints'],
                self.raw_catalog(),
            )
        )
