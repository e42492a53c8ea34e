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

"""The options of the plugin: one list per group, one list of groups."""

from oslo_config import cfg
from oslo_config import types

from ipv6_tempest_plugin import vrouter_config

INTERFACES = ['public', 'internal', 'admin']

underlay_group = cfg.OptGroup(
    'ipv6_underlay',
    title='IPv6 underlay: where and how the cloud itself listens',
)

UNDERLAY_OPTIONS = [
    cfg.StrOpt(
        'ipv4',
        default='allowed',
        choices=[
            ('allowed', 'the control plane may also answer on IPv4'),
            ('forbidden', 'a port of it that answers on IPv4 is a failure'),
        ],
        help='Whether the control plane may use IPv4 beside IPv6. Set it to '
        '"forbidden" for a cloud that claims to be IPv6-only: then the ports '
        'of the catalog and of the console proxy must be closed on IPv4, and '
        'tunnel endpoints and hypervisors must have IPv6 addresses. Tried '
        'are the A records of each host name in these URLs, and '
        'control_plane_ipv4; other ports, such as those of a database, are '
        'not.',
    ),
    cfg.ListOpt(
        'control_plane_ipv4',
        default=[],
        item_type=types.IPAddress(version=4),
        help='IPv4 addresses that the hosts of the control plane are known '
        'to have. With ipv4 = forbidden each is probed on the port of every '
        'endpoint and of the console proxy. It is needed where the catalog '
        'holds address literals, since those have no A record that could be '
        'looked up.',
    ),
    cfg.BoolOpt(
        'allow_documentation_prefix',
        default=False,
        help='Accept endpoints in the documentation prefixes 2001:db8::/32 '
        '(RFC 3849) and 3fff::/20 (RFC 9637). Only a closed laboratory '
        'wants this: real networks filter these prefixes.',
    ),
    cfg.FloatOpt(
        'timeout',
        default=10.0,
        min=0.1,
        help='Seconds that an endpoint has, counted from the start of its '
        'own probe, for everything that is asked of it: name resolution, '
        'TCP, TLS, HTTP and the links that it gives. All endpoints are '
        'probed together, so this is also about the length of the whole.',
    ),
    cfg.ListOpt(
        'interfaces',
        default=INTERFACES,
        item_type=types.String(choices=INTERFACES),
        bounds=False,
        help='Interfaces of the catalog to probe. Leave out "internal" and '
        '"admin" only when Tempest runs where the network that carries '
        'them cannot be reached.',
    ),
    cfg.ListOpt(
        'required_interfaces',
        default=['public'],
        item_type=types.String(choices=INTERFACES),
        help='Interfaces that every service must have in every region in '
        'which it is listed.',
    ),
    cfg.ListOpt(
        'required_services',
        default=[],
        help='Service types that the catalog must hold. Empty: those that '
        '[service_available] says are there, by the catalog types of '
        'their own groups ([compute] catalog_type and so on).',
    ),
    cfg.ListOpt(
        'tunnel_agents',
        default=['neutron-openvswitch-agent'],
        help='Binaries of the Neutron agents that report their tunnel '
        'endpoint. With ipv4 = forbidden it must be an IPv6 address. Leave '
        'it empty for OVN, which keeps the endpoints in its own databases.',
    ),
    cfg.ListOpt(
        'accepted_statuses',
        default=[200, 203, 204, 300, 401, 403],
        item_type=types.Integer(min=100, max=599),
        help='HTTP statuses that an endpoint may give to a caller without a '
        'token, after redirects. 404 is not among them, since it '
        'usually means a proxy that does not know the path.',
    ),
]

overlay_group = cfg.OptGroup(
    'ipv6_overlay',
    title='IPv6 overlay: what the cloud gives its tenants',
)

TAG = (
    'sudo ip link add link {parent} name {interface} address {mac} '
    'type vlan id {vlan}'
)

