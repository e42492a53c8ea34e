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
"""What the lies of radvd make of a configuration that Neutron wrote."""

from collections.abc import Callable
from pathlib import Path
import threading
from unittest import mock

import ddt
import fixtures
import testtools

from ipv6_lab import errors
from ipv6_lab.faults import advertisements
from ipv6_lab.faults import packets
from ipv6_lab.faults import repeating
from ipv6_lab import inventory

# As Neutron 29 writes it for a network with two stateless prefixes.
WRITTEN = """interface qr-1
{
   AdvSendAdvert on;
   MinRtrAdvInterval 30;
   MaxRtrAdvInterval 100;
   AdvLinkMTU 1430;
   AdvOtherConfigFlag on;
   prefix 2001:db8:9000:1::/64
   {
        AdvOnLink on;
        AdvAutonomous on;
   };
   prefix 2001:db8:9000:2::/64
   {
        AdvOnLink on;
        AdvAutonomous on;
   };

   route fe80::a9fe:a9fe/128 {
   };
};
"""
LIES = {
    'ra-m-flag': ('AdvManagedFlag on;', ''),
    'ra-no-o-flag': ('', 'AdvOtherConfigFlag'),
    'ra-wrong-prefix': (packets.WRONG_PREFIX, '2001:db8:9000:1::/64'),
    'ra-extra-prefix': (packets.WRONG_PREFIX, ''),
    'ra-no-second-prefix': ('2001:db8:9000:1::', '2001:db8:9000:2::'),
    'ra-not-autonomous': ('AdvAutonomous off;', 'AdvAutonomous on;'),
    'ra-not-on-link': ('AdvOnLink off;', 'AdvOnLink on;'),
    'ra-deprecated': ('AdvPreferredLifetime 0;', ''),
    'ra-short-lived': ('AdvValidLifetime 60;', ''),
    'ra-small-mtu': ('AdvLinkMTU 1280;', '1430'),
    'ra-no-mtu': ('', 'AdvLinkMTU'),
    'ra-no-router': ('AdvDefaultLifetime 0;', ''),
}


@ddt.ddt
class ConfigurationTest(testtools.TestCase):
    @ddt.data(*LIES)
    def test_lie(self, name: str) -> None:
        there, gone = LIES[name]
        text = self.change(name)(WRITTEN)
        self.assertIn(there, text)
        if gone:
            self.assertNotIn(gone, text)
        self.assertEqual(text.count('{'), text.count('}'))
        self.assertIn('route fe80::a9fe:a9fe/128', text)

    @ddt.data('ra-wrong-prefix', 'ra-no-second-prefix')
    def test_lie_on_each_link(self, name: str) -> None:
        other = WRITTEN.replace('qr-1', 'qr-2').replace(':9000:', ':9001:')
        change = self.change(name)
        first = WRITTEN.strip()
        self.assertEqual(change(first) + change(other), change(first + other))

    def change(self, name: str) -> Callable[[str], str]:
        """Return what a fault does to a configuration."""
        found: list[Callable[[str], str]] = []
        self.useFixture(
            fixtures.MockPatchObject(
                advertisements,
                'changed',
                lambda host, change: found.append(change),
            )
        )
        packets.BY_NAME[name].inject({inventory.CONTROLLER.name: mock.Mock()})
        return found[0]

    def test_the_o_flag_on_a_link_without(self) -> None:
        slaac = WRITTEN.replace('   AdvOtherConfigFlag on;\n', '')
        text = self.change('ra-o-flag')(slaac)
        self.assertEqual(1, text.count('AdvOtherConfigFlag on;'))


class FaultsTest(testtools.TestCase):
    def test_names_are_unique(self) -> None:
        self.assertEqual(len(packets.FAULTS), len(packets.BY_NAME))

    def test_something_is_done_repeatedly_and_ends(self) -> None:
        done = mock.Mock()
        with repeating.repeatedly(done, every=0.001):
            while done.call_count < 3:
                pass
        self.assertFalse(
            [one for one in threading.enumerate() if one.name == 'fault']
        )

    def test_one_that_fails_on_the_way_is_told(self) -> None:
        failing = mock.Mock(side_effect=[None, OSError('no br-int')])

        def block() -> None:
            with repeating.repeatedly(failing, every=0.001):
                while failing.call_count < 2:
                    pass

        error = self.assertRaises(errors.LabError, block)
        self.assertIn('before its time: no br-int', str(error))

    def test_a_configuration_is_written_once(self) -> None:
        place = Path(self.useFixture(fixtures.TempDir()).path)
        host = mock.Mock(path=lambda inside: place / inside.strip('/'))
        for path in (advertisements.PLACE, advertisements.WRITTEN):
            host.path(path).mkdir(parents=True)
        source = host.path(advertisements.WRITTEN) / 'r1.radvd.conf'
        writer = advertisements._Writer(host, str.upper)
        for text in ('one', 'one', 'two'):
            source.write_text(text)
            writer._write(source)
        read = host.path(advertisements.PLACE) / 'r1.radvd.conf'
        self.assertEqual('TWO', read.read_text())
        host.run.assert_called_once()
