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

"""``tempest ipv6-spread``: who of several runners runs what."""

import argparse
from collections.abc import Sequence
import sys
from typing import Any

from cliff import lister

from ipv6_tempest_plugin.results import errors

_EPILOG = """\
RECORD is the directory of the run. With --list it is begun: the tests are
spread over the runners, and RECORD/round-1/RUNNER.list is what each has to
run with `tempest run --load-list ... --subunit`; its output belongs into
RECORD/round-1/RUNNER.subunit. Without --list what was not brought to an end
is spread over the runners that ended as they should, as the next round;
nothing is left when nothing is printed. `tempest ipv6-report RECORD` makes
one report of all rounds.
"""


class Ipv6Spread(lister.Lister):
    """Spread tests over runners, so that all end together"""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Return the options; see ``doc/source/runners.rst``."""
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        parser.epilog = _EPILOG
        parser.add_argument('record', metavar='RECORD')
        parser.add_argument(
            '--list',
            metavar='FILE',
            help='ids of all tests, as `tempest run --list-tests` prints them',
        )
        parser.add_argument(
            '--runner',
            metavar='NAME[=WORKERS]',
            action='append',
            default=[],
            help='a runner, and how many tests it runs at a time (1)',
        )
        parser.add_argument(
            '--times',
            metavar='EARLIER',
            action='append',
            default=[],
            help='an earlier run (as STREAM of ipv6-report) that tells what '
            'tests take',
        )
        return parser

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Print the next round; 1 when there can be none."""
        try:
            status: int = super().run(parsed_args)
        except errors.ReportError as error:
            print(f'tempest ipv6-spread: {error}', file=sys.stderr)
            return 1
        return status

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], list[tuple[Any, ...]]]:
        """Write the next round; return a row for each share of it."""
        # `tempest help` loads every command, not what each needs to work.
        from ipv6_tempest_plugin.cmd import spreading

        return spreading.act(parsed_args)
