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

"""Metrics of the textfile collector."""

import io
import re

import testtools

from ipv6_tempest_plugin.results import model
from ipv6_tempest_plugin.results import prometheus
from tests.unit.plugin.results import example
from tests.unit.plugin.results import streams

_SAMPLE = re.compile(
    r'([a-z_0-9]+)(?:\{((?:[a-z]+="(?:[^"\\]|\\["\\n])*",?)*)\})? (\S+)\n'
)


def metrics(run: model.Run) -> dict[str, float]:
    """Return every sample; a line that is none fails."""
    output = io.StringIO()
    prometheus.write(run, output)
    found: dict[str, float] = {}
    for line in output.getvalue().splitlines(keepends=True):
        if not line.startswith(('# HELP ', '# TYPE ')):
            sample = _SAMPLE.fullmatch(line)
            if sample is None:
                raise ValueError(f'expected a sample, seen {line!r}')
            key = f'{sample[1]}{{{sample[2] or ""}}}'
            if key in found:
                raise ValueError(f'twice: {key}')
            found[key] = float(sample[3])
    return found


class PrometheusTest(testtools.TestCase):
    def test_totals_and_endpoints(self) -> None:
        found = metrics(example.stream().run())
        self.assertEqual(0, found['ipv6_tempest_run_green{}'])
        self.assertEqual(
            3,
            found['ipv6_tempest_tests{tier="ipv6_underlay",status="failed"}'],
        )
        endpoint = (
            'ipv6_tempest_endpoint_ok{{service="image",region="RegionOne",'
            'interface="{}"}}'
        )
        self.assertEqual(1, found[endpoint.format('public')])
        self.assertEqual(0, found[endpoint.format('admin')])

    def test_single_tests_only_of_the_plugin(self) -> None:
        ours = f'{streams.API}.test_a.ATest.test_a'
        made = streams.Stream().passed(ours).passed('tempest.api.B.test')
        names = ' '.join(metrics(made.run()))
        self.assertIn(f'test="{ours}"', names)
        self.assertNotIn('tempest.api', names)

    def test_labels_are_escaped(self) -> None:
        made = streams.Stream().passed(f'{streams.API}.t.A.x("\\")')
        found = metrics(made.run())
        self.assertTrue(any(r'x(\"\\\")' in name for name in found), found)
