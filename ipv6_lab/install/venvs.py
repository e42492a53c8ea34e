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
"""Virtual environments: OpenStack, Tempest and our checks, and others."""

from collections.abc import Callable
import dataclasses
import functools
import os
from pathlib import Path

from ipv6_lab import cache
from ipv6_lab.install import commands
from ipv6_lab.install import patches
from ipv6_lab.install import requirements
from ipv6_lab import paths
from ipv6_lab import progress as progress_module

PYTHON = Path('/usr/bin/python3')
HINT = (
    'check that pip reaches a package index on this machine (pip '
    'configuration, network, proxy, disk), then run the command again'
)
# Raised when the way of building changes.
BUILD = '2'


@dataclasses.dataclass(frozen=True)
class Environment:
    """What a virtual environment is made from.

    :param name: its requirements are ``NAME.txt`` and, compiled against
        Debian packages, ``NAME-native.txt``; ``NAME-constraints.txt`` pins
    """

    name: str

    def file(self, suffix: str = '') -> Path:
        """One of its requirement files; it may be missing."""
        return requirements.DIRECTORY / f'{self.name}{suffix}.txt'

    @property
    def native(self) -> Path | None:
        """What needs Debian packages to be installed first."""
        path = self.file('-native')
        return path if path.exists() else None

    @property
    def constraints(self) -> Path:
        """The versions of everything in it."""
        return self.file('-constraints')


ENVIRONMENTS = {
    name: Environment(name)
    for name in ('cloud', 'tempest', 'xtesting', 'ansible')
}


def key(environment: Environment) -> str:
    """A digest of requirements, constraints, patches and interpreter."""
    sources = [environment.constraints]
    sources += requirements.files(environment.file())
    if environment.native:
        sources.append(environment.native)
    interpreter = os.path.realpath(PYTHON)
    recipe = patches.recipe(environment.name)
    return cache.digest([BUILD, interpreter, recipe, *sources])


def path(name: str) -> Path:
    """Where an environment is, or would be.

    :param name: one of :data:`ENVIRONMENTS`
    """
    return cache.place('venvs', f'{name}-{_key(name)}')


@functools.cache
def _key(name: str) -> str:
    """Digested once: a file edited meanwhile must not move the lab."""
    return key(ENVIRONMENTS[name])


def site_packages(venv: Path) -> Path:
    """Where an environment keeps its packages."""
    interpreter = Path(os.path.realpath(PYTHON)).name
    return venv / 'lib' / interpreter / 'site-packages'


def ensure(
    name: str,
    progress: progress_module.Progress,
    running: commands.Commands,
    packages: Callable[[], None],
) -> None:
    """Make an environment unless it is there.

    :param packages: waits until the Debian packages are installed
    :raises StepFailed: when pip cannot, with the end of its log
    :raises LabError: when a patch does not fit
    """
    builder = Builder(ENVIRONMENTS[name], running, packages)
    with progress.step(f'virtual environment {name}') as step:
        if not cache.make(path(name), builder.build):
            step.outcome = 'kept'


class Builder:
    """Builds one environment."""

    def __init__(
        self,
        environment: Environment,
        running: commands.Commands,
        packages: Callable[[], None],
    ) -> None:
        self._environment = environment
        self._running = running
        self._packages = packages
        self._log = paths.logs() / f'venv-{environment.name}.log'

    def build(self, venv: Path) -> None:
        """Fill a directory."""
        self._log.unlink(missing_ok=True)
        self._run(PYTHON, '-m', 'venv', venv)
        limits = ('--constraint', self._environment.constraints)
        pip = (venv / 'bin/python', '-m', 'pip', 'install', *limits)
        self._run(*pip, '--upgrade', 'pip')
        requirement = ('--requirement', self._environment.file())
        self._run(*pip, '--no-compile', *requirement)
        patches.apply(self._environment.name, site_packages(venv))
        self._compile(venv)
        if self._environment.native:
            self._packages()
            self._run(*pip, '--requirement', self._environment.native)

    def _compile(self, venv: Path) -> None:
        """Write bytecode at once: services shall not do it as they start."""
        compileall = ('-m', 'compileall', '-q', '-j', '0')
        # Suites of tests take half of the time, and never run here.
        skip = ('-x', r'/site-packages/.*/tests?/')
        where = site_packages(venv)
        self._run(venv / 'bin/python', *compileall, *skip, where)

    def _run(self, *command: str | Path) -> None:
        name = f'virtual environment {self._environment.name}'
        extra = {
            'PIP_CACHE_DIR': str(paths.downloads() / 'pip'),
            'PIP_DISABLE_PIP_VERSION_CHECK': '1',
            'PIP_NO_INPUT': '1',
            'PIP_PROGRESS_BAR': 'off',
            'PIP_ROOT_USER_ACTION': 'ignore',
        }
        self._running.run(name, command, self._log, HINT, extra=extra)
