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
"""The lab as a whole: up, down, what runs, and running commands in it."""

from collections.abc import Sequence
import datetime
import os
from pathlib import Path
import shutil
from typing import cast

from ipv6_lab import building
from ipv6_lab import cloud
from ipv6_lab import errors
from ipv6_lab import hosts
from ipv6_lab import inventory
from ipv6_lab import paths
from ipv6_lab import places
from ipv6_lab import preflight
from ipv6_lab import processes
from ipv6_lab import progress as progress_module
from ipv6_lab import secrets
from ipv6_lab.services import context
from ipv6_lab.services import neutron
from ipv6_lab.services import openstack
from ipv6_lab import supervisor
from ipv6_lab import tempest
from ipv6_lab import waiting

Progress = progress_module.Progress
AGAIN = 'run scripts/lab down, then scripts/lab up'
# Supervisor calls a process RUNNING after its first second.
ALIVE = (processes.RUNNING, 'STARTING')


def up(progress: Progress) -> None:
    """Bring the lab up.

    :raises LabError: when a step fails, or hosts of another start are there
    """
    if hosts.find():
        raise errors.LabError('hosts of an earlier start are there', AGAIN)
    building.build(progress)


def check(progress: Progress) -> None:
    """See that the lab is up: hosts, processes, agents, catalog.

    :raises LabError: with what is not
    """
    with progress.step('the lab that is up') as step:
        running = hosts.find()
        check_processes(running)
        controller = running[inventory.CONTROLLER.name]
        try:
            with controller.network():
                check_cloud(cloud.Cloud(_context()))
        except (waiting.NotReady, exceptions()) as problem:
            raise errors.LabError(f'the cloud: {problem}', AGAIN) from problem
        step.outcome = 'kept'


def vanished() -> bool:
    """Whether no process is left, not even of a host that hangs."""
    return not hosts.leftovers()


def exceptions() -> type[Exception]:
    """What a request to the cloud may raise."""
    from keystoneauth1 import exceptions as raised

    return cast(type[Exception], raised.ClientException)


def check_cloud(view: cloud.Cloud) -> None:
    """See that agents and computes report and the catalog is whole.

    :raises NotReady: with what does not
    """
    now = datetime.datetime.now(datetime.UTC)
    since = now - datetime.timedelta(seconds=openstack.DOWN_TIME)
    for host in inventory.CLOUD_HOSTS:
        view.agents_alive(host.name, since, neutron.agents_of(host))
        view.services_up(host.name, since, building.binaries(host))
    view.hypervisors(len(inventory.CLOUD_HOSTS))
    view.catalog()


def check_processes(running: dict[str, hosts.Running]) -> None:
    """See that every host is there and every process of it runs.

    :raises LabError: with what is not
    """
    gone = missing(running)
    if gone:
        names = ', '.join(gone)
        raise errors.LabError(f'of the lab that was up, {names} ended', AGAIN)
    broken = [
        f'{state.name} on {state.host} is {state.state}'
        for host in running.values()
        for state in supervisor.Client(host).states()
        if state.state not in ALIVE
    ]
    if broken:
        raise errors.LabError(', '.join(broken), AGAIN)


def missing(running: dict[str, hosts.Running]) -> list[str]:
    """The hosts that should be there and are not."""
    return sorted({host.name for host in inventory.HOSTS} - set(running))


def down(progress: Progress) -> None:
    """End every host and remove what they wrote, logs apart.

    :raises LabError: when a process outlives its end
    """
    with progress.step('hosts') as step:
        step.outcome = 'gone' if hosts.stop_all() else 'none'
        if paths.state().exists():
            shutil.rmtree(paths.state())


def reset(progress: Progress) -> None:
    """Begin anew from the state that was kept when the cloud was made."""
    down(progress)
    building.build(progress)


def status() -> list[processes.Row]:
    """Each process: host, name, state, PID in its host, uptime, sockets.

    What is not supervised is listed in parentheses.
    """
    running = hosts.find()
    gone = [(name, '', 'GONE', 0, '', '') for name in missing(running)]
    return [
        *gone,
        *(row for host in running.values() for row in processes.rows(host)),
    ]


def _context() -> context.Context:
    path = paths.state() / building.SECRETS
    return context.Context(places.venv('cloud'), secrets.load(path))


def openrc() -> str:
    """Shell lines that make a client the administrator of the cloud."""
    return cloud.openrc(_context())


def run(arguments: Sequence[str]) -> int:
    """Run a command in the controller, where Tempest is on the PATH.

    It keeps the caller's terminal and directory, and becomes this process.

    :raises LabError: when the lab is not up
    """
    controller = hosts.find().get(inventory.CONTROLLER.name)
    if controller is None:
        raise errors.LabError('the lab is not up', 'run scripts/lab up')
    if preflight.hidden(Path.cwd()):
        raise errors.LabError(
            f'expected a directory that hosts share, seen {Path.cwd()}, '
            'which is private in them',
            'go to another',
        )
    venv = places.venv('tempest')
    environment = {
        **os.environ,
        **cloud.credentials(_context()),
        'PATH': f'{venv}/bin:{os.environ.get("PATH", os.defpath)}',
        'VIRTUAL_ENV': str(venv),
        'PYTHONPATH': str(paths.CHECKOUT),
        'TEMPEST_CONFIG': str(tempest.configuration()),
        **tempest.discovery(),
    }
    command = controller.command(arguments, directory=Path.cwd())
    os.execvpe(command[0], command, environment)


def logs(service: str | None) -> list[Path]:
    """The log files of a process on every host, or all of them.

    :param service: a name, as the file of one has it before its suffix
    """
    return sorted(
        path
        for host in inventory.HOSTS
        for path in hosts.log_directory(host.name).glob('*.log')
        if service in (None, path.stem)
    )
