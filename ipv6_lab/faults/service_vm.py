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

"""Faults around a service VM: what the vRouter scenario must notice.

As those of :mod:`ipv6_lab.faults.packets`: context managers that are given
the running hosts, broken inside the block and mended after it.
"""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
import contextlib
from dataclasses import replace
import json

from ipv6_lab import errors
from ipv6_lab.faults import answers
from ipv6_lab.faults import packets
from ipv6_lab.faults import repeating
from ipv6_lab import hosts
from ipv6_lab import inventory

INNER = '2001:db8:0:2::/64'
NEXTHOP = '2001:db8:0:1:f816:3eff:fe11:1111'
NOBODY = '2001:db8:0:1::bad'
# Addresses of the inner network's DHCP server begin so.
INNER_V4 = '20.0.0.'
ADVERTISER = 'fa:16:3e:22:22:22'
WANTED, GIVEN = 'fa:16:3e:33:33:33', 'fa:16:3e:33:33:34'
# Octets that are more than IPv6 guarantees and less than the lab's links
# take.
LARGE = ('-m', 'length', '--length', '1300:65535', '-j', 'DROP')
MUTE = f'table=0,priority=300,icmp6,dl_src={ADVERTISER},icmp_type=134'
PLACE = '/run/second-router'
ROGUE = """interface {interface} {{
    AdvSendAdvert on;
    MinRtrAdvInterval 3;
    MaxRtrAdvInterval 4;
    AdvDefaultPreference high;
    AdvDefaultLifetime 60;
}};
"""


class OtherMac(answers.Fault):
    """Ports are made with another MAC address than the request names."""

    what = f'the port that asks for {WANTED} gets {GIVEN}'

    def before(self, request: answers.Exchange) -> answers.Exchange:
        """Change the request, so that the answer is no lie."""
        if request.method != 'POST':
            return request
        sent = json.loads(json.dumps(request.sent).replace(WANTED, GIVEN))
        return replace(request, sent=sent)


def _quietly(host: hosts.Running, name: str, *command: str) -> bool:
    """Run a command in a namespace; say whether it did what it should."""
    try:
        host.run(['ip', 'netns', 'exec', name, *command], timeout=30)
    except errors.LabError:
        return False
    return True


def _route(*command: str) -> Callable[[packets.Running], packets.Broken]:
    """Change the extra route in every router that has it."""

    @contextlib.contextmanager
    def broken(running: packets.Running) -> Iterator[None]:
        host = running[inventory.CONTROLLER.name]

        def work(*words: str) -> None:
            for name in packets.namespaces(host, 'qrouter'):
                # Others than ipv6-router refuse it.
                _quietly(host, name, 'ip', '-6', 'route', *words)

        try:
            with repeating.repeatedly(lambda: work(*command)):
                yield
        finally:
            work('replace', INNER, 'via', NEXTHOP)

    return broken


@contextlib.contextmanager
def black_hole(running: packets.Running) -> Iterator[None]:
    """Routers swallow large packets and tell nobody."""
    host = running[inventory.CONTROLLER.name]
    holes: set[str] = set()

    def dig() -> None:
        for name in set(packets.namespaces(host, 'qrouter')) - holes:
            _filter(host, name, '--insert')
            holes.add(name)

    try:
        with repeating.repeatedly(dig):
            yield
    finally:
        for name in holes & set(packets.namespaces(host, 'qrouter')):
            _filter(host, name, '--delete')


def _filter(host: hosts.Running, name: str, verb: str) -> None:
    for chain in ('INPUT', 'FORWARD'):
        packets.inside(host, name, 'ip6tables', verb, chain, *LARGE)


@contextlib.contextmanager
def muted(running: packets.Running) -> Iterator[None]:
    """What the service VM advertises reaches nobody."""
    cloud = [running[host.name] for host in inventory.CLOUD_HOSTS]
    for host in cloud:
        flow = f'{MUTE},actions=drop'
        host.run(['ovs-ofctl', 'add-flow', 'br-int', flow])
    try:
        yield
    finally:
        for host in cloud:
            host.run(['ovs-ofctl', '--strict', 'del-flows', 'br-int', MUTE])


@contextlib.contextmanager
def second_router(running: packets.Running) -> Iterator[None]:
    """Another router is on the inner network, and is preferred."""
    host = running[inventory.CONTROLLER.name]
    place = host.path(PLACE)
    place.mkdir()
    known: set[str] = set()

    def advertise() -> None:
        for name in set(packets.namespaces(host, 'qdhcp')) - known:
            interface = _inner_interface(host, name)
            if interface:
                config = place / f'{name}.conf'
                config.write_text(ROGUE.format(interface=interface))
                _quietly(host, name, *_radvd(name))
                known.add(name)

    try:
        with repeating.repeatedly(advertise):
            yield
    finally:
        for name in known:
            host.run(['sh', '-c', f'kill $(cat {PLACE}/{name}.pid)'])
        host.run(['rm', '-rf', PLACE])


def _radvd(name: str) -> Sequence[str]:
    return (
        'radvd',
        '--config',
        f'{PLACE}/{name}.conf',
        '--pidfile',
        f'{PLACE}/{name}.pid',
    )


def _inner_interface(host: hosts.Running, name: str) -> str | None:
    """The interface of a DHCP server on the inner network, if it is one."""
    command = ['ip', 'netns', 'exec', name, 'ip', '-o', '-4', 'addr']
    try:
        said = host.run(command, timeout=30)
    except errors.LabError:
        return None
    rows = [line.split() for line in said.splitlines()]
    found = [row[1] for row in rows if row[3].startswith(INNER_V4)]
    return found[0] if found else None


# What a scenario that is up notices at once.
LIVE = (
    packets.Fault(
        'route-lost',
        f'the router has not the extra route to {INNER} that the API shows',
        _route('del', INNER),
    ),
    packets.Fault(
        'wrong-nexthop',
        f'the extra route to {INNER} leads to nobody',
        _route('change', INNER, 'via', NOBODY),
    ),
    packets.Fault(
        'mtu-black-hole',
        'routers swallow packets of more than 1300 octets and tell nobody',
        black_hole,
    ),
    packets.Fault(
        'second-router',
        'another router on the inner network is preferred: a bypass',
        second_router,
    ),
    packets.BY_NAME['not-forwarding'],
)
# What it notices when it is built.
BUILT = (
    packets.Fault(
        'vrouter-muted',
        'advertisements of the service VM reach nobody: no default route',
        muted,
    ),
    packets.BY_NAME['radvd-dead'],
)
BY_NAME = {fault.name: fault for fault in (*LIVE, *BUILT)}
