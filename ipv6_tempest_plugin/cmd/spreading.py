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

"""What ``tempest ipv6-spread`` does."""

import argparse
from collections.abc import Sequence
import os
from pathlib import Path
from typing import Any

from ipv6_tempest_plugin.results import durations
from ipv6_tempest_plugin.results import errors
from ipv6_tempest_plugin.results import loading
from ipv6_tempest_plugin.results import masking
from ipv6_tempest_plugin.results import sources
from ipv6_tempest_plugin.runners import partition
from ipv6_tempest_plugin.runners import records
from ipv6_tempest_plugin.runners import rounds

COLUMNS = ('Round', 'Runner', 'Tests', 'Classes', 'Seconds', 'List')


def act(
    args: argparse.Namespace,
) -> tuple[Sequence[str], list[tuple[Any, ...]]]:
    """Write the next round; return a row for each share of it.

    :raises ReportError: when there can be none
    """
    place = Path(args.record)
    runners = [records.runner(text) for text in args.runner]
    _refuse_twins(runners)
    mask = loading.mask(None, args.times, os.environ)
    known = durations.read(args.times, mask)
    if args.list:
        tests = tuple(sorted(sources.test_ids(args.list)))
        records.begin(place, tests)
    else:
        tests, runners, known = _next(place, runners, known, mask)
    if not tests:
        return COLUMNS, []
    shares = partition.spread(tests, runners, known)
    number = records.add(place, shares)
    return COLUMNS, [_row(place, number, share) for share in shares]


def _next(
    place: Path,
    runners: list[partition.Runner],
    known: durations.Durations,
    mask: masking.Mask,
) -> tuple[tuple[str, ...], list[partition.Runner], durations.Durations]:
    """Return what is left, who can take it over, and what it may take.

    :raises ReportError: when there is no record or nobody is left
    """
    if not records.is_record(place):
        raise errors.ReportError(
            f'{place}: expected a record with rounds, seen none; begin one '
            'with --list'
        )
    parts = records.read(place, mask)
    left, dead = rounds.left(parts), rounds.dead(parts)
    alive = [runner for runner in runners if runner.name not in dead]
    if left and not alive:
        raise errors.ReportError(
            f'{place}: expected a runner that can take over {len(left)} '
            f'test(s), seen none: {", ".join(sorted(dead))} ended early'
        )
    seen = rounds.known(parts)
    return (
        left,
        alive,
        durations.Durations(
            {**known.tests, **seen.tests}, {**known.owners, **seen.owners}
        ),
    )


def _refuse_twins(runners: Sequence[partition.Runner]) -> None:
    names = [runner.name for runner in runners]
    for name in names:
        if names.count(name) > 1:
            raise errors.ReportError(
                f'--runner: expected each name once, seen {name} '
                f'{names.count(name)} times'
            )


def _row(
    place: Path, number: int, share: partition.Share
) -> tuple[int, str, int, int, float, str]:
    path = records.list_of(place, number, share.runner)
    tests, seconds = len(share.tests), round(share.seconds, 1)
    return number, share.runner, tests, share.classes, seconds, str(path)
