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

"""The web page of the consoles: noVNC as Debian has it, unpacked.

Installing the package would bring a second Python stack along, of which the
page needs nothing.
"""

from pathlib import Path

from ipv6_lab import cache
from ipv6_lab.guest import packages
from ipv6_lab.install import commands
from ipv6_lab import paths
from ipv6_lab import progress as progress_module

PACKAGE = 'novnc'
PAGE = Path('usr/share/novnc')


def entry() -> Path:
    """The cache's entry."""
    recipe = cache.digest([PACKAGE, Path(__file__)])
    return cache.place('images', f'{PACKAGE}-{recipe}')


def path() -> Path:
    """Where the page's files are, or would be."""
    return entry() / PAGE


def ensure(
    progress: progress_module.Progress, running: commands.Commands
) -> None:
    """Fetch and unpack the page unless it is there.

    :raises LabError: when apt cannot deliver it
    """

    def build(directory: Path) -> None:
        (file,) = packages.fetch([PACKAGE], paths.downloads() / PACKAGE)
        packages.unpack(file, directory)

    with progress.step('console page') as step:
        if not cache.make(entry(), build):
            step.outcome = 'kept'
