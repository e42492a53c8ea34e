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

"""A run as metrics for the textfile collector of Prometheus.

The form is the text exposition format 0.0.4.
"""

from collections.abc import Iterable
from collections.abc import Iterator
from typing import IO

from ipv6_tempest_plugin.results import model
from ipv6_tempest_plugin.results import names

Sample = tuple[dict[str, str], float]
_ESCAPES = str.maketrans({'\\': r'\\', '"': r'\"', '\n': r'\n'})


def write(run: model.Run, output: IO[str]) -> None:
    """Write totals for each tier, and each of the plugin's tests.

    Tests of others are only counted: thousands of series help nobody.
    """
    for name, kind, text, samples in _metrics(run):
        output.write(f'# HELP {name} {text}\n# TYPE {name} {kind}\n')
        for labels, value in samples:
            output.write(f'{name}{_labels(labels)} {_number(value)}\n')


def _metrics(
    run: model.Run,
) -> Iterator[tuple[str, str, str, Iterable[Sample]]]:
    yield (
        'ipv6_tempest_run_green',
        'gauge',
        'Whether tests passed, none failed and the record is whole.',
        [({}, run.is_green)],
    )
    yield (
        'ipv6_tempest_run_end_timestamp_seconds',
        'gauge',
        'When the last test ended.',
        [({}, run.stop.timestamp())] if run.stop else [],
    )
    yield (
        'ipv6_tempest_run_duration_seconds',
        'gauge',
        'From the start of the first test to the end of the last.',
        [({}, run.seconds)],
    )
    yield (
        'ipv6_tempest_tests',
        'gauge',
        'Results of each tier by status.',
        _counts(run),
    )
    ours = [test for test in run.tests if test.tier != names.OTHER]
    yield (
        'ipv6_tempest_test_passed',
        'gauge',
        'Whether a test passed; what was skipped has no sample.',
        _passed(ours),
    )
    yield (
        'ipv6_tempest_test_duration_seconds',
        'gauge',
        'How long a test took.',
        [(_named(t), t.seconds) for t in ours if t.seconds is not None],
    )
    yield (
        'ipv6_tempest_endpoint_ok',
        'gauge',
        'Whether an endpoint is without a finding.',
        _endpoints(run),
    )


def _counts(run: model.Run) -> Iterator[Sample]:
    for tier, counts in run.tiers.items():
        for status, number in counts.items():
            yield {'tier': tier, 'status': str(status)}, number


def _passed(tests: Iterable[model.Test]) -> Iterator[Sample]:
    for test in tests:
        if test.status is not model.Status.SKIPPED:
            yield _named(test), test.status.is_good


def _endpoints(run: model.Run) -> Iterator[Sample]:
    for test in run.tests:
        for endpoint in test.evidence.endpoints:
            yield (
                {
                    'service': endpoint.service,
                    'region': endpoint.region,
                    'interface': endpoint.interface,
                },
                test.status.is_good,
            )


def _named(test: model.Test) -> dict[str, str]:
    return {'id': test.id, 'test': test.name, 'tier': test.tier}


def _labels(labels: dict[str, str]) -> str:
    if not labels:
        return ''
    pairs = (f'{k}="{v.translate(_ESCAPES)}"' for k, v in labels.items())
    return f'{{{",".join(pairs)}}}'


def _number(value: float) -> str:
    return format(float(value), '.15g')
