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
"""The checkout's own entry points, visible to Tempest without installing.

The cached environment is shared by every checkout, so the plugin is not
in it. A checkout that is on ``PYTHONPATH`` and has its ``egg-info`` is as
good as installed: Tempest finds plugins by their entry points.
"""

from pathlib import Path
import subprocess

from ipv6_lab import errors
from ipv6_lab.install import commands
from ipv6_lab.install import venvs
from ipv6_lab import paths

NAME = 'ipv6_tempest_plugin'
# pbr would ask git, which refuses to serve root in another's checkout.
VERSION = {'PBR_VERSION': '0.0.0', 'SKIP_GIT_SDIST': '1'}


def metadata(checkout: Path = paths.CHECKOUT) -> Path:
    """Write the checkout's ``egg-info`` when ``setup.cfg`` is newer.

    :returns: the directory to put on ``PYTHONPATH``
    :raises LabError: when setuptools cannot write it
    """
    points = checkout / f'{NAME}.egg-info' / 'entry_points.txt'
    if not _older(points, checkout / 'setup.cfg'):
        return checkout
    done = subprocess.run(
        (venvs.path('tempest') / 'bin/python', 'setup.py', '-q', 'egg_info'),
        cwd=checkout,
        env={**commands.environment(), **VERSION},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        last = done.stdout.strip().rpartition('\n')[2]
        raise errors.LabError(
            f'`python setup.py egg_info` in {checkout} exited with status '
            f'{done.returncode}, expected 0: {last}',
            'run it there by hand to see more',
        )
    points.touch()  # an unchanged file keeps its old time
    return checkout


def _older(path: Path, than: Path) -> bool:
    return not path.exists() or path.stat().st_mtime < than.stat().st_mtime
