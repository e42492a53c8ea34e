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
from pathlib import Path
from unittest import mock

from ipv6_lab import errors
from ipv6_lab import paths
from ipv6_lab import record
from tests.unit.lab import front


class RecordTest(front.CacheTest):
    def test_what_is_written_is_read(self) -> None:
        self.assertIsNone(record.read())
        record.write(record.STARTING, Path('/venvs/cloud-1'))
        checkout = str(paths.CHECKOUT)
        expected = ('starting', '/venvs/cloud-1', checkout, record.boot())
        self.assertEqual(record.Record(*expected), record.read())
        record.remove()
        self.assertIsNone(record.read())

    def test_removing_twice_is_no_error(self) -> None:
        record.remove()
        record.remove()

    def test_a_lab_does_not_outlive_a_boot(self) -> None:
        with mock.patch.object(record, 'boot', lambda: 'earlier'):
            record.write(record.UP, Path('/venvs/cloud-1'))
        self.assertIsNone(record.read())

    def test_a_damaged_record_is_one_line(self) -> None:
        for text in ('', '{', '[]', '{"phase": "up"}', '{"x": 1}'):
            record.path().write_text(text)
            error = self.assertRaises(errors.LabError, record.read)
            self.assertIn(str(record.path()), str(error))
            self.assertIn(repr(text), str(error))
