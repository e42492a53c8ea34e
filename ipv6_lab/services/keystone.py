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
"""Keystone: identity and catalog."""

from ipv6_lab import inventory
from ipv6_lab.services import base
from ipv6_lab.services import context
from ipv6_lab.services import openstack
from ipv6_lab import settings

NAME = 'keystone'
CONF = '/etc/keystone/keystone.conf'
KEYS = f'{base.STATE}/keystone'


def services(lab: context.Context) -> list[base.Service]:
    """The identity API of the controller.

    One process: the in-memory cache of several would disagree on which
    tokens are revoked.
    """
    process = openstack.api(
        lab,
        NAME,
        'keystone.wsgi.api:application',
        inventory.PORTS['identity'],
        threads=8,
        environment={'OS_KEYSTONE_CONFIG_FILES': CONF},
    )
    return [
        base.Service(
            NAME,
            inventory.CONTROLLER,
            (process,),
            files={CONF: settings.render(configuration(lab))},
            ready=lambda host: answers(lab),
            requires=('keystone database',),
        )
    ]


def answers(lab: context.Context) -> None:
    """Ready when the administrator's token is given and taken.

    :raises ClientException: while they are not
    """
    from ipv6_lab import cloud

    cloud.Cloud(lab).tokens_are_valid()


def configuration(lab: context.Context) -> settings.Settings:
    """keystone.conf."""
    return settings.merge(
        openstack.common(lab),
        {
            'DEFAULT': {'public_endpoint': inventory.url('identity')},
            'database': openstack.database(lab, 'keystone'),
            'token': {'provider': 'fernet'},
            'fernet_tokens': {'key_repository': f'{KEYS}/fernet-keys'},
            'fernet_receipts': {'key_repository': f'{KEYS}/fernet-keys'},
            'credential': {'key_repository': f'{KEYS}/credential-keys'},
            # bcrypt's least cost: every test makes users of its own.
            'identity': {'password_hash_rounds': 4},
            'cache': {'enabled': True, 'backend': 'dogpile.cache.memory'},
        },
    )


MANAGE = 'keystone.cmd.manage'
OWNER = ('--keystone-user=root', '--keystone-group=root')


def manage() -> tuple[tuple[str, ...], ...]:
    """The keystone-manage commands that make a new Keystone.

    The administrator's password comes by ``OS_BOOTSTRAP_PASSWORD``.
    """
    return tuple(
        (f'--config-file={CONF}', *words)
        for words in (
            ('fernet_setup', *OWNER),
            ('credential_setup', *OWNER),
            ('db_sync',),
            bootstrap(),
        )
    )


def bootstrap() -> tuple[str, ...]:
    """The command that makes the administrator and identity's endpoints."""
    address = f'{inventory.url("identity")}/v3'
    return (
        'bootstrap',
        '--bootstrap-username=admin',
        '--bootstrap-project-name=admin',
        '--bootstrap-role-name=admin',
        '--bootstrap-service-name=keystone',
        f'--bootstrap-region-id={context.REGION}',
        f'--bootstrap-public-url={address}',
        f'--bootstrap-internal-url={address}',
        f'--bootstrap-admin-url={address}',
    )
