# Licensed under the Apache License, Version 2.0 (the "License"); you may
# not use this file except in compliance with the License. You may obtain
# a copy of the License at
#
#      http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS, WITHOUT
# WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the
# License for the specific language governing permissions and limitations
# under the License.
"""Proof that the lab is a real cloud: upstream's own tests pass on it."""

from pathlib import Path
import tempfile

import testtools
from testtools import content

from ipv6_lab import paths
from tests.lab import machine
from tools import lab

REGEX = (
    # The five IPv6 classes of the networking API, and two of the eight
    # scenarios, with guests and floating IPs.
    r'^(tempest\.api\.network\.(test_networks\.(NetworksIpV6Test|'
    r'BulkNetworkOpsIpV6Test)|test_ports\.PortsIpV6TestJSON|'
    r'test_routers\.RoutersIpV6Test|'
    r'test_security_groups\.SecGroupIPv6Test)|'
    r'tempest\.scenario\.test_network_v6\.TestGettingAddress\.'
    r'test_(slaac_from_os|dualnet_multi_prefix_dhcpv6_stateless)\[)'
)
LEAST = 57
TIMEOUT = 900


class UpstreamTest(testtools.TestCase):
    """Tempest's IPv6 tests, by Tempest's own runner."""

    def test_all_pass(self) -> None:
        """All pass, and as many ran as there ought to be."""
        scratch = tempfile.TemporaryDirectory(
            prefix='lab-test-', dir=paths.root()
        )
        self.addCleanup(scratch.cleanup)
        place = lab.workspace(Path(scratch.name, 'tempest'))
        said = machine.lab(
            'run',
            '--',
            'tempest',
            'run',
            '--concurrency=2',
            '--regex',
            REGEX,
            timeout=TIMEOUT,
            cwd=place,
        )
        self.addDetail('tempest', content.text_content(said.stdout))
        self.assertEqual(0, said.returncode, said.stdout[-3000:])
        passed = next(
            int(line.rpartition(' ')[2])
            for line in said.stdout.splitlines()
            if line.startswith(' - Passed:')
        )
        self.assertGreaterEqual(passed, LEAST, said.stdout[-3000:])
