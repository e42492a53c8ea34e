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

"""Addresses, predicted and judged. Pure: no network, no Tempest.

Addresses are :class:`netaddr.IPAddress` values and are compared as values.
"""

import enum
import re

import netaddr

SLAAC_PREFIX_LENGTH = 64
# netaddr alone would also take fa:16:3e, as three words of 16 bits.
_MAC = re.compile('[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}', re.IGNORECASE)
LINK_LOCAL = netaddr.IPNetwork('fe80::/64')


class Scope(enum.Enum):
    """What kind of address this is; the value is what a reader is told."""

    GLOBAL = 'global unicast'
    UNIQUE_LOCAL = 'unique local'
    DOCUMENTATION = 'documentation'
    LINK_LOCAL = 'link-local'
    LOOPBACK = 'loopback'
    UNSPECIFIED = 'unspecified'
    MULTICAST = 'multicast'
    IPV4 = 'IPv4'
    IPV4_MAPPED = 'IPv4-mapped'
    IPV4_COMPATIBLE = 'IPv4-compatible (deprecated)'
    NAT64 = 'IPv4 behind NAT64'
    SITE_LOCAL = 'site-local (deprecated)'
    SIX_TO_FOUR = '6to4'
    TEREDO = 'Teredo'
    SPECIAL = 'special-purpose'
    UNASSIGNED = 'unassigned by IANA'


# The first prefix that holds the address decides, so the longer ones of
# two that overlap stand first.
_SCOPES = [
    (netaddr.IPNetwork(prefix), scope)
    for prefix, scope in [
        ('::/128', Scope.UNSPECIFIED),  # RFC 4291 section 2.5.2
        ('::1/128', Scope.LOOPBACK),  # RFC 4291 section 2.5.3
        ('::ffff:0:0/96', Scope.IPV4_MAPPED),  # RFC 4291 section 2.5.5.2
        ('::/96', Scope.IPV4_COMPATIBLE),  # RFC 4291 section 2.5.5.1
        ('64:ff9b::/96', Scope.NAT64),  # RFC 6052 section 2.1
        ('64:ff9b:1::/48', Scope.NAT64),  # RFC 8215
        ('2001:db8::/32', Scope.DOCUMENTATION),  # RFC 3849
        ('3fff::/20', Scope.DOCUMENTATION),  # RFC 9637
        ('2001::/32', Scope.TEREDO),  # RFC 4380 section 2.6
        ('2001::/23', Scope.SPECIAL),  # RFC 2928, RFC 6890 section 2.2.3
        ('2002::/16', Scope.SIX_TO_FOUR),  # RFC 3056 section 2
        ('2000::/3', Scope.GLOBAL),  # RFC 4291 section 2.5.4, IANA
        ('fc00::/7', Scope.UNIQUE_LOCAL),  # RFC 4193 section 3.1
        ('fe80::/10', Scope.LINK_LOCAL),  # RFC 4291 section 2.5.6
        ('fec0::/10', Scope.SITE_LOCAL),  # RFC 3879
        ('ff00::/8', Scope.MULTICAST),  # RFC 4291 section 2.7
    ]
]


def scope(address: netaddr.IPAddress) -> Scope:
    """Say what kind of address this is.

    Whatever IANA has not handed out for unicast (all that is outside
    2000::/3 and the blocks above) is ``UNASSIGNED``: nobody routes it.
    """
    if address.version == 4:
        return Scope.IPV4
    for prefix, found in _SCOPES:
        if address in prefix:
            return found
    return Scope.UNASSIGNED


def split_zone(text: str) -> tuple[str, str | None]:
    """Split ``fe80::1%eth0`` into address and zone id (RFC 4007 section 11).

    The zone id is None where there is none. In a URL the separator is
    written ``%25`` (RFC 6874), which is understood too.
    """
    address, percent, zone = text.partition('%')
    if not percent:
        return address, None
    return address, zone.removeprefix('25') or zone


def interface_identifier(mac: str | netaddr.EUI) -> int:
    """Return the modified EUI-64 interface identifier of a MAC address.

    The universal/local bit is inverted and ff:fe is put in the middle
    (RFC 4291 appendix A, RFC 2464 section 4).

    :raises ValueError: when ``mac`` is not a 48-bit MAC address.
    """
    if not _MAC.fullmatch(str(mac)):
        raise ValueError(
            f'expected a 48-bit MAC address such as fa:16:3e:11:22:33, '
            f'got {str(mac)!r}'
        )
    return int(netaddr.EUI(mac).modified_eui64())


def slaac_address(
    prefix: str | netaddr.IPNetwork, mac: str | netaddr.EUI
) -> netaddr.IPAddress:
    """Predict the address that a host forms from a prefix and its MAC.

    Stateless address autoconfiguration appends the 64-bit interface
    identifier to the advertised prefix (RFC 4862 section 5.5.3), so the
    prefix must be a /64: with any other length a host must ignore it.

    :raises ValueError: when the prefix is not an IPv6 /64 or ``mac`` not a
        MAC address.
    """
    network = netaddr.IPNetwork(prefix)
    if network.version != 6 or network.prefixlen != SLAAC_PREFIX_LENGTH:
        raise ValueError(
            f'SLAAC needs an IPv6 prefix of length 64 '
            f'(RFC 4862 section 5.5.3), got {prefix}'
        )
    return netaddr.IPAddress(
        network.first | interface_identifier(mac), version=6
    )


def link_local_address(mac: str | netaddr.EUI) -> netaddr.IPAddress:
    """Predict fe80::/64 plus EUI-64 (RFC 4862 section 5.3).

    :raises ValueError: when ``mac`` is not a MAC address.
    """
    return slaac_address(LINK_LOCAL, mac)
