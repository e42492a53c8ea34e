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

"""What testcases.yaml may say, and what is told of what it may not."""

from pathlib import Path
import tempfile
from typing import Any

import ddt
import testtools

from ipv6_tempest_plugin.xtesting import arguments
from ipv6_tempest_plugin.xtesting import errors


@ddt.ddt
class ArgumentsTest(testtools.TestCase):
    def test_every_argument_is_taken(self) -> None:
        given = {
            'include_list': ['^a', '^b'],
            'exclude_regex': 'slow',
            'exclude_list': ['c'],
            'concurrency': 2,
            'timeout': 1.5,
            'services': ['neutron'],
            'neutron_extensions': ['router'],
            'deny_skipping': True,
            'tests_count': 7,
        }
        self.assertEqual(
            arguments.Arguments(
                '', ('^a', '^b'), 'slow', ('c',), 2, 1.5,
                ('neutron',), ('router',), True, 7,
            ),
            arguments.parse(given),
        )  # fmt: skip

    def test_what_the_case_has_goes_before_its_args(self) -> None:
        found = arguments.parse(
            {'regex': 'a', 'tests_count': 2},
            {'tests_count': 1, 'deny_skipping': True},
        )
        self.assertEqual((2, True), (found.tests_count, found.deny_skipping))

    def test_a_list_may_be_a_file(self) -> None:
        with tempfile.TemporaryDirectory() as place:
            path = Path(place, 'list')
            path.write_text('# ours\n^a  # the first\n\n^b\n')
            found = arguments.parse({'include_list': str(path)})
        self.assertEqual(('^a', '^b'), found.include_list)

    @ddt.data(
        ({}, 'either regex or include_list .* seen neither'),
        ({'regex': 'a', 'include_list': ['b']}, 'seen both'),
        ({'regex': 'a', 'mode': 'b', 'x': 1}, 'seen mode, x; correct or'),
        ({'regex': 7}, 'regex: expected a regular expression, seen 7'),
        ({'regex': 'a('}, r'regular expression \(.*\), seen .a\(.'),
        ({'regex': 'a b'}, 'without spaces'),
        ({'include_list': []}, 'at least one regular expression'),
        ({'include_list': [1]}, 'include_list: expected a list of names'),
        ({'include_list': ['a(']}, 'include_list: expected a regular'),
        ({'include_list': '/no/such'}, 'a file .*No such file'),
        ({'regex': 'a', 'services': 'nova'}, 'services: expected a list'),
        ({'regex': 'a', 'concurrency': -1}, 'concurrency: .* from 0, seen -1'),
        ({'regex': 'a', 'concurrency': True}, 'whole number'),
        ({'regex': 'a', 'timeout': 'x'}, "timeout: expected seconds, seen 'x"),
        ({'regex': 'a', 'timeout': float('nan')}, 'seconds from 0, seen nan'),
        ({'regex': 'a', 'deny_skipping': 'no'}, 'true or false, seen .no'),
        ({'regex': 'a', 'tests_count': 1.0}, 'whole number from 0, seen 1.0'),
        (['regex'], 'expected a mapping as args'),
        ({7: 'a'}, 'seen 7'),
    )
    @ddt.unpack
    def test_what_is_wrong_is_told(self, given: Any, told: str) -> None:
        error = self.assertRaises(errors.CaseError, arguments.parse, given)
        self.assertRegex(str(error), told)
