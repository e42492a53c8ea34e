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

"""Text that the cloud sent, and the ends of what is too long."""

import ddt
import testtools

from ipv6_tempest_plugin.results import clip
from ipv6_tempest_plugin.results import text


@ddt.ddt
class TextTest(testtools.TestCase):
    @ddt.data(
        ('two\tlines\nhere', 'two\tlines\nhere'),
        ('over\rwritten\r\nline', 'over\nwritten\nline'),
        ('\x1b[31mred', '␛[31mred'),
        ('nul\0', 'nul␀'),
        ('evil\u202etxt.exe', 'evil\ufffdtxt.exe'),
        ('c1\x9b, half \ud800, \uffff', 'c1\ufffd, half \ufffd, \ufffd'),
        ('ünïcödé ✓ 東京', 'ünïcödé ✓ 東京'),
    )
    @ddt.unpack
    def test_clean(self, given: str, shown: str) -> None:
        self.assertEqual(shown, text.clean(given))

    def test_a_line_is_one_and_not_long(self) -> None:
        self.assertEqual('a b', text.line(' a\n\n b '))
        self.assertEqual(300, len(text.line('x' * 1_000_000)))

    def test_data_is_cleaned_to_its_leaves(self) -> None:
        data = {'a\0': ['b\0', {'c': 1, 'd': None}]}
        self.assertEqual(
            {'a␀': ['b␀', {'c': 1, 'd': None}]}, text.clean_data(data)
        )


class ClipTest(testtools.TestCase):
    def test_what_fits_is_whole(self) -> None:
        kept = clip.Clip(4, 6)
        for piece in (b'on', b'e\ntwo', b'\n3'):
            kept.add(piece)
        self.assertEqual(('one\ntwo\n3', False), (kept.text(), kept.is_cut))

    def test_both_ends_are_whole_lines(self) -> None:
        kept = clip.Clip(10, 10)
        for number in range(100):
            kept.add(f'line {number}\n'.encode())
        self.assertTrue(kept.is_cut)
        self.assertEqual(
            'line 0\n[... 776 bytes cut ...]\nline 99\n', kept.text()
        )

    def test_a_secret_at_the_cut_is_not_halved(self) -> None:
        kept = clip.Clip(10, 10)
        kept.add(b'x token=abcdefghijklmnopqrstuvwxyz')
        self.assertNotIn('abc', kept.text())
        self.assertNotIn('xyz', kept.text())

    def test_memory_is_bounded(self) -> None:
        kept = clip.Clip(10, 10)
        for _ in range(1000):
            kept.add(b'x' * 1000 + b'\n')
        self.assertEqual(1_001_000, kept.size)
        self.assertLess(len(kept.text()), 60)

    def test_each_end_is_changed_by_itself(self) -> None:
        kept = clip.Clip(5, 5)
        kept.add(b'one\n' * 20)
        seen: list[str] = []

        def change(part: str) -> str:
            seen.append(part)
            return part

        kept.text(change=change)
        self.assertEqual(['one', 'one\n'], seen)

    def test_bytes_that_are_no_text(self) -> None:
        kept = clip.Clip(5, 5)
        kept.add(b'\xff\xfe')
        self.assertEqual('\ufffd\ufffd', kept.text())
