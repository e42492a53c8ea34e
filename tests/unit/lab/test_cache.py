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
import os
from pathlib import Path

from ipv6_lab import cache
from tests.unit.lab import front


class CacheTest(front.CacheTest):
    def fill(self, entry: Path) -> None:
        self.assertEqual([], list(entry.iterdir()))
        (entry / 'file').write_text('made')

    def test_an_entry_is_made_once(self) -> None:
        entry = cache.place('images', 'key')
        self.assertTrue(cache.make(entry, self.fill))
        self.assertFalse(cache.make(entry, self.fail))
        self.assertEqual('made', (entry / 'file').read_text())

    def test_a_failed_build_leaves_nothing(self) -> None:
        def build(entry: Path) -> None:
            self.fill(entry)
            raise KeyboardInterrupt

        entry = cache.place('images', 'key')
        self.assertRaises(KeyboardInterrupt, cache.make, entry, build)
        self.assertFalse(entry.exists())

    def test_a_killed_build_is_begun_anew(self) -> None:
        entry = cache.place('images', 'key')
        (entry / 'half').mkdir(parents=True)
        self.assertFalse(cache.finished(entry))
        self.assertTrue(cache.make(entry, self.fill))
        self.assertFalse((entry / 'half').exists())

    def test_sweeping_removes_what_was_interrupted(self) -> None:
        whole = cache.place('venvs', 'whole')
        half = cache.place('venvs', 'half')
        state = self.root / 'state' / 'host'
        for directory in (half, state, self.root / 'tmp'):
            directory.mkdir(parents=True)
        cache.make(whole, self.fill)
        cache.sweep()
        seen = [path.exists() for path in (whole, half, state)]
        self.assertEqual([True, False, True], seen)
        self.assertFalse((self.root / 'tmp').exists())

    def test_clearing_removes_only_what_is_the_labs(self) -> None:
        others = [self.root / name for name in ('other', 'tmpfiles')]
        for other in others:
            other.mkdir()
        entry = cache.place('venvs', 'key')
        cache.make(entry, self.fill)
        (self.root / 'downloads').mkdir()
        (self.root / 'lab-test-k3_q9xab').mkdir()
        freed = cache.clear()
        self.assertGreater(freed, 0)
        self.assertEqual(others, sorted(self.root.iterdir()))

    def test_entries_tell_size_and_age(self) -> None:
        entry = cache.place('images', 'key')
        cache.make(entry, lambda path: self.write(path, 100_000))
        os.utime(entry / cache.MARKER, (0, 0))
        cache.place('venvs', 'half').mkdir(parents=True)
        image, venv = cache.entries()
        self.assertEqual(('images', entry, True), image_of(image))
        self.assertGreaterEqual(image.size, 100_000)
        self.assertLess(image.size, 200_000)
        self.assertGreater(image.age, 1e9)
        self.assertFalse(venv.finished)

    def write(self, path: Path, size: int) -> None:
        (path / 'file').write_bytes(b'x' * size)
        (path / 'link').symlink_to('file')

    def test_the_digest_changes_with_what_it_is_made_of(self) -> None:
        one, two = self.root / 'one', self.root / 'two'
        one.write_text('text')
        two.write_text('text')
        key = cache.digest(['x', one])
        self.assertRegex(key, '^[0-9a-f]{12}$')
        self.assertEqual(key, cache.digest(['x', two]))
        two.write_text('other')
        others = {
            cache.digest(['x', two]),
            cache.digest(['y', one]),
            cache.digest([one, 'x']),
            cache.digest(['xtext']),
        }
        self.assertEqual(4, len(others - {key}))


def image_of(entry: cache.Entry) -> tuple[str, Path, bool]:
    """What identifies an entry."""
    return entry.kind, entry.path, entry.finished
