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
"""What scripts/bench runs: a benchmark, with the packages it needs."""

from collections.abc import Sequence
import os
import subprocess
import sys

from ipv6_lab import errors
from ipv6_lab.install import plugin
from ipv6_lab import places
from tools import checks
from tools import complaints
from tools import lab

PLACE = checks.ROOT / 'benchmarks'
# This one measures installing too, so it must not stand on what it removes.
PLAIN = ('lab',)


def names() -> list[str]:
    """The benchmarks that there are."""
    return sorted(
        path.stem for path in PLACE.glob('*.py') if path.stem != '__init__'
    )


def interpreter(name: str) -> str:
    """The Python that has what a benchmark imports.

    :raises CalledProcessError: when it cannot be installed
    :raises LabError: for what the user has to mend
    """
    if name in PLAIN:
        return sys.executable
    subprocess.run((lab.COMMAND, 'install', '--quiet'), check=True)
    plugin.metadata(checks.ROOT)
    return str(places.venv('tempest') / 'bin' / 'python')


def main(arguments: Sequence[str]) -> int:
    """Become the benchmark that the first argument names."""
    if not arguments or arguments[0] not in names():
        usage = f'usage: scripts/bench {" | ".join(names())} [ARGUMENT ...]'
        print(usage, file=sys.stderr)
        return 2
    try:
        python = interpreter(arguments[0])
    except subprocess.CalledProcessError as error:
        return error.returncode
    except errors.LabError as problem:
        print(complaints.text('bench', problem), file=sys.stderr)
        return problem.exit_code
    module = f'benchmarks.{arguments[0]}'
    os.chdir(checks.ROOT)
    os.execv(python, (python, '-B', '-m', module, *arguments[1:]))


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
