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

"""A run as JSON; ``run.schema.json`` describes every key."""

from collections.abc import Iterator
import dataclasses
import datetime
import json
from typing import Any
from typing import IO

from ipv6_tempest_plugin.results import model
from ipv6_tempest_plugin.results import observed

# The first number changes when a reader of the older form would fail.
FORMAT = 'ipv6-report'
VERSION = '1.2'
ALWAYS = ('id', 'name', 'owner', 'label', 'tier', 'status')


def write(run: model.Run, output: IO[str]) -> None:
    """Write a run, one test to a line."""
    head = json.dumps(_head(run), indent=1)
    output.write(head.removesuffix('\n}') + ',\n "tests": [')
    for number, test in enumerate(run.tests):
        output.write('\n' if number == 0 else ',\n')
        output.write(f'  {json.dumps(as_dict(test))}')
    output.write('\n ]\n}\n')


def _head(run: model.Run) -> dict[str, Any]:
    return {
        'format': FORMAT,
        'version': VERSION,
        'green': run.is_green,
        'start': _time(run.start),
        'stop': _time(run.stop),
        'seconds': round(run.seconds, 6),
        'notes': list(run.notes),
        'remarks': list(run.remarks),
        'counts': {str(s): n for s, n in run.counts.items()},
        'tiers': {
            tier: {str(s): n for s, n in counts.items()}
            for tier, counts in run.tiers.items()
        },
    }


def as_dict(test: model.Test) -> dict[str, Any]:
    """Return a test as a mapping; what is empty is left out."""
    always = {name: str(getattr(test, name)) for name in ALWAYS}
    return always | {n: v for n, v in _items(test) if v or v == 0}


def _items(test: model.Test) -> Iterator[tuple[str, Any]]:
    for name in ('worker', 'reason', 'diagnosis'):
        yield name, getattr(test, name)
    yield 'start', _time(test.start)
    if test.seconds is not None:
        yield 'seconds', round(test.seconds, 6)
    yield 'attributes', list(test.attributes)
    yield 'took', list(test.took)
    if test.evidence is not observed.NOTHING:
        yield 'evidence', _evidence(test.evidence)
    yield 'attachments', [dataclasses.asdict(a) for a in test.attachments]


def _evidence(evidence: observed.Evidence) -> dict[str, Any]:
    """Return what there is, with the judgement on what has one."""
    seen: dict[str, Any] = dataclasses.asdict(evidence)
    for data, address in zip(
        seen['addresses'], evidence.addresses, strict=True
    ):
        data['right'] = address.is_right
    for data, ping in zip(seen['pings'], evidence.pings, strict=True):
        data['right'] = ping.is_right
    return {key: value for key, value in seen.items() if value}


def _time(moment: datetime.datetime | None) -> str | None:
    return moment.isoformat() if moment else None
