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


"""What a person needs who experiments with a scenario that is kept."""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ipv6_tempest_plugin.overlay.vrouter import building

PLACE = 'ipv6-vrouter-kept'


def told(
    built: building.Built, directory: Path, made: Sequence[Any] = ()
) -> Path:
    """Write the private key and how to go on; return the text's path.

    :param directory: made if need be, for this user's eyes alone
    :param made: credentials that were made for the run, and stay
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = directory / 'key.pem'
    if built.key:
        key.touch(mode=0o600)
        key.write_text(built.key.private)
    text = directory / 'README'
    lines = [
        *_ways(built, key),
        *_credentials(built, bool(made)),
        *_removal(built),
        *_keys(built, bool(made)),
        *_accounts(made),
    ]
    text.write_text('\n'.join([*lines, '']))
    return text


def _ways(built: building.Built, key: Path) -> Iterator[str]:
    yield '# To log in:'
    for name, guest in built.guests.items():
        if built.key:
            yield f'ssh -i {key} {guest.user}@{guest.address}  # {name}'
        else:
            server = built.servers[name].id
            yield f'openstack console url show {server}  # {name}'


def _credentials(built: building.Built, dynamic: bool) -> Iterator[str]:
    """Tell whose rights the commands need; never a password."""
    own = built.manager.credentials
    yield ''
    yield (
        f'# All is of project {own.project_name} ({own.project_id}), user '
        f'{own.username} ({own.user_id}).'
    )
    if dynamic:
        yield (
            '# Tempest made both for this run and nobody knows the password: '
            'use the commands'
        )
        yield '# with the credentials of an administrator.'
    else:
        yield (
            "# Use the commands with that user's credentials and "
            f'--os-project-id {own.project_id},'
        )
        yield '# or with those of an administrator.'


def _removal(built: building.Built) -> Iterator[str]:
    """Yield the commands that remove it, in an order that works."""
    own = built.management
    first = built.first.values()
    yield ''
    yield '# To remove it:'
    yield f'openstack server delete --wait {_ids(built.servers.values())}'
    if built.version == building.FLOATING:
        for port in built.ports.values():
            yield (
                'openstack floating ip delete $(openstack floating ip list '
                f'--port {port.id} -f value -c ID)'
            )
    yield f'openstack port delete {_ids([*built.ports.values(), *first])}'
    yield (
        'openstack router unset --route '
        f'destination={built.planned.route["destination"]},'
        f'gateway={built.planned.route["nexthop"]} {built.router6.id}'
    )
    interfaces = [
        (built.router4, built.inner4),
        (built.router6, built.outer4),
        (built.router6, built.outer6),
        *([(own.router, own.subnet)] if own and own.router else []),
    ]
    for router, subnet in interfaces:
        yield f'openstack router remove subnet {router.id} {subnet.id}'
    routers = {router.id: router for router, _ in interfaces}.values()
    yield f'openstack router delete {_ids(routers)}'
    networks = [built.inner, built.outer, *([own.network] if own else [])]
    yield f'openstack network delete {_ids(networks)}'
    if own:
        yield f'openstack security group delete {own.group.id}'
    if built.group:
        yield f'openstack server group delete {built.group.id}'


def _keys(built: building.Built, dynamic: bool) -> Iterator[str]:
    if built.key and dynamic:
        # Key pairs belong to users; those of others API 2.10 can remove.
        yield (
            'openstack --os-compute-api-version 2.10 keypair delete --user '
            f'{built.manager.credentials.user_id} {built.key.name}'
        )
    elif built.key:
        yield f'openstack keypair delete {built.key.name}'


def _accounts(made: Sequence[Any]) -> Iterator[str]:
    if made:
        yield ''
        yield '# and who it was made for, with their default security groups:'
    for one in made:
        yield f'openstack user delete {one.user_id}'
        yield (
            'openstack security group delete $(openstack security group list '
            f'--project {one.project_id} -f value -c ID)'
        )
        yield f'openstack project delete {one.project_id}'


def _ids(some: Iterable[Any]) -> str:
    return ' '.join(str(one.id) for one in some)
