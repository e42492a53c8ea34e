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
from pathlib import Path
from typing import Any

from ipv6_tempest_plugin.overlay.vrouter import building

PLACE = 'ipv6-vrouter-kept'


def told(built: building.Built, directory: Path) -> Path:
    """Write the private key and how to go on; return the text's path.

    :param directory: made if need be, for this user's eyes alone
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = directory / 'key.pem'
    if built.key:
        key.touch(mode=0o600)
        key.write_text(built.key.private)
    text = directory / 'README'
    text.write_text('\n'.join([*_ways(built, key), *_removal(built), '']))
    return text


def _ways(built: building.Built, key: Path) -> list[str]:
    credentials = built.manager.credentials
    return [
        f'# project {credentials.project_name}, user {credentials.username}',
        *(
            f'ssh -i {key} {guest.user}@{guest.address}  # {name}'
            for name, guest in built.guests.items()
            if built.key
        ),
    ]


def _removal(built: building.Built) -> list[str]:
    """Return the commands that remove it, in an order that works."""
    six, four = built.router6.id, built.router4.id
    return [
        '# To remove it:',
        f'openstack server delete --wait {_ids(built.servers.values())}',
        *(
            'openstack floating ip delete $(openstack floating ip list '
            f'--port {port.id} -f value -c ID)'
            for port in built.ports.values()
            if built.version == building.FLOATING
        ),
        f'openstack port delete {_ids(built.ports.values())}',
        'openstack router unset --route '
        f'destination={built.planned.route["destination"]},'
        f'gateway={built.planned.route["nexthop"]} {six}',
        *(
            f'openstack router remove subnet {router} {subnet.id}'
            for router, subnet in (
                (four, built.inner4),
                (six, built.outer4),
                (six, built.outer6),
            )
        ),
        f'openstack router delete {four} {six}',
        f'openstack network delete {built.inner.id} {built.outer.id}',
        '# and the project and its user, if they were made for this;',
        '# what is left of them `tempest cleanup` finds',
    ]


def _ids(some: Iterable[Any]) -> str:
    return ' '.join(str(one.id) for one in some)
