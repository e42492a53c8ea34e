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

"""The page: whole, self-contained, and deaf to what it shows."""

import base64
from collections import Counter
import hashlib
from html import parser
import io
import re
from typing import Any

import testtools

from ipv6_tempest_plugin.results import comparing
from ipv6_tempest_plugin.results import model
from ipv6_tempest_plugin.results.page import page
from tests.unit.plugin.results import example
from tests.unit.plugin.results import streams

EVIL = '</pre></script><script>alert(1)</script><img src=x onerror=alert(1)>'
# What moves a terminal, ends a text or turns around what follows.
CONTROLS = '\x1b\x07\0\x7f\x9b\u202e\u2066\ufffe'
_VOID = ('meta', 'br', 'input', 'path', 'rect')


def html_of(run: model.Run, before: model.Run | None = None) -> str:
    """Return the page of a run."""
    output = io.StringIO()
    change = comparing.compare(before, run) if before else None
    page.write(run, output, change)
    return output.getvalue()


def hostile(text: str) -> dict[str, Any]:
    """Return evidence of every kind whose every text is this one."""
    address = {
        'guest': text,
        'interface': text,
        'mac': text,
        'network': text,
        'mode': text,
        'state': text,
        'note': text,
    }
    ping = {'address': text, 'source_address': text, 'sent': 1, 'received': 0}
    finding = dict.fromkeys(
        ('code', 'title', 'service', 'region', 'interface', 'url', 'seen',
         'expected', 'cause', 'look', 'address'), text,
    )  # fmt: skip
    return {
        'topology': {
            'title': text,
            'nodes': [
                {'name': text, 'kind': f'"><script>{text}', 'note': text},
                {'name': 'b', 'kind': 'guest', 'addresses': [text]},
            ],
            'links': [{'between': [text, 'b'], 'label': text}],
        },
        'addresses': [
            {**address, 'predicted': text},
            {**address, 'seen': text, 'prefix_length': 64},
        ],
        'pings': [
            {'source': text, 'target': 'b', **ping},
            {'source': 'b', 'target': text, **ping, 'average_ms': 1},
        ],
        'steps': [{'name': text, 'seconds': 1}],
        'endpoint': {
            'service': text,
            'region': text,
            'interface': text,
            'urls': [f'javascript:{text}'],
            'visits': [{'address': text, 'status': 200, 'seconds': 1}],
        },
        'findings': [finding],
    }


