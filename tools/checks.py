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
"""The commands that check this repository, each in one place.

tox, pre-commit and ``scripts/test`` all come here, so that what passes for
one passes for the others::

    python -m tools.checks GROUP [ARGUMENT ...]

runs a group with the tools installed beside the running interpreter;
arguments go to the group's last command.
"""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
import os
from pathlib import Path
import subprocess
import sys

from ipv6_lab import places
from ipv6_lab import progress

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = 'ipv6_tempest_plugin'
SHELL_PLACES = ('scripts', '.ci', 'ipv6_lab', 'playbooks')
DOCUMENTS = (
    'README.rst',
    'CONTRIBUTING.rst',
    'HACKING.rst',
    'doc/source',
    'releasenotes/notes',
)
# Themes ask git for the commit, and git refuses root in another's checkout.
TRUST = {
    'GIT_CONFIG_COUNT': '1',
    'GIT_CONFIG_KEY_0': 'safe.directory',
    'GIT_CONFIG_VALUE_0': str(ROOT),
}
DOCKERFILES = ('docker/Dockerfile',)
# What it unpacks is not for the home directory, and it refuses a locale whose
# encoding is not UTF-8.
ANSIBLE = {
    'ANSIBLE_HOME': str(ROOT / '.ansible'),
    'LC_ALL': 'C.UTF-8',
    'NO_COLOR': '1',
}
INVENTORY = ('--inventory', 'playbooks/inventory.example.yaml')
# Stand for modules that only Zuul's executors have.
ZUULS = ROOT / 'tests' / 'unit' / 'plugin' / 'runners' / 'library'
SHELLS = ('sh', 'bash', 'dash')


@dataclass(frozen=True)
class Check:
    """One command and what it is called.

    :param name: what its line says
    :param argv: the program, found beside the interpreter or else in the
        environment ``venv`` of the lab's, and arguments
    :param environ: variables that it needs
    :param live: whether its output is its purpose, shown as it comes
    :param tests: whether it closes with stestr's totals
    :param limit: seconds that scripts/test gives it
    """

    name: str
    argv: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict)
    live: bool = False
    tests: bool = False
    limit: float = 300
    venv: str = 'tempest'


def shell_scripts(root: Path = ROOT) -> list[str]:
    """The shell scripts of the tree, told by name or first line."""
    files = (
        path
        for place in SHELL_PLACES
        for path in sorted((root / place).rglob('*'))
        if path.is_file() and not path.is_symlink()
    )
    return [str(path.relative_to(root)) for path in files if is_shell(path)]


def playbooks(root: Path = ROOT) -> list[str]:
    """The playbooks of the tree."""
    found = sorted((root / 'playbooks').glob('*.yaml'))
    return [
        str(path.relative_to(root))
        for path in found
        if not path.name.startswith('inventory')
    ]


def is_shell(path: Path) -> bool:
    """Whether the file's name or first line says that it is for a shell."""
    if path.suffix == '.sh':
        return True
    with path.open('rb') as stream:
        first = stream.readline(100).decode('utf-8', 'replace')
    words = first.removeprefix('#!').replace('/', ' ').split()
    return first.startswith('#!') and any(word in SHELLS for word in words)


LINT = (
    Check('ruff check', ('ruff', 'check', '.')),
    Check('ruff format', ('ruff', 'format', '--check', '--diff', '.')),
    Check('flake8 (hacking)', ('flake8',)),
    Check('mypy', ('mypy',)),
    Check('doc8', ('doc8', *DOCUMENTS)),
    Check('check-uuid', ('check-uuid', '--package', PACKAGE)),
    Check('shellcheck', ('shellcheck', *shell_scripts())),
    Check('hadolint', ('hadolint', *DOCKERFILES)),
    Check(
        'ansible-lint',
        ('ansible-lint', '--strict', '-q', 'playbooks', '.zuul.d'),
        ANSIBLE,
        venv='ansible',
    ),
    # It sees a module that is not there, which lint takes for granted.
    Check(
        'ansible-playbook',
        ('ansible-playbook', '--syntax-check', *INVENTORY, *playbooks()),
        {**ANSIBLE, 'ANSIBLE_LIBRARY': str(ZUULS)},
        venv='ansible',
    ),
)


def report(name: str, least: int, include: str = '*') -> Check:
    """A table of coverage that fails below so many percent."""
    which = (f'--include={include}', f'--fail-under={least}')
    return Check(name, ('coverage', 'report', *which), live=True)


