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

"""Every endpoint of the catalog, over IPv6."""

from collections.abc import Sequence
from typing import Any

from tempest.lib import decorators
from testtools import testcase

from ipv6_tempest_plugin.tests.underlay import base
from ipv6_tempest_plugin.tests.underlay import reporting


class EndpointsTest(base.UnderlayTest):
    """Whether the control plane can be used by a client without IPv4.

    Keystone is asked for the catalog; then every endpoint of it (service
    x region x public, internal, admin) is probed, all together:

    1. the catalog is well formed;
    2. each host has IPv6 addresses of usable scope;
    3. each of these addresses listens;
    4. each answers HTTP or HTTPS in time;
    5. what it says of itself stays on IPv6.
    """

    endpoints: Sequence[testcase.PlaceHolder] = ()

    def run(self, result: Any = None) -> Any:
        """Run the test, then report what it said of single endpoints."""
        outcome = super().run(result)
        for endpoint in self.endpoints:
            endpoint.run(result)
        if result is not None and hasattr(result, 'time'):
            # Back from the endpoints' own times to the clock.
            result.time(None)
        return outcome

    @decorators.idempotent_id('60ada61d-d390-4b73-8262-b480b4c3e820')
    def test_catalog_is_well_formed(self) -> None:
        self.report_check('catalog')

    @decorators.idempotent_id('9f13ab90-be0b-48cb-b5a3-309cb3585977')
    def test_every_host_has_usable_ipv6_addresses(self) -> None:
        self.report_check('addresses')

    @decorators.idempotent_id('eda3f1d4-2bcc-4483-b363-958604c42a11')
    def test_every_address_listens(self) -> None:
        self.report_check('listening')

    @decorators.attr(type='smoke')
    @decorators.idempotent_id('f15209a4-a2b6-484a-b5c9-15d566e8d92b')
    def test_every_address_answers(self) -> None:
        self.report_check('answering')

    @decorators.idempotent_id('7cb15eff-9ea0-48fc-9431-549988f1c4cc')
    def test_every_link_stays_on_ipv6(self) -> None:
        self.report_check('links')

    @decorators.idempotent_id('9a1d6f2c-3c1f-4a0e-8d5b-0f2f5d1b7c11')
    def test_endpoint(self) -> None:
        """Report each endpoint by itself, for who follows one over months.

        This test fails when one of them does, so that a run of what
        failed last time repeats it.
        """
        parent = f'{type(self).__module__}.EndpointsTest.test_endpoint'
        seen = self.survey()
        self.endpoints = reporting.endpoint_results(parent, seen)
        wrong = sorted({str(f.place) for f in seen.findings})
        if wrong or not self.endpoints:
            self.fail(f'findings in: {", ".join(wrong) or "no endpoint"}')
