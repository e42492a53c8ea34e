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
"""The world outside of the cloud: its routes to the tenants."""

import json

from ipv6_lab import inventory
from ipv6_lab import paths
from ipv6_lab.services import base
from ipv6_lab.services import context
from ipv6_lab.services import openstack

CREDENTIALS = '/etc/ipv6-lab/tenant-routes.json'
MODULE = 'ipv6_lab.tenant_routes'


def services(lab: context.Context) -> list[base.Service]:
    """What follows Neutron's routers."""
    process = base.Process(
        'tenant-routes',
        (lab.program('python'), '-m', MODULE, CREDENTIALS),
        {**openstack.ENVIRONMENT, 'PYTHONPATH': str(paths.CHECKOUT)},
    )
    user = {
        'auth_url': f'{inventory.url("identity")}/v3',
        'username': 'neutron',
        'password': lab.secrets['services'],
        'project_name': 'service',
        'user_domain_name': 'Default',
        'project_domain_name': 'Default',
    }
    return [
        base.Service(
            'tenant routes',
            inventory.EXTERNAL,
            (process,),
            files={CREDENTIALS: json.dumps(user)},
            # Nothing of the start waits for it.
            requires=('hypervisors and catalog',),
        )
    ]
