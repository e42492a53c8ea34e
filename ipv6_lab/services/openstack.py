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
"""What OpenStack's services have in common."""

from collections.abc import Callable
import socket
import urllib.error
import urllib.request

from ipv6_lab import hosts
from ipv6_lab import inventory
from ipv6_lab.services import base
from ipv6_lab.services import context
from ipv6_lab import settings
from ipv6_lab import waiting

ETC = '/etc'
PROBE_TIMEOUT = 10
# Seconds without a report after which an agent or service counts as dead.
DOWN_TIME = 75
NAMES = {
    'nova': 'compute',
    'neutron': 'network',
    'glance': 'image',
    'placement': 'placement',
}


# At INFO the lab's logs tell a person what happened; these three would
# write megabytes a minute once somebody turns debug on.
LOG_LEVELS = (
    'amqp=WARN,amqplib=WARN,sqlalchemy=WARN,oslo.messaging=INFO,'
    'iso8601=WARN,requests.packages.urllib3.connectionpool=WARN,'
    'urllib3.connectionpool=WARN,websocket=WARN,keystonemiddleware=WARN,'
    'routes.middleware=WARN,stevedore=WARN,pyroute2=INFO,asyncio=INFO,'
    'oslo_privsep.daemon=INFO,oslo.privsep=INFO'
)


def common(lab: context.Context) -> dict[str, dict[str, settings.Value]]:
    """Logging and messaging, alike for every service."""
    return {
        'DEFAULT': {
            'transport_url': lab.transport,
            'use_stderr': True,
            'default_log_levels': LOG_LEVELS,
            'log_date_format': '%Y-%m-%d %H:%M:%S',
        },
        'oslo_messaging_rabbit': {
            'heartbeat_in_pthread': False,
            'rabbit_quorum_queue': False,
        },
        'oslo_concurrency': {'lock_path': '/run/lock'},
    }


def credentials(lab: context.Context, user: str) -> dict[str, settings.Value]:
    """A service user's way to Keystone, for any keystoneauth section."""
    return {
        'auth_type': 'password',
        'auth_url': inventory.url('identity'),
        'username': user,
        'password': lab.secrets['services'],
        'project_name': 'service',
        'user_domain_name': 'Default',
        'project_domain_name': 'Default',
        'region_name': context.REGION,
    }


def token_validation(
    lab: context.Context, user: str
) -> dict[str, settings.Value]:
    """keystonemiddleware's section: validates callers' tokens."""
    return {
        **credentials(lab, user),
        'www_authenticate_uri': inventory.url('identity'),
        'service_token_roles_required': True,
        'interface': 'internal',
    }


def database(lab: context.Context, name: str) -> dict[str, settings.Value]:
    """An oslo.db section."""
    return {'connection': lab.database(name), 'max_pool_size': 10}


def privsep(lab: context.Context) -> dict[str, settings.Value]:
    """A privsep section: the daemon of the cloud's own environment."""
    return {
        'helper_command': lab.program('privsep-helper'),
        # By default as many as there are cores: two gratuitous ARPs of the L3
        # agent, of two seconds each, then keep all else of it waiting.
        'thread_pool_size': 16,
    }


def api(
    lab: context.Context,
    name: str,
    module: str,
    port: int,
    threads: int,
    environment: dict[str, str],
    extra: tuple[str, ...] = (),
    processes: int = 1,
) -> base.Process:
    """An API under uWSGI on the controller's control address.

    One process, unless it is asked for more: on two cores they would take
    longer to start than they could ever save.
    """
    return base.Process(
        name,
        (
            lab.program('uwsgi'),
            '--http-socket',
            f'[{inventory.CONTROLLER.control}]:{port}',
            '--module',
            module,
            '--master',
            '--processes',
            str(processes),
            '--threads',
            str(threads),
            '--enable-threads',
            '--lazy-apps',
            '--need-app',
            '--thunder-lock',
            '--buffer-size',
            '65535',
            '--add-header',
            'Connection: close',
            '--die-on-term',
            '--socket-timeout',
            '120',
            '--disable-logging',
            *extra,
        ),
        {**ENVIRONMENT, **environment},
        stop_signal='INT',
    )


ENVIRONMENT = {
    'HOME': '/run/tmp',
    'TMPDIR': '/run/tmp',
    'LANG': 'C.UTF-8',
    'PYTHONUNBUFFERED': '1',
}


def daemon(
    lab: context.Context,
    name: str,
    program: str,
    *files: str,
    environment: dict[str, str] | None = None,
    nice: int = 0,
) -> base.Process:
    """A daemon of OpenStack, with its configuration files."""
    options = [f'--config-file={file}' for file in files]
    path = f'{lab.venv}/bin:/usr/sbin:/usr/bin:/sbin:/bin'
    return base.Process(
        name,
        (lab.program(program), *options),
        {**ENVIRONMENT, 'PATH': path, **(environment or {})},
        nice=nice,
    )


def urgent(lab: context.Context, name: str, *files: str) -> base.Process:
    """A daemon that others wait for longest: the lab's start, or guests."""
    return daemon(lab, name, name, *files, nice=base.URGENT)


def answers(service: str, path: str = '/') -> Callable[[hosts.Running], None]:
    """A readiness check: the API answers a version document request."""
    target = f'{inventory.url(service)}{path}'

    def check(host: hosts.Running) -> None:
        request = urllib.request.Request(target)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            opener.open(request, timeout=PROBE_TIMEOUT).close()
        except urllib.error.HTTPError as error:
            if error.code not in (300, 401):
                raise waiting.NotReady(f'{target}: {error}') from error
        except OSError as error:
            raise waiting.NotReady(f'{target}: {error}') from error

    return check


def listens(port: int) -> Callable[[hosts.Running], None]:
    """A readiness check for what speaks no HTTP before a client does."""
    address = (str(inventory.CONTROLLER.control), port)

    def check(host: hosts.Running) -> None:
        try:
            socket.create_connection(address, PROBE_TIMEOUT).close()
        except OSError as error:
            raise waiting.NotReady(f'{address}: {error}') from error

    return check