OVERLAY_OPTIONS = [
    cfg.BoolOpt(
        'external_ipv6',
        default=True,
        help='Whether the external network ([network] public_network_id) has '
        'an IPv6 subnet. If it has, a router with a gateway must have an '
        'IPv6 address there; if not, the tests of that are skipped.',
    ),
    cfg.FloatOpt(
        'removal_timeout',
        default=60.0,
        min=1,
        help='Seconds in which a resource must have let itself be removed '
        'after its test. Agents may hold on to the ports of a network for '
        'as long as it takes them to hear that it goes.',
    ),
    cfg.StrOpt(
        'guest_access',
        default='ssh-floating-ip',
        choices=[
            ('ssh-floating-ip', 'ssh to an IPv4 floating IP'),
            ('ssh-ipv6', "ssh to the guest's own IPv6 address"),
            ('console', 'what user data prints on the serial console'),
        ],
        help='How the scenario tests come to their guests. There is no '
        'fallback from one to another. "ssh-floating-ip" suits most clouds '
        'and needs IPv4 beside IPv6, so tests of networks without IPv4 are '
        'skipped. "ssh-ipv6" needs a route from Tempest to [network] '
        'project_network_v6_cidr by way of the tenants\' routers. "console" '
        'needs neither, but an image that runs user data, and it is slower: '
        'guests cannot be shared by tests. In both ways by ssh guests have '
        'a card for that alone beside those that are tested.',
    ),
    cfg.StrOpt(
        'guest_cards',
        default='ports',
        choices=[
            ('ports', 'a card for each port; guests boot with all of them'),
            ('trunk', 'VLANs on one card: the sub-ports of a trunk'),
        ],
        help='How guests that are reached by ssh have the ports of all tests. '
        '"ports" works with any cloud and image. "trunk" is faster, since '
        'Nova plugs a single card in for each guest; it needs the extension '
        'trunk of the Networking API in [network-feature-enabled] '
        'api_extensions and an image that knows VLANs (IEEE 802.1Q). The '
        'networks, subnets, ports and security groups that are tested are '
        'the same. Guests on the console have cards in either case.',
    ),
    cfg.StrOpt(
        'guest_records',
        default='none',
        choices=[
            ('none', 'nothing: only what the kernel made of them is seen'),
            ('resolv-conf', 'the DNS servers of DHCPv6 in /etc/resolv.conf'),
            ('run-guest', "files in /run/guest, as the lab's guest has them"),
        ],
        help='What the image of the guests keeps of router advertisements '
        'and of DHCPv6; what it promises must be there. With "none" DHCPv6 '
        'is not tested at all, since the kernel makes nothing of it. '
        '"resolv-conf" is right for images that ask DHCPv6 when the O flag '
        'is set, on cards that are raised later too, and write the '
        'servers themselves there, not those of a local resolver. The M and '
        'O flags, the MTU option, the A and L flags and who named a server '
        'need "run-guest"; addresses, their state and lifetimes, routes and '
        'the MTU are seen in any guest.',
    ),
    cfg.StrOpt(
        'dns_domain',
        default='',
        help='The domain that the cloud gives its guests by DHCPv6 ([DEFAULT] '
        'dns_domain of neutron.conf). The API does not tell it. Empty: it is '
        'not compared, nor is it where guest_records is not "run-guest".',
    ),
    cfg.StrOpt(
        'card_command',
        default='sudo ip link set dev {interface} up',
        help='Shell command that brings a card up in a guest, in which '
        '{interface} is its interface. Most images raise their first card '
        'alone. With NetworkManager: sudo nmcli device connect {interface}. '
        'Empty for images that raise every card, if guest_access is '
        '"console": in both ways by ssh a card is down until its test.',
    ),
    cfg.StrOpt(
        'lower_command',
        default='sudo ip link set dev {interface} down',
        help='Shell command that takes a card down again in a guest that is '
        'reached by ssh, once the test of the card has ended. With '
        'NetworkManager: sudo nmcli device disconnect {interface}.',
    ),
    cfg.StrOpt(
        'vlan_command',
        default=TAG,
        help='Shell command that makes a card of a VLAN in a guest, with '
        'guest_cards = trunk, and leaves it down: {parent} is the interface '
        'that carries it, {interface} the name to give it, {mac} its MAC '
        'address and {vlan} its number.',
    ),
    cfg.StrOpt(
        'hold_command',
        default='',
        help='Shell command after which a guest that is reached by ssh leaves '
        'cards down until card_command raises them: those of all tests, with '
        'which it boots and which lower_command takes down then, or with '
        'guest_cards = trunk those of VLANs, which come later. Empty for '
        'images that leave them down.',
    ),
    cfg.StrOpt(
        'lease_command',
        default='sudo cirros-dhcpc up {interface}',
        help='Shell command that gets a lease of IPv4 for a card that is up, '
        'in which {interface} is its interface; it is run for cards that '
        'have an IPv4 address beside. It must end, whether or not there is '
        'a lease. The default is for CirrOS. Debian with ifupdown: sudo '
        'dhclient -1 {interface}. BusyBox: sudo udhcpc -i {interface} -n -q. '
        'Empty for images that ask on every card by themselves, as '
        'NetworkManager does.',
    ),
    cfg.IntOpt(
        'guest_patience',
        default=30,
        min=1,
        help='Seconds that a guest has to show what must come about: '
        'addresses, DNS servers, the first answer to a ping that is allowed.',
    ),
    cfg.StrOpt(
        'external_address',
        default='',
        help='An IPv6 address outside of the cloud that answers pings from '
        '[network] project_network_v6_cidr. Guests ping it through their '
        'router. Empty: the way out of the cloud is not tested, as is right '
        'where nobody routes the prefixes of tenants back.',
    ),
]

GROUPS: list[tuple[cfg.OptGroup, list[cfg.Opt]]] = [
    (underlay_group, UNDERLAY_OPTIONS),
    (overlay_group, OVERLAY_OPTIONS),
    (vrouter_config.group, vrouter_config.OPTIONS),
]


def list_opts() -> list[tuple[cfg.OptGroup, list[cfg.Opt]]]:
    """Return the groups and options (entry point ``oslo.config.opts``)."""
    return GROUPS
