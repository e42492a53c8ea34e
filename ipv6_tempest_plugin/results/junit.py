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

"""A run as JUnit XML, in the dialect that Jenkins and GitLab read."""

from collections.abc import Sequence
from typing import IO

import junitparser

from ipv6_tempest_plugin.results import failures
from ipv6_tempest_plugin.results import model

Status = model.Status
_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'


def write(run: model.Run, output: IO[str]) -> None:
    """Write a ``testsuite`` for each class; what is wrong is an error.

    ``interrupted`` and ``not-run`` are errors as well: nothing was proved.
    """
    by_owner: dict[str, list[model.Test]] = {}
    for test in run.tests:
        by_owner.setdefault(test.owner, []).append(test)
    suites = [_suite(owner, tests) for owner, tests in by_owner.items()]
    if run.notes:
        suites.append(_notes(run.notes))
    document = junitparser.JUnitXml('ipv6')
    for suite in suites:
        document.append(suite)
    # Not update_statistics(): Jenkins' schema knows no "skipped" here.
    document.tests = sum(suite.tests for suite in suites)
    document.failures = sum(suite.failures for suite in suites)
    document.errors = sum(suite.errors for suite in suites)
    document.time = round(sum(suite.time for suite in suites), 3)
    # Some libraries below junitparser write the declaration, some do not.
    text = document.tostring().decode()
    output.write('' if text.startswith('<?xml') else _DECLARATION)
    output.write(text)


def _suite(owner: str, tests: Sequence[model.Test]) -> junitparser.TestSuite:
    suite = junitparser.TestSuite(owner or 'tests')
    suite.append(_properties(tests))
    starts = [test.start for test in tests if test.start]
    if starts:
        suite.timestamp = min(starts).isoformat()
    suite.add_testcases([_case(test) for test in tests])
    return suite


def _properties(tests: Sequence[model.Test]) -> junitparser.Properties:
    """Return the tier and the UUIDs.

    They are of the suite: consumers know no properties of a ``testcase``,
    and Jenkins' xUnit plugin drops a file that has some.
    """
    pairs = [('tier', tests[0].tier)]
    pairs += [(f'id.{_label(t)}', t.id) for t in tests if t.id != t.name]
    found = junitparser.Properties()
    for name, value in dict(pairs).items():
        found.add_property(junitparser.Property(name, value))
    return found


def _label(test: model.Test) -> str:
    return test.label or test.name or 'test'


def _case(test: model.Test) -> junitparser.TestCase:
    case = junitparser.TestCase(
        # Milliseconds: less would be written as 1e-05, which is no time.
        _label(test),
        test.owner or 'tests',
        round(test.seconds or 0.0, 3),
    )
    outcome = _outcome(test)
    if outcome is not None:
        case.result = [outcome]
    parts = [f'[{a.name}]\n{a.text}' for a in test.attachments if a.text]
    if parts:
        case.system_out = '\n\n'.join(parts)
    return case


def _outcome(test: model.Test) -> junitparser.junitparser.FinalResult | None:
    found: junitparser.junitparser.FinalResult
    match test.status:
        case Status.SKIPPED:
            return _skipped(test)
        case Status.FAILED | Status.UNEXPECTED_SUCCESS:
            found = junitparser.Failure(
                test.reason or str(test.status), _type(test)
            )
        case Status.INTERRUPTED | Status.NOT_RUN:
            found = junitparser.Error(test.reason, str(test.status))
        case _:
            return None
    found.text = test.diagnosis or test.reason or str(test.status)
    return found


def _skipped(test: model.Test) -> junitparser.Skipped:
    found = junitparser.Skipped(test.reason or 'no reason given')
    if test.took:
        found.text = '\n'.join(['it took with it:', *test.took])
    return found


def _type(test: model.Test) -> str:
    texts = (a.text for a in test.attachments if a.name == 'traceback')
    return next(filter(None, map(failures.exception, texts)), 'failure')


def _notes(notes: tuple[str, ...]) -> junitparser.TestSuite:
    """Make what is wrong with the record visible to who reads only this."""
    case = junitparser.TestCase('record', 'ipv6_report', 0.0)
    error = junitparser.Error(notes[0], 'record')
    error.text = '\n'.join(notes)
    case.result = [error]
    suite = junitparser.TestSuite('ipv6_report')
    suite.add_testcase(case)
    return suite
