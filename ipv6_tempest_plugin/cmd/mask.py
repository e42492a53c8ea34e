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

"""``tempest ipv6-mask``: what a command says, without its literals."""

import argparse
import os
from pathlib import Path
import sys

from cliff import command

from ipv6_tempest_plugin.results import errors
from ipv6_tempest_plugin.results import literals
from ipv6_tempest_plugin.results import sources
from ipv6_tempest_plugin.results import wrapping

_EPILOG = """\
COMMAND stands behind `--`; the exit status is its own. Masked are secrets of
a known form, those of the tempest.conf that Tempest would find here, the
values of variables whose names are those of secrets, and the lines of --mask
FILE.
"""


class Ipv6Mask(command.Command):
    """Run a command; what it says comes out without its secrets"""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Return the options; see ``doc/source/runners.rst``."""
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        parser.epilog = _EPILOG
        parser.add_argument('words', nargs='+', metavar='COMMAND')
        parser.add_argument(
            '--as',
            dest='kind',
            choices=wrapping.KINDS,
            default=wrapping.STREAM,
            help='what it prints: a subunit stream (the default), a text, '
            'or the ids of tests, which are left as they are',
        )
        parser.add_argument(
            '--config-file',
            metavar='FILE',
            help='another tempest.conf whose secrets are masked',
        )
        parser.add_argument(
            '--list',
            metavar='FILE',
            help='ids of the tests; what is a part of one is not masked',
        )
        parser.add_argument(
            '--mask',
            metavar='FILE',
            help='more secrets to mask, one to a line',
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        """Run it; return its status."""
        try:
            return _run(parsed_args)
        except errors.ReportError as error:
            print(f'tempest ipv6-mask: {error}', file=sys.stderr)
            return 1


def _run(args: argparse.Namespace) -> int:
    places = [*literals.configs([Path()], os.environ)]
    if args.config_file:
        places.append(_readable(args.config_file))
    ids = sources.test_ids(args.list) if args.list else ()
    more = literals.listed(args.mask) if args.mask else []
    return wrapping.run(
        args.words,
        literals.mask(places, os.environ, more, ids),
        sys.stdout.buffer,
        sys.stderr,
        args.kind,
    )


def _readable(name: str) -> Path:
    if not os.access(name, os.R_OK):
        raise errors.ReportError(
            f'--config-file: expected a tempest.conf that can be read, seen '
            f'{name}'
        )
    return Path(name)
