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
"""What a new cloud needs once: databases, users, catalog, image, networks.

The outcome is kept under the cache directory, keyed by what it was made
from, and laid back before the next start: see :func:`keep` and
:func:`restore`.
"""

from collections.abc import Callable
from collections.abc import Sequence
import dataclasses
import functools
from pathlib import Path
import shutil

from ipv6_lab import cloud
from ipv6_lab import engine
from ipv6_lab import graph
from ipv6_lab import inventory
from ipv6_lab import paths
from ipv6_lab import series
from ipv6_lab.services import glance
from ipv6_lab.services import keystone
from ipv6_lab.services import mariadb
from ipv6_lab.services import neutron
from ipv6_lab.services import nova
from ipv6_lab.services import placement
from ipv6_lab import tempest

CONTROLLER = inventory.CONTROLLER
DATABASES = ('keystone', 'glance', 'placement', 'neutron', 'nova')
BEFORE_DATABASE = ('database files',)


@dataclasses.dataclass(frozen=True)
class Kept:
    """A place of a host that belongs to a bootstrapped cloud.

    :param name: its name in the cache
    :param path: inside the host, a file or a directory
    """

    name: str
    host: inventory.Host
    path: str


# nova-compute refuses to start when the database knows its node and its
# own file does not.
KEPT = (
    Kept('keystone', CONTROLLER, keystone.KEYS),
    Kept('images', CONTROLLER, f'{glance.STATE}/images'),
    *(
        Kept(f'compute-id-{host.name}', host, f'{nova.STATE}/compute_id')
        for host in inventory.CLOUD_HOSTS
    ),
)


class Bootstrap:
    """The once-only steps of a new cloud, on an engine's hosts."""

    def __init__(self, machine: engine.Engine, image: Path) -> None:
        self._engine = machine
        self._lab = machine.lab
        self._image = image
        self._cloud = cloud.Cloud(machine.lab)

    def _run(self, *command: str, log: str) -> str:
        return self._engine.run(*command, log=log, host=CONTROLLER)

    def make_database_files(self) -> None:
        """Lay an empty database directory."""
        self._run(
            'mariadb-install-db',
            '--no-defaults',
            '--user=root',
            f'--datadir={mariadb.DATA}',
            '--auth-root-authentication-method=socket',
            '--skip-test-db',
            log='mariadb-install-db',
        )

    def sync(self, name: str) -> None:
        """Make the tables of a service's databases."""
        SYNCS[name](self)

    def _series(
        self, module: str, commands: Sequence[Sequence[str]], **more: str
    ) -> None:
        """Run commands of a program one after the other."""
        name = module.split('.')[0]
        self._engine.running[CONTROLLER.name].run(
            [
                self._lab.program('python'),
                '-m',
                'ipv6_lab.series',
                module,
                *series.command(*commands),
            ],
            environment={
                'PATH': engine.PATH,
                'HOME': '/run/tmp',
                'PYTHONPATH': str(paths.CHECKOUT),
                **more,
            },
            log=self._engine.log(CONTROLLER, f'{name}-manage'),
        )

    def _sync_keystone(self) -> None:
        self._series(
            keystone.MANAGE,
            keystone.manage(),
            OS_BOOTSTRAP_PASSWORD=self._lab.secrets['admin'],
        )

    def _sync_glance(self) -> None:
        self._run(
            self._lab.program('glance-manage'),
            '--config-file=/etc/glance/glance-api.conf',
            'db_sync',
            log='glance-manage',
        )

    def _sync_placement(self) -> None:
        self._run(
            self._lab.program('placement-manage'),
            f'--config-file={placement.CONF}',
            'db',
            'sync',
            log='placement-manage',
        )

    def _sync_neutron(self) -> None:
        self._run(
            self._lab.program('neutron-db-manage'),
            f'--config-file={neutron.CONF}',
            f'--config-file={neutron.ML2}',
            'upgrade',
            'heads',
            log='neutron-db-manage',
        )

    def _sync_nova(self) -> None:
        self._series(
            nova.MANAGE,
            nova.manage(
                ('api_db', 'sync'),
                # Without an URL, which ps(1) and the log would show, it is
                # the main database's with _cell0 at its end.
                ('cell_v2', 'map_cell0'),
                ('cell_v2', 'create_cell', '--name=cell1'),
                ('db', 'sync'),
            ),
        )

    def map_computes(self) -> None:
        """Tell Nova's cell of its computes."""
        self._series(nova.MANAGE, nova.manage(('cell_v2', 'discover_hosts')))

    def configure_tempest(self) -> None:
        """Write tempest.conf with what the cloud tells of itself."""
        place = tempest.directory()
        place.mkdir(mode=0o700)
        image = self._cloud.get('image', '/v2/images')['images'][0]['id']
        networks = self._cloud.get('network', '/v2.0/networks')['networks']
        (public,) = (
            row['id']
            for row in networks
            if row['name'] == cloud.PUBLIC_NETWORK
        )
        self._engine.running[CONTROLLER.name].run(
            tempest.command(image, public),
            environment={
                **cloud.credentials(self._lab),
                'PATH': engine.PATH,
                'HOME': str(place),
            },
            log=self._engine.log(CONTROLLER, tempest.PROGRAM),
            directory=place,
        )

    def _asking(
        self,
        name: str,
        service: str,
        action: Callable[[], None],
        *requires: str,
    ) -> graph.Step:
        """A step that asks a service for something."""
        return graph.Step(
            name,
            functools.partial(self._engine.ask, service, action),
            (service, *requires),
        )

    def steps(self) -> list[graph.Step]:
        """The steps, in no order but their requirements'."""
        public = cloud.PUBLIC_NETWORK
        return [
            graph.Step(
                'database files',
                self.make_database_files,
                ('settings of controller',),
            ),
            *(
                graph.Step(
                    f'{name} database',
                    functools.partial(self.sync, name),
                    ('mariadb on controller',),
                )
                for name in DATABASES
            ),
            self._asking(
                'service catalog',
                'keystone on controller',
                self._cloud.make_services,
            ),
            self._asking(
                'guest image in glance',
                'glance on controller',
                functools.partial(self._cloud.make_image, self._image),
                'service catalog',
            ),
            self._asking(
                'flavors',
                'nova-api on controller',
                self._cloud.make_flavors,
                'service catalog',
            ),
            self._asking(
                f'network {public}',
                'neutron on controller',
                self._cloud.make_public_network,
                'service catalog',
            ),
            graph.Step(
                'computes mapped',
                self.map_computes,
                tuple(
                    f'nova on {host.name}: report'
                    for host in inventory.CLOUD_HOSTS
                ),
            ),
            graph.Step(
                'tempest configuration',
                self.configure_tempest,
                (
                    'flavors',
                    'guest image in glance',
                    f'network {public}',
                ),
            ),
        ]


