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

"""What the Networking API v2 promises for what was sent. Pure: no Tempest.

A promise is made from the request alone, before its answer is read.
"""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from typing import Any

import netaddr

from ipv6_tempest_plugin import extensions
from ipv6_tempest_plugin.overlay import checks
from ipv6_tempest_plugin.overlay import expect

Promise = dict[str, expect.Check]
# RFC 8200 section 5: every link that carries IPv6 conveys so many bytes.
MINIMUM_MTU = 1280
# How an attribute comes back that was sent; the others come back the same.
RETURNED: Mapping[str, Callable[[Any], expect.Check]] = {
    'allocation_pools': checks.pools,
    'cidr': checks.network,
    'dns_nameservers': checks.addresses,
    'fixed_ips': checks.fixed_ips,
    'gateway_ip': checks.address,
    'host_routes': checks.routes,
    'mac_address': checks.mac,
    'protocol': checks.protocol,
    'remote_ip_prefix': checks.network,
    'routes': checks.routes,
    'security_groups': checks.unordered,
}
# Attributes of the answer that exist with an extension of the API only.
EXTENSIONS = {
    'allowed_address_pairs': 'allowed-address-pairs',
    'external_gateway_info': 'router',
    'mtu': 'net-mtu',
    'port_security_enabled': 'port-security',
    'router:external': 'external-net',
    'routes': 'extraroute',
    'security_groups': 'security-group',
    'stateful': 'stateful-security-group',
    'subnetpool_id': 'subnet_allocation',
}
ANY_RULE = {
    'protocol': None,
    'port_range_min': None,
    'port_range_max': None,
    'remote_ip_prefix': None,
    'remote_group_id': None,
}


def returned(sent: Mapping[str, Any]) -> Promise:
    """Promise that what was sent comes back."""
    return {
        name: RETURNED.get(name, checks.same)(value)
        for name, value in sent.items()
    }


def supported(promise: Promise, promised: Collection[str]) -> Promise:
    """Leave out what needs an extension that the cloud does not have.

    :param promised: aliases, or ``all``
    """
    return {
        name: check
        for name, check in promise.items()
        if name not in EXTENSIONS
        or extensions.is_promised(EXTENSIONS[name], promised)
    }


# What follows are the defaults, for what a request leaves out.


def network(sent: Mapping[str, Any]) -> Promise:
    """Promise a new network."""
    return {
        'admin_state_up': checks.same(True),
        'status': checks.same('ACTIVE'),
        'shared': checks.same(False),
        'subnets': checks.unordered([]),
        'router:external': checks.same(False),
        'mtu': checks.at_least(MINIMUM_MTU),
        'port_security_enabled': checks.same(True),
    }


def subnet(sent: Mapping[str, Any]) -> Promise:
    """Promise a new subnet.

    What is left out of the request takes the API's default: DHCP is on, no
    mode is set, some address is the gateway, and the pools hold the rest.
    """
    cidr = netaddr.IPNetwork(sent['cidr'])
    gateways = gateways_of(cidr, sent)
    pools = checks.either(
        *(checks.pools(pools_around(cidr, gateway)) for gateway in gateways)
    )
    return {
        'enable_dhcp': checks.same(True),
        'ipv6_ra_mode': checks.same(None),
        'ipv6_address_mode': checks.same(None),
        'gateway_ip': checks.either(*map(checks.address, gateways)),
        'allocation_pools': pools,
        'dns_nameservers': checks.addresses([]),
        'host_routes': checks.routes([]),
        'subnetpool_id': checks.same(None),
    }


def gateways_of(cidr: netaddr.IPNetwork, sent: Mapping[str, Any]) -> list[Any]:
    """Return the gateways that a subnet may have, None for none.

    Left to choose, a cloud takes the first address, which is the
    subnet-router anycast address (RFC 4291 section 2.6.1), or the one
    after it.
    """
    if 'gateway_ip' in sent:
        return [sent['gateway_ip']]
    return [cidr[0], cidr[1]]


def pools_around(
    cidr: netaddr.IPNetwork, gateway: Any
) -> list[dict[str, str]]:
    """Return the default pools: all but the anycast address and gateway.

    With IPv4, all but the network's address, broadcast and gateway.
    """
    last = cidr[-1] if cidr.version == 6 else cidr[-2]
    free = netaddr.IPSet(netaddr.IPRange(cidr[1], last))
    if gateway is not None:
        free.remove(netaddr.IPAddress(gateway))
    return [
        {'start': str(one[0]), 'end': str(one[-1])}
        for one in free.iter_ipranges()
    ]


def port(sent: Mapping[str, Any]) -> Promise:
    """Promise a new port that nobody has bound.

    What it takes from its network and its project is not promised here:
    the addresses, the security groups and whether they count.
    """
    return {
        'admin_state_up': checks.same(True),
        'status': checks.same('DOWN'),
        'device_id': checks.same(''),
        'device_owner': checks.same(''),
        'allowed_address_pairs': checks.same([]),
    }


def router(sent: Mapping[str, Any]) -> Promise:
    """Promise a new router, by default without a gateway."""
    return {
        'admin_state_up': checks.same(True),
        'status': checks.same('ACTIVE'),
        'external_gateway_info': checks.same(None),
        'routes': checks.routes([]),
    }


def trunk(sent: Mapping[str, Any]) -> Promise:
    """Promise a new trunk: what it carries is not promised here."""
    return {
        'admin_state_up': checks.same(True),
        'description': checks.same(''),
    }


def security_group(sent: Mapping[str, Any]) -> Promise:
    """Promise a new security group: all may leave, nothing may enter."""
    return {
        'description': checks.same(''),
        'stateful': checks.same(True),
        'security_group_rules': ipv6_rules(
            [{'direction': 'egress', 'ethertype': 'IPv6', **ANY_RULE}]
        ),
    }


def ipv6_rules(wanted: list[dict[str, Any]]) -> expect.Check:
    """Expect that a group's rules for IPv6 are these, in any order.

    Rules for IPv4 may stand beside them.
    """

    def holds(seen: Any) -> bool:
        rules = [r for r in checks.listed(seen) if r['ethertype'] != 'IPv4']
        left = [
            {**security_group_rule(one), **returned(one)} for one in wanted
        ]
        for found in rules:
            fitting = (p for p in left if not expect.differences(p, found))
            left.remove(next(fitting, {}))
        return not left

    return expect.Check(f'rules for IPv6: {wanted}', holds)


def security_group_rule(sent: Mapping[str, Any]) -> Promise:
    """Promise a new rule: what is left out stands for any."""
    return returned(ANY_RULE)
