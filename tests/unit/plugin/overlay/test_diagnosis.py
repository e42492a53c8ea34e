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

"""What a reader is told."""

import testtools

from ipv6_tempest_plugin.overlay import diagnosis
from ipv6_tempest_plugin.overlay import expect


class DiagnosisTest(testtools.TestCase):
    def test_difference(self) -> None:
        text = diagnosis.as_text(
            'GET /v2.0/subnets/s',
            'subnet',
            [expect.Difference('ipv6_ra_mode', "'slaac'", expect.MISSING)],
        )
        self.assertIn('GET /v2.0/subnets/s: the subnet', text)
        self.assertIn("\nipv6_ra_mode\n  expected      'slaac'\n", text)
        self.assertIn('\n  seen          missing\n', text)
        self.assertIn('\n  usual cause   a plug-in that does not know', text)
        self.assertIn('\n  where to look ', text)

    def test_unknown_attribute_has_a_hint_too(self) -> None:
        text = diagnosis.as_text(
            'POST', 'port', [expect.Difference('name', "'a'", "'b'")]
        )
        self.assertIn(diagnosis.DEFAULT.cause.split()[0], text)

    def test_lines_are_not_long(self) -> None:
        text = diagnosis.accepted('POST /v2.0/subnets', 400, 'word ' * 100)
        self.assertLessEqual(max(map(len, text.splitlines())), 100)
        self.assertIn('expected      status 400', text)

    def test_other_status(self) -> None:
        text = diagnosis.other_status('POST /v2.0/subnets', 400, 500)
        self.assertIn('seen          status 500', text)
