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

from cliff import command

KINDS = ('stream', 'text', 'ids')
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
            choices=KINDS,
            default=KINDS[0],
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
        # `tempest help` loads every command, not what each needs to work.
        from ipv6_tempest_plugin.cmd import disguising

        return disguising.act(parsed_args)
