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

"""What a run says of tests that never ran."""

from collections.abc import Iterable
import dataclasses

from ipv6_tempest_plugin.results import model
from ipv6_tempest_plugin.results import names

Status = model.Status


def complete(run: model.Run, listed: Iterable[str] = ()) -> model.Run:
    """Return the run with a result for each test that should have run.

    The list comes from the stream itself, in which stestr's workers say
    what they are going to run, and from ``listed``. A skip of
    ``setUpClass`` stays one result that names what it skipped. Its failure
    names them too, and each is ``not-run`` by itself: it proved nothing.

    :param listed: ids as ``stestr list`` prints them
    """
    parsed = {name.name: name for name in map(names.parse, listed)}
    every = run.listed | parsed.keys()
    done = {test.name for test in run.tests}
    missing = [parsed.get(name) or names.parse(name) for name in every - done]
    missing = [name for name in missing if not name.fixture]
    taken = _by_fixture(run.tests, sorted(missing, key=lambda n: n.name))
    tests: list[model.Test] = []
    excused: set[str] = set()
    for test in run.tests:
        took = taken.get(test.name, [])
        excused.update(name.name for name in took)
        tests.append(
            dataclasses.replace(test, took=tuple(n.name for n in took))
            if took
            else test
        )
        if test.status is not Status.SKIPPED:
            why = f'{test.name} failed: {test.reason}'
            tests += [_not_run(name, why) for name in took]
    left = [name for name in missing if name.name not in excused]
    why = 'it was to run, and the run ended before it did'
    tests += [_not_run(name, why) for name in sorted(left, key=_name)]
    notes = run.notes
    if left:
        notes += (f'{len(left)} of {len(every)} listed test(s) did not run',)
    return dataclasses.replace(
        run, tests=tuple(tests), notes=notes, listed=frozenset(every)
    )


def _name(name: names.Name) -> str:
    return name.name


def _by_fixture(
    tests: Iterable[model.Test], missing: list[names.Name]
) -> dict[str, list[names.Name]]:
    """Return what each ``setUpClass`` or ``setUpModule`` took with it."""
    owners = {
        test.owner: test.name
        for test in tests
        if test.label.startswith('setUp')
    }
    taken: dict[str, list[names.Name]] = {}
    for name in missing:
        module = name.owner.rpartition('.')[0]
        fixture = owners.get(name.owner) or owners.get(module)
        if fixture:
            taken.setdefault(fixture, []).append(name)
    return taken


def _not_run(name: names.Name, why: str) -> model.Test:
    return model.Test(
        name.id,
        name.name,
        name.owner,
        name.label,
        name.tier,
        Status.NOT_RUN,
        attributes=name.attributes,
        reason=why,
    )
