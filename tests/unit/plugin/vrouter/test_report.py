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

"""What is attached has the form that the report reads."""

import json
from typing import Any

import ddt
import testtools

from ipv6_tempest_plugin.overlay.vrouter import reach
from ipv6_tempest_plugin.overlay.vrouter import report
from ipv6_tempest_plugin.results import observed
from ipv6_tempest_plugin.results import reading
from tests.unit.plugin.vrouter import sample

AIMS = reach.aims(sample.PLANNED, sample.LINKS)


def read(kind: str, data: Any) -> Any:
    """Return what the report reads from an attachment."""
    return reading.read(kind, json.loads(json.dumps(data)))[1]


@ddt.ddt
class ReportTest(testtools.TestCase):
    def test_picture(self) -> None:
        shown = report.picture(sample.PLANNED, sample.EXTERNAL)
        (picture,) = read('topology', shown)
        names = {node.name for node in picture.nodes}
        ends = {end for link in picture.links for end in link.between}
        self.assertEqual(names, ends)

    def addresses(self, **changes: Any) -> list[observed.Address]:
        seen = {'vRouter': sample.vrouter(**changes)}
        rows = read('addresses', report.addresses(sample.PLANNED, seen))
        return [row for row in rows if row.interface == 'eth1']

    def test_predicted_and_seen(self) -> None:
        (row,) = self.addresses()
        self.assertTrue(row.is_right)
        self.assertEqual('2001:db8:0:2::1', row.seen)

    def test_the_length_of_the_prefix_counts(self) -> None:
        wrong = [sample.address('2001:db8:0:2::1/128', 'eth1')]
        (row,) = self.addresses(addresses=wrong)
        self.assertEqual(('prefix length',), row.wrong)

    def test_another_instead(self) -> None:
        other = [sample.address('2001:db8:0:2::9/64', 'eth1')]
        rows = self.addresses(addresses=other)
        self.assertEqual(
            [('', '2001:db8:0:2::9'), ('2001:db8:0:2::1', '')],
            [(row.predicted, row.seen) for row in rows],
        )

    def test_pings(self) -> None:
        pings = {
            'vRouter-eth1.56': sample.echo(),
            'external.56': sample.echo(0),
        }
        shown = report.pings('VM1', AIMS['VM1'], pings, {'external'})
        near, far = read('pings', shown)
        self.assertEqual(('vRouter', 2.0), (near.target, near.average_ms))
        self.assertEqual((False, None), (far.wanted, far.average_ms))
        self.assertTrue(near.is_right and far.is_right)
