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
from collections.abc import Collection
from collections.abc import Iterator
import contextlib
from dataclasses import replace
import json
import shutil

from ipv6_lab import errors
from ipv6_lab.faults import answers
from ipv6_lab.faults import packets
from ipv6_lab.faults import repeating
from ipv6_lab import hosts
from ipv6_lab import inventory

INNER = '2001:db8:0:2::/64'
NEXTHOP = '2001:db8:0:1:f816:3eff:fe11:1111'
# The address of ipv4-router on the inner network begins so.
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
    """Change the extra route in every router that has it.

    :raises LabError: at the end, when no router had it
    """

    @contextlib.contextmanager
    def broken(running: packets.Running) -> Iterator[None]:
        host = running[inventory.CONTROLLER.name]
        changed: set[str] = set()

        def work(*words: str) -> None:
            for name in packets.namespaces(host, 'qrouter'):
                # Others than ipv6-router refuse it.
                if _quietly(host, name, 'ip', '-6', 'route', *words):
                    changed.add(name)

        try:
            with repeating.repeatedly(lambda: work(*command)):
                yield
        finally:
            work('replace', INNER, 'via', NEXTHOP)
        _took_effect(changed, f'a router with a route to {INNER}')

    return broken


def _took_effect(where: Collection[str], what: str) -> None:
    if not where:
        raise errors.LabError(
            f'the fault broke nothing: expected {what}, found none',
            'look whether the scenario was there meanwhile',
        )


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
    """ipv4-router advertises itself too, and has a way out: a bypass."""
    host = running[inventory.CONTROLLER.name]
    shutil.rmtree(host.path(PLACE), ignore_errors=True)
    host.path(PLACE).mkdir()
    known: set[str] = set()

    def advertise() -> None:
        for name in set(packets.namespaces(host, 'qrouter')) - known:
            if _advertised(host, name):
                known.add(name)

    try:
        with repeating.repeatedly(advertise):
            yield
    finally:
        for name in known & set(packets.namespaces(host, 'qrouter')):
            host.run(['sh', '-c', f'kill $(cat {PLACE}/{name}.pid)'])
        shutil.rmtree(host.path(PLACE))
    _took_effect(known, 'a router on the inner network')


def _advertised(host: hosts.Running, name: str) -> bool:
    """Have a router advertise itself on the inner network, if it is there."""
    interface = _inner_interface(host, name)
    if not interface:
        return False
    config = host.path(f'{PLACE}/{name}.conf')
    config.write_text(ROGUE.format(interface=interface))
    packets.inside(host, name, 'sysctl', '-qw', f'{packets.FORWARDING}=1')
    packets.inside(
        host,
        name,
        'radvd',
        '--config',
        f'{PLACE}/{name}.conf',
        '--pidfile',
        f'{PLACE}/{name}.pid',
    )
    return True


def _inner_interface(host: hosts.Running, name: str) -> str | None:
    """The interface of a router on the inner network, if it has one."""
    command = ['ip', 'netns', 'exec', name, 'ip', '-o', '-4', 'addr']
    try:
        said = host.run(command, timeout=30)
    except errors.LabError:
        # It is being made, or goes.
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
        'mtu-black-hole',
        'routers swallow packets of more than 1300 octets and tell nobody',
        black_hole,
    ),
    packets.Fault(
        'second-router',
        'ipv4-router advertises itself on the inner network and has a way '
        'out: a bypass',
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
