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
"""Lies of a networking API: one way each in which an answer can be wrong.

A lie changes a resource as the API described it. What it is told about
is its kind's name in the API (``subnet``, ``port`` ...), whether the answer
holds one of them or a list.
"""

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
import ipaddress
from typing import Any

Resource = dict[str, Any]
# In answers to these requests.
ALWAYS = ('GET', 'POST', 'PUT')
# From an address to one that nobody expects, in the same /64.
ELSEWHERE = 0x8000


@dataclass(frozen=True)
class Lie:
    """One way to be wrong.

    :param name: what the command line and the table call it
    :param what: what a reader is told
    :param kind: the kind of resource that it is about
    :param change: changes a resource in place
    :param methods: the requests whose answers it changes
    """

    name: str
    what: str
    kind: str
    change: Callable[[Resource], None]
    methods: tuple[str, ...] = ALWAYS


def without(name: str) -> Callable[[Resource], None]:
    """Leave an attribute out."""

    def change(resource: Resource) -> None:
        resource.pop(name, None)

    return change


def always(name: str, value: Any) -> Callable[[Resource], None]:
    """Give an attribute one value, whatever it was."""

    def change(resource: Resource) -> None:
        resource[name] = value

    return change


def _shorter_mask(subnet: Resource) -> None:
    network = ipaddress.ip_network(subnet['cidr'])
    if network.version == 6:
        subnet['cidr'] = f'{network.network_address}/48'


def _first_gateway(subnet: Resource) -> None:
    """Choose the prefix's second address, whatever was asked for."""
    network = ipaddress.ip_network(subnet['cidr'])
    subnet['gateway_ip'] = str(network[1])


def _wide_pools(subnet: Resource) -> None:
    network = ipaddress.ip_network(subnet['cidr'])
    pool = {'start': str(network[0x10]), 'end': str(network[-1])}
    subnet['allocation_pools'] = [pool]


def _reversed_names(subnet: Resource) -> None:
    """Forget the first of several name servers."""
    subnet['dns_nameservers'] = subnet.get('dns_nameservers', [])[1:]


def _other_address(port: Resource) -> None:
    """Move every IPv6 address, further than a pool of the tests is long."""
    for row in port.get('fixed_ips', ()):
        address = ipaddress.ip_address(row['ip_address'])
        if address.version == 6:
            row['ip_address'] = str(address + ELSEWHERE)


def _one_address(port: Resource) -> None:
    port['fixed_ips'] = port.get('fixed_ips', [])[:1]


def _no_ipv6_gateway(router: Resource) -> None:
    info = router.get('external_gateway_info')
    if info:
        info['external_fixed_ips'] = [
            row
            for row in info['external_fixed_ips']
            if ':' not in row['ip_address']
        ]


def _foreign_gateway(router: Resource) -> None:
    info = router.get('external_gateway_info')
    for row in info['external_fixed_ips'] if info else ():
        if ':' in row['ip_address']:
            row['ip_address'] = 'fd00::dead'


def _no_ipv6_rules(group: Resource) -> None:
    group['security_group_rules'] = [
        rule
        for rule in group.get('security_group_rules', ())
        if rule['ethertype'] != 'IPv6'
    ]


def _open_group(group: Resource) -> None:
    """Claim a rule that lets all of IPv6 in."""
    for rule in [*group.get('security_group_rules', ())]:
        if rule['ethertype'] == 'IPv6':
            extra = {**rule, 'id': 'open', 'direction': 'ingress'}
            group['security_group_rules'].append(extra)
            return


def _icmpv4(rule: Resource) -> None:
    """Take ICMPv6 for ICMPv4, as the number 1."""
    if rule.get('protocol') in ('ipv6-icmp', 'icmpv6', '58'):
        rule['protocol'] = '1'


def _no_code_zero(rule: Resource) -> None:
    """Take the code 0 for "any"."""
    rule['port_range_max'] = rule.get('port_range_max') or None


