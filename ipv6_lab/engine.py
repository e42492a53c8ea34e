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
"""Starting services on running hosts, and waiting until they are ready.

What has to be done once for a new cloud is in :mod:`ipv6_lab.bootstrap`.
"""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
import datetime
from pathlib import Path
import threading

from ipv6_lab import errors
from ipv6_lab import graph
from ipv6_lab import hosts
from ipv6_lab import inventory
from ipv6_lab.services import base
from ipv6_lab.services import context
from ipv6_lab import supervisor
from ipv6_lab import waiting

READY_DEADLINE = 180
# Asking a supervisor ten times a second would take its turn from others.
POLL = 0.25
SLOW = (
    'see its log, and with top(1) whether the machine is short of processor '
    'or memory; scripts/lab up --keep leaves the rest running'
)
PATH = '/usr/sbin:/usr/bin:/sbin:/bin'


class Engine:
    """Starts and checks services on running hosts.

    :ivar stopped: once set, whoever waits for a service gives up
    :ivar since: when this cloud's life began, UTC, in whole seconds as
        Nova and Neutron count them
    """

    def __init__(
        self,
        lab: context.Context,
        running: Mapping[str, hosts.Running],
        services: Sequence[base.Service],
    ) -> None:
        self.lab = lab
        self.running = running
        self.stopped = threading.Event()
        self.services = services
        now = datetime.datetime.now(datetime.UTC)
        self.since = now.replace(microsecond=0)

    def log(self, host: inventory.Host, name: str) -> Path:
        """Where a process or command of a host writes its log."""
        return hosts.log_directory(host.name) / f'{name}.log'

    def run(self, *command: str, log: str, host: inventory.Host) -> str:
        """Run a command inside a host, logged."""
        running = self.running[host.name]
        return running.run(
            command,
            environment={'PATH': PATH, 'LANG': 'C.UTF-8', 'HOME': '/run/tmp'},
            log=self.log(host, log),
        )

    def write(self, host: inventory.Host, path: str, text: str) -> None:
        """Write a file inside a host, for root's eyes only."""
        place = self.running[host.name].path(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch(mode=0o600)
        place.chmod(0o600)
        place.write_text(text)

    def configure(self, host: inventory.Host) -> None:
        """Write a host's files and make its processes known."""
        processes: list[base.Process] = []
        for service in self.services:
            if service.host != host:
                continue
            for path, text in service.files.items():
                self.write(host, path, text)
            for directory in service.directories:
                place = self.running[host.name].path(directory)
                place.mkdir(parents=True, exist_ok=True)
            processes += service.processes
        supervisor.Client(self.running[host.name]).add(processes)

    def start(self, service: base.Service) -> None:
        """Start a service's processes and wait until they answer."""
        for command in service.prepare:
            self.run(*command, log=service.name, host=service.host)
        running = self.running[service.host.name]
        client = supervisor.Client(running)
        for process in service.processes:
            client.start(process.name)
        self.wait(service, lambda: service.ready(running))

    def wait(self, service: base.Service, ready: Callable[[], None]) -> None:
        """Wait until a service is ready; notice at once when it dies.

        :raises StepFailed: with the end of the log that explains it
        """
        from keystoneauth1 import exceptions

        client = supervisor.Client(self.running[service.host.name])

        def probe() -> bool:
            if self.stopped.is_set():
                raise errors.Stopped(f'{service.step} was given up')
            for process in service.processes:
                try:
                    client.check(process.name)
                except supervisor.ProcessDied as death:
                    raise self._dead(service, process, death) from death
            try:
                ready()
            except exceptions.ClientException as answer:
                raise waiting.NotReady(str(answer)) from answer
            return True

        first = service.processes[0].name
        waiting.wait_for(
            probe,
            service.step,
            READY_DEADLINE,
            log=lambda name: self.log(service.host, name or first),
            interval=POLL,
            hint=SLOW,
        )

    def _dead(
        self,
        service: base.Service,
        process: base.Process,
        death: supervisor.ProcessDied,
    ) -> errors.StepFailed:
        return errors.StepFailed(
            process.name,
            f'ended on {service.host.name} ({death})',
            self.log(service.host, process.name),
            hint=hosts.HINT,
        )

    def ask(self, step: str, action: Callable[[], None]) -> None:
        """Do what asks the cloud for something.

        :param step: of the service that is asked
        :raises StepFailed: with the end of its log, when it refuses
        """
        from keystoneauth1 import exceptions

        try:
            action()
        except exceptions.ClientException as answer:
            service = self.service(step)
            raise errors.StepFailed(
                step,
                str(answer),
                self.log(service.host, service.processes[0].name),
                hint=hosts.HINT,
            ) from answer

    def service(self, step: str) -> base.Service:
        """The service that a step starts."""
        return next(one for one in self.services if one.step == step)

    def step(self, service: base.Service) -> graph.Step:
        """The step of ``up`` that starts a service."""
        return graph.Step(
            service.step,
            lambda: self.start(service),
            (f'settings of {service.host.name}', *service.requires),
        )
