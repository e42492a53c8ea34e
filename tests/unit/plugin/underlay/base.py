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

"""What the tests of the underlay share: a catalog of one's own."""

from collections.abc import Iterable
import dataclasses
import socket
from typing import Any
from unittest import mock

import netaddr
import testtools

from ipv6_tempest_plugin import addressing
from ipv6_tempest_plugin.underlay import catalog
from ipv6_tempest_plugin.underlay import settings
from ipv6_tempest_plugin.underlay import survey
from tests.unit.plugin.underlay import servers

# What answers does so at once, on a busy machine a little later; what is
# silent is not waited for that long.
TIMEOUT = 10.0
SHORT = 0.5
SETTINGS = settings.Settings(
    timeout=TIMEOUT,
    scopes=settings.USABLE | {addressing.Scope.LOOPBACK},
)


def entry(url: object, service: str = 'image', **more: str) -> dict[str, Any]:
    """Return a catalog entry with one public endpoint."""
    endpoint = {'interface': 'public', 'region': 'RegionOne', 'url': url}
    return {'type': service, 'endpoints': [{**endpoint, **more}]}


class UnderlayTest(testtools.TestCase):
    """Surveys catalogs whose endpoints are servers on loopback."""

    def serve(self, *arguments: Any, **keywords: Any) -> servers.Server:
        """Start a server; it ends with the test."""
        return self.useFixture(servers.Server(*arguments, **keywords))

    def look(self, *urls: object, **changes: Any) -> survey.Survey:
        """Survey a catalog in which each URL is a service of its own."""
        configured = dataclasses.replace(SETTINGS, **changes)
        raw = [entry(url, f'service{n}') for n, url in enumerate(urls)]
        return survey.survey(catalog.read(raw, configured), configured)

    def assert_findings(
        self, expected: Iterable[str], seen: survey.Survey
    ) -> None:
        """Check the codes of all findings."""
        self.assertEqual(
            sorted(expected), sorted(f.code for f in seen.findings)
        )

    def resolve(self, **names: str) -> None:
        """Answer for these names (``_`` is a dot) as a resolver would."""
        known = {
            name.replace('_', '.'): [
                netaddr.IPAddress(text) for text in addresses.split()
            ]
            for name, addresses in names.items()
        }

        def getaddrinfo(
            host: str, port: object, family: int, kind: int
        ) -> list[Any]:
            version = 6 if family == socket.AF_INET6 else 4
            found = known.get(host, [])
            rows = [a for a in found if a.version == version]
            if not rows:
                code = socket.EAI_NODATA if found else socket.EAI_NONAME
                raise socket.gaierror(code, 'no such record')
            return [(family, kind, 6, '', (str(a), 0)) for a in rows]

        patcher = mock.patch('socket.getaddrinfo', getaddrinfo)
        patcher.start()
        self.addCleanup(patcher.stop)
