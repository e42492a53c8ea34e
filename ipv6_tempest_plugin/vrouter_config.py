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

"""The options of the vRouter scenario; config.py lists them."""

from oslo_config import cfg
from oslo_config import types

NAMES = (
    'ipv4-router',
    'ipv6-router',
    'ipv4-int-network1',
    'ipv6-int-network2',
    'ipv4-int-subnet1',
    'ipv4-int-subnet2',
    'ipv6-int-subnet2',
    'eth0-vRouter',
    'eth1-vRouter',
    'eth0-VM1',
    'eth0-VM2',
    'vRouter',
    'VM1',
    'VM2',
)
MAC = types.String(regex='^([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$')

group = cfg.OptGroup(
    'ipv6_vrouter',
    title='IPv6 vRouter: a service VM that forwards IPv6',
)


def _mac(name: str, default: str, whose: str) -> cfg.Opt:
    return cfg.Opt(
        name,
        type=MAC,
        default=default,
        help=f'MAC address of {whose}. The IPv6 address is predicted from '
        'it, before anything is built.',
    )


def _zone(name: str, whose: str) -> cfg.Opt:
    return cfg.StrOpt(
        name,
        default='',
        help=f'Availability zone of {whose}, such as nova or, where users '
        'may say so, nova:HOST. Empty: the scheduler chooses; VM1 and VM2 '
        'are then kept on different hosts if [compute] min_compute_nodes '
        'is 2 or more.',
    )


OPTIONS = [
    cfg.DictOpt(
        'names',
        default={name: name for name in NAMES},
        help="Names in the cloud by the document's names, as "
        'DOCUMENT:CLOUD, separated by commas; those left out are the '
        "document's. Each gets a prefix and a random suffix, since nothing "
        'may depend on a name that is free. Messages keep to the '
        "document's.",
    ),
    cfg.StrOpt(
        'outer_prefix',
        default='2001:db8:0:1::/64',
        help='The /64 between ipv6-router and the vRouter '
        '(ipv6-int-subnet2). It must not overlap any subnet of the cloud.',
    ),
    cfg.StrOpt(
        'inner_prefix',
        default='2001:db8:0:2::/64',
        help='The /64 that the vRouter advertises to VM1 and VM2. Neutron '
        'knows it as the destination of an extra route alone. It must not '
        'overlap any subnet of the cloud.',
    ),
    cfg.StrOpt(
        'outer_ipv4',
        default='10.0.0.0/24',
        help='IPv4 subnet beside outer_prefix (ipv4-int-subnet2). It must '
        'not overlap a subnet of the external network.',
    ),
    cfg.StrOpt(
        'inner_ipv4',
        default='20.0.0.0/24',
        help='IPv4 subnet of VM1, VM2 and the vRouter (ipv4-int-subnet1). '
        'It must not overlap a subnet of the external network.',
    ),
    cfg.StrOpt(
        'outer_mode',
        default='slaac',
        choices=['slaac', 'dhcpv6-stateless'],
        help='ipv6_ra_mode and ipv6_address_mode of ipv6-int-subnet2. One '
        'option for both: Neutron refuses two that differ, with the first '
        'unset ipv6-router does not advertise, and with the second unset '
        "Neutron does not know the vRouter's address.",
    ),
    cfg.ListOpt(
        'dns_nameservers',
        default=['8.8.8.8'],
        item_type=types.IPAddress(version=4),
        help='DNS servers that the IPv4 subnets name to their hosts. Nothing '
        'of the scenario asks them.',
    ),
    _mac('vrouter_outer_mac', 'fa:16:3e:11:11:11', 'eth0-vRouter'),
    _mac('vrouter_inner_mac', 'fa:16:3e:22:22:22', 'eth1-vRouter'),
    _mac('vm1_mac', 'fa:16:3e:33:33:33', 'eth0-VM1'),
    _mac('vm2_mac', 'fa:16:3e:44:44:44', 'eth0-VM2'),
    cfg.StrOpt(
        'image',
        default='',
        help='UUID of the image of the vRouter. It must run user data and '
        'have ip(8) and one of ra_daemons, unless cloud-init installs it. '
        'Empty: [compute] image_ref.',
    ),
    cfg.StrOpt(
        'flavor',
        default='',
        help='Flavor of the vRouter. Empty: [compute] flavor_ref.',
    ),
    cfg.StrOpt(
        'ssh_user',
        default='',
        help='Who logs in to the vRouter, may use sudo, and has the key '
        'pair. Empty: [validation] image_ssh_user.',
    ),
    cfg.StrOpt(
        'user_data',
        default='script',
        choices=[
            ('script', 'a script (#!), for any image that runs user data'),
            ('cloud-config', 'for images with the whole of cloud-init'),
        ],
        help='What the vRouter is given. Only "cloud-config" can install '
        'packages.',
    ),
    cfg.ListOpt(
        'packages',
        default=['radvd'],
        help='Packages that cloud-config installs, which needs a mirror '
        'that the vRouter can reach. Empty: none.',
    ),
    cfg.ListOpt(
        'ra_daemons',
        default=['radvd', 'dnsmasq'],
        item_type=types.String(choices=['radvd', 'dnsmasq']),
        help='Programs that may send the router advertisements. The first '
        'that the image has is used.',
    ),
    cfg.IntOpt(
        'ready_timeout',
        default=300,
        min=1,
        help='Seconds from ACTIVE in which the vRouter must say on its '
        'console that it is ready. Raise it where cloud-init installs '
        'packages.',
    ),
    _zone('vrouter_zone', 'the vRouter'),
    _zone('vm1_zone', 'VM1'),
    _zone('vm2_zone', 'VM2'),
    cfg.FloatOpt(
        'max_rtt',
        default=30.0,
        min=0,
        help='Milliseconds that a round trip should take at most on '
        'average. What was measured is always reported.',
    ),
    cfg.FloatOpt(
        'max_loss',
        default=0.0,
        min=0,
        max=99,
        help='Percent of the echo requests of one ping that may be lost. '
        'What was lost is always reported. Emulated networks on a busy '
        'machine drop a packet now and then.',
    ),
    cfg.BoolOpt(
        'enforce_max_rtt',
        default=False,
        help='Whether a round trip that takes longer than max_rtt is a '
        'failure.',
    ),
    cfg.BoolOpt(
        'traceroute',
        default=True,
        help='Whether the image of VM1 has traceroute6, or traceroute with '
        'the option -6. Without it hop limits alone prove the path.',
    ),
    cfg.PortOpt(
        'tcp_port',
        default=9,
        min=1,
        help='TCP port of ipv6-router that VM1 and VM2 connect to through '
        'the vRouter. That it is open is not needed: a router that resets '
        'the connection has answered, which takes TCP both ways. Choose '
        'another where a firewall drops this one.',
    ),
    cfg.BoolOpt(
        'tests_have_route',
        default=False,
        help='Whether the machine that runs Tempest has routes to '
        'inner_prefix and outer_prefix by way of ipv6-router. Then it pings '
        'VM1, VM2 and the vRouter and, unless [ipv6_overlay] guest_access is '
        'console, logs in to VM1 and VM2 through the vRouter: TCP from '
        'outside, with full segments.',
    ),
    cfg.BoolOpt(
        'keep',
        default=False,
        help='Leave everything in the cloud, to experiment with it. '
        'How to log in and what to remove afterwards is told at the end; '
        'with [auth] use_dynamic_credentials the project and its user stay '
        'too.',
    ),
]
