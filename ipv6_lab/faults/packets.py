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
"""Faults of the data plane: what guests' packets meet is wrong for real.

Each is a context manager that is given the running hosts of the lab: it
stays broken inside the block, for routers and networks that come later too,
and is mended when the block ends. The API tells nothing of any of them.
"""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
import contextlib
from dataclasses import dataclass
import re

from ipv6_lab import errors
from ipv6_lab.faults import advertisements
from ipv6_lab.faults import repeating
from ipv6_lab import hosts
from ipv6_lab import inventory

Running = Mapping[str, hosts.Running]
Broken = contextlib.AbstractContextManager[None]
FORWARDING = 'net.ipv6.conf.all.forwarding'
# Neutron's firewall of Open vSwitch: RULES_INGRESS, where what a port's
# security groups say is decided; reg5 holds the port's number, reg6 the
# network's. These are the flows of a rule that allows all of IPv6.
OPEN = {
    'table=82,priority=300,ct_state=+new-est,ipv6': (
        'ct(commit,zone=NXM_NX_REG6[0..15]),output:NXM_NX_REG5[]'
    ),
    'table=82,priority=300,ct_state=+est-rel-rpl,ipv6': (
        'output:NXM_NX_REG5[]'
    ),
}
SERVER = ('--protocol', 'udp', '--dport', '547', '--jump', 'DROP')


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    :param name: what the table of the documentation calls it
    :param what: what a reader is told
    :param inject: breaks the running hosts, and mends them
    """

    name: str
    what: str
    inject: Callable[[Running], Broken]


def namespaces(host: hosts.Running, kind: str) -> list[str]:
    """The names of Neutron's namespaces of a kind on a host."""
    place = host.path('/run/netns')
    return [path.name for path in place.glob(f'{kind}-*')]


def inside(host: hosts.Running, namespace: str, *command: str) -> None:
    """Run a command in a namespace of a host, unless that has gone."""
    try:
        host.run(['ip', 'netns', 'exec', namespace, *command], timeout=30)
    except errors.LabError:
        if namespace in namespaces(host, namespace.partition('-')[0]):
            raise


@contextlib.contextmanager
def not_forwarding(running: Running) -> Iterator[None]:
    """Routers keep what they should forward."""
    host = running[inventory.CONTROLLER.name]

    def switch(value: int) -> None:
        for name in namespaces(host, 'qrouter'):
            inside(host, name, 'sysctl', '-qw', f'{FORWARDING}={value}')

    try:
        with repeating.repeatedly(lambda: switch(0)):
            yield
    finally:
        switch(1)


@contextlib.contextmanager
def silent_dhcpv6(running: Running) -> Iterator[None]:
    """DHCPv6 servers hear nothing."""
    host = running[inventory.CONTROLLER.name]
    silenced: set[str] = set()

    def silence() -> None:
        for name in set(namespaces(host, 'qdhcp')) - silenced:
            inside(host, name, 'ip6tables', '--insert', 'INPUT', *SERVER)
            silenced.add(name)

    try:
        with repeating.repeatedly(silence):
            yield
    finally:
        for name in silenced & set(namespaces(host, 'qdhcp')):
            inside(host, name, 'ip6tables', '--delete', 'INPUT', *SERVER)


@contextlib.contextmanager
def open_ports(running: Running) -> Iterator[None]:
    """Security groups let all of IPv6 in."""
    cloud = [running[host.name] for host in inventory.CLOUD_HOSTS]
    for host in cloud:
        for flow, actions in OPEN.items():
            text = f'{flow},actions={actions}'
            host.run(['ovs-ofctl', 'add-flow', 'br-int', text])
    try:
        yield
    finally:
        for host in cloud:
            for flow in OPEN:
                host.run(
                    ['ovs-ofctl', '--strict', 'del-flows', 'br-int', flow]
                )


def _advertised(name: str, what: str, change: advertisements.Change) -> Fault:
    return Fault(
        name,
        what,
        lambda running: advertisements.changed(
            running[inventory.CONTROLLER.name], change
        ),
    )


