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
import subprocess
import tempfile

import testtools
from testtools import content

from ipv6_lab import paths
from tests.lab import machine
from tools import lab

API = (
    r'^tempest\.api\.network\.(test_networks\.(NetworksIpV6Test|'
    r'BulkNetworkOpsIpV6Test)|test_ports\.PortsIpV6TestJSON|'
    r'test_routers\.RoutersIpV6Test|'
    r'test_security_groups\.SecGroupIPv6Test)'
)
SCENARIOS = (
    r'^tempest\.scenario\.test_network_v6\.TestGettingAddress\.'
    r'test_(slaac_from_os|dualnet_multi_prefix_dhcpv6_stateless)\['
)
TIMEOUT = 900


class UpstreamTest(testtools.TestCase):
    """Tempest's IPv6 tests, by Tempest's own runner."""

    def run_tempest(self, regex: str, concurrency: int, least: int) -> None:
        """Run what matches; all pass, and at least so many ran."""
        scratch = tempfile.TemporaryDirectory(dir=paths.root())
        self.addCleanup(scratch.cleanup)
        place = lab.workspace(Path(scratch.name, 'tempest'))
        said = subprocess.run(
            [
                machine.LAB,
                'run',
                '--',
                'tempest',
                'run',
                f'--concurrency={concurrency}',
                '--regex',
                regex,
            ],
            cwd=place,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT,
        )
        self.addDetail('tempest', content.text_content(said.stdout))
        self.assertEqual(0, said.returncode, said.stdout[-3000:])
        passed = next(
            int(line.rpartition(' ')[2])
            for line in said.stdout.splitlines()
            if line.startswith(' - Passed:')
        )
        self.assertGreaterEqual(passed, least, said.stdout[-3000:])

    def test_api(self) -> None:
        """The five IPv6 classes of the networking API."""
        self.run_tempest(API, concurrency=2, least=55)

    def test_scenarios(self) -> None:
        """Two of the eight scenarios, with guests and floating IPs."""
        self.run_tempest(SCENARIOS, concurrency=1, least=2)
