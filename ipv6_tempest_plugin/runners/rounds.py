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

"""Rounds: what a runner left in one, others take over in the next."""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
import dataclasses
from dataclasses import dataclass
import functools

from ipv6_tempest_plugin.results import complete
from ipv6_tempest_plugin.results import durations
from ipv6_tempest_plugin.results import merging
from ipv6_tempest_plugin.results import model
from ipv6_tempest_plugin.results import names

Status = model.Status
_UNFINISHED = (Status.INTERRUPTED, Status.NOT_RUN)


@dataclass(frozen=True)
class Part:
    """What one runner was given in a round, and what it told.

    :param tests: ids as Tempest lists them
    :param run: an empty one where the runner told nothing
    """

    number: int
    runner: str
    tests: tuple[str, ...]
    run: model.Run

    @functools.cached_property
    def left(self) -> tuple[str, ...]:
        """The tests that it did not bring to an end.

        What a ``setUpClass`` took with it is no such test: another runner
        would be told the same.
        """
        run = complete.complete(self.run, self.tests)
        done = {t.name for t in run.tests if t.status not in _UNFINISHED}
        done.update(name for test in run.tests for name in test.took)
        return tuple(
            test for test in self.tests if names.parse(test).name not in done
        )

    @property
    def is_whole(self) -> bool:
        """Whether the runner came to the end of its share."""
        return not self.left


def left(parts: Sequence[Part]) -> tuple[str, ...]:
    """Return what is left after all rounds: what their last one left."""
    last = max((part.number for part in parts), default=0)
    return tuple(
        test for part in parts if part.number == last for test in part.left
    )


def dead(parts: Iterable[Part]) -> frozenset[str]:
    """Return the runners that left something in a round."""
    return frozenset(part.runner for part in parts if not part.is_whole)


def known(parts: Iterable[Part]) -> durations.Durations:
    """Return what the tests took that did end."""
    tests: dict[str, float] = {}
    owners: dict[str, float] = {}
    for part in parts:
        seen = durations.of_run(part.run)
        tests |= seen.tests
        owners |= seen.owners
    return durations.Durations(tests, owners)


def merge(parts: Sequence[Part]) -> model.Run:
    """Return the run of all runners.

    A test that one runner left and another brought to an end says so. What
    is wrong with a dead runner's stream spoils the run only as long as
    something of its share was brought to an end by nobody.
    """
    run = merging.merge([_told(part) for part in parts])
    run = complete.complete(run, (t for part in parts for t in part.tests))
    unfinished = {t.name for t in run.tests if t.status in _UNFINISHED}
    notes = list(run.notes)
    remarks: list[str] = []
    for part in parts:
        if not part.is_whole:
            lost = unfinished & {names.parse(t).name for t in part.left}
            (notes if lost else remarks).append(_said(part))
    return dataclasses.replace(
        run,
        tests=tuple(_explained(run.tests, _gone(parts))),
        notes=tuple(notes),
        remarks=tuple(remarks),
    )


def _told(part: Part) -> model.Run:
    """Return what a runner brought to an end; the notes of a dead one go."""
    if part.is_whole:
        return part.run
    whole = [t for t in part.run.tests if t.status not in _UNFINISHED]
    return dataclasses.replace(part.run, tests=tuple(whole), notes=())


def _said(part: Part) -> str:
    why = '; '.join(part.run.notes)
    head = (
        f'round {part.number}: {part.runner} ended early, '
        f'{len(part.left)} of its {len(part.tests)} test(s) not run'
    )
    return f'{head} ({why})' if why else head


def _gone(parts: Iterable[Part]) -> dict[str, str]:
    """Return by name who left a test, and when."""
    found: dict[str, list[str]] = {}
    for part in parts:
        for test in part.left:
            name = names.parse(test).name
            said = f'not run by {part.runner} in round {part.number}'
            found.setdefault(name, []).append(said)
    return {name: ', '.join(said) for name, said in found.items()}


def _explained(
    tests: Iterable[model.Test], gone: dict[str, str]
) -> Iterator[model.Test]:
    for test in tests:
        if test.name in gone:
            reason = (
                gone[test.name]
                if test.status is Status.NOT_RUN
                else f'{test.reason} [{gone[test.name]}]'.strip()
            )
            yield dataclasses.replace(test, reason=reason)
        else:
            yield test
