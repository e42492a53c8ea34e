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

"""What the tests of the overlay share."""

from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from tempest import config
from tempest import test
from testtools import content

from ipv6_tempest_plugin.overlay import evidence
from ipv6_tempest_plugin.overlay import undo
from ipv6_tempest_plugin.tests.overlay import needs

CONF = config.CONF


class OverlayTest(test.BaseTestCase):
    """A test of what the cloud gives its tenants.

    Tempest's own credentials are promised to go as well, so that a run
    that is cut short leaves no project behind.

    :cvar required: what tempest.conf must promise for all tests of the class
    """

    credentials = ['primary']
    required = needs.Needs()

    @classmethod
    def skip_checks(cls) -> None:
        super().skip_checks()
        if not CONF.service_available.neutron:
            raise cls.skipException('[service_available] neutron is False')
        if not CONF.network_feature_enabled.ipv6:
            raise cls.skipException('[network-feature-enabled] ipv6 is False')
        if lacking := cls.required.lacking():
            raise cls.skipException('; '.join(lacking))

    @classmethod
    def setup_credentials(cls) -> None:
        cls.set_network_resources()
        cls._credentials = undo.Promise(
            f'credentials of {cls.__name__}', super().clear_credentials
        )
        super().setup_credentials()

    @classmethod
    def clear_credentials(cls) -> None:
        cls._credentials()

    def setUp(self) -> None:
        super().setUp()
        self._told = False
        self.addOnException(self._tell)

    def _tell(self, failure: Any) -> None:
        """Attach the evidence, at the first failure alone."""
        if self._told or issubclass(failure[0], self.skipException):
            return
        self._told = True
        for name, text in evidence.collect(self.to_fetch()).items():
            self.addDetailUniqueName(name, content.text_content(text))

    def to_fetch(self) -> Mapping[str, evidence.Source]:
        """Return where evidence comes from, by what readers call it.

        Asked for after a failure alone.
        """
        return {}

    @property
    def manager(self) -> Any:
        """Clients of the project that the test works in."""
        return self.os_primary


class GuestTest(OverlayTest):
    """A test that boots guests."""

    credentials = ['primary', 'admin']

    @classmethod
    def skip_checks(cls) -> None:
        super().skip_checks()
        for service in ('nova', 'glance'):
            if not CONF.service_available[service]:
                raise cls.skipException(
                    f'[service_available] {service} is False'
                )
        access = CONF.ipv6_overlay.guest_access
        if closed := list(cls.closed(access)):
            raise cls.skipException(
                f'{", ".join(closed)}, and [ipv6_overlay] guest_access = '
                f'{access}'
            )

    @classmethod
    def closed(cls, access: str) -> Iterator[str]:
        """Yield the options that rule a way to guests out, and how."""
        by_floating_ip = access == 'ssh-floating-ip'
        compute = CONF.compute_feature_enabled
        if access == 'console' and not compute.console_output:
            yield '[compute-feature-enabled] console_output is False'
        if by_floating_ip and not CONF.network_feature_enabled.floating_ips:
            yield '[network-feature-enabled] floating_ips is False'
        if by_floating_ip and not CONF.network.public_network_id:
            yield '[network] public_network_id is not set'

    def attach_data(self, kind: str, data: Any) -> None:
        """Attach, or replace, what the report draws or tabulates.

        :param kind: and form: those of doc/source/report-formats.rst
        """
        self.addDetail(kind, content.json_content(data))
