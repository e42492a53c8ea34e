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

"""Our commands of ``tempest``, of a checkout that is not installed.

    python -m tests.unit.plugin.commands ipv6-report ...

``SCRIPT`` is a program ``tempest`` that does so, and nothing else.
"""

import configparser
from importlib import metadata
from pathlib import Path
import sys
from unittest import mock

from cliff import app

GROUP = 'tempest.cm'
ROOT = Path(__file__).resolve().parents[3]
SCRIPT = f"""#!/bin/sh
PYTHONPATH={ROOT} exec {sys.executable} -B -m {__name__} "$@"
"""


def main(name: str, *arguments: str) -> int:
    """Run a command; return its exit status."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / 'setup.cfg')
    lines = setup['entry_points'][GROUP].strip().splitlines()
    places = dict(line.split(' = ', 1) for line in lines)
    made = metadata.EntryPoint(name, places[name], GROUP).load()
    command = made(mock.Mock(spec=app.App, stdout=sys.stdout), None)
    parsed = command.get_parser(f'tempest {name}').parse_args(arguments)
    return int(command.run(parsed))


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
