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

"""Security groups and their rules."""

from typing import Any

import fixtures

from ipv6_tempest_plugin.overlay import resources

DEFAULT = 'default'
INGRESS = {'direction': 'ingress', 'ethertype': 'IPv6'}
# Types of ICMPv6 that a network lives by, and what carries each.
ICMPV6_TYPES = {
    2: 'Packet Too Big (RFC 4443 section 3.2)',
    128: 'Echo Request (RFC 4443 section 4.1)',
    129: 'Echo Reply (RFC 4443 section 4.2)',
    133: 'Router Solicitation (RFC 4861 section 4.1)',
    134: 'Router Advertisement (RFC 4861 section 4.2)',
    135: 'Neighbor Solicitation (RFC 4861 section 4.3)',
    136: 'Neighbor Advertisement (RFC 4861 section 4.4)',
    137: 'Redirect (RFC 4861 section 4.5)',
}


_defaults: dict[str, str] = {}


class SecurityGroup(resources.Resource):
    """A security group; without rules of its own all may leave it."""

    kind = 'security_group'


class Rule(resources.Resource):
    """A rule of a security group, for IPv6 and inward unless it says.

    Rules have no name: one whose answer never came goes with its group.
    """

    kind = 'security_group_rule'

    def __init__(self, group: SecurityGroup, **attributes: Any) -> None:
        super().__init__(
            group.manager,
            **{**INGRESS, **attributes},
        )
        del self.sent['name']
        self.group = group

    def prepare(self, owner: fixtures.Fixture) -> None:
        """Name the group."""
        self.sent['security_group_id'] = self.group.id

    def made(self) -> list[str]:
        """Return its id, if that is known: nothing else finds it."""
        return [self.id] if self.id else []


def default_group(manager: Any) -> str:
    """Return the id of a project's own group, which ports get unasked.

    Asked for once a project.

    :raises AssertionError: when the project has not just one
    """
    project = str(manager.credentials.project_id)
    if project not in _defaults:
        seen = manager.security_groups_client.list_security_groups(
            name=DEFAULT, project_id=project
        )
        rows = [
            (row['name'], row['project_id'], row['id'])
            for row in resources.require(seen, 'security_groups')
        ]
        ids = [one for *named, one in rows if named == [DEFAULT, project]]
        if len(ids) != 1:
            raise AssertionError(
                f'expected one security group "{DEFAULT}" of project '
                f'{project}, seen {rows}'
            )
        _defaults[project] = ids[0]
    return _defaults[project]


def allow_icmpv6(group: SecurityGroup) -> Rule:
    """Return the rule that lets all of ICMPv6 in."""
    return Rule(group, protocol='ipv6-icmp')


def icmpv6(group: SecurityGroup, number: int, code: int | None = None) -> Rule:
    """Return the rule that lets one type of ICMPv6 in."""
    attributes = {'protocol': 'ipv6-icmp', 'port_range_min': number}
    if code is not None:
        attributes['port_range_max'] = code
    return Rule(group, **attributes)
