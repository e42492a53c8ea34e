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
"""Nova: servers, on libvirt and QEMU's emulation; consoles by noVNC."""

from ipv6_lab.install import console as console_page
from ipv6_lab import inventory
from ipv6_lab.services import base
from ipv6_lab.services import context
from ipv6_lab.services import openstack
from ipv6_lab.services import openvswitch
from ipv6_lab.services import rabbitmq
from ipv6_lab import settings

DIRECTORY = '/etc/nova'
CONF = f'{DIRECTORY}/nova.conf'
COMPUTE_CONF = f'{DIRECTORY}/nova-compute.conf'
STATE = f'{base.STATE}/nova'
SERVERS = ('nova-conductor', 'nova-scheduler')
QUEUES = ('conductor', 'scheduler')

# Nobody waits for these two, and they would take the processors from those
# that all wait for: agents, computes and their first reports.
LAST = 'neutron agents on controller: report'


def services(lab: context.Context) -> list[base.Service]:
    """The APIs, the conductor and scheduler, the proxy, the computes."""
    return [
        api(lab),
        metadata(lab),
        base.Service(
            'nova servers',
            inventory.CONTROLLER,
            tuple(openstack.daemon(lab, name, name, CONF) for name in SERVERS),
            ready=lambda host: rabbitmq.consumed(lab, QUEUES),
            requires=(
                'nova database',
                'service catalog',
                'rabbitmq on controller',
            ),
        ),
        console(lab),
        *(compute(lab, host) for host in inventory.CLOUD_HOSTS),
    ]


def api(lab: context.Context) -> base.Service:
    """The compute API of the controller."""
    process = openstack.api(
        lab,
        'nova-api',
        'nova.wsgi.osapi_compute:application',
        inventory.PORTS['compute'],
        threads=12,
        environment={'OS_NOVA_CONFIG_DIR': DIRECTORY},
    )
    return base.Service(
        'nova-api',
        inventory.CONTROLLER,
        (process,),
        files={
            CONF: settings.render(configuration(lab)),
            f'{DIRECTORY}/api-paste.ini': (
                lab.venv / 'etc/nova/api-paste.ini'
            ).read_text(),
        },
        directories=(STATE,),
        ready=openstack.answers('compute'),
        requires=('nova database', 'service catalog'),
    )


def metadata(lab: context.Context) -> base.Service:
    """The metadata API of the controller."""
    process = openstack.api(
        lab,
        'nova-metadata',
        'nova.wsgi.metadata:application',
        inventory.PORTS['metadata'],
        threads=4,
        environment={'OS_NOVA_CONFIG_DIR': DIRECTORY},
    )
    return base.Service(
        'nova-metadata',
        inventory.CONTROLLER,
        (process,),
        ready=openstack.answers('metadata'),
        requires=('nova-api on controller', LAST),
    )


def console(lab: context.Context) -> base.Service:
    """The noVNC proxy of the controller."""
    return base.Service(
        'nova-novncproxy',
        inventory.CONTROLLER,
        (openstack.daemon(lab, 'nova-novncproxy', 'nova-novncproxy', CONF),),
        ready=openstack.listens(inventory.PORTS['novnc']),
        requires=('nova-api on controller', LAST),
    )


def compute(lab: context.Context, host: inventory.Host) -> base.Service:
    """nova-compute of a host."""
    return base.Service(
        'nova-compute',
        host,
        (openstack.urgent(lab, 'nova-compute', COMPUTE_CONF),),
        files={
            COMPUTE_CONF: settings.render(compute_configuration(lab, host))
        },
        directories=(STATE, f'{STATE}/instances'),
        requires=(
            f'libvirt on {host.name}',
            'nova servers on controller',
            'placement on controller',
        ),
    )


def shared(
    lab: context.Context, host: inventory.Host
) -> dict[str, dict[str, settings.Value]]:
    """What the controller's services and the computes have in common."""
    return settings.merge(
        openstack.common(lab),
        {
            'DEFAULT': {
                'my_ip': str(host.control),
                'host': host.name,
                'use_ipv6': True,
                'state_path': STATE,
                'log_options': False,
                'force_config_drive': False,
                'service_down_time': openstack.DOWN_TIME,
                'report_interval': 20,
                'ram_allocation_ratio': 4,
                'cpu_allocation_ratio': 32,
                'disk_allocation_ratio': 8,
                'reserved_host_memory_mb': 512,
            },
            'service_user': {
                **openstack.credentials(lab, 'nova'),
                'send_service_user_token': True,
            },
            'neutron': {
                **openstack.credentials(lab, 'neutron'),
                'service_metadata_proxy': True,
                'metadata_proxy_shared_secret': lab.secrets['metadata'],
                'valid_interfaces': 'internal',
            },
            'glance': {
                'api_servers': inventory.url('image'),
                'valid_interfaces': 'internal',
            },
            'placement': {
                **openstack.credentials(lab, 'placement'),
                'valid_interfaces': 'internal',
            },
            'vnc': {
                'enabled': True,
                'server_listen': str(host.control),
                'server_proxyclient_address': str(host.control),
                'novncproxy_host': str(inventory.CONTROLLER.control),
                'novncproxy_port': inventory.PORTS['novnc'],
                'novncproxy_base_url': (
                    f'{inventory.url("novnc")}/vnc_lite.html'
                ),
            },
        },
    )


def configuration(lab: context.Context) -> settings.Settings:
    """nova.conf of the controller's services."""
    quotas = ('instances', 'cores', 'ram', 'key_pairs', 'server_groups')
    return settings.merge(
        shared(lab, inventory.CONTROLLER),
        {
            'DEFAULT': {'web': str(console_page.path())},
            'api': {'auth_strategy': 'keystone'},
            'api_database': openstack.database(lab, 'nova_api'),
            'database': openstack.database(lab, 'nova'),
            'keystone_authtoken': openstack.token_validation(lab, 'nova'),
            'conductor': {'workers': 1},
            'scheduler': {
                'workers': 1,
                'discover_hosts_in_cells_interval': 10,
            },
            'quota': dict.fromkeys(quotas, -1),
        },
    )


def compute_configuration(
    lab: context.Context, host: inventory.Host
) -> settings.Settings:
    """nova-compute's own file: it must not see a database."""
    return settings.merge(
        shared(lab, host),
        {
            'DEFAULT': {
                'compute_driver': 'libvirt.LibvirtDriver',
                'instances_path': f'{STATE}/instances',
                'resume_guests_state_on_host_boot': False,
                # No USB for a mouse that nobody moves: firmware would look
                # for what is plugged in.
                'pointer_model': 'ps2mouse',
            },
            'libvirt': {
                'virt_type': 'qemu',
                'cpu_mode': 'custom',
                'cpu_models': 'Nehalem',
                'connection_uri': 'qemu:///system',
                # Guests here outlive no power cut, and what one has read of
                # the image the others find in memory.
                'disk_cachemodes': 'file=unsafe',
                # Nobody asks for them.
                'mem_stats_period_seconds': 0,
            },
            'os_vif_ovs': {'ovsdb_connection': f'unix:{openvswitch.SOCKET}'},
            'nova_sys_admin': openstack.privsep(lab),
            'vif_plug_ovs_privileged': openstack.privsep(lab),
            'privsep_osbrick': openstack.privsep(lab),
        },
    )


MANAGE = 'nova.cmd.manage'


def manage(*commands: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Commands of nova-manage, with their configuration."""
    return tuple((f'--config-file={CONF}', *words) for words in commands)
