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

"""What a reader is told, and what is kept from him."""

import json
import pathlib
import time

import ddt
import testtools

from ipv6_tempest_plugin.underlay import findings
from ipv6_tempest_plugin.underlay import kinds
from ipv6_tempest_plugin.underlay import masking

PLACE = findings.Place(
    'image', 'RegionOne', 'public', 'http://[2001:db8::1]:9292'
)
PAGE = pathlib.Path(__file__).parents[4] / 'doc' / 'source' / 'underlay.rst'


@ddt.ddt
class SecretsTest(testtools.TestCase):
    @ddt.data(
        'http://user:secret@h/v3',
        'http://user:sec@secret@h/v3',
        'http://user:a/secret@h/v3',
        'http://user:a secret@h/v3',
        'http://h/vnc?path=%3Ftoken%3Dsecret',
        'http://h/vnc?token=secret&x=1#y',
    )
    def test_neither_place_nor_finding_holds_it(self, url: str) -> None:
        place = findings.Place('console', url=url)
        finding = findings.Finding('tcp-refused', place, f'{url!r} refused')
        for text in (
            repr(finding),
            finding.as_text(),
            json.dumps(finding.as_dict()),
        ):
            self.assertNotIn('secret', text)

    def test_an_excerpt_is_masked_before_it_is_cut(self) -> None:
        for url in (
            'http://user:secret' + 'x' * 80 + '@h/',
            'http://user:' + 's' * 30 + 'secret' + 'x' * 80 + '@h/',
            'http://h/?' + 'é' * 5 + '\N{NO-BREAK SPACE}secret&' + 'x' * 80,
        ):
            shown = masking.excerpt(url.encode())
            self.assertNotIn('secret', shown)
            self.assertLess(len(shown), 70)

    def test_excerpts_are_short_and_printable(self) -> None:
        self.assertEqual("'a\\x00\\xff'", masking.excerpt(b'a\x00\xff'))
        long = masking.excerpt(b'x' * 61)
        self.assertEqual(repr('x' * 60) + '...', long)

    def test_masking_a_large_answer_takes_no_time(self) -> None:
        start = time.monotonic()
        masking.excerpt(b'@' + b'/' * 256 * 1024)
        self.assertLess(time.monotonic() - start, 5)

    def test_what_is_no_secret_stays(self) -> None:
        url = 'http://[2001:db8::1]:9292/v2/images#x'
        self.assertEqual(url, masking.masked(url))


class TextTest(testtools.TestCase):
    def test_a_failure_reads_as_a_diagnosis(self) -> None:
        finding = findings.Finding(
            'tcp-refused',
            PLACE,
            'port 9292: connection refused',
            '2001:db8::1',
        )
        self.assertEqual(
            """\
image RegionOne public: nothing listens on the port over IPv6 [tcp-refused]
  url           http://[2001:db8::1]:9292
  address       2001:db8::1
  expected      a TCP connection
  seen          port 9292: connection refused
  usual cause   the service is down, binds to 0.0.0.0 or to another address
  where to look `ss -6ltnp` on that host; the bind address of the service""",
            finding.as_text(),
        )

    def test_what_is_not_known_has_no_line(self) -> None:
        place = findings.Place('catalog')
        text = findings.Finding('catalog-empty', place, '[]').as_text()
        self.assertTrue(text.startswith('catalog: the catalog is empty'))
        self.assertNotIn('address', text)

    def test_what_was_seen_is_cut_when_it_is_long(self) -> None:
        finding = findings.Finding('http-garbage', PLACE, 'x' * 10_000)
        self.assertEqual(403, len(finding.seen))

    def test_json_holds_place_words_and_check(self) -> None:
        row = findings.Finding('tcp-refused', PLACE, 'seen').as_dict()
        self.assertEqual(row, json.loads(json.dumps(row)))
        self.assertEqual(
            ('listening', 'image', 'RegionOne', 'public', PLACE.url),
            tuple(
                row[key]
                for key in ('check', 'service', 'region', 'interface', 'url')
            ),
        )


class KindsTest(testtools.TestCase):
    def test_every_kind_says_everything(self) -> None:
        for code, kind in kinds.KINDS.items():
            for field in ('title', 'expected', 'cause', 'look'):
                self.assertGreater(len(getattr(kind, field)), 10, code)

    def test_titles_are_unique(self) -> None:
        titles = [kind.title for kind in kinds.KINDS.values()]
        self.assertEqual(len(titles), len(set(titles)))

    def test_the_page_has_a_heading_for_every_kind(self) -> None:
        lines = PAGE.read_text().splitlines()
        headings = {
            line
            for line, below in zip(lines, lines[1:], strict=False)
            if below and set(below) == {'~'} and len(below) == len(line)
        }
        self.assertEqual({k.title for k in kinds.KINDS.values()}, headings)

    def test_the_page_names_every_code_once(self) -> None:
        text = PAGE.read_text()
        for code in kinds.KINDS:
            self.assertEqual(1, text.count(f':Code: ``{code}``'), code)
