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

"""From streams to runs: whole ones, and what is left of others."""

import io
import json

import ddt
import testtools

from ipv6_tempest_plugin.results import attachments
from ipv6_tempest_plugin.results import errors
from ipv6_tempest_plugin.results import masking
from ipv6_tempest_plugin.results import model
from ipv6_tempest_plugin.results import packets
from ipv6_tempest_plugin.results import sources
from ipv6_tempest_plugin.results import stream
from ipv6_tempest_plugin.results import writing
from tests.unit.plugin.results import example
from tests.unit.plugin.results import streams

Status = model.Status
A = streams.test_id(f'{streams.API}.test_a.ATest.test_a', 1, 'smoke')
B = streams.test_id(f'{streams.API}.test_a.ATest.test_b', 2)


def version_1(*lines: str) -> bytes:
    """Return a stream as stestr's repository holds it."""
    return ''.join(f'{line}\n' for line in lines).encode()


@ddt.ddt
class StreamTest(testtools.TestCase):
    def test_a_passed_test(self) -> None:
        (test,) = streams.Stream().passed(A).run().tests
        self.assertEqual(
            model.Test(
                streams.uuid(1),
                f'{streams.API}.test_a.ATest.test_a',
                f'{streams.API}.test_a.ATest',
                'test_a',
                'ipv6_overlay_api',
                Status.PASSED,
                streams.BEGIN,
                1.0,
                '0',
                ('smoke',),
            ),
            test,
        )

    def test_a_failure_has_reason_diagnosis_and_log(self) -> None:
        made = streams.Stream().failed(A, 'no RA\n  seen  none', 'a log\n')
        (test,) = made.run().tests
        self.assertEqual('no RA', test.reason)
        self.assertEqual('no RA\n  seen  none', test.diagnosis)
        self.assertEqual(
            ['traceback', "pythonlogging:''"],
            [attachment.name for attachment in test.attachments],
        )

    @ddt.data(
        ('success', Status.PASSED, True),
        ('fail', Status.FAILED, False),
        ('skip', Status.SKIPPED, False),
        ('xfail', Status.EXPECTED_FAILURE, False),
        ('uxsuccess', Status.UNEXPECTED_SUCCESS, False),
    )
    @ddt.unpack
    def test_statuses(self, told: str, status: Status, is_green: bool) -> None:
        run = streams.Stream().start(A).end(A, told).run()
        self.assertEqual(status, run.tests[0].status)
        self.assertEqual(is_green, run.is_green)
        self.assertEqual(1, run.counts[status])

    def test_a_skipped_class_is_one_result_that_names_its_tests(self) -> None:
        skip = f'setUpClass ({streams.API}.test_a.ATest)'
        made = streams.Stream().exists(A, B).skipped(skip, 'not wanted')
        (test,) = made.run().tests
        self.assertEqual(
            (Status.SKIPPED, 'not wanted', 2),
            (test.status, test.reason, len(test.took)),
        )

    def test_a_failed_class_takes_its_tests_with_it(self) -> None:
        setup = f'setUpClass ({streams.API}.test_a.ATest)'
        made = streams.Stream().exists(A, B).failed(setup, 'no network')
        run = made.run()
        fixture, *taken = run.tests
        names = [test.name for test in taken]
        self.assertEqual(2, len(names))
        self.assertEqual(names, list(fixture.took))
        self.assertEqual({Status.NOT_RUN}, {test.status for test in taken})
        self.assertIn('no network', taken[0].reason)
        self.assertEqual((), run.notes)

    def test_listed_tests_that_never_ran(self) -> None:
        run = streams.Stream().exists(A, B).passed(A).run()
        self.assertEqual(
            [Status.PASSED, Status.NOT_RUN],
            [test.status for test in run.tests],
        )
        self.assertEqual(('1 of 2 listed test(s) did not run',), run.notes)
        self.assertFalse(run.is_green)

    def test_an_interrupted_test(self) -> None:
        made = streams.Stream().passed(A).start(B)
        made.file(B, "pythonlogging:''", b'the last line\n')
        run = made.run()
        self.assertEqual(Status.INTERRUPTED, run.tests[1].status)
        self.assertIn('the last line', run.tests[1].attachments[0].text)
        self.assertFalse(run.is_green)

    @ddt.data(1, 10, 30)
    def test_a_truncated_stream_says_so(self, missing: int) -> None:
        whole = bytes(streams.Stream().passed(A).passed(B))
        run = streams.read(whole[:-missing])
        self.assertIn('it ends within a packet', run.notes[0])
        self.assertEqual(
            [Status.PASSED, Status.INTERRUPTED],
            [test.status for test in run.tests],
        )

    def test_damage_in_the_middle_costs_one_packet(self) -> None:
        whole = bytearray(bytes(streams.Stream().passed(A).passed(B)))
        whole[20] ^= 0xFF
        run = streams.read(bytes(whole))
        self.assertTrue(run.notes)
        self.assertIn('test_b', [test.label for test in run.tests])
        self.assertFalse(run.is_green)

    def test_what_a_worker_printed_spoils_nothing(self) -> None:
        collector = stream.Collector(masking.Mask(['hunter2']))
        source = io.BytesIO(bytes(streams.Stream().passed('a.B.c')))
        packets.read(source, collector)
        for said in (b'INFO tempest [-]', b' hunter2\n'):
            collector.status(
                file_name='stdout', file_bytes=said, route_code='0'
            )
        run = collector.run()
        self.assertEqual(((), True), (run.notes, run.is_green))
        self.assertEqual(
            ('workers printed 25 byte(s): INFO tempest [-] ***',), run.remarks
        )

    def test_what_is_no_subunit_is_noted(self) -> None:
        run = streams.Stream().passed(A).raw(b'Segmentation fault\n').run()
        self.assertIn('no subunit', run.notes[0])

    def test_import_errors_are_noted(self) -> None:
        made = streams.Stream().passed(A)
        made.file(None, 'import errors', b'No module named tempestt')
        self.assertEqual(
            ('import errors: No module named tempestt',), made.run().notes
        )

    def test_a_worker_that_failed_is_noted(self) -> None:
        made = streams.Stream().passed(A)
        made.file('process-returncode', 'traceback', b'returncode 3')
        run = made.end('process-returncode', 'fail').run()
        self.assertEqual(('a worker failed: returncode 3',), run.notes)
        self.assertEqual(1, len(run.tests))

    def test_a_failure_that_says_nothing(self) -> None:
        run = streams.Stream().start(A).end(A, 'fail').run()
        self.assertIn('no reason was recorded', run.tests[0].reason)

    def test_evidence_of_a_passed_test(self) -> None:
        ping = {
            'source': 'a',
            'target': 'b',
            'address': '2001:db8::1',
            'sent': 3,
            'received': 3,
            'surplus': 'left',
        }
        (test,) = streams.Stream().passed(A, pings=[ping]).run().tests
        self.assertTrue(test.evidence.pings[0].is_right)

    def test_evidence_by_name(self) -> None:
        made = streams.Stream().start(A)
        data = json.dumps([{'name': 'boot', 'seconds': 4}]).encode()
        made.file(A, 'steps', data, 'application/json')
        (test,) = made.end(A, 'success').run().tests
        self.assertEqual(4.0, test.evidence.steps[0].seconds)

    @ddt.data(
        b'{',
        b'[1]',
        b'"text"',
        b'[{"name": "boot"}]',
        b'[{"name": "boot", "seconds": "4"}]',
        b'[{"name": "boot", "seconds": %s}]' % (b'9' * 400),
        b'[{"name": "boot", "seconds": %s}]' % (b'9' * 5000),
        b'[{"name": "boot", "seconds": 1e400}]',
        b'[{"name": "boot", "seconds": Infinity}]',
        b'[{"name": "boot", "seconds": NaN}]',
        b'[{"name": "boot", "seconds": -1}]',
        b'[{"name": "boot", "seconds": true}]',
        b'[' * 100_000,
        b' ' * (attachments.EVIDENCE[0] + 1),
    )
    def test_evidence_that_is_malformed_is_named(self, data: bytes) -> None:
        made = streams.Stream().start(A)
        made.file(A, 'steps', data, 'application/x-ipv6-steps+json')
        run = made.end(A, 'success').run()
        self.assertIn('attachment "steps"', run.tests[0].diagnosis)
        for write in writing.WRITERS.values():
            write(io.StringIO(), run, None, 'a title')

    @ddt.data('9' * 40, '9007199254740993', 'NaN', '-1', '1.5')
    def test_counts_are_counts(self, number: str) -> None:
        data = (
            '[{"source": "a", "target": "b", "address": "::1", "received": 0, '
            f'"sent": {number}}}]'
        )
        made = streams.Stream().start(A)
        made.file(A, 'pings', data.encode(), 'application/json')
        (test,) = made.end(A, 'success').run().tests
        self.assertIn('attachment "pings": sent: expected', test.diagnosis)

    def test_megabytes_of_log_are_cut(self) -> None:
        log = ''.join(f'INFO line {n}\n' for n in range(200_000))
        (test,) = streams.Stream().failed(A, 'no', log).run().tests
        kept = test.attachments[1]
        self.assertEqual(len(log), kept.size)
        self.assertTrue(kept.is_cut)
        self.assertLess(len(kept.text), attachments.LONGEST + 100)
        self.assertIn('INFO line 199999', kept.text)

    def test_log_lines_that_tell_are_kept(self) -> None:
        log = [f'INFO line {n}' for n in range(500)]
        log[200] = '(ATest:test_a): 503 GET http://[2001:db8::1]/'
        log[300] = 'WARNING no RA'
        made = streams.Stream().failed(A, 'no', '\n'.join(log))
        kept = made.run().tests[0].attachments[1].text
        self.assertIn('503 GET', kept)
        self.assertIn('WARNING no RA', kept)
        self.assertNotIn('line 250', kept)
        self.assertIn('[... 99 lines ...]', kept)

    def test_binary_attachments_are_not_shown(self) -> None:
        made = streams.Stream().start(A)
        made.file(A, 'capture', b'\0\1', 'application/vnd.tcpdump.pcap')
        (test,) = made.end(A, 'fail').run().tests
        self.assertEqual(('', 2), (test.attachments[0].text, 2))

    def test_very_many_attachments_are_not_all_kept(self) -> None:
        made = streams.Stream().start(A)
        for number in range(attachments.MOST + 1):
            made.file(A, f'file {number}', b'text')
        (test,) = made.end(A, 'fail').run().tests
        self.assertEqual(attachments.MOST, len(test.attachments))
        self.assertIn('only the first', test.diagnosis)

    def test_version_1_of_subunit(self) -> None:
        run = streams.read(
            version_1(
                'time: 2026-11-23 08:00:00.000000Z',
                'tags: worker-1',
                f'test: {A}',
                'time: 2026-11-23 08:00:02.500000Z',
                f'success: {A}',
                'a warning of somebody',
                f'test: {B}',
            )
        )
        self.assertIn('a warning of somebody', run.notes[0])
        first, second = run.tests
        self.assertEqual(
            (Status.PASSED, 2.5, '1'),
            (first.status, first.seconds, first.worker),
        )
        self.assertEqual(Status.INTERRUPTED, second.status)

    @ddt.data(b'', b'hello\n', b'{', b'{}', b'{"format": "ipv6-report"}')
    def test_what_is_no_run(self, data: bytes) -> None:
        problem = self.assertRaises(
            errors.ReportError, sources.decode, io.BytesIO(data), 'it'
        )
        self.assertIn('it: expected', str(problem))
        self.assertIn('seen', str(problem))

    def test_the_same_test_twice(self) -> None:
        run = streams.Stream().failed(A, 'no').passed(A).run()
        (test,) = run.tests
        self.assertEqual(Status.FAILED, test.status)
        self.assertIn('reported as failed, passed', test.reason)

    def test_the_example_has_something_of_everything(self) -> None:
        run = example.stream().run()
        self.assertEqual(
            {'passed': 17, 'failed': 5, 'skipped': 1, 'not-run': 2},
            {str(s): n for s, n in run.counts.items() if n},
        )
        self.assertEqual(
            ['ipv6_overlay_api', 'ipv6_overlay_scenario', 'ipv6_underlay'],
            list(run.tiers),
        )
