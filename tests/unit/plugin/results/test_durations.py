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

"""What earlier runs tell of later ones."""

from dbm import dumb
from pathlib import Path
import tempfile

import testtools

from ipv6_tempest_plugin.results import durations
from ipv6_tempest_plugin.results import errors
from ipv6_tempest_plugin.results import masking
from tests.unit.plugin.results import streams

OWNER = f'{streams.API}.test_a.ATest'
OTHER = f'{streams.API}.test_a.BTest'


class DurationsTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.place = Path(place.name)

    def read(self, *places: Path) -> durations.Durations:
        return durations.read([str(p) for p in places], masking.Mask())

    def stream(self, name: str, made: streams.Stream) -> Path:
        path = self.place / name
        path.write_bytes(bytes(made))
        return path

    def recorded(self, **seconds: str) -> Path:
        """Return a directory with times as stestr keeps them."""
        place = self.place / 'recorded'
        (place / '.stestr').mkdir(parents=True)
        with dumb.open(str(place / '.stestr' / 'times.dbm'), 'c') as times:
            for name, value in seconds.items():
                times[f'{OWNER}.{name}'] = value
        return place

    def test_what_is_not_known_takes_the_median(self) -> None:
        known = durations.Durations({'a': 1.0, 'b': 2.0, 'c': 9.0})
        self.assertEqual((9.0, 2.0), (known.of('c'), known.of('d')))
        self.assertIsNone(durations.NOTHING.of('a'))

    def test_only_what_ran_to_its_end_tells(self) -> None:
        made = streams.Stream().passed(streams.test_id(f'{OWNER}.test_a', 1))
        made.failed(f'{OWNER}.test_b', 'no').skipped(f'{OWNER}.test_c', 'no')
        made.start(f'{OWNER}.test_d')
        self.assertEqual(
            {f'{OWNER}.test_a': 1.0, f'{OWNER}.test_b': 2.5},
            self.read(self.stream('one', made)).tests,
        )

    def test_later_runs_count(self) -> None:
        made = [streams.Stream() for _ in range(2)]
        for stream, seconds in zip(made, (3.0, 4.0), strict=True):
            stream.start(f'{OWNER}.test_a')
            stream.end(f'{OWNER}.test_a', 'success', seconds)
        paths = [self.stream(str(n), s) for n, s in enumerate(made)]
        self.assertEqual({f'{OWNER}.test_a': 4.0}, self.read(*paths).tests)

    def test_a_class_takes_the_gap_before_it(self) -> None:
        made = streams.Stream().passed(f'{OWNER}.test_a')
        made.passed(f'{OWNER}.test_b')
        made.start(f'setUpClass ({OTHER})')
        made.end(f'setUpClass ({OTHER})', 'success', 2.0)
        made.passed(f'{OTHER}.test_a')
        run = made.run()
        tests = tuple(t for t in run.tests if t.label.startswith('test'))
        known = durations.of_run(type(run)(tests))
        self.assertEqual({OTHER: 2.0}, known.owners)

    def test_what_stestr_recorded(self) -> None:
        place = self.recorded(test_a='1.5')
        self.assertEqual({f'{OWNER}.test_a': 1.5}, self.read(place).tests)

    def test_a_directory_without_a_record(self) -> None:
        self.assertEqual({}, durations.stestr(self.place))
        self.assertRaises(errors.ReportError, self.read, self.place)

    def test_a_record_that_is_none(self) -> None:
        place = self.recorded(test_a='soon')
        error = self.assertRaises(errors.ReportError, self.read, place)
        self.assertIn('expected how long tests took', str(error))
