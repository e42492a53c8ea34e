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
from collections.abc import Callable
import os
from pathlib import Path
import sys
from typing import Any

from cliff import command

from ipv6_tempest_plugin.cmd import watching
from ipv6_tempest_plugin.results import comparing
from ipv6_tempest_plugin.results import errors
from ipv6_tempest_plugin.results import loading
from ipv6_tempest_plugin.results import masking
from ipv6_tempest_plugin.results import model
from ipv6_tempest_plugin.results import summary
from ipv6_tempest_plugin.results import writing
from ipv6_tempest_plugin.runners import records
from ipv6_tempest_plugin.runners import rounds

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
        watching.add_options(parser)
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
        try:
            run = self._report(parsed_args)
        except errors.ReportError as error:
            print(f'tempest ipv6-report: {error}', file=sys.stderr)
            return 1
        judges = parsed_args.verdict or parsed_args.live
        return int(judges and not run.is_green)

    def _report(self, args: argparse.Namespace) -> model.Run:
        mask = loading.mask(args.mask, args.stream, os.environ)
        run = _run(args, mask)
        change = _change(args.compare, run, mask)
        for name, write in writing.WRITERS.items():
            _write(getattr(args, name), write, run, change, args.title)
        if args.testapi:
            print(writing.testapi_to(args.testapi, run, os.environ))
        print(summary.text(run, change), end='')
        return run


def _run(args: argparse.Namespace, mask: masking.Mask) -> model.Run:
    if args.live:
        return watching.watched(args, mask)
    place = Path(args.stream[0]) if len(args.stream) == 1 else None
    if place and records.is_record(place):
        return rounds.merge(records.read(place, mask))
    return loading.load(args.stream or ['.'], mask, args.list)


def _change(
    earlier: str | None, run: model.Run, mask: masking.Mask
) -> comparing.Comparison | None:
    if earlier is None:
        return None
    return comparing.compare(loading.load([earlier], mask), run)


def _write(
    path: str | None, write: Callable[..., Any], *arguments: object
) -> None:
    if path:
        writing.replace(Path(path), lambda file: write(file, *arguments))
        print(f'written: {path}')