def _each_interface(line: str) -> advertisements.Change:
    return lambda text: re.sub(r'(AdvSendAdvert on;)', rf'\1\n   {line}', text)


def _each_prefix(line: str) -> advertisements.Change:
    return lambda text: text.replace(
        'AdvOnLink on;', f'AdvOnLink on;\n        {line}'
    )


def _without(pattern: str) -> advertisements.Change:
    return lambda text: re.sub(rf'\n *{pattern}', '', text)


def _first_prefix_replaced(text: str) -> str:
    # A router may have interfaces in networks of several tests, and Neutron
    # begins each behind the brace that ends the one before.
    links = re.split(r'(?=\binterface )', text)
    wrong = f'prefix {WRONG_PREFIX}'
    return ''.join(re.sub(r'prefix \S+', wrong, one, count=1) for one in links)


def _second_prefix_dropped(text: str) -> str:
    blocks = r'(prefix \S+\s*\{[^}]*\};\s*)prefix \S+\s*\{[^}]*\};'
    return re.sub(blocks, r'\1', text)


WRONG_PREFIX = '2001:db8:bad::/64'
EXTRA = f'prefix {WRONG_PREFIX} {{ AdvOnLink on; AdvAutonomous on; }};'
FAULTS = (
    Fault(
        'radvd-dead',
        'no router advertises anything',
        lambda running: advertisements.dead(
            running[inventory.CONTROLLER.name]
        ),
    ),
    _advertised(
        'ra-o-flag',
        'the O flag is set on every link',
        _each_interface('AdvOtherConfigFlag on;'),
    ),
    _advertised(
        'ra-no-o-flag',
        'the O flag is never set',
        _without('AdvOtherConfigFlag on;'),
    ),
    _advertised(
        'ra-m-flag',
        'the M flag is set on every link',
        _each_interface('AdvManagedFlag on;'),
    ),
    _advertised(
        'ra-wrong-prefix',
        'another prefix is advertised instead of the first',
        _first_prefix_replaced,
    ),
    _advertised(
        'ra-extra-prefix',
        'a prefix is advertised beside those of the subnets',
        _each_interface(EXTRA),
    ),
    _advertised(
        'ra-no-second-prefix',
        'of two prefixes only the first is advertised',
        _second_prefix_dropped,
    ),
    _advertised(
        'ra-not-autonomous',
        'the A flag of the prefixes is not set',
        lambda text: text.replace('AdvAutonomous on', 'AdvAutonomous off'),
    ),
    _advertised(
        'ra-not-on-link',
        'the L flag of the prefixes is not set',
        lambda text: text.replace('AdvOnLink on', 'AdvOnLink off'),
    ),
    _advertised(
        'ra-deprecated',
        'the preferred lifetime of the prefixes is 0',
        _each_prefix('AdvPreferredLifetime 0;'),
    ),
    _advertised(
        'ra-short-lived',
        'the prefixes are valid for a minute, the router for five',
        _each_prefix('AdvValidLifetime 60; AdvPreferredLifetime 30;'),
    ),
    _advertised(
        'ra-small-mtu',
        'the MTU option says 1280',
        lambda text: re.sub(r'AdvLinkMTU \d+', 'AdvLinkMTU 1280', text),
    ),
    _advertised(
        'ra-no-mtu',
        'there is no MTU option',
        _without(r'AdvLinkMTU \d+;'),
    ),
    _advertised(
        'ra-no-router',
        'the router lifetime is 0: no default router',
        _each_interface('AdvDefaultLifetime 0;'),
    ),
    Fault(
        'dhcpv6-silent',
        'DHCPv6 servers hear nothing',
        silent_dhcpv6,
    ),
    Fault(
        'not-forwarding',
        'routers do not forward IPv6',
        not_forwarding,
    ),
    Fault(
        'security-groups-open',
        'security groups let all of IPv6 in',
        open_ports,
    ),
)
BY_NAME = {fault.name: fault for fault in FAULTS}
