# Licensed under the Apache License, Version 2.0 (the "License"); you may
# not use this file except in compliance with the License. You may obtain
# a copy of the License at
#
#      http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS, WITHOUT
# WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the
# License for the specific language governing permissions and limitations
# under the License.

"""What Zuul reads of us: its jobs, and the playbooks around them."""

import json
import re
from typing import Any

import ddt
import jsonschema  # type: ignore[import-untyped]
import testtools
import yaml

from tests.unit.plugin import commands
from tests.unit.plugin.results import streams
from tests.unit.plugin.runners import ansible
from tests.unit import test_packaging

TEXT = {'type': 'string', 'minLength': 1}
TRUTH = {'type': 'boolean'}
SECONDS = {'type': 'integer', 'minimum': 1}
TEXTS = {'anyOf': [TEXT, {'type': 'array', 'items': TEXT, 'minItems': 1}]}
ANY_OF = {'type': ['array', 'object', 'string']}
VARIABLES = {
    'type': 'object',
    'propertyNames': {'pattern': '^[a-zA-Z_][a-zA-Z0-9_]*$'},
    'not': {'anyOf': [{'required': ['zuul']}, {'required': ['nodepool']}]},
}
# https://zuul-ci.org/docs/zuul/latest/config/job.html
JOB = {
    'type': 'object',
    'required': ['name'],
    'additionalProperties': False,
    'properties': {
        **dict.fromkeys(
            ('name', 'parent', 'description', 'success-message',
             'failure-message', 'override-checkout', 'variant-description'),
            TEXT,
        ),
        **dict.fromkeys(
            ('abstract', 'protected', 'intermediate', 'final', 'voting',
             'hold-following-changes', 'post-review',
             'match-on-config-updates'),
            TRUTH,
        ),
        **dict.fromkeys(('timeout', 'pre-timeout', 'post-timeout'), SECONDS),
        **dict.fromkeys(
            ('pre-run', 'run', 'post-run', 'branches', 'files',
             'irrelevant-files', 'tags', 'provides', 'requires',
             'allowed-projects', 'failure-output'),
            TEXTS,
        ),
        **dict.fromkeys(
            ('nodeset', 'required-projects', 'roles', 'secrets',
             'semaphores', 'dependencies', 'include-vars'),
            ANY_OF,
        ),
        **dict.fromkeys(('vars', 'extra-vars'), VARIABLES),
        **dict.fromkeys(('host-vars', 'group-vars'), {'type': 'object'}),
        'attempts': SECONDS,
        'ansible-version': TEXT,
    },
}  # fmt: skip
PLAYBOOKS = ('pre-run', 'run', 'post-run')
# Jobs of others, from which ours inherit or which we have run.
THEIRS = re.compile(r'devstack-tempest-ipv6|openstack-tox-\w+')


def items(kind: str) -> list[dict[str, Any]]:
    """Return what .zuul.d has of a kind."""
    return [
        item[kind]
        for path in sorted((ansible.ROOT / '.zuul.d').glob('*.yaml'))
        for item in yaml.safe_load(path.read_text())
        if kind in item
    ]


class JobsTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.jobs = {job['name']: job for job in items('job')}

    def assert_known(self, name: str) -> None:
        known = name in self.jobs or THEIRS.fullmatch(name)
        self.assertTrue(known, f'{name} is no job')

    def test_every_key_is_one_of_zuuls(self) -> None:
        self.assertEqual(3, len(self.jobs))
        for job in self.jobs.values():
            jsonschema.validate(job, JOB)

    def test_a_key_that_zuul_does_not_know_is_seen(self) -> None:
        for key, value in (('timout', 5), ('vars', {'zuul': {}})):
            self.assertRaises(
                jsonschema.ValidationError,
                jsonschema.validate,
                {'name': 'a', key: value},
                JOB,
            )

    def test_what_they_name_is_there(self) -> None:
        for job in self.jobs.values():
            self.assert_known(job['parent'])
            for path in filter(None, map(job.get, PLAYBOOKS)):
                self.assertTrue((ansible.ROOT / path).is_file(), path)
            for expression in job.get('irrelevant-files', ()):
                re.compile(expression)

    def test_what_the_project_runs_is_no_abstract_job(self) -> None:
        (project,) = items('project')
        self.assertEqual({'check', 'gate'}, set(project))
        for pipeline in project.values():
            for name in pipeline['jobs']:
                self.assert_known(name)
                self.assertFalse(self.jobs.get(name, {}).get('abstract'), name)

    def test_every_test_is_in_one_job(self) -> None:
        regexes = [
            job['vars']['tempest_test_regex']
            for job in self.jobs.values()
            if not job.get('abstract')
        ]
        for test in test_packaging.our_tests():
            found = [one for one in regexes if re.search(one, test.id())]
            self.assertEqual(1, len(found), test.id())


