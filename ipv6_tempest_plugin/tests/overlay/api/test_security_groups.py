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

"""Security groups: what IPv6 lives by must be expressible."""

from typing import Any

from tempest.lib import decorators

from ipv6_tempest_plugin.overlay import checks
from ipv6_tempest_plugin.overlay import cidrs
from ipv6_tempest_plugin.overlay import promises
from ipv6_tempest_plugin.overlay import resources
from ipv6_tempest_plugin.overlay import security
from ipv6_tempest_plugin.tests.overlay.api import base
from ipv6_tempest_plugin.tests.overlay import needs

EGRESS = {'direction': 'egress', 'ethertype': 'IPv6'}


class SecGroupIPv6Test(base.ApiTest):
    """Groups with rules of ethertype IPv6."""

    required = needs.Needs(('security-group',))

    def group(self, **attributes: Any) -> security.SecurityGroup:
        """Make a security group."""
        return self.made(security.SecurityGroup(self.manager, **attributes))

    def rules(self, *some: dict[str, Any]) -> security.SecurityGroup:
        """Make a group with rules; it shows each, and these alone."""
        group = self.group()
        for attributes in some:
            rule = self.made(security.Rule(group, **attributes))
            self.check_shown(rule)
        wanted = [{**security.INGRESS, **one} for one in some]
        group.expected['security_group_rules'] = promises.ipv6_rules(
            [EGRESS, *wanted]
        )
        self.check_shown(group)
        return group

    @decorators.attr(type='smoke')
    @decorators.idempotent_id('0a9168a3-0b50-4c5b-b88f-4c9331cdab0f')
    def test_list_security_groups(self) -> None:
        """The project's default group lets IPv6 out, its own in."""
        group = self.group()
        self.check_listed([group])
        self.check_listed([group], name=group.sent['name'])
        default = self.default_group()
        own = {**security.INGRESS, 'remote_group_id': default['id']}
        self.check(
            'GET /v2.0/security-groups?name=default',
            'security group',
            {'security_group_rules': promises.ipv6_rules([EGRESS, own])},
            default,
        )

    def default_group(self) -> dict[str, Any]:
        """Return the project's group that ports get unasked."""
        client = self.manager.security_groups_client
        seen = client.list_security_groups(name='default')['security_groups']
        self.assertEqual(1, len(seen), 'groups called "default"')
        return dict(seen[0])

    @decorators.attr(type='smoke')
    @decorators.idempotent_id('87991cdf-dd8f-40eb-b414-746bbeddc19d')
    def test_create_list_update_show_delete_security_group(self) -> None:
        group = self.group(description='for IPv6')
        self.check_listed([group], id=group.id)
        self.check_updated(
            group, name=resources.rand_name('group'), description='still'
        )
        self.check_deleted(group)

    @decorators.attr(type='smoke')
    @decorators.idempotent_id('36e314f1-cabe-474d-a50c-9cabb4ba45f0')
    def test_create_show_delete_security_group_rule(self) -> None:
        """TCP, UDP and all of ICMPv6, by name."""
        group = self.group()
        for protocol in ('tcp', 'udp', 'ipv6-icmp'):
            rule = self.made(security.Rule(group, protocol=protocol))
            self.check_shown(rule)
            self.check_listed(
                [rule], security_group_id=group.id, direction='ingress'
            )
            self.check_deleted(rule)

    @decorators.idempotent_id('7e014f05-e5a1-4ce8-96fb-c4fad783bfd2')
    def test_rules_for_types_of_icmpv6(self) -> None:
        """Echo, Neighbor Discovery, Redirect and Packet Too Big."""
        self.rules(
            *(
                {'protocol': 'ipv6-icmp', 'port_range_min': number}
                for number in security.ICMPV6_TYPES
            )
        )

    @decorators.idempotent_id('a71bdb79-755d-4c67-ac84-4e5425246601')
    def test_rules_for_types_and_codes_of_icmpv6(self) -> None:
        """Code 0 is a code: it must not become "any"."""
        self.rules(
            *(
                {
                    'protocol': 'ipv6-icmp',
                    'port_range_min': number,
                    'port_range_max': 0,
                }
                for number in security.ICMPV6_TYPES
            )
        )

    @decorators.idempotent_id('3e20fb23-8496-420c-8467-e6f9a6728a4b')
    def test_rule_with_protocol_58(self) -> None:
        """The number says what the name says (IANA protocol numbers)."""
        self.rules({'protocol': 58, 'port_range_min': 128})

    @decorators.idempotent_id('ac82fd67-c53d-48f9-83a8-2c93e159fac2')
    def test_rule_with_old_name_of_icmpv6(self) -> None:
        """``icmp`` in a rule for IPv6 means ICMPv6, never ICMPv4."""
        group = self.group()
        for name in ('icmpv6', 'icmp'):
            rule = security.Rule(group, protocol=name)
            self.witness.note(rule)
            self.useFixture(rule)
            rule.expected['protocol'] = checks.protocol('ipv6-icmp')
            self.check_created(rule)
            self.check_shown(rule)
            self.check_deleted(rule)

    @decorators.idempotent_id('f2cc1136-1b34-4580-b5a1-eb2d30175a2a')
    def test_rules_with_remote_prefixes(self) -> None:
        """A prefix, a single address, link-local and everything."""
        prefix = self.useFixture(cidrs.Prefix()).network
        self.rules(
            *(
                {'protocol': 'tcp', 'remote_ip_prefix': remote}
                for remote in (
                    str(prefix),
                    f'{prefix[0xAB]}/128',
                    'fe80::/10',
                    '::/0',
                )
            )
        )

    @decorators.idempotent_id('110f0802-f6f0-4527-8096-8f216c84ca1b')
    def test_rule_with_remote_group(self) -> None:
        other = self.group()
        self.rules({'protocol': 'udp', 'remote_group_id': other.id})

    @decorators.idempotent_id('3cec9509-4abe-4f07-a707-3384fde6ef02')
    def test_rules_with_ports(self) -> None:
        self.rules(
            {'protocol': 'tcp', 'port_range_min': 22, 'port_range_max': 22},
            {'protocol': 'udp', 'port_range_min': 546, 'port_range_max': 547},
        )
