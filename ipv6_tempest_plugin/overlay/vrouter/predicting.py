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


"""What the ports and cards of a scenario that is built must show."""

from collections.abc import Mapping

import netaddr

from ipv6_tempest_plugin import addressing
from ipv6_tempest_plugin.overlay import checks
from ipv6_tempest_plugin.overlay import expect
from ipv6_tempest_plugin.overlay import ports
from ipv6_tempest_plugin.overlay import predictions
from ipv6_tempest_plugin.overlay import promises
from ipv6_tempest_plugin.overlay.vrouter import building
from ipv6_tempest_plugin.overlay.vrouter import topology

DHCP = 'network:dhcp'


def owned(built: building.Built) -> dict[str, promises.Promise]:
    """Return what the API promises of the ports, servers plugged in."""
    return {
        name: {
            **port.expected,
            'status': checks.same('ACTIVE'),
            'device_id': checks.same(built.servers[name.partition('-')[2]].id),
            'device_owner': expect.Check(
                'compute:ZONE', lambda seen: seen.startswith('compute:')
            ),
        }
        for name, port in built.ports.items()
    }


def cards(built: building.Built) -> Mapping[str, predictions.Card]:
    """Predict the cards that get their addresses by advertisements."""
    planned = built.planned
    return {
        **{
            name: predictions.Card(
                mac=mac,
                prefixes=(planned.inner,),
                router=planned.default_router,
                mtu=built.links.inner,
                other=False,
                servers=(),
                fourth=_leases(built.ports[f'eth0-{name}']),
            )
            for name, mac in planned.machines.items()
        },
        topology.VROUTER: predictions.Card(
            mac=planned.outer_mac,
            prefixes=(planned.outer,),
            router=_upstream(built),
            mtu=built.links.outer,
            other=planned.mode != 'slaac',
            servers=_name_servers(built),
            fourth=_leases(built.ports['eth0-vRouter']),
        ),
    }


def _upstream(built: building.Built) -> netaddr.IPAddress:
    show = built.manager.ports_client.show_port
    port = show(built.interface6.port_id)['port']
    return addressing.link_local_address(port['mac_address'])


def _name_servers(built: building.Built) -> tuple[netaddr.IPAddress, ...]:
    """Predict what DHCPv6 names on a subnet that names no DNS servers.

    Neutron's DHCP agents then name themselves. Where no agent has a port,
    as with OVN, nobody is named.
    """
    if built.planned.mode == 'slaac':
        return ()
    rows = built.manager.ports_client.list_ports(
        network_id=built.outer.id, device_owner=DHCP
    )['ports']
    return tuple(
        netaddr.IPAddress(one['ip_address'])
        for row in rows
        for one in row['fixed_ips']
        if one['subnet_id'] == built.outer6.id
    )


def _leases(port: ports.Port) -> tuple[netaddr.IPAddress, ...]:
    every = (
        netaddr.IPAddress(row['ip_address'])
        for row in port.created['fixed_ips']
    )
    return tuple(one for one in every if one.version == 4)
