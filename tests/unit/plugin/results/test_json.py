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

"""The JSON report: its schema, and back again."""

import dataclasses
import io
import json
from pathlib import Path
import types
import typing
from typing import Any

import ddt
import jsonschema  # type: ignore[import-untyped]
import testtools

from ipv6_tempest_plugin.results import errors
from ipv6_tempest_plugin.results import model
from ipv6_tempest_plugin.results import observed
from ipv6_tempest_plugin.results import sources
from ipv6_tempest_plugin.results import to_json
from tests.unit.plugin.results import example
from tests.unit.plugin.results import streams

SCHEMA: dict[str, Any] = json.loads(
    Path(to_json.__file__).with_name('run.schema.json').read_text()
)


# What the report adds to what was attached.
JUDGED = {'address': {'right'}, 'ping': {'right'}}


def as_json(run: model.Run) -> dict[str, Any]:
    """Return the JSON report of a run, read again."""
    output = io.StringIO()
    to_json.write(run, output)
    return typing.cast(dict[str, Any], json.loads(output.getvalue()))


def decoded(data: dict[str, Any]) -> model.Run:
    """Return the run that a JSON report holds."""
    return sources.decode(io.BytesIO(json.dumps(data).encode()), 'it')


def named(cls: type[Any]) -> str:
    """Return what the schema calls a dataclass."""
    return cls.__name__.lower()


@ddt.ddt
class JsonTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.run_of_all = example.stream().raw(b'x').run()

    def test_the_schema_accepts_it(self) -> None:
        jsonschema.Draft202012Validator.check_schema(SCHEMA)
        jsonschema.validate(as_json(self.run_of_all), SCHEMA)
        jsonschema.validate(as_json(model.Run(())), SCHEMA)

    def test_the_schema_refuses_another(self) -> None:
        data = as_json(self.run_of_all)
        data['tests'][0]['status'] = 'maybe'
        self.assertRaises(
            jsonschema.ValidationError, jsonschema.validate, data, SCHEMA
        )

    def test_the_schema_describes_every_field_with_its_type(self) -> None:
        classes = [model.Test, model.Attachment, observed.Evidence]
        classes += [
            cls
            for cls in vars(observed).values()
            if dataclasses.is_dataclass(cls) and isinstance(cls, type)
        ]
        for cls in classes:
            described = SCHEMA['$defs'][named(cls)]['properties']
            names = {field.name for field in dataclasses.fields(cls)}
            names |= JUDGED.get(named(cls), set())
            self.assertEqual(names, set(described), named(cls))
            for name, hint in typing.get_type_hints(cls).items():
                if typing.get_origin(hint) is types.UnionType:
                    continue
                if hint in (str, int, float, bool):
                    plain = {
                        str: 'string',
                        int: 'integer',
                        float: 'number',
                        bool: 'boolean',
                    }[hint]
                    self.assertEqual(plain, described[name]['type'], name)

    def test_it_tells_what_is_right(self) -> None:
        tests = as_json(self.run_of_all)['tests']
        found = [test['evidence'] for test in tests if 'evidence' in test]
        (one,) = [
            e
            for e in found
            if not all(row['right'] for row in e.get('addresses', []))
        ]
        self.assertEqual([True, False], [r['right'] for r in one['addresses']])
        self.assertEqual(
            [False, True, True, True], [r['right'] for r in one['pings']]
        )

    def test_it_comes_back_as_the_same_run(self) -> None:
        run = decoded(as_json(self.run_of_all))
        self.assertEqual(self.run_of_all.tests, run.tests)
        self.assertEqual(self.run_of_all.notes, run.notes)

    def test_another_version_is_refused(self) -> None:
        data = as_json(self.run_of_all) | {'version': '2.0'}
        problem = self.assertRaises(errors.ReportError, decoded, data)
        self.assertIn('seen format ipv6-report, version 2.0', str(problem))

    def test_what_somebody_changed_is_masked_and_cleaned(self) -> None:
        data = as_json(streams.Stream().failed('a.B.c', 'no').run())
        names = ('id', 'name', 'owner', 'label', 'tier', 'worker', 'reason')
        evil = 'a\x1b password=hunter2 b'
        data['tests'][0] |= dict.fromkeys(names, evil)
        data['tests'][0] |= {'took': [evil], 'attributes': [evil]}
        run = decoded(data | {'notes': [evil], 'remarks': [evil]})
        (test,) = run.tests
        seen = {getattr(test, name) for name in names}
        seen |= {*test.took, *test.attributes, *run.notes, *run.remarks}
        self.assertEqual({'a␛ password=*** b'}, seen)

    @ddt.data(
        {'status': None},
        {'status': []},
        {'name': 1},
        {'reason': ['no']},
        {'reason': 1},
        {'worker': {'a': 'b'}},
        {'diagnosis': True},
        {'seconds': '1'},
        {'seconds': float('nan')},
        {'seconds': float('inf')},
        {'seconds': 10**400},
        {'seconds': -1},
        {'start': 5},
        {'start': 'today'},
        {'start': '9999-12-31T23:59:59+00:00', 'seconds': 5},
        {'attributes': 'smoke'},
        {'took': [1]},
        {'attachments': [{'name': 'a'}]},
        {'attachments': 'a'},
        {'evidence': [1]},
        {'evidence': {'steps': [{'name': '\x1b', 'seconds': '\x1b[31m'}]}},
    )
    def test_what_somebody_changed_is_refused(
        self, of: dict[str, Any]
    ) -> None:
        data = as_json(streams.Stream().failed('a.B.c', 'no').run())
        data['tests'][0] |= of
        problem = self.assertRaises(errors.ReportError, decoded, data)
        self.assertIn('expected what run.schema.json describes', str(problem))
        self.assertTrue(str(problem).isprintable())

    def test_a_start_without_a_zone_is_utc(self) -> None:
        data = as_json(streams.Stream().passed('a.B.c').passed('a.B.d').run())
        data['tests'][0]['start'] = '2026-11-23T08:00:00'
        self.assertEqual(streams.BEGIN, decoded(data).start)

    def test_what_it_claims_to_be_is_told_safely(self) -> None:
        evil = '\x1b[31m password=hunter2'
        for data in ({'format': evil}, {'format': 'x', 'version': evil}):
            problem = self.assertRaises(errors.ReportError, decoded, data)
            self.assertTrue(str(problem).isprintable())
            self.assertNotIn('hunter2', str(problem))