class Reader(parser.HTMLParser):
    """Sees elements, attributes and text; refuses bad nesting."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ''
        self._open: list[str] = []
        self.feed(text)
        self.close()
        if self._open:
            raise ValueError(f'left open: {self._open}')

    def handle_starttag(
        self, tag: str, attrs: list[tuple[str, str | None]]
    ) -> None:
        self.tags[tag] += 1
        self.elements.append((tag, {n: v or '' for n, v in attrs}))
        self.attributes += [(tag, name, value or '') for name, value in attrs]
        self.ids.update(value or '' for name, value in attrs if name == 'id')
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID and self._open.pop() != tag:
            raise ValueError(f'</{tag}> closes another')

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] not in ('style', 'script'):
            self.text += data


class PageTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.page = html_of(example.stream().run())
        self.read = Reader(self.page)

    def test_it_tells_everything(self) -> None:
        for told in (
            'Not green',
            '17 passed, 5 failed, 1 skipped, 2 not-run',
            'nothing listens on the port over IPv6',
            'placement.example.org: A 192.0.2.10, no AAAA',
            '2001:db8:9000::f816:3eff:fe44:5566',
            'WARNING [guest] no RA in 30 s',
            'guest-1 pinged guest-2 at 2001:db8:9000::f816:3eff:fe44:5566: '
            '0 of 3 came back',
            '[ipv6_overlay] dns_servers is not set',
            'both guests active: 5.40 s',
            'Did not run for this reason (2)',
        ):
            self.assertIn(told, self.read.text)

    def test_what_a_class_took_with_it_is_told_once(self) -> None:
        told = [name for name in self.read.ids if name.startswith('f')]
        self.assertEqual(5, len([n for n in told if n[1:].isdigit()]))

    def test_one_script_and_nothing_from_elsewhere(self) -> None:
        self.assertEqual(1, self.read.tags['script'])
        for forbidden in ('link', 'img', 'iframe', 'object', 'base', 'form'):
            self.assertEqual(0, self.read.tags[forbidden], forbidden)
        for tag, name, value in self.read.attributes:
            self.assertNotIn(name, ('src', 'style', 'srcset'))
            self.assertFalse(name.startswith('on'), (tag, name))
            if name == 'href':
                self.assertTrue(value.startswith('#'), value)
        self.assertNotIn('url(', self.page)

    def test_the_policy_allows_what_is_there_and_no_more(self) -> None:
        (policy,) = re.findall(
            r'Content-Security-Policy" content="([^"]+)"', self.page
        )
        for tag in ('style', 'script'):
            (text,) = re.findall(f'<{tag}>(.*?)</{tag}>', self.page, re.DOTALL)
            digest = hashlib.sha256(text.encode()).digest()
            digest = base64.b64encode(digest)
            self.assertIn(f"{tag}-src 'sha256-{digest.decode()}'", policy)
        self.assertIn("default-src 'none'", policy)

    def test_ids_are_unique_and_links_lead_somewhere(self) -> None:
        self.assertEqual([1], list(set(self.read.ids.values())))
        targets = {v[1:] for _, n, v in self.read.attributes if n == 'href'}
        self.assertEqual(set(), targets - set(self.read.ids))

    def test_headings_and_names_for_screen_readers(self) -> None:
        labels = [
            v for _, n, v in self.read.attributes if n == 'aria-labelledby'
        ]
        self.assertEqual(set(), set(labels) - set(self.read.ids))
        self.assertEqual(1, self.read.tags['h1'])
        self.assertEqual(
            self.read.tags['svg'],
            sum(
                (n, v) in (('role', 'img'), ('aria-hidden', 'true'))
                for t, n, v in self.read.attributes
                if t == 'svg'
            ),
        )
        self.assertIn(('html', 'lang', 'en'), self.read.attributes)

    def test_what_scrolls_can_be_reached_by_keyboard(self) -> None:
        found = [
            attributes
            for _, attributes in self.read.elements
            if attributes.get('class') == 'scroll'
        ]
        self.assertEqual(10, len(found))
        for attributes in found:
            self.assertEqual(
                ('0', 'region'), (attributes['tabindex'], attributes['role'])
            )
        labels = [attributes['aria-label'] for attributes in found]
        self.assertEqual(len(labels), len({*labels} - {''}))

    def test_text_of_the_cloud_is_only_text(self) -> None:
        made = streams.Stream().exists(f'a.B.c({EVIL})')
        name = f'{EVIL}.B.test({EVIL})'
        made.failed(name, EVIL, EVIL, **hostile(EVIL + CONTROLS))
        made.skipped(f'setUpClass ({EVIL})', EVIL).raw(EVIL.encode())
        run = made.run()
        read = Reader(html_of(run, streams.Stream().passed('x').run()))
        self.assertEqual(1, read.tags['script'])
        self.assertEqual(0, read.tags['img'])
        self.assertIn(EVIL, read.text)
        for control in CONTROLS:
            self.assertNotIn(control, read.text)
        for _, name, value in read.attributes:
            self.assertFalse(name.startswith('on'), name)
            if name == 'href':
                self.assertTrue(value.startswith('#'), value)

    def test_an_address_that_nobody_can_use_is_wrong(self) -> None:
        address = {
            'guest': 'guest-1',
            'interface': 'eth1',
            'predicted': '2001:db8::1',
            'predicted_prefix_length': 64,
            'seen': '2001:db8::1',
            'prefix_length': 128,
            'state': 'dadfailed, tentative',
        }
        made = streams.Stream().passed('a.B.one', addresses=[address])
        text = Reader(html_of(made.run())).text
        self.assertIn('\N{BALLOT X} 1 wrong', text)
        self.assertIn('2001:db8::1/64', text)
        self.assertIn('2001:db8::1/128', text)
        self.assertIn('no: prefix length, tentative, dadfailed', text)

    def test_what_changed(self) -> None:
        before = streams.Stream().passed('a.B.one').passed('a.B.two').run()
        after = streams.Stream().failed('a.B.one', 'no').passed('a.B.x').run()
        text = Reader(html_of(after, before)).text
        for told in ('Broken (1)', 'New (1)', 'Gone (1)'):
            self.assertIn(told, text)

    def test_a_green_run_and_an_empty_one(self) -> None:
        green = streams.Stream().passed('a.B.one').run()
        self.assertIn('✓ Green', Reader(html_of(green)).text)
        self.assertIn('Not green', Reader(html_of(model.Run(()))).text)

    def test_very_many_failures_do_not_make_a_page_nobody_opens(self) -> None:
        made = streams.Stream()
        for number in range(page.MOST_FAILURES + 7):
            made.failed(f'a.B.test_{number}', 'no')
        read = Reader(html_of(made.run()))
        self.assertIn('7 more are in the table', read.text)
        self.assertIn(f'test_{page.MOST_FAILURES + 6}', read.text)
