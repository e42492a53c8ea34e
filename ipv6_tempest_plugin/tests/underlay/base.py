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

"""What the tests of the underlay share."""

from collections.abc import Iterable
import functools
from typing import Any
from typing import NoReturn

from tempest import config
from tempest import test

from ipv6_tempest_plugin.tests.underlay import asking
from ipv6_tempest_plugin.tests.underlay import options
from ipv6_tempest_plugin.tests.underlay import reporting
from ipv6_tempest_plugin.underlay import catalog
from ipv6_tempest_plugin.underlay import findings
from ipv6_tempest_plugin.underlay import settings
from ipv6_tempest_plugin.underlay import survey

CONF = config.CONF

# One survey serves every test of a worker that sees the same catalog.
surveyed = functools.cache(survey.survey)


class UnderlayTest(test.BaseTestCase):
    """A test that asks Keystone where the cloud listens."""

    credentials = ['primary']

    @classmethod
    def skip_checks(cls) -> None:
        super().skip_checks()
        if CONF.service_clients.proxy_url:
            raise cls.skipException(
                '[service-clients] proxy_url is set: behind a proxy nothing '
                'can be said of the way to the cloud'
            )

    @classmethod
    def setup_credentials(cls) -> None:
        cls.set_network_resources()
        super().setup_credentials()

    @functools.cached_property
    def settings(self) -> settings.Settings:
        """The options of this run."""
        return options.settings_of(CONF)

    def raw_catalog(self) -> Any:
        """GET /v3/auth/catalog from [identity] uri_v3.

        Tempest's catalog client finds Keystone through the catalog, which
        is what is in doubt here.
        """
        uri = CONF.identity.uri_v3 or ''
        try:
            return asking.catalog_of(*asking.ask(lambda: self._get(uri)))
        except findings.Fault as fault:
            place = findings.Place('identity', interface='uri_v3', url=uri)
            self.refuse(
                findings.Finding('catalog-unreadable', place, fault.seen)
            )

    def _get(self, uri: str) -> tuple[int, bytes]:
        manager = getattr(self, f'os_{self.credentials[0]}')
        response, body = manager.token_v3_client.raw_request(
            uri.rstrip('/') + '/auth/catalog',
            'GET',
            {'X-Auth-Token': manager.auth_provider.get_token()},
        )
        return response.status, body

    def catalog(self) -> catalog.Catalog:
        """Return what there is to probe, and what is wrong on paper."""
        return catalog.read(self.raw_catalog(), self.settings)

    def survey(self) -> survey.Survey:
        """Probe every endpoint, once for each worker of a run."""
        return surveyed(self.catalog(), self.settings)

    def report(self, found: Iterable[findings.Finding]) -> None:
        """Attach the findings; fail when there is one."""
        found = list(found)
        if found:
            self.refuse(*found)
        self.addDetail('findings', reporting.attachment(found))

    def refuse(self, *found: findings.Finding) -> NoReturn:
        """Attach the findings and fail with them."""
        self.addDetail('findings', reporting.attachment(found))
        # What it comes from may quote a URL whose secrets are not masked.
        raise self.failureException(reporting.diagnosis(found)) from None

    def report_check(self, check: str) -> None:
        """Report one check of the survey; fail when nothing was examined."""
        seen = self.survey()
        self.report(seen.of_check(check))
        self.assertGreater(
            seen.examined(check),
            0,
            f'no endpoint came as far as "{check}": see the checks before it',
        )
