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
"""Neutron: ML2 with Open vSwitch agents, L3, DHCP and metadata agents."""

import time

from ipv6_lab import inventory
from ipv6_lab.services import base
from ipv6_lab.services import context
from ipv6_lab.services import openstack
from ipv6_lab.services import openvswitch
from ipv6_lab.services import rabbitmq
from ipv6_lab import settings

DIRECTORY = '/etc/neutron'
CONF = f'{DIRECTORY}/neutron.conf'
ML2 = f'{DIRECTORY}/plugins/ml2/ml2_conf.ini'
AGENT = f'{DIRECTORY}/agent.ini'
STATE = f'{base.STATE}/neutron'
PUBLIC = 'public'
PRIVSEP = (
    'privsep',
    'privsep_dhcp_release',
    'privsep_ovs_vsctl',
    'privsep_namespace',
    'privsep_conntrack',
    'privsep_link',
)
CONTROLLER_AGENTS = (
    'neutron-dhcp-agent',
    'neutron-l3-agent',
    'neutron-metadata-agent',
)
OVS_AGENT = 'neutron-openvswitch-agent'
AGENTS = 'neutron agents'
RPC_SERVER = 'neutron-rpc-server'
PERIODIC_WORKERS = 'neutron-periodic-workers'
QUEUES = ('q-plugin', 'q-l3-plugin', 'q-reports-plugin')

MODULE = 'lab_neutron_api'
# Neutron loads its policy at the first request, and refuses others that come
# meanwhile.
APPLICATION = """\
from neutron import policy
from neutron.wsgi.api import application

policy.init()
"""


def services(lab: context.Context) -> list[base.Service]:
    """The API and its helpers, and the agents of each host."""
    return [
        api(lab),
        base.Service(
            RPC_SERVER,
            inventory.CONTROLLER,
            (openstack.urgent(lab, RPC_SERVER, CONF, ML2),),
            ready=lambda host: rabbitmq.consumed(lab, QUEUES),
            requires=('neutron database', 'rabbitmq on controller'),
        ),
        *(switch_agent(lab, host) for host in inventory.CLOUD_HOSTS),
        agents(lab),
        base.Service(
            PERIODIC_WORKERS,
            inventory.CONTROLLER,
            (
                openstack.daemon(
                    lab, PERIODIC_WORKERS, PERIODIC_WORKERS, CONF, ML2
                ),
            ),
            # Nobody waits for it.
            requires=(f'{AGENTS} on controller: report',),
        ),
    ]


def api(lab: context.Context) -> base.Service:
    """The networking API of the controller."""
    process = openstack.api(
        lab,
        'neutron',
        f'{MODULE}:application',
        inventory.PORTS['network'],
        threads=12,
        environment={'OS_NEUTRON_CONFIG_DIR': DIRECTORY},
        extra=(
            '--pythonpath',
            DIRECTORY,
            # Its workers tell by it which of their records are stale.
            '--set-placeholder',
            f'start-time={int(time.time())}',
        ),
        processes=2,
    )
    return base.Service(
        'neutron',
        inventory.CONTROLLER,
        (process,),
        files={
            CONF: settings.render(configuration(lab)),
            ML2: settings.render(ml2()),
            f'{DIRECTORY}/{MODULE}.py': APPLICATION,
        },
        directories=(STATE,),
        ready=lambda host: answers(lab),
        # No message is sent before the first change is asked for.
        requires=('neutron database', 'service catalog'),
    )


def answers(lab: context.Context) -> None:
    """Ready when the API does what an administrator asks.

    :raises ClientException: while it does not
    """
    from ipv6_lab import cloud

    cloud.Cloud(lab).networks_are_listed()


def switch_agent(lab: context.Context, host: inventory.Host) -> base.Service:
    """The Open vSwitch agent of a host, which takes longest of the agents."""
    return base.Service(
        OVS_AGENT,
        host,
        (openstack.urgent(lab, OVS_AGENT, AGENT),),
        files={AGENT: settings.render(agent_configuration(lab, host))},
        directories=(STATE,),
        # A call that nobody serves yet would be waited for for a minute.
        requires=(
            f'bridges on {host.name}',
            f'{RPC_SERVER} on controller',
        ),
    )


