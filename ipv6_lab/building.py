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
"""Building the lab: hosts, links, then every service in its order.

A new cloud is bootstrapped and its state kept; the next start lays the
kept state back, and what is once-only falls away.
"""

import concurrent.futures
import functools
from pathlib import Path
import shutil

from ipv6_lab import bootstrap
from ipv6_lab import cache
from ipv6_lab import cloud
from ipv6_lab import engine
from ipv6_lab import graph
from ipv6_lab import hosts
from ipv6_lab.install import apt
from ipv6_lab import inventory
from ipv6_lab import links
from ipv6_lab import paths
from ipv6_lab import places
from ipv6_lab import progress as progress_module
from ipv6_lab import secrets
from ipv6_lab import services
from ipv6_lab.services import base
from ipv6_lab.services import context
from ipv6_lab.services import mariadb
from ipv6_lab.services import neutron
from ipv6_lab.services import nova
from ipv6_lab.services import openvswitch
from ipv6_lab import supervisor
from ipv6_lab import tempest

SECRETS = 'secrets.json'
# What the kept state depends on, beside the environments, the image and the
# database server, whose files it holds.
RECIPE = (
    'bootstrap.py',
    'building.py',
    'cloud.py',
    'inventory.py',
    'secrets.py',
    'tempest.py',
    'services/*.py',
)

# Services whose processes report to Neutron.
AGENTS = (neutron.OVS_AGENT, neutron.AGENTS)

Progress = progress_module.Progress


def kept() -> Path:
    """Where the bootstrapped state of this recipe is, or would be."""
    here = Path(__file__).parent
    sources = sorted(path for pattern in RECIPE for path in here.glob(pattern))
    made_from = (
        places.venv('cloud'),
        places.venv('tempest'),
        places.guest_image().parent,
    )
    names = [place.name for place in made_from]
    names.append(apt.version(mariadb.PACKAGE))
    return cache.place('bootstrap', cache.digest([*names, *sources]))


def build(progress: Progress) -> None:
    """Bring up a lab of which nothing is there.

    :raises LabError: when a step fails
    """
    place = kept()
    known = cache.finished(place)
    lab = begin(place if known else None)
    with progress.step('hosts'):
        running = start_hosts()
    with progress.step('links'):
        links.connect(running)
    machine = engine.Engine(lab, running, services.everything(lab))
    with running[inventory.CONTROLLER.name].network():
        once = restoring(machine, place) if known else making(machine, place)
        graph.run([*once, *always(machine)], progress, machine.stopped)


def begin(place: Path | None) -> context.Context:
    """Make the state's directory, with the passwords of the kept state."""
    # A reboot ends a lab without asking it to leave.
    shutil.rmtree(paths.state(), ignore_errors=True)
    for directory in (paths.state(), paths.logs(), paths.root() / 'bootstrap'):
        directory.mkdir(parents=True, exist_ok=True)
        # Passwords lie in them, of the lab and of Tempest's users.
        directory.chmod(0o700)
    tempest.logs().mkdir(exist_ok=True)
    values = secrets.load(place / SECRETS) if place else secrets.make()
    secrets.save(values, paths.state() / SECRETS)
    return context.Context(places.venv('cloud'), values)


