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

"""What is left of IPv4 in a cloud that claims to be IPv6-only."""

from tempest import config
from tempest.lib import decorators

from ipv6_tempest_plugin.tests.underlay import base
from ipv6_tempest_plugin.underlay import hosts

CONF = config.CONF


class IPv6OnlyTest(base.UnderlayTest):
    """Skipped unless the configuration makes the claim."""

    @classmethod
    def skip_checks(cls) -> None:
        super().skip_checks()
        if CONF.ipv6_underlay.ipv4 != 'forbidden':
            raise cls.skipException(
                '[ipv6_underlay] ipv4 is not "forbidden": this cloud does '
                'not claim to be IPv6-only'
            )


class ListenersTest(IPv6OnlyTest):
    """No endpoint answers on IPv4."""

    @decorators.idempotent_id('06ec0f23-adad-4f7b-8f4c-4cf94e3a2ebc')
    def test_no_endpoint_answers_on_ipv4(self) -> None:
        self.report_check('ipv4')


class HypervisorsTest(IPv6OnlyTest):
    """Nova's hypervisors have IPv6 addresses."""

    credentials = ['admin']

    @classmethod
    def skip_checks(cls) -> None:
        super().skip_checks()
        if not CONF.service_available.nova:
            raise cls.skipException('[service_available] nova is False')

    @decorators.idempotent_id('84903cbd-fef7-40a7-b00d-c009878310a8')
    def test_hypervisor_addresses_are_ipv6(self) -> None:
        client = self.os_admin.hypervisor_client
        rows = client.list_hypervisors(detail=True)['hypervisors']
        if not rows:
            self.fail('expected hypervisors, seen none: GET /os-hypervisors')
        self.report(hosts.judge_hypervisors(rows, self.settings.scopes))


class TunnelsTest(IPv6OnlyTest):
    """The tunnels between the hosts have IPv6 endpoints."""

    credentials = ['admin']

    @classmethod
    def skip_checks(cls) -> None:
        super().skip_checks()
        if not CONF.service_available.neutron:
            raise cls.skipException('[service_available] neutron is False')
        if not CONF.ipv6_underlay.tunnel_agents:
            raise cls.skipException(
                '[ipv6_underlay] tunnel_agents is empty: no agent reports '
                'its tunnel endpoint'
            )

    @decorators.idempotent_id('aa1e43d7-15b2-4a11-a76e-045fcba7d0cd')
    def test_tunnel_endpoints_are_ipv6(self) -> None:
        binaries = CONF.ipv6_underlay.tunnel_agents
        agents = self.os_admin.network_agents_client.list_agents()['agents']
        tunnelling = hosts.tunnelling(agents, binaries)
        if not tunnelling:
            self.fail(
                f'expected a {" or ".join(binaries)} with a tunnel type, '
                f'seen {sorted({a["binary"] for a in agents})}: set '
                f'[ipv6_underlay] tunnel_agents to what this cloud runs'
            )
        self.report(hosts.judge_tunnels(tunnelling, self.settings.scopes))
