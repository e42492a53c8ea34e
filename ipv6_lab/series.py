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

"""Several commands of one OpenStack program, for the price of one import.

``python -m ipv6_lab.series MODULE , WORD ... , WORD ...`` imports the module
once and runs its ``main`` for each list of words, in a child of its own, until
one fails. It runs with the cloud's interpreter, inside a host.
"""

from collections.abc import Iterator
from collections.abc import Sequence
import importlib
import os
import sys

SEPARATOR = ','


def command(*commands: Sequence[str]) -> tuple[str, ...]:
    """The words that stand for some commands behind the module's name."""
    return tuple(word for words in commands for word in (SEPARATOR, *words))


def split(words: Sequence[str]) -> Iterator[list[str]]:
    """The commands that :func:`command` put together.

    >>> list(split([',', 'db', 'sync', ',', 'list']))
    [['db', 'sync'], ['list']]
    """
    found: list[list[str]] = []
    for word in words:
        if word == SEPARATOR:
            found.append([])
        else:
            found[-1].append(word)
    return iter(found)


def main(arguments: list[str]) -> int:
    """Run the commands; the exit status of the first that fails."""
    name, *rest = arguments
    program = importlib.import_module(name)
    for words in split(rest):
        print(f'$ {name} {" ".join(words)}', flush=True)
        child = os.fork()
        if not child:
            sys.argv = [name, *words]
            sys.exit(program.main())
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        if code:
            return abs(code)
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