def agents_of(host: inventory.Host) -> tuple[str, ...]:
    """The binaries of a host that report."""
    others = CONTROLLER_AGENTS if host == inventory.CONTROLLER else ()
    return (OVS_AGENT, *others)


def agents(lab: context.Context) -> base.Service:
    """The other agents of the controller."""
    return base.Service(
        AGENTS,
        inventory.CONTROLLER,
        # What they do takes many small steps, one after the other, and guests
        # wait for its end.
        tuple(
            openstack.urgent(lab, name, AGENT) for name in CONTROLLER_AGENTS
        ),
        requires=(f'{OVS_AGENT} on controller',),
    )


def configuration(lab: context.Context) -> settings.Settings:
    """neutron.conf of the API and its helpers."""
    quotas = (
        'network',
        'subnet',
        'port',
        'router',
        'floatingip',
        'security_group',
        'security_group_rule',
    )
    return settings.merge(
        openstack.common(lab),
        {
            'DEFAULT': {
                'core_plugin': 'ml2',
                'service_plugins': 'router,trunk',
                'auth_strategy': 'keystone',
                'state_path': STATE,
                'api_paste_config': str(
                    lab.venv / 'etc/neutron/api-paste.ini'
                ),
                'notify_nova_on_port_status_changes': True,
                'notify_nova_on_port_data_changes': True,
                'agent_down_time': openstack.DOWN_TIME,
                'dhcp_agents_per_network': 1,
                'rpc_workers': 1,
                'rpc_state_report_workers': 0,
                'max_allowed_address_pair': 10,
            },
            'database': openstack.database(lab, 'neutron'),
            'keystone_authtoken': openstack.token_validation(lab, 'neutron'),
            'nova': openstack.credentials(lab, 'nova'),
            'placement': openstack.credentials(lab, 'placement'),
            'quotas': {f'quota_{name}': -1 for name in quotas},
        },
    )


def ml2() -> settings.Settings:
    """ml2_conf.ini."""
    return {
        'ml2': {
            'type_drivers': 'flat,vxlan,local',
            'project_network_types': 'vxlan',
            'mechanism_drivers': 'openvswitch',
            'extension_drivers': 'port_security',
            'overlay_ip_version': 6,
            'path_mtu': 1500,
        },
        'ml2_type_flat': {'flat_networks': PUBLIC},
        'ml2_type_vxlan': {'vni_ranges': '1001:2000'},
        'securitygroup': {'enable_security_group': True},
    }


def agent_configuration(
    lab: context.Context, host: inventory.Host
) -> settings.Settings:
    """One file for every agent of a host."""
    socket = f'unix:{openvswitch.SOCKET}'
    mappings = {}
    if host == inventory.CONTROLLER:
        bridge = openvswitch.EXTERNAL_BRIDGE
        mappings = {'bridge_mappings': f'{PUBLIC}:{bridge}'}
    return settings.merge(
        openstack.common(lab),
        {
            'DEFAULT': {
                'host': host.name,
                'state_path': STATE,
                'interface_driver': 'openvswitch',
                'metadata_proxy_shared_secret': lab.secrets['metadata'],
                'nova_metadata_host': str(inventory.CONTROLLER.control),
                'nova_metadata_port': inventory.PORTS['metadata'],
                'metadata_workers': 1,
                # A network with a router has no other way to metadata
                # over IPv6 than its DHCP port.
                'force_metadata': True,
                'enable_isolated_metadata': True,
                'agent_mode': 'legacy',
                'dhcp_lease_duration': 600,
            },
            'agent': {
                'root_helper': '',
                'root_helper_daemon': '',
                'report_interval': 30,
                'polling_interval': 1,
                'tunnel_types': 'vxlan',
                'extensions': '',
            },
            'ovs': {
                'datapath_type': 'netdev',
                'local_ip': str(host.tunnel),
                'ovsdb_connection': socket,
                'of_listen_address': '::1',
                **mappings,
            },
            'securitygroup': {
                'enable_security_group': True,
                'firewall_driver': 'openvswitch',
            },
            **{name: openstack.privsep(lab) for name in PRIVSEP},
        },
    )
