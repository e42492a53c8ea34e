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
"""Open vSwitch with the userspace datapath: no kernel module is needed."""

import ipaddress

from ipv6_lab import errors
from ipv6_lab import hosts
from ipv6_lab import inventory
from ipv6_lab import links
from ipv6_lab import paths
from ipv6_lab.services import base
from ipv6_lab.services import context
from ipv6_lab.services import openstack
from ipv6_lab import waiting

NAME = 'openvswitch'
RUN = '/run/openvswitch'
SOCKET = f'{RUN}/db.sock'
DATABASE = f'{base.STATE}/openvswitch/conf.db'
SCHEMA = '/usr/share/openvswitch/vswitch.ovsschema'
EXTERNAL_BRIDGE = 'br-ex'
TUNNEL_BRIDGE = 'br-tunnel'

TUNNEL_LENGTH = 64
# Seconds in which the switch follows the kernel.
ROUTES_DEADLINE = 10

APPCTL = ('ovs-appctl', '-t', f'{RUN}/ovs-vswitchd.ctl')
VSCTL = ('ovs-vsctl', f'--db=unix:{SOCKET}', '--timeout=5')


def services(lab: context.Context) -> list[base.Service]:
    """The switch of each host of the cloud, and what looks after its taps."""
    switches = [
        base.Service(
            NAME,
            host,
            (database_server(), switch()),
            directories=(RUN, f'{base.STATE}/openvswitch'),
            prepare=(('ovsdb-tool', 'create', DATABASE, SCHEMA),),
            ready=answers,
        )
        for host in inventory.CLOUD_HOSTS
    ]
    taps = [
        base.Service(
            'tap links',
            host,
            (tap_links(lab),),
            # Nothing of the start waits for it, and no guest is there before.
            requires=('hypervisors and catalog',),
        )
        for host in inventory.CLOUD_HOSTS
    ]
    return [*switches, *taps]


def tap_links(lab: context.Context) -> base.Process:
    """What sets tap devices up again that the switch put down."""
    return base.Process(
        'tap-links',
        (lab.program('python'), '-m', 'ipv6_lab.tap_links'),
        {**openstack.ENVIRONMENT, 'PYTHONPATH': str(paths.CHECKOUT)},
    )


def database_server() -> base.Process:
    """ovsdb-server, reached by its unix socket alone."""
    return base.Process(
        'ovsdb-server',
        (
            '/usr/sbin/ovsdb-server',
            DATABASE,
            f'--remote=punix:{SOCKET}',
            f'--unixctl={RUN}/ovsdb-server.ctl',
            '--no-chdir',
        ),
        {'OVS_RUNDIR': RUN},
    )


def switch() -> base.Process:
    """ovs-vswitchd."""
    return base.Process(
        'ovs-vswitchd',
        (
            '/usr/sbin/ovs-vswitchd',
            f'unix:{SOCKET}',
            f'--unixctl={RUN}/ovs-vswitchd.ctl',
            '--no-chdir',
        ),
        {'OVS_RUNDIR': RUN},
    )


def bridges(host: inventory.Host) -> list[tuple[str, ...]]:
    """Commands that make a host's bridges, run when the switch is up.

    The tunnel's address must lie on a bridge of the userspace datapath,
    or it cannot look up the way of the encapsulated packets. See
    :func:`route_tunnel` why the bridge has no routes.
    """
    bridge = ('dev', TUNNEL_BRIDGE)
    address = f'{host.tunnel}/{TUNNEL_LENGTH}'
    commands = [
        (*VSCTL, *_bridge(TUNNEL_BRIDGE, 'tunnel')),
        ('ip', 'link', 'set', *bridge, 'addrgenmode', 'none'),
        ('ip', 'link', 'set', *bridge, 'mtu', '1600', 'up'),
        ('ip', 'address', 'add', address, *bridge, 'noprefixroute'),
    ]
    if host == inventory.CONTROLLER:
        commands.append((*VSCTL, *_bridge(EXTERNAL_BRIDGE, 'public')))
    return commands


def route_tunnel(host: inventory.Host, running: hosts.Running) -> None:
    """Have the switch alone know the way of encapsulated packets.

    It copies the kernel's routes, and does so anew whenever a network device
    of the host comes or goes (lib/route-table.c, Open vSwitch 3.1). For some
    milliseconds it then knows no address of a bridge that they go by
    (lib/ovs-router.c, lib/tnl-ports.c), and packets of the tunnel that come
    meanwhile are lost. A route that it was given by hand stays. The kernel
    still answers neighbour solicitations for the address, for which it needs
    no route.

    :raises StepFailed: when duplicate address detection does not end, or the
        switch does not take the route
    """
    # It makes the address's own route anew when detection has ended.
    links.settle({host.name: running})
    local = ('local', str(host.tunnel), 'dev', TUNNEL_BRIDGE)
    running.run(['ip', '-6', 'route', 'del', *local, 'table', 'local'])
    _until_routes(running, 0, 'the kernel has no route of the tunnel')
    prefix = ipaddress.ip_interface(f'{host.tunnel}/{TUNNEL_LENGTH}').network
    running.run([*APPCTL, 'ovs/route/add', str(prefix), TUNNEL_BRIDGE])
    _until_routes(running, 1, 'the switch has the route of the tunnel')


def _until_routes(running: hosts.Running, count: int, what: str) -> None:
    def probe() -> bool:
        seen = running.run([*APPCTL, 'ovs/route/show'])
        mine = [line for line in seen.splitlines() if TUNNEL_BRIDGE in line]
        if len(mine) != count:
            raise waiting.NotReady(f'routes: {mine}')
        return True

    waiting.wait_for(probe, what, ROUTES_DEADLINE)


def _bridge(name: str, port: str) -> tuple[str, ...]:
    create = ('--may-exist', 'add-br', name)
    kind = ('--', 'set', 'bridge', name, 'datapath_type=netdev')
    return (*create, *kind, '--', '--may-exist', 'add-port', name, port)


def answers(host: hosts.Running) -> None:
    """Ready when the switch has taken the database's configuration.

    :raises NotReady: while it has not
    """
    try:
        host.run([*VSCTL, 'init'], timeout=openstack.PROBE_TIMEOUT)
    except errors.LabError as problem:
        raise waiting.NotReady(problem.message) from problem