LIES = (
    Lie(
        'subnet-no-ra-mode',
        'subnets have no ``ipv6_ra_mode``',
        'subnet',
        without('ipv6_ra_mode'),
    ),
    Lie(
        'subnet-no-address-mode',
        'subnets have no ``ipv6_address_mode``',
        'subnet',
        without('ipv6_address_mode'),
    ),
    Lie(
        'subnet-null-modes',
        '``ipv6_ra_mode`` of every subnet is null',
        'subnet',
        always('ipv6_ra_mode', None),
    ),
    Lie(
        'subnet-slaac',
        '``ipv6_address_mode`` of every subnet is ``slaac``',
        'subnet',
        always('ipv6_address_mode', 'slaac'),
    ),
    Lie(
        'subnet-shorter-mask',
        '``cidr`` of every IPv6 subnet is a /48',
        'subnet',
        _shorter_mask,
    ),
    Lie(
        'subnet-version-4',
        '``ip_version`` of every subnet is 4',
        'subnet',
        always('ip_version', 4),
    ),
    Lie(
        'subnet-no-gateway',
        'subnets have no ``gateway_ip``',
        'subnet',
        without('gateway_ip'),
    ),
    Lie(
        'subnet-own-gateway',
        '``gateway_ip`` is ``::1`` whatever was asked for, null included',
        'subnet',
        _first_gateway,
    ),
    Lie(
        'subnet-wide-pools',
        '``allocation_pools`` are the whole prefix',
        'subnet',
        _wide_pools,
    ),
    Lie(
        'subnet-lost-dns',
        'the first of ``dns_nameservers`` is missing',
        'subnet',
        _reversed_names,
    ),
    Lie(
        'subnet-lost-routes',
        '``host_routes`` is always empty',
        'subnet',
        always('host_routes', []),
    ),
    Lie(
        'subnet-dhcp-on',
        '``enable_dhcp`` is always true',
        'subnet',
        always('enable_dhcp', True),
    ),
    Lie(
        'network-small-mtu',
        '``mtu`` of every network is 1200',
        'network',
        always('mtu', 1200),
    ),
    Lie(
        'network-no-subnets',
        '``subnets`` of every network is empty',
        'network',
        always('subnets', []),
    ),
    Lie(
        'network-internal',
        '``router:external`` is always false',
        'network',
        always('router:external', False),
    ),
    Lie(
        'network-unsecured',
        '``port_security_enabled`` of every network is false',
        'network',
        always('port_security_enabled', False),
    ),
    Lie(
        'port-other-address',
        'the IPv6 addresses of ports are others: not EUI-64, not chosen, not '
        'of the pool',
        'port',
        _other_address,
    ),
    Lie(
        'port-one-address',
        'ports have one address at most',
        'port',
        _one_address,
    ),
    Lie(
        'port-no-addresses',
        'ports have no ``fixed_ips``',
        'port',
        without('fixed_ips'),
    ),
    Lie(
        'port-no-groups',
        '``security_groups`` of every port is empty',
        'port',
        always('security_groups', []),
    ),
    Lie(
        'port-some-group',
        '``security_groups`` of every port holds one more',
        'port',
        lambda port: port.get('security_groups', []).append('more'),
    ),
    Lie(
        'port-unsecured',
        '``port_security_enabled`` of every port is false',
        'port',
        always('port_security_enabled', False),
    ),
    Lie(
        'port-no-pairs',
        '``allowed_address_pairs`` is always empty',
        'port',
        always('allowed_address_pairs', []),
    ),
    Lie(
        'router-no-ipv6-gateway',
        '``external_fixed_ips`` of routers hold no IPv6 address',
        'router',
        _no_ipv6_gateway,
    ),
    Lie(
        'router-foreign-gateway',
        '``external_fixed_ips`` hold an address of no subnet there',
        'router',
        _foreign_gateway,
    ),
    Lie(
        'router-no-routes',
        '``routes`` of every router is empty',
        'router',
        always('routes', []),
    ),
    Lie(
        'router-down',
        '``admin_state_up`` of every router is false',
        'router',
        always('admin_state_up', False),
    ),
    Lie(
        'rule-ipv4',
        '``ethertype`` of every rule is IPv4',
        'security_group_rule',
        always('ethertype', 'IPv4'),
    ),
    Lie(
        'rule-icmpv4',
        'ICMPv6 comes back as protocol 1',
        'security_group_rule',
        _icmpv4,
    ),
    Lie(
        'rule-any-code',
        'the ICMPv6 code 0 comes back as null',
        'security_group_rule',
        _no_code_zero,
    ),
    Lie(
        'rule-any-type',
        '``port_range_min`` is always null',
        'security_group_rule',
        always('port_range_min', None),
    ),
    Lie(
        'rule-any-remote',
        '``remote_ip_prefix`` is always null',
        'security_group_rule',
        always('remote_ip_prefix', None),
    ),
    Lie(
        'rule-any-group',
        '``remote_group_id`` is always null',
        'security_group_rule',
        always('remote_group_id', None),
    ),
    Lie(
        'group-no-ipv6-rules',
        'security groups have no rules for IPv6',
        'security_group',
        _no_ipv6_rules,
    ),
    Lie(
        'group-open',
        'security groups let all of IPv6 in',
        'security_group',
        _open_group,
    ),
    Lie(
        'rename-lost',
        'a changed name of a network is not kept',
        'network',
        always('name', 'old'),
        ('PUT',),
    ),
)
BY_NAME: Mapping[str, Lie] = {lie.name: lie for lie in LIES}
