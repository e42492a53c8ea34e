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


"""What is right of that which tests saw, and what is not."""

from typing import Any

import ddt
import testtools

from ipv6_tempest_plugin.results import observed

ONE = '2001:db8::1'


def address(**values: Any) -> observed.Address:
    """Return an address of a guest."""
    given = {'predicted': ONE, 'seen': ONE, 'prefix_length': 64, **values}
    return observed.Address('guest', 'eth1', **given)


@ddt.ddt
class AddressTest(testtools.TestCase):
    @ddt.data(
        {},
        {'predicted': '', 'seen': ''},
        {'seen': '2001:DB8:0::1'},
        {'predicted': '2001:db8::1/64'},
        {'predicted_prefix_length': 64},
        {'predicted_prefix_length': 64, 'seen': f'{ONE}/64'},
        {'predicted': 'fe80::1', 'seen': 'fe80::1%eth1'},
        {'state': 'mngtmpaddr, noprefixroute, permanent'},
        {'state': 'valid'},
        {'seen': f'{ONE}/{"9" * 5000}'},
        {'predicted': '192.0.2.1', 'seen': '192.0.2.1'},
    )
    def test_right(self, values: dict[str, Any]) -> None:
        self.assertEqual((), address(**values).wrong)
        self.assertTrue(address(**values).is_right)

    @ddt.data(
        ({'seen': '2001:db8::12'}, 'another address'),
        ({'seen': '::ffff:192.0.2.1', 'predicted': '192.0.2.1'},
         'another address'),
        ({'seen': 'nonsense', 'predicted': 'nonsense'}, 'another address'),
        ({'seen': ''}, 'not seen'),
        ({'predicted': ''}, 'not predicted'),
        ({'state': 'tentative'}, 'tentative'),
        ({'state': 'permanent DADFAILED'}, 'dadfailed'),
        ({'state': 'deprecated,dynamic'}, 'deprecated'),
        ({'predicted_prefix_length': 128}, 'prefix length'),
        ({'predicted': '2001:db8::1/128'}, 'prefix length'),
        ({'predicted_prefix_length': 64, 'seen': f'{ONE}/65'},
         'prefix length'),
        ({'predicted_prefix_length': 64, 'prefix_length': None},
         'prefix length'),
    )  # fmt: skip
    @ddt.unpack
    def test_wrong(self, values: dict[str, Any], told: str) -> None:
        self.assertEqual((told,), address(**values).wrong)
        self.assertFalse(address(**values).is_right)

    def test_all_that_is_wrong_is_told(self) -> None:
        one = address(
            seen='::1',
            predicted_prefix_length=128,
            state='tentative dadfailed',
        )
        self.assertEqual(
            ('another address', 'prefix length', 'tentative', 'dadfailed'),
            one.wrong,
        )
