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

"""``tempest ipv6-report``: what a run showed, for people and for machines."""

import argparse

from cliff import command

# As results.live.screen has them.
COLORS = ('auto', 'always', 'never')
_EPILOG = """\
STREAM is a subunit stream, a JSON report, a directory with stestr's
.stestr, the RECORD of ipv6-spread, or - for standard input; without one, it
is the directory in which the command runs. Several are merged into one run.
The exit status is 0 when all that was asked for was written, whatever the
tests said, and 1 when not. With --live, which reads standard input, and with
--verdict it is 1 also unless the run is green.
"""


class Ipv6Report(command.Command):
    """Report a run: one page, JUnit, JSON, TestAPI, Prometheus"""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Return the options; see ``doc/source/report.rst``."""
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        parser.epilog = _EPILOG
        parser.add_argument('stream', nargs='*', metavar='STREAM')
        parser.add_argument(
            '--html', metavar='FILE', help='write one self-contained page'
        )
        parser.add_argument('--junit', metavar='FILE', help='write JUnit XML')
        parser.add_argument(
            '--json', metavar='FILE', help='write JSON (run.schema.json)'
        )
        parser.add_argument(
            '--prometheus',
            metavar='FILE',
            help='write metrics for the textfile collector',
        )
        parser.add_argument(
            '--testapi',
            metavar='URL|FILE',
            help='POST to TestAPI, or write what would be sent',
        )
        parser.add_argument(
            '--compare',
            metavar='EARLIER',
            help='say what changed since an earlier run (as STREAM)',
        )
        parser.add_argument(
            '--list',
            metavar='FILE',
            help='ids of all tests of the run, as `stestr list` prints them',
        )
        parser.add_argument(
            '--mask',
            metavar='FILE',
            help='more secrets to mask, one to a line, beside those of '
            'tempest.conf and of the environment',
        )
        _add_live(parser)
        parser.add_argument(
            '--verdict',
            action='store_true',
            help='exit with 1 unless the run is green',
        )
        parser.add_argument(
            '--title', default='IPv6 in this cloud', help='of the page'
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        """Read, write and say in short what was seen."""
        # `tempest help` loads every command, not what each needs to work.
        from ipv6_tempest_plugin.cmd import reporting

        return reporting.act(parsed_args)


def _add_live(parser: argparse.ArgumentParser) -> None:
    """Add what a run that is watched can be told."""
    parser.add_argument(
        '--live',
        action='store_true',
        help='show each test as it ends; reads standard input',
    )
    parser.add_argument(
        '--color',
        choices=COLORS,
        default=COLORS[0],
        help='of --live; auto, the default, heeds NO_COLOR',
    )
    parser.add_argument(
        '--times',
        metavar='EARLIER',
        action='append',
        help='an earlier run (as STREAM) that tells what tests take; '
        "without it, stestr's record in this directory",
    )
