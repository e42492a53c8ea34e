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
"""Placement: resource providers and allocations."""

from ipv6_lab import inventory
from ipv6_lab.services import base
from ipv6_lab.services import context
from ipv6_lab.services import openstack
from ipv6_lab import settings

NAME = 'placement'
DIRECTORY = '/etc/placement'
CONF = f'{DIRECTORY}/placement.conf'


def services(lab: context.Context) -> list[base.Service]:
    """The placement API of the controller."""
    process = openstack.api(
        lab,
        NAME,
        'placement.wsgi.api:application',
        inventory.PORTS['placement'],
        threads=4,
        environment={'OS_PLACEMENT_CONFIG_DIR': DIRECTORY},
    )
    return [
        base.Service(
            NAME,
            inventory.CONTROLLER,
            (process,),
            files={CONF: settings.render(configuration(lab))},
            ready=openstack.answers('placement'),
            requires=('placement database', 'keystone on controller'),
        )
    ]


def configuration(lab: context.Context) -> settings.Settings:
    """placement.conf."""
    return settings.merge(
        openstack.common(lab),
        {
            'api': {'auth_strategy': 'keystone'},
            'keystone_authtoken': openstack.token_validation(lab, 'placement'),
            'placement_database': openstack.database(lab, 'placement'),
        },
    )
