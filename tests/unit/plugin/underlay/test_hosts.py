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

"""Hypervisors and tunnels."""

import testtools

from ipv6_tempest_plugin.underlay import hosts
from ipv6_tempest_plugin.underlay import settings


class HostsTest(testtools.TestCase):
    def test_hypervisors(self) -> None:
        rows = [
            {'hypervisor_hostname': f'h{n}', 'host_ip': address}
            for n, address in enumerate(
                ['fd00::1', '192.0.2.1', '::ffff:192.0.2.1', 'fe80::1', None]
            )
        ]
        found = hosts.judge_hypervisors(rows, settings.USABLE)
        self.assertEqual(
            ['compute h1', 'compute h2', 'compute h3', 'compute h4'],
            [str(finding.place) for finding in found],
        )
        self.assertEqual({'hypervisor-ipv4'}, {f.code for f in found})

    def test_tunnels(self) -> None:
        agents = [
            {
                'binary': binary,
                'host': f'h{n}',
                'configurations': {
                    'tunnel_types': types,
                    'tunneling_ip': address,
                },
            }
            for n, (binary, types, address) in enumerate(
                [
                    ('ovs', ['vxlan'], 'fd00::1'),
                    ('ovs', ['vxlan'], '10.0.0.1'),
                    ('ovs', [], None),
                    ('l3', ['vxlan'], '10.0.0.1'),
                    ('ovs', ['gre'], None),
                ]
            )
        ]
        tunnelling = hosts.tunnelling(agents, ['ovs'])
        self.assertEqual(['h0', 'h1', 'h4'], [a['host'] for a in tunnelling])
        found = hosts.judge_tunnels(tunnelling, settings.USABLE)
        self.assertEqual(
            ["tunneling_ip '10.0.0.1' of ovs", 'tunneling_ip None of ovs'],
            [finding.seen for finding in found],
        )
        self.assertEqual({'tunnel-ipv4'}, {f.code for f in found})
