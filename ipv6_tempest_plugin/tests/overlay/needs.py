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

"""What tempest.conf must promise for a test to run (HACKING.rst, rule 4).

A class says it as ``required``, which its ``skip_checks`` looks at; a test
that needs more than its class is decorated with :func:`needs`, as Tempest's
own are with ``utils.requires_ext``.
"""

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
import functools
from typing import Any

from tempest import config

from ipv6_tempest_plugin import extensions

CONF = config.CONF
Test = Callable[[Any], None]


@dataclass(frozen=True)
class Needs:
    """What the cloud, and the way to it, must have.

    :param extensions: aliases of extensions of the API
    :param modes: whether subnets must know ``ipv6_ra_mode`` and
        ``ipv6_address_mode``
    :param public_network: whether there must be an external network
    :param external_ipv6: whether that must have an IPv6 subnet
    :param login: whether the test logs in to guests
    :param route: whether it reaches guests from where Tempest runs
    """

    extensions: tuple[str, ...] = ()
    modes: bool = False
    public_network: bool = False
    external_ipv6: bool = False
    login: bool = False
    route: bool = False

    def lacking(self) -> list[str]:
        """Return the options that promise less, and how."""
        promised = CONF.network_feature_enabled.api_extensions
        return extensions.lacking(self.extensions, promised) + [
            text
            for name, (given, text) in _promises().items()
            if getattr(self, name) and not given
        ]


def _promises() -> Mapping[str, tuple[bool, str]]:
    """Return what is promised, and how it is said when it is not."""
    overlay = CONF.ipv6_overlay
    return {
        'modes': (
            CONF.network_feature_enabled.ipv6_subnet_attributes,
            '[network-feature-enabled] ipv6_subnet_attributes is False',
        ),
        'public_network': (
            bool(CONF.network.public_network_id),
            '[network] public_network_id is not set',
        ),
        'external_ipv6': (
            overlay.external_ipv6,
            '[ipv6_overlay] external_ipv6 is False',
        ),
        'login': (
            overlay.guest_access != 'console',
            '[ipv6_overlay] guest_access = console: nobody can log in to a '
            'guest',
        ),
        'route': (
            CONF.ipv6_vrouter.tests_have_route,
            '[ipv6_vrouter] tests_have_route is False',
        ),
    }


def needs(*aliases: str, **more: bool) -> Callable[[Test], Test]:
    """Skip a test that needs more than its class does.

    Tempest calls ``skip_checks`` for whole classes alone. The configuration
    is read when the test runs: it is not there yet when this module is
    imported.
    """
    wanted = Needs(aliases, **more)

    def decorator(test: Test) -> Test:
        @functools.wraps(test)
        def wrapper(self: Any) -> None:
            if lacking := wanted.lacking():
                raise self.skipException('; '.join(lacking))
            test(self)

        return wrapper

    return decorator
