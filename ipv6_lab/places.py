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
"""Where what this checkout installs is, or would be.

``python3 -m ipv6_lab.places NAME`` prints one place (see :data:`PLACES`).
"""

from collections.abc import Callable
from pathlib import Path
import sys

from ipv6_lab import errors
from ipv6_lab.install import image
from ipv6_lab.install import venvs
from ipv6_lab import paths


def venv(name: str) -> Path:
    """The virtual environment that this checkout wants (it may be missing).

    :param name: one of :data:`venvs.ENVIRONMENTS`
    """
    return venvs.path(name)


def guest_image() -> Path:
    """The guest image that this checkout wants (it may be missing)."""
    return image.path()


PLACES: dict[str, Callable[[], Path]] = {
    'root': paths.root,
    'state': paths.state,
    'logs': paths.logs,
    'cloud-venv': lambda: venv('cloud'),
    'tempest-venv': lambda: venv('tempest'),
    'xtesting-venv': lambda: venv('xtesting'),
    'ansible-venv': lambda: venv('ansible'),
    'guest-image': guest_image,
}


def main(arguments: list[str]) -> int:
    """Print one place, for scripts."""
    if len(arguments) != 1 or arguments[0] not in PLACES:
        names = ' | '.join(PLACES)
        print(f'usage: python3 -m ipv6_lab.places {names}', file=sys.stderr)
        return 2
    try:
        print(PLACES[arguments[0]]())
    except errors.LabError as error:
        print(f'ipv6-lab: {error}', file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
