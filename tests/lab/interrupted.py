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
"""A run of Tempest that is cut short: what does it leave in the cloud?

Runs inside the controller: ``scripts/lab run -- python -m
tests.lab.interrupted HOW [WHEN]`` prints a line for each resource that is
left, and one with how many there had been. Other runs beside it do no harm:
this one is told by the prefix of its names.
"""

import argparse
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from collections.abc import Set
import contextlib
from dataclasses import dataclass
from dataclasses import field
import itertools
import os
from pathlib import Path
import signal
import subprocess
import sys
import tempfile
from typing import Any
import uuid

import openstack

from ipv6_lab import errors
from ipv6_lab import waiting
from tests.lab import lying
from tools import lab

TESTS = r'^ipv6_tempest_plugin\.tests\.'
API = rf'{TESTS}overlay\.api\.test_(networks|routers)\.'
# It builds all of the scenario, and then changes it.
VROUTER = rf'{TESTS}vrouter\..*\.test_control_with_port_security'
# Its two servers serve all of a class, reached with a key pair.
SCENARIO = rf'{TESTS}overlay\.scenario\..*\.TestGettingAddress\.'
PATIENCE = 180
LOG = 'log'
LINES = 200
CHANGED = 'eth0-vRouter'
# By name: the signal, and whether all of the run gets it or its head alone.
WAYS = {
    'ctrl-c': (signal.SIGINT, True),
    'terminated': (signal.SIGTERM, True),
    'runner-died': (signal.SIGKILL, False),
}


@dataclass(frozen=True)
class Moment:
    """When a run is cut short.

    :param regex: of the tests that it runs
    :param come: says so of the cloud and the ids of the run's projects
    """

    regex: str
    come: Callable[[Any, Set[str]], bool]


def _subnets(cloud: Any, projects: Set[str]) -> bool:
    return any(map(projects.__contains__, _owners(cloud.network.subnets())))


def _ports(cloud: Any, projects: Set[str]) -> bool:
    return any(CHANGED in one.name for one in _own_ports(cloud, projects))


def _servers(cloud: Any, projects: Set[str]) -> bool:
    every = cloud.compute.servers(all_projects=True)
    return any(map(projects.__contains__, _owners(every)))


def _carried(cloud: Any, projects: Set[str]) -> bool:
    every = cloud.network.trunks()
    return any(one.sub_ports for one in every if one.project_id in projects)


def _routes(cloud: Any, projects: Set[str]) -> bool:
    every = cloud.network.routers()
    return any(one.routes for one in every if one.project_id in projects)


def _control(cloud: Any, projects: Set[str]) -> bool:
    return any(
        CHANGED in one.name and one.is_port_security_enabled
        for one in _own_ports(cloud, projects)
    )


def _own_ports(cloud: Any, projects: Set[str]) -> Iterator[Any]:
    every = cloud.network.ports()
    return (one for one in every if one.project_id in projects)


def _owners(every: Iterator[Any]) -> Iterator[str]:
    return (one.project_id for one in every)


MOMENTS = {
    'api': Moment(API, _subnets),
    'scenario': Moment(SCENARIO, _servers),
    'sub-ports': Moment(SCENARIO, _carried),
    'networks': Moment(VROUTER, _subnets),
    'ports': Moment(VROUTER, _ports),
    'servers': Moment(VROUTER, _servers),
    'route': Moment(VROUTER, _routes),
    'control': Moment(VROUTER, _control),
}


@dataclass
class Owners:
    """Whose a run's resources are, as far as that is known by now.

    Tempest chooses the names of its projects, and its users have theirs;
    some resources are found by the prefix of their names, the others by
    whose they are.

    :param prefix: of the resources' names
    :ivar projects: ids
    :ivar names: of the projects
    :ivar users: ids
    """

    prefix: str
    projects: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    users: set[str] = field(default_factory=set)

    def owns(self, one: Any) -> bool:
        """Whether a resource is the run's; its project is then, too."""
        project = one.project_id
        name = one.name or one.id
        if project not in self.projects and not name.startswith(self.prefix):
            return False
        self.projects.add(project)
        return True

    def people(
        self, projects: Iterable[Any], users: Iterable[Any]
    ) -> list[Any]:
        """Return the run's own of the cloud's projects and users."""
        there = [one for one in projects if one.id in self.projects]
        self.names |= {one.name for one in there}
        heads = tuple(f'{name}-project' for name in self.names)
        ours = [one for one in users if one.name.startswith(heads)]
        self.users |= {one.id for one in ours}
        return [*there, *ours]


