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
"""The lab as data: hosts, links, addresses, ports.

::

             external  2001:db8:cafe::1, 172.24.4.1
              |    |
       runner |    | public (br-ex)
              |    |
            controller ================ compute
              2001:db8:1ab::10  control   2001:db8:1ab::11
              2001:db8:2ab::10  tunnel    2001:db8:2ab::11

``control`` carries the APIs, the database and the message bus; ``tunnel``
carries VXLAN; ``public`` is the provider network; ``runner`` is the way of
the tests to the outside world. Only what stands for the world outside of
the cloud has IPv4 addresses: the external router and the tests' way to it.
"""

import dataclasses
import ipaddress

IPv6Address = ipaddress.IPv6Address


@dataclasses.dataclass(frozen=True)
class Host:
    """A machine of the lab, made of namespaces.

    :param name: the host's name, also its hostname
    :param control: address of its services; None outside of the cloud
    :param tunnel: address of its VXLAN endpoint; None without one
    """

    name: str
    control: IPv6Address | None = None
    tunnel: IPv6Address | None = None


@dataclasses.dataclass(frozen=True)
class End:
    """One end of a link: a network interface of a host.

    :param addresses: each with its prefix length, such as ``fd00::1/64``
    """

    host: Host
    interface: str
    addresses: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Link:
    """A cable (a veth pair) between two hosts."""

    left: End
    right: End
    mtu: int = 1500


@dataclasses.dataclass(frozen=True)
class Route:
    """A static route of a host."""

    host: Host
    destination: str
    via: str


CONTROLLER = Host(
    'controller',
    IPv6Address('2001:db8:1ab::10'),
    IPv6Address('2001:db8:2ab::10'),
)
COMPUTE = Host(
    'compute',
    IPv6Address('2001:db8:1ab::11'),
    IPv6Address('2001:db8:2ab::11'),
)
EXTERNAL = Host('external')

HOSTS = (CONTROLLER, COMPUTE, EXTERNAL)
CLOUD_HOSTS = (CONTROLLER, COMPUTE)

PUBLIC_V4 = ipaddress.IPv4Interface('172.24.4.1/24')
PUBLIC_V6 = ipaddress.IPv6Interface('2001:db8:cafe::1/64')
RUNNER_V4 = '172.24.5.1'
RUNNER_V4_HERE = '172.24.5.10'
RUNNER_V6 = '2001:db8:3ab::1'
RUNNER_V6_HERE = '2001:db8:3ab::10'
# Where tenants' prefixes lie: what the external router may route back.
TENANTS_V6 = ipaddress.IPv6Network('2001:db8:9000::/48')
# Those of documents, which tenants use as they stand there.
DOCUMENTED_V6 = ipaddress.IPv6Network('2001:db8::/48')
TENANTS_V4 = ipaddress.IPv4Network('10.100.0.0/16')

# VXLAN over IPv6 takes 70 bytes; the tunnel's own MTU leaves room for a
# full tenant frame even where the tenant's MTU is set by hand.
LINKS = (
    Link(
        End(CONTROLLER, 'control', (f'{CONTROLLER.control}/64',)),
        End(COMPUTE, 'control', (f'{COMPUTE.control}/64',)),
    ),
    Link(End(CONTROLLER, 'tunnel'), End(COMPUTE, 'tunnel'), mtu=1600),
    Link(
        End(CONTROLLER, 'public'),
        End(EXTERNAL, 'public', (str(PUBLIC_V6), str(PUBLIC_V4))),
    ),
    Link(
        End(
            CONTROLLER,
            'runner',
            (f'{RUNNER_V6_HERE}/64', f'{RUNNER_V4_HERE}/24'),
        ),
        End(EXTERNAL, 'runner', (f'{RUNNER_V6}/64', f'{RUNNER_V4}/24')),
    ),
)
ROUTES = (
    Route(CONTROLLER, 'default', RUNNER_V6),
    Route(CONTROLLER, str(PUBLIC_V4.network), RUNNER_V4),
    # The world outside uses the APIs too.
    Route(EXTERNAL, f'{CONTROLLER.control}/128', RUNNER_V6_HERE),
)

PORTS = {
    'database': 3306,
    'messaging': 5672,
    'identity': 5000,
    'image': 9292,
    'placement': 8778,
    'compute': 8774,
    'network': 9696,
    'metadata': 8775,
    'novnc': 6080,
}


def url(service: str) -> str:
    """The base URL of an API of the lab, on the control network."""
    return f'http://[{CONTROLLER.control}]:{PORTS[service]}'
