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

"""What the id of a test says."""

from dataclasses import dataclass
import functools
import re

# The first that a name begins with; vRouter's tests are scenarios too.
TIERS = (
    ('ipv6_tempest_plugin.tests.underlay.', 'ipv6_underlay'),
    ('ipv6_tempest_plugin.tests.overlay.api.', 'ipv6_overlay_api'),
    ('ipv6_tempest_plugin.tests.overlay.scenario.', 'ipv6_overlay_scenario'),
    ('ipv6_tempest_plugin.tests.vrouter.', 'ipv6_vrouter'),
)
OTHER = 'other'
_FIXTURE = re.compile(
    r'((?:setUp|tearDown)(?:Class|Module)) \(([^()\s]+)\)\Z', re.ASCII
)
_BRACKETS = re.compile(r'\[([^][]*)\](\([^()]*\))?\Z')
_UUID = re.compile(
    r'id-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\Z', re.ASCII
)


@dataclass(frozen=True, slots=True)
class Name:
    """A test's id, taken apart.

    :param fixture: ``setUpClass`` and its like, empty for tests
    :param owner: the class that it belongs to; the module of a
        ``setUpModule``
    """

    id: str
    name: str
    owner: str
    label: str
    tier: str
    attributes: tuple[str, ...] = ()
    fixture: str = ''


def parse(test_id: str) -> Name:
    """Take apart what Tempest, unittest and testscenarios put together."""
    fixture = _FIXTURE.match(test_id)
    if fixture:
        what, owner = fixture.groups()
        return Name(test_id, test_id, owner, what, tier(owner), (), what)
    name, scenario, test_uuid = test_id, '', ''
    attributes: list[str] = []
    found = _BRACKETS.search(test_id)
    if found:
        scenario = found[2] or ''
        name = test_id[: found.start()] + scenario
        for tag in found[1].split(','):
            match = _UUID.match(tag)
            if match:
                test_uuid = match[1]
            elif tag:
                attributes.append(tag)
    owner, label = _split(name)
    return Name(
        test_uuid + scenario if test_uuid else name,
        name,
        owner,
        label,
        tier(owner),
        tuple(attributes),
    )


@functools.lru_cache(4096)
def tier(owner: str) -> str:
    """Return the tier to which a class or a module belongs."""
    return next(
        (tier for start, tier in TIERS if f'{owner}.'.startswith(start)), OTHER
    )


def _split(name: str) -> tuple[str, str]:
    """Split at the last dot that is before any parenthesis."""
    head, parenthesis, rest = name.partition('(')
    owner, _, label = head.rpartition('.')
    return owner, label + parenthesis + rest
