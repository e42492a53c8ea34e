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

"""How the hosts of a subnet come by their addresses.

Source: Networking API v2, Subnets, ``ipv6_ra_mode`` (what routers
advertise) and ``ipv6_address_mode`` (what assigns addresses).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mode:
    """A pair of ``ipv6_ra_mode`` and ``ipv6_address_mode``.

    None stands for an attribute that is not sent.
    """

    ra: str | None = None
    address: str | None = None

    @property
    def eui64(self) -> bool:
        """Whether ports get the EUI-64 address of their MAC."""
        return bool({self.ra, self.address} & {'slaac', 'dhcpv6-stateless'})

    def attributes(self) -> dict[str, str]:
        """Return what a request for such a subnet says."""
        pair = {'ipv6_ra_mode': self.ra, 'ipv6_address_mode': self.address}
        return {name: mode for name, mode in pair.items() if mode}

    def __str__(self) -> str:
        if self.ra == self.address:
            return self.ra or 'no mode'
        return f'RA {self.ra}, address {self.address}'


UNSPECIFIED = Mode()
SLAAC = Mode('slaac', 'slaac')
STATELESS = Mode('dhcpv6-stateless', 'dhcpv6-stateless')
STATEFUL = Mode('dhcpv6-stateful', 'dhcpv6-stateful')
EXPLICIT = (SLAAC, STATELESS, STATEFUL)
AUTOMATIC = (SLAAC, STATELESS)
# Where somebody else advertises, or somebody else assigns.
ONE_SIDED = tuple(
    Mode(*pair)
    for mode in ('slaac', 'dhcpv6-stateless', 'dhcpv6-stateful')
    for pair in ((mode, None), (None, mode))
)