def start_hosts() -> dict[str, hosts.Running]:
    """Start every host at once."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        started = list(pool.map(hosts.start, inventory.HOSTS))
    return {host.name: host for host in started}


def making(machine: engine.Engine, place: Path) -> list[graph.Step]:
    """The steps of a new cloud alone, whose state is kept."""
    once = bootstrap.Bootstrap(machine, places.guest_image()).steps()
    last = graph.Step(
        'state kept',
        lambda: _kept(machine, place),
        tuple(step.name for step in once),
    )
    return [*once, last]


def _kept(machine: engine.Engine, place: Path) -> None:
    cache.make(place, lambda empty: keep(machine, empty))


def keep(machine: engine.Engine, empty: Path) -> None:
    """Keep what a new cloud came to."""
    bootstrap.keep(machine, empty)
    bootstrap.copy(paths.state() / SECRETS, empty / SECRETS)
    bootstrap.copy(tempest.directory(), empty / 'tempest')


def restoring(machine: engine.Engine, place: Path) -> list[graph.Step]:
    """The steps of a start from kept state; most are done with its files."""

    def restore() -> None:
        bootstrap.restore(machine, place)
        bootstrap.copy(place / 'tempest', tempest.directory())

    first = graph.Step('kept state', restore, ('settings of controller',))
    done = [
        graph.Step(step.name, None, (first.name,))
        if step.name in bootstrap.BEFORE_DATABASE
        else graph.Step(step.name, None, step.requires)
        for step in making(machine, place)
    ]
    return [first, *done]


def wait_for_cloud(machine: engine.Engine, view: cloud.Cloud) -> None:
    """Wait until the computes have resources and the catalog is whole."""

    def ready() -> None:
        view.hypervisors(len(inventory.CLOUD_HOSTS))
        view.catalog()

    machine.wait(machine.service('nova-api on controller'), ready)


def always(machine: engine.Engine) -> list[graph.Step]:
    """The steps of every start."""
    view = cloud.Cloud(machine.lab)
    steps = [machine.step(service) for service in machine.services]
    for host in inventory.CLOUD_HOSTS:
        steps += settings(machine, host)
        steps += reports(machine, view, host)
    outside = inventory.EXTERNAL
    steps.append(
        graph.Step(
            f'settings of {outside.name}', lambda: machine.configure(outside)
        )
    )
    steps.append(
        graph.Step('addresses', lambda: links.settle(machine.running))
    )
    steps.append(
        graph.Step(
            'hypervisors and catalog',
            lambda: wait_for_cloud(machine, view),
            (
                'computes mapped',
                *(
                    reported(service)
                    for service in machine.services
                    if service.name in AGENTS
                ),
            ),
        )
    )
    return steps


def reported(service: base.Service) -> str:
    """The step that ends when a service's agents have reported."""
    return f'{service.step}: report'


def settings(machine: engine.Engine, host: inventory.Host) -> list[graph.Step]:
    """Files and bridges of a host."""

    def bridges() -> None:
        for command in openvswitch.bridges(host):
            machine.run(*command, log='bridges', host=host)

    def tunnel() -> None:
        openvswitch.route_tunnel(host, machine.running[host.name])

    def libraries() -> None:
        supervisor.Client(machine.running[host.name]).load()

    name = host.name
    return [
        # What else is to be started waits for it: now, when most of it waits
        # for addresses.
        graph.Step(
            f'libraries on {name}', libraries, (f'openvswitch on {name}',)
        ),
        graph.Step(f'settings of {name}', lambda: machine.configure(host)),
        graph.Step(f'bridges on {name}', bridges, (f'openvswitch on {name}',)),
        graph.Step(f'tunnel of {name}', tunnel, (f'bridges on {name}',)),
    ]


def binaries(host: inventory.Host) -> list[str]:
    """Nova's services of a host that report."""
    if host == inventory.CONTROLLER:
        return ['nova-compute', *nova.SERVERS]
    return ['nova-compute']


def reports(
    machine: engine.Engine, view: cloud.Cloud, host: inventory.Host
) -> list[graph.Step]:
    """Waiting until what runs on a host has told the APIs that it does."""
    name = host.name

    def wait_for_agents(service: base.Service) -> None:
        binaries = [process.name for process in service.processes]
        machine.wait(
            service, lambda: view.agents_alive(name, machine.since, binaries)
        )

    def wait_for_nova() -> None:
        machine.wait(
            machine.service(f'nova-compute on {name}'),
            lambda: view.services_up(name, machine.since, binaries(host)),
        )

    return [
        *(
            graph.Step(
                reported(service),
                functools.partial(wait_for_agents, service),
                (service.step, 'neutron on controller'),
            )
            for service in machine.services
            if service.host == host and service.name in AGENTS
        ),
        graph.Step(
            f'nova on {name}: report',
            wait_for_nova,
            (f'nova-compute on {name}', 'nova-api on controller'),
        ),
    ]