UNIT = Check('unit tests', ('stestr', 'run'), live=True, tests=True)
# Tests on a lab would disturb one another's cloud: one worker.
FUNCTIONAL = replace(
    UNIT,
    name='functional tests',
    argv=(*UNIT.argv, '--serial'),
    environ={'OS_TEST_PATH': './tests/lab'},
    limit=1800,
)
# These take the lab up and down; they come last and leave it down.
LIFECYCLE = replace(
    FUNCTIONAL,
    name='tests of start and stop',
    environ={'OS_TEST_PATH': './tests/lifecycle'},
)
COVER = (
    Check('coverage erase', ('coverage', 'erase')),
    # stestr starts its workers with what PYTHON says.
    replace(UNIT, environ={'PYTHON': 'coverage run'}),
    Check('coverage combine', ('coverage', 'combine', '-q')),
    Check('coverage html', ('coverage', 'html', '-q', '-d', 'cover')),
    report('coverage of all', 70),
    # Most of the lab needs root and is proven by tests/lab.
    report('coverage but of the lab', 95, 'ipv6_tempest_plugin/*,tools/*'),
)


def sphinx(tree: str) -> Check:
    """The build of one documentation tree; a warning is an error."""
    builder = ('sphinx-build', '-q', '-W', '--keep-going', '-b', 'html')
    return Check(
        f'{tree} (sphinx)', (*builder, f'{tree}/source', f'{tree}/build/html')
    )


DOCS, RELEASENOTES = PAGES = (sphinx('doc'), sphinx('releasenotes'))

GROUPS: Mapping[str, Sequence[Check]] = {
    'pep8': LINT,
    'py3': (UNIT,),
    'cover': COVER,
    'lab': (FUNCTIONAL, LIFECYCLE),
    'docs': (DOCS,),
    'releasenotes': (RELEASENOTES,),
    'genconfig': (
        Check(
            'oslo-config-generator',
            ('oslo-config-generator', '--config-file', 'etc/generator.conf'),
        ),
    ),
    'uuidgen': (
        Check('check-uuid', ('check-uuid', '--fix', '--package', PACKAGE)),
    ),
}


def environment(directory: Path, more: Mapping[str, str]) -> dict[str, str]:
    """A check's environment: these tools first, this checkout importable.

    :param directory: where the tools are installed
    :param more: what the check itself asks for
    """
    environ = {**os.environ, **TRUST, 'PYTHONPATH': str(ROOT), **more}
    paths = [str(directory), environ.get('PATH', os.defpath)]
    environ['PATH'] = os.pathsep.join(paths)
    return environ


def tools(check: Check) -> Path:
    """The directory of a check's program."""
    here = Path(sys.executable).parent
    if (here / check.argv[0]).exists():
        return here
    return places.venv(check.venv) / 'bin'


def run(check: Check, arguments: Sequence[str] = ()) -> str:
    """Run one check and return what it printed, unless it is live.

    :raises subprocess.CalledProcessError: when it fails
    """
    completed = subprocess.run(
        [*check.argv, *arguments],
        cwd=ROOT,
        env=environment(tools(check), check.environ),
        stdout=None if check.live else subprocess.PIPE,
        stderr=None if check.live else subprocess.STDOUT,
        text=True,
        check=True,
    )
    return completed.stdout or ''


def run_group(checks: Sequence[Check], arguments: Sequence[str]) -> int:
    """Run checks one after the other, also after a failed one.

    :param arguments: for the last of them
    :returns: how many failed
    """
    lines = progress.Progress()
    failed = 0
    for check in checks:
        last = check is checks[-1]
        try:
            with lines.step(check.name) as step:
                run(check, arguments if last else ())
                step.outcome = 'passed'
        except subprocess.CalledProcessError as error:
            failed += 1
            lines.note(error.output or f'{check.argv[0]}: see above')
    return failed


def main(arguments: Sequence[str]) -> int:
    """Run the group that the first argument names."""
    if not arguments or arguments[0] not in GROUPS:
        names = ' | '.join(GROUPS)
        usage = f'usage: python -m tools.checks {names} [ARGUMENT ...]'
        print(usage, file=sys.stderr)
        return 2
    return 1 if run_group(GROUPS[arguments[0]], arguments[1:]) else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