class PostTest(ansible.PlaybookTest):
    """``post.yaml`` on a node that is this machine."""

    def setUp(self) -> None:
        super().setUp()
        self.reports = self.place / 'reports'
        self.returned = self.place / 'returned'
        self.store = self.place / 'stack' / 'tempest' / '.stestr'
        self.store.mkdir(parents=True)
        (self.store / 'format').write_text('1\n')
        (self.store / 'next-stream').write_text('0\n')
        self.program('stack/tempest/.tox/tempest/bin/tempest', commands.SCRIPT)

    def post(self, *nodes: str) -> Any:
        """Run it; return what Zuul is told."""
        given = {
            'devstack_base_dir': str(self.place / 'stack'),
            'ipv6_reports': str(self.reports),
        }
        groups: dict[str, Any] = {
            'tempest': {'hosts': {nodes[0]: {}}},
            'others': {'hosts': dict.fromkeys(nodes[1:], {})},
        }
        status, said = self.play(
            ansible.PLAYBOOKS / 'post.yaml',
            groups,
            *('-e', json.dumps(given)),
            ZUUL_RETURNED=str(self.returned),
        )
        self.assertEqual(0, status, said[-5000:])
        if not self.returned.exists():
            return None
        (artifact,) = json.loads(self.returned.read_text())['zuul'][
            'artifacts'
        ]
        return artifact

    def run_tests(self) -> None:
        """Leave a run as stestr does."""
        one = f'{streams.API}.test_a.ATest.test'
        (self.store / '0').write_text(f'test: {one}\nsuccessful: {one}\n')
        (self.store / 'next-stream').write_text('1\n')

    def test_the_page_is_written_and_linked(self) -> None:
        self.run_tests()
        self.assertEqual(
            {
                'name': 'IPv6 report',
                'url': 'ipv6/report.html',
                'metadata': {'type': 'html'},
            },
            self.post('controller'),
        )
        self.assertEqual(
            ['junit.xml', 'report.html', 'run.json'],
            sorted(path.name for path in self.reports.iterdir()),
        )

    def test_a_node_of_several_has_its_own_logs(self) -> None:
        self.run_tests()
        self.assertEqual(
            'controller/ipv6/report.html',
            self.post('controller', 'compute')['url'],
        )

    def test_without_a_run_nothing_is_linked(self) -> None:
        self.assertIsNone(self.post('controller'))
        self.assertEqual([], [*self.reports.iterdir()])


@ddt.ddt
class PreTest(ansible.PlaybookTest):
    """``pre.yaml`` on a node that says what a test wants of it."""

    @ddt.data(
        ('0', '3.11', ''),
        ('1', '3.11', 'ipv6.conf.all.disable_ipv6 to be 0, seen 1; switch'),
        ('0', '3.9', 'expected Python 3.11 or later, seen 3.9; take'),
    )
    @ddt.unpack
    def test_a_node_is_refused(
        self, is_off: str, python: str, why: str
    ) -> None:
        for name, shown in (('cat', is_off), ('python3', python)):
            program = self.program(f'bin/{name}', f'#!/bin/sh\necho {shown}\n')
        status, said = self.play(
            ansible.PLAYBOOKS / 'pre.yaml',
            {'tempest': {'hosts': {'controller': {}}}},
            PATH=f'{program.parent}:/usr/bin:/bin',
        )
        self.assertEqual(bool(why), bool(status), said)
        self.assertIn(why, ' '.join(said.split()))
