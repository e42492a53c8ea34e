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
"""Glance: images, kept in files."""

from ipv6_lab import inventory
from ipv6_lab.services import base
from ipv6_lab.services import context
from ipv6_lab.services import openstack
from ipv6_lab import settings

NAME = 'glance'
DIRECTORY = '/etc/glance'
CONF = f'{DIRECTORY}/glance-api.conf'
STATE = f'{base.STATE}/glance'
STORES = ('images', 'staging', 'tasks')


def services(lab: context.Context) -> list[base.Service]:
    """The image API of the controller."""
    process = openstack.api(
        lab,
        NAME,
        'glance.wsgi.api:application',
        inventory.PORTS['image'],
        threads=4,
        environment={
            'OS_GLANCE_CONFIG_DIR': DIRECTORY,
        },
    )
    return [
        base.Service(
            NAME,
            inventory.CONTROLLER,
            (process,),
            files={CONF: settings.render(configuration(lab))},
            directories=tuple(f'{STATE}/{name}' for name in STORES),
            ready=openstack.answers('image'),
            requires=('glance database', 'keystone on controller'),
        )
    ]


def configuration(lab: context.Context) -> settings.Settings:
    """glance-api.conf."""
    paste = lab.venv / 'etc/glance/glance-api-paste.ini'
    return settings.merge(
        openstack.common(lab),
        {
            'DEFAULT': {
                'enabled_backends': 'file1:file',
                'public_endpoint': inventory.url('image'),
                # Worker addresses are asked of each other only with
                # several hosts of this API.
                'worker_self_reference_url': inventory.url('image'),
            },
            'database': openstack.database(lab, 'glance'),
            'glance_store': {'default_backend': 'file1'},
            'file1': {'filesystem_store_datadir': f'{STATE}/images'},
            'os_glance_staging_store': {
                'filesystem_store_datadir': f'{STATE}/staging'
            },
            'os_glance_tasks_store': {
                'filesystem_store_datadir': f'{STATE}/tasks'
            },
            'paste_deploy': {
                'flavor': 'keystone',
                'config_file': str(paste),
            },
            'keystone_authtoken': openstack.token_validation(lab, 'glance'),
        },
    )
