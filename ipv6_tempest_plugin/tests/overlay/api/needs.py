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

"""What tempest.conf must promise for a test to run (HACKING.rst, rule 4)."""

from collections.abc import Callable
from dataclasses import dataclass
import functools
from typing import Any

from tempest import config

from ipv6_tempest_plugin import extensions

CONF = config.CONF
Test = Callable[[Any], None]


@dataclass(frozen=True)
class Needs:
    """What the cloud must have.

    :param extensions: aliases of extensions of the API
    :param modes: whether subnets must know ``ipv6_ra_mode`` and
        ``ipv6_address_mode``
    :param public_network: whether there must be an external network
    :param external_ipv6: whether that must have an IPv6 subnet
    """

    extensions: tuple[str, ...] = ()
    modes: bool = False
    public_network: bool = False
    external_ipv6: bool = False

    def lacking(self) -> list[str]:
        """Return the options that promise less, and how."""
        features = CONF.network_feature_enabled
        found = extensions.lacking(self.extensions, features.api_extensions)
        if self.modes and not features.ipv6_subnet_attributes:
            found.append(
                '[network-feature-enabled] ipv6_subnet_attributes is False'
            )
        if self.public_network and not CONF.network.public_network_id:
            found.append('[network] public_network_id is not set')
        if self.external_ipv6 and not CONF.ipv6_overlay.external_ipv6:
            found.append('[ipv6_overlay] external_ipv6 is False')
        return found


def needs(*extensions: str, **more: bool) -> Callable[[Test], Test]:
    """Skip a test that needs more than its class does."""
    wanted = Needs(extensions, **more)

    def decorator(test: Test) -> Test:
        @functools.wraps(test)
        def wrapper(self: Any) -> None:
            if lacking := wanted.lacking():
                raise self.skipException('; '.join(lacking))
            test(self)

        return wrapper

    return decorator
