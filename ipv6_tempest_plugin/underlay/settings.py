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

"""What a survey is told: the options, without oslo.config."""

from dataclasses import dataclass

import netaddr

from ipv6_tempest_plugin import addressing

USABLE = frozenset({addressing.Scope.GLOBAL, addressing.Scope.UNIQUE_LOCAL})
INTERFACES = ('public', 'internal', 'admin')


@dataclass(frozen=True)
class Settings:
    """The options of ``[ipv6_underlay]``, with Tempest's own on TLS.

    :param timeout: seconds for everything that one endpoint is asked.
    :param region: where a required service is missed when it has no
        endpoint at all; ``-`` for anywhere.
    :param ca_file: a bundle of PEM certificates, None for the system's.
    """

    timeout: float = 10.0
    scopes: frozenset[addressing.Scope] = USABLE
    statuses: frozenset[int] = frozenset({200, 203, 204, 300, 401, 403})
    interfaces: tuple[str, ...] = INTERFACES
    required_interfaces: tuple[str, ...] = ('public',)
    required_services: tuple[str, ...] = ()
    region: str = '-'
    ipv4_forbidden: bool = False
    control_plane_ipv4: tuple[netaddr.IPAddress, ...] = ()
    ca_file: str | None = None
    verify: bool = True
