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

"""What ``tempest ipv6-report`` does."""

import argparse
from collections.abc import Callable
import os
from pathlib import Path
import sys
from typing import Any

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


def act(args: argparse.Namespace) -> int:
    """Read, write and say in short what was seen; return the status."""
    try:
        run = _report(args)
    except errors.ReportError as error:
        print(f'tempest ipv6-report: {error}', file=sys.stderr)
        return 1
    judges = args.verdict or args.live
    return int(judges and not run.is_green)


def _report(args: argparse.Namespace) -> model.Run:
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
