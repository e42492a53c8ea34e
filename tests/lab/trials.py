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
"""Which tests each lie of the networking API is tried on, and its sign.

Trying all on all would take an hour and show for most that a test cannot go
on without what it builds on.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Trial:
    """A fault's trial.

    :param tests: regular expression of tests' names below the package
    :param sign: regular expression of what a test must say to have found
        this fault; one that fails without saying so has found another
    """

    tests: str
    sign: str


def wrong(*attributes: str) -> str:
    """The sign of a diagnosis that names one of some attributes."""
    names = '|'.join(attributes)
    return rf'is not what it must be in: (.*, )?({names})(,|$)'


ACCEPTED = r'accepted, although the API must refuse it'
REFUSED = (
    r'(?s)refused otherwise than the API documents.{,400}seen +status 422'
)
SHOWN = rf'GET \S+: {ACCEPTED}'
LISTED = r'GET .*: which \w+ it lists'
NEVER = r'(?!)'

ATTRIBUTES = r'test_networks\.NetworksIpV6TestAttrs\.test_'
GATEWAYS = r'test_routers\.Router(Gateways|s\w+\.test_create_show_list)'
MODES = ATTRIBUTES + '((show|list)_subnet|create_delete_subnet_with_v6)'
NETWORKS = r'test_networks\..*test_(list_net|show_net|external|bulk_.*_net)'
PORTS = r'test_ports\.PortsIpV6TestJSON\.test_'
RULES = r'test_security_groups\.SecGroupIPv6Test\.test_(create_show|rule)'
SUBNETS = r'test_networks\.NetworksIpV6Test\.test_'
GROUPS = r'test_security_groups\..*test_(list|create_list)'
REFUSALS = r'test_\w+_negative'
LISTS = r'.*test_\w*(list|filter|bulk)'
GONE = r'.*test_(bulk_|create_\w*delete|add_remove)'
SECURED = f'{PORTS}(show_port|list_ports|create_update|create_port_in)'

# By the fault. The first lies about nothing.
TRIED: Mapping[str, Trial] = {
    'honest': Trial(r'test_', NEVER),
    'lenient': Trial(rf'({REFUSALS}|.*subnet_with_ports)', ACCEPTED),
    'other-status': Trial(REFUSALS, REFUSED),
    'undead': Trial(GONE, SHOWN),
    'forgetful': Trial(LISTS, LISTED),
    'unfiltered': Trial(LISTS, LISTED),
    'subnet-no-ra-mode': Trial(MODES, wrong('ipv6_ra_mode')),
    'subnet-no-address-mode': Trial(MODES, wrong('ipv6_address_mode')),
    'subnet-null-modes': Trial(MODES, wrong('ipv6_ra_mode')),
    'subnet-slaac': Trial(
        f'({SUBNETS}show_subnet|{MODES})', wrong('ipv6_address_mode')
    ),
    'subnet-shorter-mask': Trial(
        f'({SUBNETS}|.*test_bulk_create_delete_subnet)', wrong('cidr')
    ),
    'subnet-version-4': Trial(
        f'{SUBNETS}((show|list)_subnet|external)', wrong('ip_version')
    ),
    'subnet-no-gateway': Trial(
        f'{SUBNETS}.*(gw|gateway)', wrong('gateway_ip')
    ),
    'subnet-own-gateway': Trial(
        f'{SUBNETS}.*(gw|gateway)', wrong('gateway_ip')
    ),
    'subnet-wide-pools': Trial(
        f'{SUBNETS}(show_subnet|.*pools)', wrong('allocation_pools')
    ),
    'subnet-lost-dns': Trial(f'{SUBNETS}.*dns', wrong('dns_nameservers')),
    'subnet-lost-routes': Trial(
        f'{SUBNETS}.*host_routes', wrong('host_routes')
    ),
    'subnet-dhcp-on': Trial(f'{SUBNETS}update_subnet', wrong('enable_dhcp')),
    'network-small-mtu': Trial(NETWORKS, wrong('mtu')),
    'network-no-subnets': Trial(NETWORKS, wrong('subnets')),
    'network-internal': Trial(
        r'test_networks\..*external', wrong('router:external')
    ),
    'network-unsecured': Trial(NETWORKS, wrong('port_security_enabled')),
    'rename-lost': Trial(
        r'test_networks\..*create_update_delete', wrong('name')
    ),
    'port-other-address': Trial('test_(ports|routers)', wrong('fixed_ips')),
    'port-one-address': Trial(
        '.*test_(port_in_|second_subnet)', wrong('fixed_ips')
    ),
    'port-no-addresses': Trial(
        f'{PORTS}(show_port|list_ports)', wrong('fixed_ips')
    ),
    'port-no-groups': Trial(
        f'({SECURED}|{PORTS}update_port_security_groups)',
        wrong('security_groups'),
    ),
    'port-some-group': Trial(
        f'({SECURED}|{PORTS}create_port_with_no_security)',
        wrong('security_groups'),
    ),
    'port-unsecured': Trial(SECURED, wrong('port_security_enabled')),
    'port-no-pairs': Trial(
        f'{PORTS}port_with_allowed', wrong('allowed_address_pairs')
    ),
    'router-no-ipv6-gateway': Trial(
        GATEWAYS, wrong('external_gateway_info', 'external_fixed_ips')
    ),
    'router-foreign-gateway': Trial(GATEWAYS, wrong('external_fixed_ips')),
    'router-no-routes': Trial('test_routers.*extra_route', wrong('routes')),
    'router-down': Trial(
        'test_routers.*(create_show_list|extra_route|port_id)',
        wrong('admin_state_up'),
    ),
    'group-no-ipv6-rules': Trial(GROUPS, wrong('security_group_rules')),
    'group-open': Trial(GROUPS, wrong('security_group_rules')),
    'rule-ipv4': Trial(RULES, wrong('ethertype')),
    'rule-icmpv4': Trial(RULES, wrong('protocol')),
    'rule-any-code': Trial(
        f'{RULES}s_for_types_and_codes', wrong('port_range_max')
    ),
    'rule-any-type': Trial(
        f'{RULES}s_(for_types|with_ports)', wrong('port_range_min')
    ),
    'rule-any-remote': Trial(
        f'{RULES}s_with_remote_prefixes', wrong('remote_ip_prefix')
    ),
    'rule-any-group': Trial(
        f'{RULES}_with_remote_group', wrong('remote_group_id')
    ),
}
