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
"""Kernel modules: which files, in which order."""

from collections.abc import Iterable
from pathlib import Path

from ipv6_lab import errors

Dependencies = dict[str, list[str]]


def read_dependencies(text: str) -> Dependencies:
    """What ``modules.dep`` says.

    :param text: lines of the form ``path: path ...``
    :returns: for each module's path the paths that it needs, the most
        basic one last, as depmod orders them
    """
    pairs = (line.split(':', 1) for line in text.splitlines() if ':' in line)
    return {name: needs.split() for name, needs in pairs}


def loading_order(
    names: Iterable[str], dependencies: Dependencies
) -> list[str]:
    """The modules in an order in which each can be loaded.

    :param names: modules by name, dashes and underscores being the same
    :returns: paths, each after those that it needs
    :raises LabError: when the kernel has no such module
    """
    paths = {plain(path): path for path in dependencies}
    order: list[str] = []
    for name in names:
        if plain(name) not in paths:
            raise errors.LabError(
                f'guest image: the kernel has no module {name}',
                'correct the lists in ipv6_lab.guest.contents',
            )
        path = paths[plain(name)]
        order += [*reversed(dependencies[path]), path]
    return list(dict.fromkeys(order))


def plain(path: str) -> str:
    """A module's name: no directory, no suffix, underscores only."""
    return Path(path).name.removesuffix('.ko').replace('-', '_')
