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
"""MariaDB: every service's database, on the control address.

Its durability is off: a lab's database lives as long as the lab, and
waiting for disks is most of what a database of this size does.
"""

from ipv6_lab import inventory
from ipv6_lab.services import base
from ipv6_lab.services import context
from ipv6_lab import waiting

NAME = 'mariadb'
PACKAGE = 'mariadb-server'
DATA = f'{base.STATE}/mysql'
SOCKET = '/run/mysqld/mysqld.sock'
INITIAL = '/run/mysqld/initial.sql'
DATABASES = (
    'keystone',
    'glance',
    'placement',
    'neutron',
    'nova_api',
    'nova_cell0',
    'nova',
)


def command() -> tuple[str, ...]:
    """The server's command line; no configuration file is read."""
    return (
        '/usr/sbin/mariadbd',
        '--no-defaults',
        '--user=root',
        f'--datadir={DATA}',
        f'--socket={SOCKET}',
        '--pid-file=/run/mysqld/mysqld.pid',
        '--tmpdir=/run/tmp',
        f'--bind-address={inventory.CONTROLLER.control}',
        f'--port={inventory.PORTS["database"]}',
        '--skip-name-resolve',
        '--character-set-server=utf8mb4',
        '--max-connections=600',
        '--innodb-buffer-pool-size=256M',
        '--innodb-log-file-size=16M',
        '--innodb-flush-method=nosync',
        '--innodb-flush-log-at-trx-commit=0',
        '--innodb-doublewrite=0',
        # mariadb-backup waits for a table whose first page is not written.
        '--innodb-max-dirty-pages-pct=0',
        '--innodb-io-capacity=5000',
        '--performance-schema=OFF',
        '--skip-log-bin',
        f'--init-file={INITIAL}',
        '--aria-log-purge-type=immediate',
    )


def services(lab: context.Context) -> list[base.Service]:
    """The database server of the controller."""
    process = base.Process(NAME, command())
    return [
        base.Service(
            NAME,
            inventory.CONTROLLER,
            (process,),
            files={INITIAL: initial_sql(lab)},
            ready=lambda host: answers(lab),
            requires=('addresses', 'database files'),
        )
    ]


def answers(lab: context.Context) -> None:
    """Ready when it answers a query of the services' user over IPv6.

    :raises NotReady: while it does not
    """
    import pymysql

    try:
        with (
            pymysql.connect(
                host=str(inventory.CONTROLLER.control),
                port=inventory.PORTS['database'],
                user='openstack',
                password=lab.secrets['database'],
                connect_timeout=5,
                read_timeout=5,
            ) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute('SELECT 1')
    except pymysql.err.OperationalError as error:
        raise waiting.NotReady(str(error)) from error


def initial_sql(lab: context.Context) -> str:
    """What makes the databases and their one user, run at each start.

    One statement a line, as the server's ``--init-file`` wants it.
    """
    password = lab.secrets['database']
    lines = [
        f"CREATE OR REPLACE USER 'openstack'@'%' IDENTIFIED BY '{password}';"
    ]
    for name in DATABASES:
        lines += [
            f'CREATE DATABASE IF NOT EXISTS {name} CHARACTER SET utf8mb3;',
            f"GRANT ALL ON {name}.* TO 'openstack'@'%';",
        ]
    return '\n'.join((*lines, ''))