def everything(cloud: Any) -> Iterator[tuple[str, Any]]:
    """Each resource of the cloud that a run could make, and its kind.

    Users and what belongs to users alone are left out.
    """
    network, compute = cloud.network, cloud.compute
    kinds = {
        'network': network.networks(),
        'subnet': network.subnets(),
        'port': network.ports(),
        'router': network.routers(),
        'trunk': network.trunks(),
        'security group': network.security_groups(),
        'floating IP': network.ips(),
        'server': compute.servers(all_projects=True),
        'server group': compute.server_groups(all_projects=True),
    }
    for kind, every in kinds.items():
        yield from zip(itertools.repeat(kind), every)


def census(cloud: Any, owners: Owners) -> list[str]:
    """Kind and name of all that is a run's."""
    found = [
        f'{kind} {one.name or one.id}'
        for kind, one in everything(cloud)
        if owners.owns(one)
    ]
    identity = cloud.identity
    people = owners.people(identity.projects(), identity.users())
    keys = [
        key
        for user in owners.users
        for key in cloud.compute.keypairs(user_id=user)
    ]
    return [
        *found,
        *(f'key pair {one.name}' for one in keys),
        *(f'user or project {one.name}' for one in people),
    ]


def story(way: str, moment: Moment) -> tuple[list[str], list[str]]:
    """Interrupt a run at a moment; what was there, what is."""
    prefix = f'cut{uuid.uuid4().hex[:8]}'
    cloud = openstack.connect()
    owners = Owners(prefix)

    def made() -> list[str] | None:
        if run.poll() is not None:
            raise AssertionError(f'the run ended with {run.returncode}')
        seen = census(cloud, owners)
        return seen if moment.come(cloud, owners.projects) else None

    with tempfile.TemporaryDirectory() as scratch:
        run = start(Path(scratch), prefix, moment.regex)
        try:
            before = waiting.wait_for(made, 'resources', PATIENCE)
            number, everyone = WAYS[way]
            (os.killpg if everyone else os.kill)(run.pid, number)
            run.wait(PATIENCE)
            waiting.wait_for(
                lambda: not alive(run.pid), 'the end of the workers', PATIENCE
            )
        except BaseException:
            print(*last_words(run.pid, Path(scratch)), sep='\n')
            raise
        finally:
            if alive(run.pid):
                os.killpg(run.pid, signal.SIGKILL)
    return before, census(cloud, owners)


def last_words(group: int, scratch: Path) -> list[str]:
    """What each process of a run was doing, and what it has said."""
    if alive(group):
        # Python then shows every thread's stack (faulthandler).
        os.killpg(group, signal.SIGABRT)
        with contextlib.suppress(errors.StepFailed):
            waiting.wait_for(lambda: not alive(group), 'the stacks', 10)
    return (scratch / LOG).read_text(errors='replace').splitlines()[-LINES:]


def start(scratch: Path, prefix: str, regex: str) -> subprocess.Popen[bytes]:
    """Start a run in a session of its own."""
    config = scratch / 'tempest.conf'
    settings = {'DEFAULT': {'resource_name_prefix': prefix}}
    config.write_text(lying.changed(os.environ['TEMPEST_CONFIG'], settings))
    with (scratch / LOG).open('w') as log:
        return subprocess.Popen(
            ['tempest', 'run', '--concurrency', '2', '--regex', regex],
            cwd=lab.workspace(scratch / 'workspace'),
            env={
                **os.environ,
                'TEMPEST_CONFIG': str(config),
                'PYTHONFAULTHANDLER': '1',
            },
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def alive(group: int) -> bool:
    """Whether a process group has a process."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def main(arguments: Sequence[str]) -> int:
    """Print what is left; 0 when nothing is."""
    parser = argparse.ArgumentParser(prog='interrupted')
    parser.add_argument('way', choices=WAYS)
    parser.add_argument('moment', choices=MOMENTS, default='api', nargs='?')
    chosen = parser.parse_args(arguments)
    before, left = story(chosen.way, MOMENTS[chosen.moment])
    for one in left:
        print(f'left: {one}')
    print(f'{len(before)} there were, {len(left)} are left')
    return 1 if left else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
