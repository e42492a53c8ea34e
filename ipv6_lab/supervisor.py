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
"""Starting, stopping and watching processes: supervisord does it.

Each host has one supervisord as its init. It is spoken to over its
XML-RPC interface (Supervisor's "XML-RPC API Documentation").
"""

import dataclasses
from typing import Any
import xmlrpc.client

from ipv6_lab import errors
from ipv6_lab import hosts
from ipv6_lab import scripts
from ipv6_lab.services import base
from ipv6_lab import settings
from ipv6_lab import waiting

BROKEN = ('FATAL', 'BACKOFF', 'EXITED', 'UNKNOWN')
LOG_BYTES = 64 * 1024 * 1024


@dataclasses.dataclass(frozen=True)
class State:
    """A process as its supervisor sees it.

    :param state: Supervisor's word for it (RUNNING, FATAL, ...)
    :param pid: its number inside the host's PID namespace; 0 when down
    :param uptime: seconds since it was started
    """

    host: str
    name: str
    state: str
    pid: int
    uptime: int


def daemon_settings(socket: str) -> str:
    """supervisord's own configuration: programs are included."""
    return settings.render(
        {
            'supervisord': {
                'logfile': '/var/log/supervisord.log',
                'logfile_maxbytes': LOG_BYTES,
                'pidfile': '/run/supervisord.pid',
                'childlogdir': '/run/tmp',
                'user': 'root',
            },
            'unix_http_server': {'file': socket, 'chmod': '0700'},
            'rpcinterface:supervisor': {
                'supervisor.rpcinterface_factory': (
                    'supervisor.rpcinterface:make_main_rpcinterface'
                ),
            },
            'rpcinterface:nursery': {
                'supervisor.rpcinterface_factory': (
                    'ipv6_lab.nursery:make_interface'
                ),
            },
            'include': {'files': '/run/supervisor.d/*.conf'},
        }
    )


def program_settings(process: base.Process) -> str:
    """One process for supervisord, which starts it when told to."""
    environment = {**process.environment, scripts.NICE: process.nice}
    variables = ','.join(
        f'{name}="{value}"' for name, value in environment.items()
    )
    return settings.render(
        {
            f'program:{process.name}': {
                'command': ' '.join(map(_quoted, process.command)),
                'environment': variables.replace('%', '%%'),
                'directory': process.directory,
                'autostart': False,
                # A process that died stays dead: `status` and `up` tell.
                'autorestart': False,
                'startsecs': 1,
                'startretries': 0,
                'stopasgroup': True,
                'killasgroup': True,
                'stopsignal': process.stop_signal,
                'stopwaitsecs': 10,
                'redirect_stderr': True,
                'stdout_logfile': f'/var/log/{process.name}.log',
                'stdout_logfile_maxbytes': LOG_BYTES,
                'stdout_logfile_backups': 1,
            }
        }
    )


def _quoted(word: str) -> str:
    word = word.replace('%', '%%')
    return f'"{word}"' if ' ' in word or ';' in word else word


class Client:
    """Speaks to the supervisor of one host."""

    def __init__(self, host: hosts.Running) -> None:
        self._host = host

    def _call(self, method: str, *arguments: object) -> Any:
        # One connection a call: a proxy is not safe between threads.
        from supervisor import xmlrpc as transport

        path = self._host.path(hosts.SOCKET)
        proxy = xmlrpc.client.ServerProxy(
            'http://localhost',
            transport=transport.SupervisorTransport(
                serverurl=f'unix://{path}'
            ),
        )
        try:
            return getattr(proxy, method)(*arguments)
        except (OSError, xmlrpc.client.Error) as problem:
            raise errors.LabError(
                f'the supervisor of {self._host.name} does not answer '
                f'{method}: {problem}',
                'run scripts/lab down, then scripts/lab up',
            ) from problem

    def add(self, processes: list[base.Process]) -> None:
        """Make processes known, without starting them."""
        place = self._host.path('/run/supervisor.d')
        place.mkdir(exist_ok=True)
        for process in processes:
            text = program_settings(process)
            (place / f'{process.name}.conf').write_text(text)
        self._call('supervisor.reloadConfig')
        for process in processes:
            self._call('supervisor.addProcessGroup', process.name)

    def load(self) -> None:
        """Have it import what the programs import (see nursery.py)."""
        self._call('nursery.load')

    def start(self, name: str) -> None:
        """Start a process; not an error when it runs already."""
        if self.state(name).state in ('RUNNING', 'STARTING'):
            return
        self._call('supervisor.startProcess', name, False)

    def stop(self, name: str) -> None:
        """Stop a process and wait for its end."""
        if self.state(name).state == 'RUNNING':
            self._call('supervisor.stopProcess', name, True)

    def state(self, name: str) -> State:
        """How a process is."""
        return self._state(self._call('supervisor.getProcessInfo', name))

    def states(self) -> list[State]:
        """How every process of the host is."""
        rows = self._call('supervisor.getAllProcessInfo')
        return [self._state(row) for row in rows]

    def _state(self, row: dict[str, Any]) -> State:
        alive = row['now'] - row['start'] if row['pid'] else 0
        return State(
            self._host.name, row['name'], row['statename'], row['pid'], alive
        )

    def check(self, name: str) -> None:
        """Raise when a process cannot be what others wait for.

        :raises NotReady: while it starts
        :raises ProcessDied: when its supervisor gave up or restarts it
        """
        state = self.state(name).state
        if state in BROKEN:
            raise ProcessDied(f'{name} is {state}')
        if state not in ('RUNNING', 'STARTING'):
            raise waiting.NotReady(f'{name} is {state}')


class ProcessDied(Exception):
    """A process ended although its supervisor should keep it up."""
