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
"""The command line of the lab, ``scripts/lab``.

Exit codes are an interface: 0 done, 1 failed, 2 bad usage, 3 the machine
was refused, 128 + N ended by signal N (130 for Ctrl-C). ``run`` gives the
command's own.
"""

import argparse
import os
import signal
import sys
import traceback
import types
from typing import NoReturn

from ipv6_lab import errors
from ipv6_lab import paths
from ipv6_lab import signals

DESCRIPTION = 'A real, IPv6-only OpenStack in namespaces on this machine.'
CHANGING = {
    'up': 'install what is missing and bring the lab up',
    'down': 'end the lab; nothing of it stays but caches and logs',
    'reset': 'bring the lab back to how it was when it came up',
    'install': 'install what is missing, and no more',
}


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with a command line."""

    def error(self, message: str) -> NoReturn:
        """End with exit code 2."""
        self.exit(2, f'ipv6-lab: {message}; see {self.prog} --help\n')


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = Parser('scripts/lab', description=DESCRIPTION, allow_abbrev=False)
    commands = top.add_subparsers(
        dest='verb', metavar='COMMAND', required=True, parser_class=Parser
    )
    for name, text in CHANGING.items():
        changing = commands.add_parser(name, help=text, description=text)
        changing.add_argument(
            '-q', '--quiet', action='store_true', help='print no steps'
        )
        if name == 'up':
            changing.add_argument(
                '--keep',
                action='store_true',
                help='leave a lab that failed to come up, to be looked at',
            )
    text = 'show every process, its state and where it listens'
    commands.add_parser('status', help=text, description=text)
    text = 'print shell text with the administrator credentials'
    commands.add_parser('openrc', help=text, description=text)
    _add_logs(commands)
    _add_run(commands)
    _add_cache(commands)
    return top


Commands = argparse._SubParsersAction


def _add_logs(commands: 'Commands[Parser]') -> None:
    text = 'show the end of the log of a service, or of all'
    logs = commands.add_parser('logs', help=text, description=text)
    logs.add_argument('service', nargs='?', metavar='SERVICE')
    logs.add_argument(
        '-n',
        '--lines',
        type=natural,
        default=20,
        help='how many lines of each file (20)',
    )
    logs.add_argument(
        '-f', '--follow', action='store_true', help='go on as they grow'
    )


def _add_run(commands: 'Commands[Parser]') -> None:
    text = 'run a command in the controller, in the Tempest environment'
    run = commands.add_parser(
        'run', help=text, description=text, usage='%(prog)s -- COMMAND ...'
    )
    run.add_argument('command', nargs='+', metavar='COMMAND')


def _add_cache(commands: 'Commands[Parser]') -> None:
    text = 'show or clear what was made once and is kept'
    cache = commands.add_parser('cache', help=text, description=text)
    group = cache.add_mutually_exclusive_group()
    group.add_argument(
        '--list', action='store_true', help='show it (the default)'
    )
    group.add_argument('--clear', action='store_true', help='remove it')


def natural(text: str) -> int:
    """A count: digits only.

    :raises ArgumentTypeError: when it is none
    """
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(
            f'expected a number of lines, seen {text!r}'
        )
    return int(text)


def dispatch(arguments: argparse.Namespace) -> int:
    """Do what was asked for; only then import what it needs."""
    from ipv6_lab.verbs import change
    from ipv6_lab.verbs import look
    from ipv6_lab.verbs import store

    verbs = {
        'up': change.up,
        'down': change.down,
        'reset': change.reset,
        'install': change.install,
        'status': look.status,
        'openrc': look.openrc,
        'logs': look.logs,
        'run': look.run,
        'cache': store.main,
    }
    return verbs[arguments.verb](arguments)


def main(command_line: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = parser().parse_args(command_line)
    signals.unwind()
    try:
        prepare()
        return dispatch(arguments)
    except errors.LabError as error:
        report(error)
        return error.exit_code
    except BrokenPipeError:
        # Whoever read has seen enough, as head(1) does.
        return 128 + signal.SIGPIPE
    except signals.Interrupted as interrupted:
        print(f'ipv6-lab: {interrupted}', file=sys.stderr)
        return interrupted.exit_code
    finally:
        finish()


def finish() -> None:
    """Write out what is left to be read, or drop it with its reader."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def prepare() -> None:
    """Make sure that this process can do what it is asked for.

    :raises LabError: when not root, or for a bad cache directory
    """
    if os.geteuid():
        raise errors.LabError(
            f'expected to be run as root, seen user number {os.geteuid()}',
            'use sudo',
        )
    paths.root()
    # It led here; the services of the lab shall not be led by it.
    os.environ.pop('PYTHONPATH', None)


def report(error: errors.LabError) -> None:
    """Say what happened in one line, its details indented below."""
    print(f'ipv6-lab: {error}', file=sys.stderr)
    for line in error.details():
        print(f'    {line}', file=sys.stderr)


def crash(
    kind: type[BaseException],
    error: BaseException,
    trace: types.TracebackType | None,
) -> None:
    """Put the traceback of a bug into a file and name it."""
    lines = traceback.format_exception(kind, error, trace)
    log = paths.logs() / 'crash.log'
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(''.join(lines))
    print(
        f'ipv6-lab: a bug of the lab: {lines[-1].strip()}; please report it '
        f'with {log}',
        file=sys.stderr,
    )


if __name__ == '__main__':
    sys.excepthook = crash
    sys.exit(main())
