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
"""What a person learns of a cloud with three faults.

``python -m tests.lab.three_faults DIRECTORY [PART ...]``, as root on the
machine of a lab that nobody else uses, runs some tests under each fault and
leaves there one page of them all, ``report.html``, and its JSON.
"""

from collections.abc import Callable
from collections.abc import Sequence
import contextlib
from dataclasses import dataclass
import os
from pathlib import Path
import shutil
import subprocess
import sys
import threading
from urllib import parse

from ipv6_lab.faults import answers
from ipv6_lab.faults import listeners
from ipv6_lab.faults import neutron_proxy
from ipv6_lab.faults import packets
from ipv6_lab import hosts
from ipv6_lab import inventory
from tests.lab import lying
from tests.lab import machine
from tools import lab

TESTS = r'^ipv6_tempest_plugin\.tests\.'
TIMEOUT = 600


@dataclass(frozen=True)
class Part:
    """Some tests under one fault.

    :param broken: breaks the running hosts
    :param lie: of the networking API, by its name
    """

    tests: str
    broken: Callable[[packets.Running], packets.Broken]
    lie: str = 'honest'


PARTS = {
    'endpoint': Part(
        rf'{TESTS}underlay\.test_(endpoints|registry)',
        lambda running: listeners.silent(running, 'placement'),
    ),
    'api': Part(
        rf'{TESTS}overlay\.api\.test_networks\.NetworksIpV6TestAttrs',
        lambda running: contextlib.nullcontext(),
        lie='subnet-no-ra-mode',
    ),
    'scenario': Part(
        rf'{TESTS}overlay\.scenario\..*\.TestGettingAddress\.test_slaac_from',
        packets.BY_NAME['ra-small-mtu'].inject,
    ),
}
INSIDE = 'inside'
MODULE = 'tests.lab.three_faults'
# On a broken lab what is missing is not waited for for long.
OVERLAY = {'guest_patience': '8'}


def run(part: Part, place: Path) -> Path:
    """Run a part's tests; return the workspace that holds their results."""
    workspace = lab.workspace(place)
    command = ('python', '-m', MODULE, INSIDE, part.lie, part.tests)
    with part.broken(hosts.find()):
        machine.lab('run', '--', *command, timeout=TIMEOUT, cwd=workspace)
    return workspace


def inside(lie: str, tests: str) -> int:
    """Run tests in the controller, led through a proxy that lies."""
    target = parse.urlsplit(inventory.url('network')).netloc
    with neutron_proxy.Proxy(answers.make(lie), target) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        clients = {} if lie == 'honest' else {'proxy_url': proxy.url}
        changes = {'service-clients': clients, 'ipv6_overlay': OVERLAY}
        config = Path('tempest.conf')
        config.write_text(lying.changed(os.environ['TEMPEST_CONFIG'], changes))
        try:
            return subprocess.run(
                ['tempest', 'run', '--concurrency', '2', '--regex', tests],
                env={**os.environ, 'TEMPEST_CONFIG': str(config.absolute())},
            ).returncode
        finally:
            proxy.shutdown()


def report(place: Path, names: Sequence[str] = tuple(PARTS)) -> str:
    """Run parts; write the page; return what the command said."""
    streams = [run(PARTS[name], place / name) for name in names]
    files = {'--html': 'report.html', '--json': 'report.json'}
    wanted = [
        word
        for option, name in files.items()
        for word in (option, str(place / name))
    ]
    command = ('tempest', 'ipv6-report', *wanted, *map(str, streams))
    return machine.lab('run', '--', *command, timeout=TIMEOUT).stdout


def main(arguments: Sequence[str]) -> int:
    """Leave the page; say what it says."""
    if arguments[0] == INSIDE:
        return inside(*arguments[1:])
    place, *names = arguments
    for name in PARTS:
        shutil.rmtree(Path(place, name), ignore_errors=True)
    print(report(Path(place), names or tuple(PARTS)))
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
