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

"""A run in some lines, for a terminal."""

from collections.abc import Iterator

from ipv6_tempest_plugin.results import comparing
from ipv6_tempest_plugin.results import model

_MOST = 20


def text(run: model.Run, change: comparing.Comparison | None) -> str:
    """Return counts, what is wrong and what changed, a line each."""
    lines = [headline(run)]
    lines += [f'  {tier}: {counts(c)}' for tier, c in run.tiers.items()]
    lines += [f'note: {note}' for note in run.notes]
    lines += [f'remark: {remark}' for remark in run.remarks]
    lines += _capped(f'{t.status}: {t.name}: {t.reason}' for t in run.bad)
    if change is not None:
        lines += _changes(change)
    return '\n'.join(lines) + '\n'


def headline(run: model.Run) -> str:
    """Return the verdict and the totals as one sentence."""
    verdict = 'green' if run.is_green else 'not green'
    return f'{verdict}: {counts(run.counts)} in {run.seconds:.1f} s'


def counts(found: dict[model.Status, int]) -> str:
    """Return what there is of each status, such as ``3 passed``."""
    said = [f'{number} {status}' for status, number in found.items() if number]
    return ', '.join(said) or 'no test'


def _changes(change: comparing.Comparison) -> Iterator[str]:
    if change.is_same:
        yield 'nothing changed'
    for name, pairs in (
        ('broken', change.broken),
        ('mended', change.mended),
        ('now skipped', change.skipped),
    ):
        yield from _capped(f'{name}: {pair.after.name}' for pair in pairs)
    for name, pairs in (('slower', change.slower), ('faster', change.faster)):
        yield from _capped(
            f'{name}: {p.after.name}: {p.before.seconds or 0:.1f} s -> '
            f'{p.after.seconds or 0:.1f} s'
            for p in pairs
        )
    yield from _capped(f'new: {test.name}' for test in change.new)
    yield from _capped(f'gone: {test.name}' for test in change.gone)


def _capped(lines: Iterator[str]) -> Iterator[str]:
    left = 0
    for number, line in enumerate(lines):
        if number < _MOST:
            yield line
        else:
            left += 1
    if left:
        yield f'... and {left} more'
