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

"""What runners have for a Tempest: its tests pass and blab out secrets.

    python -m tests.unit.plugin.runners.false_tempest WORDS ...

The runner ``two`` dies in the middle of its share. ``SCRIPT`` is a program
``tempest`` that does this and has our own commands.
"""

import os
from pathlib import Path
import signal
import sys
import time

from tests.unit.plugin import commands
from tests.unit.plugin.results import streams
from tests.unit.plugin.results import test_masking

SCRIPT = commands.SCRIPT.replace(commands.__name__, __name__)
TESTS = [
    streams.test_id(f'{streams.API}.test_a.{n}Test.test', ord(n))
    for n in 'ABCDEF'
]
PLANTED = test_masking.PLANTED
PATIENCE = 20


def run(listed: Path) -> None:
    """Tell of the tests in a list."""
    tests = listed.read_text().split()
    is_dying = Path.cwd().name == 'two'
    made = streams.Stream()
    for test in tests[: len(tests) // 2] if is_dying else tests:
        made.start(test).file(test, 'log', PLANTED.encode())
        made.end(test, 'success')
    print(PLANTED, file=sys.stderr)
    sys.stdout.buffer.write(bytes(made))
    sys.stdout.flush()
    if is_dying:
        die(listed.parent, len(tests) // 2)


def die(room: Path, count: int) -> None:
    """Die with all that runs the share, once what was told is kept."""
    ends = time.monotonic() + PATIENCE
    # The worker of a test is named when it is over.
    while (room / 'stream').read_bytes().count(b'worker-0') < count:
        if time.monotonic() > ends:
            raise AssertionError(f'nothing of {count} test(s) is kept')
        time.sleep(0.1)
    os.killpg(int((room / 'pid').read_text()), signal.SIGKILL)
    sys.exit(1)


def main(*words: str) -> int:
    """Do what is asked for; return the exit status."""
    if words[0].startswith('ipv6-'):
        return commands.main(*words)
    if '--list-tests' in words:
        print(*TESTS, sep='\n')
    else:
        run(Path(words[words.index('--load-list') + 1]))
    return 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