SYNCS: dict[str, Callable[[Bootstrap], None]] = {
    'keystone': Bootstrap._sync_keystone,
    'glance': Bootstrap._sync_glance,
    'placement': Bootstrap._sync_placement,
    'neutron': Bootstrap._sync_neutron,
    'nova': Bootstrap._sync_nova,
}


def keep(machine: engine.Engine, place: Path) -> None:
    """Copy a bootstrapped cloud's state out of its running hosts.

    The database is copied by mariadb-backup, which needs no pause.

    :param place: an empty directory
    """
    host = machine.running[CONTROLLER.name]
    inside = '/run/tmp/backup'
    for options in (
        (
            '--backup',
            '--user=root',
            f'--socket={mariadb.SOCKET}',
            '--log-copy-interval=10',
        ),
        ('--prepare', '--use-memory=64M'),
    ):
        machine.run(
            'mariadb-backup',
            *options,
            f'--target-dir={inside}',
            log='mariadb-backup',
            host=CONTROLLER,
        )
    shutil.move(host.path(inside), place / 'mysql')
    for kept in KEPT:
        source = machine.running[kept.host.name].path(kept.path)
        copy(source, place / kept.name)


def restore(machine: engine.Engine, place: Path) -> None:
    """Lay a kept cloud's state into hosts whose services are down."""
    host = machine.running[CONTROLLER.name]
    copy(place / 'mysql', host.path(mariadb.DATA))
    for kept in KEPT:
        target = machine.running[kept.host.name].path(kept.path)
        copy(place / kept.name, target)


def copy(source: Path, target: Path) -> None:
    """Copy a file or a directory's content with its modes."""
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
