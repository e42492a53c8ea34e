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

"""The lab's two hosts as runners of the playbook, over SSH.

``python -m tests.lab.runners REGEX [REGEX ...]`` as root, on a lab that is
up, prints what two runners and one take for the same tests.
"""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import json
import os
from pathlib import Path
import subprocess
import sys
import time
from typing import Any

import fixtures

from ipv6_lab import hosts
from ipv6_lab import inventory
from ipv6_lab import paths
from ipv6_lab import places
from tests.lab import machine
from tests.lab import sshd
from tools import lab

RUNNERS = inventory.CLOUD_HOSTS
PLAYBOOK = paths.CHECKOUT / 'playbooks' / 'run.yaml'
# Of what the lab tells Tempest in the controller: the other host needs it.
VARIABLES = (
    'PATH',
    'PYTHONPATH',
    'TEMPEST_CONFIG',
    'OS_TEST_PATH',
    'OS_TOP_LEVEL',
    'XDG_CACHE_HOME',
)
LIMIT = 900


class Bed(fixtures.Fixture):
    """Both hosts, each with an SSH server and a workspace.

    ``place`` holds all that a test leaves; hosts see it too.
    """

    def _setUp(self) -> None:
        temporary = fixtures.TempDir(rootdir='/tmp')
        self.place = Path(self.useFixture(temporary).path)
        self._key = self.place / 'key'
        sshd.make_key(self._key)
        sshd.unpack(self.place / 'openssh')
        found = hosts.find()
        self.servers = {
            host.name: self._server(found[host.name], str(host.control))
            for host in RUNNERS
        }
        known = self.place / 'known_hosts'
        known.write_text(''.join(s.known for s in self.servers.values()))
        self.inventory = self.place / 'inventory.json'
        self.inventory.write_text(json.dumps(self._inventory()))

    def _server(self, host: hosts.Running, address: str) -> sshd.Sshd:
        lab.workspace(self.workspace(host.name))
        server = sshd.Sshd(
            host.command,
            address,
            self.place / 'openssh',
            self._key,
            self.place / 'sshd' / host.name,
        )
        return self.useFixture(server)

    def workspace(self, runner: str) -> Path:
        """Where a runner runs its tests."""
        return self.place / 'runners' / runner

    def _inventory(self) -> dict[str, Any]:
        """The inventory, in the JSON that is YAML too."""
        return {
            'runners': {
                'hosts': {
                    host.name: {
                        'ansible_host': str(host.control),
                        'ipv6_runners_workspace': str(
                            self.workspace(host.name)
                        ),
                    }
                    for host in RUNNERS
                },
                'vars': {
                    'ansible_user': 'root',
                    'ansible_port': sshd.PORT,
                    'ansible_ssh_private_key_file': str(self._key),
                    'ansible_ssh_common_args': (
                        '-F none -o IdentitiesOnly=yes '
                        f'-o UserKnownHostsFile={self.place}/known_hosts'
                    ),
                    'ansible_python_interpreter': '/usr/bin/python3',
                    'ipv6_runners_environment': surroundings(),
                    'ipv6_runners_workers': 1,
                    'ipv6_runners_gather': 5,
                },
            }
        }

    def record(self, name: str) -> Path:
        """Where the record of a run lies."""
        return self.place / 'records' / name

    def play(
        self, name: str, regex: str, *arguments: str
    ) -> subprocess.Popen[str]:
        """Start the playbook, inside the controller.

        :param name: of the run's record
        :param arguments: more of ansible-playbook's
        """
        playbook = places.venv('ansible') / 'bin' / 'ansible-playbook'
        given = {
            'ipv6_runners_regex': regex,
            'ipv6_runners_record': str(self.record(name)),
        }
        return subprocess.Popen(
            (
                *(machine.LAB, 'run', '--', str(playbook)),
                *('-i', str(self.inventory), str(PLAYBOOK)),
                *('-e', json.dumps(given), *arguments),
            ),
            cwd=self.place,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def _environment(self) -> Mapping[str, str]:
        return {
            **os.environ,
            'LC_ALL': 'C.UTF-8',
            'ANSIBLE_HOME': str(self.place / 'ansible'),
            'ANSIBLE_SSH_CONTROL_PATH_DIR': str(self.place / 'ansible' / 'cp'),
            'ANSIBLE_REMOTE_TEMP': '~/ansible',
            'ANSIBLE_NOCOLOR': '1',
            'ANSIBLE_DISPLAY_SKIPPED_HOSTS': '0',
            # What waits for the next connection shall not outlive the test.
            'ANSIBLE_SSH_ARGS': '-o ControlMaster=auto -o ControlPersist=20s',
        }


def surroundings() -> dict[str, str]:
    """What the lab tells a command in the controller."""
    told = subprocess.run(
        (machine.LAB, 'run', '--', 'env', '-0'),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    pairs = (line.partition('=') for line in told.split('\0'))
    found = {name: value for name, _, value in pairs}
    return {name: found[name] for name in VARIABLES}


def run_of(record: Path) -> dict[str, Any]:
    """The report of a run, as data."""
    found: dict[str, Any] = json.loads((record / 'run.json').read_text())
    return found


def measured(bed: Bed, regexes: Sequence[str]) -> Iterator[str]:
    """Run tests on two runners, on one, on two that know; a line for each."""
    one = ('--limit', RUNNERS[0].name)
    for number, regex in enumerate(regexes):
        first = bed.record(f'{number}-two') / 'run.json'
        know = json.dumps({'ipv6_runners_times': [str(first)]})
        for name, more in (
            (f'{number}-two', ()),
            (f'{number}-one', one),
            (f'{number}-two-that-know', ('-e', know)),
        ):
            began = time.monotonic()
            said, _ = bed.play(name, regex, *more).communicate(timeout=LIMIT)
            took = time.monotonic() - began
            run = run_of(bed.record(name))
            yield said
            yield (
                f'{name}: {len(run["tests"])} results, tests '
                f'{run["seconds"]:.1f} s, playbook {took:.1f} s, '
                f'green: {run["green"]}'
            )


def main(arguments: Sequence[str]) -> int:
    """Print what runners take; 0."""
    if os.geteuid():
        print('runners: expected root, seen another user', file=sys.stderr)
        return 2
    with Bed() as bed:
        for line in measured(bed, arguments):
            print(line, flush=True)
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
