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

"""Several runs as one, and several results of one test as one."""

from collections.abc import Iterable
from collections.abc import Sequence
import dataclasses

from ipv6_tempest_plugin.results import model

Status = model.Status
# The worst first: a failure is not taken back by a success elsewhere.
_WEIGHT = (
    Status.FAILED,
    Status.UNEXPECTED_SUCCESS,
    Status.PASSED,
    Status.EXPECTED_FAILURE,
    Status.SKIPPED,
    Status.INTERRUPTED,
    Status.NOT_RUN,
)


def merge(runs: Sequence[model.Run]) -> model.Run:
    """Return one run of those of several runners.

    Of a test that several report, one result is kept: the worst of those
    that ended; what was interrupted counts only where nobody finished it.
    """
    tests = _unique(test for run in runs for test in run.tests)
    notes = dict.fromkeys(note for run in runs for note in run.notes)
    listed = frozenset[str]().union(*(run.listed for run in runs))
    remarks = dict.fromkeys(one for run in runs for one in run.remarks)
    return model.Run(tuple(tests), tuple(notes), listed, tuple(remarks))


def _unique(tests: Iterable[model.Test]) -> list[model.Test]:
    groups: dict[tuple[str, str], list[model.Test]] = {}
    for test in tests:
        groups.setdefault(test.key, []).append(test)
    return [
        group[0] if len(group) == 1 else _one(group)
        for group in groups.values()
    ]


def _one(group: list[model.Test]) -> model.Test:
    worst = min(group, key=lambda test: _WEIGHT.index(test.status))
    if len({test.status for test in group}) == 1:
        return worst
    told = ', '.join(test.status for test in group)
    return dataclasses.replace(
        worst, reason=f'{worst.reason} [reported as {told}]'.strip()
    )
