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

"""Which failures of a run count as having found a lie."""

import ddt
import testtools

from tests.lab import lying
from tests.lab import trials

TEST = f'{{0}} {lying.PACKAGE}.test_x.X.test_'
DIAGNOSIS = (
    '    AssertionError: GET /v2.0/subnets/s: the subnet is not what it must '
    'be in: cidr, ipv6_ra_mode\n\n    cidr\n'
)
REFUSED = (
    'POST /v2.0/subnets: refused otherwise than the API documents\n'
    '      expected      status 400\n'
    '      seen          status {}\n'
)
LISTED = "{1} != {2}: GET /v2.0/ports {'name': 'x'}: which ports it lists"
ACCEPTED = 'GET /v2.0/ports/p: accepted, although the API must refuse it'


def said(**failures: str) -> str:
    """Return what a run prints; empty texts are of tests that pass."""
    return '\n'.join(
        f'{TEST}{name} [0.1s] ... FAILED\n\nCaptured\n{text}'
        if text
        else f'{TEST}{name} [0.1s] ... ok'
        for name, text in failures.items()
    )


@ddt.ddt
class JudgedTest(testtools.TestCase):
    def killed(self, fault: str, text: str) -> bool:
        outcome = lying.judged(said(a=text), trials.TRIED[fault].sign)
        self.assertEqual({'test_x.X.test_a'}, outcome.ran)
        self.assertEqual(1, len(outcome.killed) + len(outcome.otherwise))
        return bool(outcome.killed)

    @ddt.data(
        ('subnet-shorter-mask', DIAGNOSIS),
        ('subnet-no-ra-mode', DIAGNOSIS),
        ('other-status', REFUSED.format(422)),
        ('forgetful', LISTED),
        ('unfiltered', LISTED),
        ('undead', ACCEPTED),
        ('lenient', ACCEPTED),
    )
    @ddt.unpack
    def test_what_the_fault_is_was_said(self, fault: str, text: str) -> None:
        self.assertTrue(self.killed(fault, text))

    @ddt.data(
        ('subnet-no-address-mode', DIAGNOSIS),
        ('rename-lost', DIAGNOSIS),
        ('subnet-shorter-mask', 'tempest.lib.exceptions.TimeoutException'),
        ('subnet-shorter-mask', "KeyError: 'cidr'"),
        ('other-status', REFUSED.format(500)),
        ('undead', 'POST /v2.0/ports: accepted, although'),
        ('forgetful', 'urllib3.exceptions.MaxRetryError: ...'),
        ('honest', DIAGNOSIS),
    )
    @ddt.unpack
    def test_something_else_was_said(self, fault: str, text: str) -> None:
        self.assertFalse(self.killed(fault, text))

    def test_each_is_judged_by_its_own_words(self) -> None:
        outcome = lying.judged(
            said(a='', b='a time-out', c=DIAGNOSIS, d=''),
            trials.TRIED['subnet-shorter-mask'].sign,
        )
        names = {f'test_x.X.test_{one}' for one in 'abcd'}
        self.assertEqual(names, outcome.ran)
        self.assertEqual({'test_x.X.test_c'}, outcome.killed)
        self.assertEqual({'test_x.X.test_b'}, set(outcome.otherwise))
        self.assertIn('a time-out', outcome.otherwise['test_x.X.test_b'])

    def test_nothing_ran(self) -> None:
        self.assertEqual(set(), lying.judged('', '').ran)
