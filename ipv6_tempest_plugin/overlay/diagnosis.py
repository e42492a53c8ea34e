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

"""What a reader is told when an answer is not what it must be."""

from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
import textwrap

from ipv6_tempest_plugin.overlay import expect


@dataclass(frozen=True)
class Hint:
    """What usually makes an attribute wrong, and where that shows."""

    cause: str
    look: str


SERVER_LOG = 'the log of neutron-server at the time of the request'
DEFAULT = Hint(
    'the plug-in or a proxy before the API changes or drops the attribute',
    f'{SERVER_LOG}; the same request past any proxy or load balancer',
)
_MODES = Hint(
    'a plug-in that does not know the attribute and drops it: ports then '
    'get addresses in another way than was asked for',
    'ipv6_address_mode and ipv6_ra_mode in the table "subnets"; whether the '
    'core plug-in supports them',
)
_IPAM = Hint(
    'an IPAM driver that allocates without regard to the mode of the subnet',
    '[DEFAULT] ipam_driver of neutron.conf; the tables "ipallocations" and '
    '"ipamallocations"',
)
_RULES = Hint(
    'a plug-in that treats the rule as one for IPv4',
    'the table "securitygrouprules"; `openstack security group rule show`',
)
HINTS = {
    'ipv6_ra_mode': _MODES,
    'ipv6_address_mode': _MODES,
    'ip_version': DEFAULT,
    'cidr': Hint(
        'a plug-in that rewrites the prefix, often with a length of its own',
        'the table "subnets"',
    ),
    'gateway_ip': Hint(
        'a plug-in that chooses the gateway itself, or takes null for "not '
        'sent"',
        'the table "subnets"; what the router port has',
    ),
    'allocation_pools': _IPAM,
    'fixed_ips': _IPAM,
    'external_gateway_info': Hint(
        'the external network has no IPv6 subnet, or the gateway port got '
        'an IPv4 address only',
        '`openstack subnet list --network` of [network] public_network_id; '
        'if it is meant to be so: [ipv6_overlay] external_ipv6 = False',
    ),
    'mtu': Hint(
        'the MTU of the physical network less the overhead of the tunnel is '
        'below the least that IPv6 needs (RFC 8200 section 5)',
        '[DEFAULT] global_physnet_mtu and [ml2] path_mtu of the server',
    ),
    'ethertype': _RULES,
    'protocol': _RULES,
    'remote_ip_prefix': _RULES,
    'security_group_rules': _RULES,
}


def as_text(
    asked: str,
    kind: str,
    found: Iterable[expect.Difference],
    hints: Mapping[str, Hint] = HINTS,
) -> str:
    """Return the text of a failure, without a line feed at its end.

    :param asked: the request, such as ``GET /v2.0/subnets/ID``
    :param kind: what the answer should describe
    :param hints: by attribute
    """
    found = list(found)
    names = ', '.join(one.attribute for one in found)
    head = f'{asked}: the {kind} is not what it must be in: {names}'
    texts = (
        _difference(one, hints.get(one.attribute, DEFAULT)) for one in found
    )
    return '\n\n'.join([head, *texts])


def _difference(one: expect.Difference, hint: Hint) -> str:
    return '\n'.join(
        [
            one.attribute,
            row('expected', one.wanted),
            row('seen', one.seen),
            likely(hint),
        ]
    )


def likely(hint: Hint) -> str:
    """Return the lines of a diagnosis that name the cause."""
    return '\n'.join(
        [row('usual cause', hint.cause), row('where to look', hint.look)]
    )


def row(name: str, value: str) -> str:
    """Return a line of a diagnosis, wrapped and aligned."""
    return textwrap.fill(
        value,
        width=100,
        initial_indent=f'  {name:<14}',
        subsequent_indent=' ' * 16,
        break_long_words=False,
        break_on_hyphens=False,
    )


def accepted(asked: str, status: int, answer: object) -> str:
    """Return the text for a request that should have been refused."""
    return '\n'.join(
        [
            f'{asked}: accepted, although the API must refuse it',
            row('expected', f'status {status}'),
            row('seen', f'success: {answer}'),
            row('usual cause', 'a plug-in that skips the validation'),
            row('where to look', SERVER_LOG),
        ]
    )


def other_status(asked: str, status: int, seen: int) -> str:
    """Return the text for a refusal of another kind than documented."""
    return '\n'.join(
        [
            f'{asked}: refused otherwise than the API documents',
            row('expected', f'status {status}'),
            row('seen', f'status {seen}'),
            row(
                'usual cause',
                'an error of the server (5xx), a policy (403) or a proxy that '
                'translates statuses',
            ),
            row('where to look', SERVER_LOG),
        ]
    )
