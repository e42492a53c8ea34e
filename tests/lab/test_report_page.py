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

"""The page of ``tempest ipv6-report`` in a real browser."""

import base64
from pathlib import Path
import tempfile

import ddt
import testtools

from ipv6_tempest_plugin.results import model
from ipv6_tempest_plugin.results.page import page
from tests.lab import chromium
from tests.lab import pictures
from tests.unit.plugin.results import example
from tests.unit.plugin.results import streams
from tests.unit.plugin.results import test_page

DESK, PHONE = pictures.DESK, pictures.PHONE
# The contrast of each text with what is behind it, by the formula of WCAG
# 2.2 ("contrast ratio"); those below what level AA asks for.
_POOR = """
(() => {
  const rgb = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = (color) => {
    const [r, g, b] = color.slice(0, 3).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92
        : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const color = rgb(getComputedStyle(e).backgroundColor);
      if (color.length === 3 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  // A text of a picture has a halo of its own, or a box drawn before it.
  const drawnBehind = (text, box) => {
    const halo = getComputedStyle(text).stroke;
    if (halo !== 'none') return rgb(halo);
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const boxes = [...text.ownerSVGElement.querySelectorAll('rect')].filter(
      (rect) => {
        const r = rect.getBoundingClientRect();
        return rect.compareDocumentPosition(text) & 4 &&
          r.left <= x && x <= r.right && r.top <= y && y <= r.bottom;
      });
    return boxes.length ? rgb(getComputedStyle(boxes.pop()).fill)
      : behind(text);
  };
  const poor = [];
  const seen = {html: 0, svg: 0};
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some(
      (node) => node.nodeType === 3 && node.textContent.trim());
    const box = element.getBoundingClientRect();
    if (!own || !box.width || element.closest('script')) continue;
    const drawn = element instanceof SVGElement;
    const style = getComputedStyle(element);
    const [a, b] = [light(rgb(drawn ? style.fill : style.color)),
      light(drawn ? drawnBehind(element, box) : behind(element)),
    ].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    seen[drawn ? 'svg' : 'html'] += 1;
    if (ratio < 4.5) poor.push([element.outerHTML.slice(0, 90), ratio]);
  }
  return {poor, seen};
})()
"""
_OPEN = "document.querySelectorAll('details[open]').length"
_SHOWN = (
    "[...document.querySelectorAll('#all tbody tr')].filter(r => !r.hidden)"
)
_SET = """
(() => {{
  const field = document.getElementById('{}');
  field.value = '{}';
  field.dispatchEvent(new Event('{}'));
  return new Promise((done) => setTimeout(done, 20));
}})()
"""


@ddt.ddt
class ReportPageTest(testtools.TestCase):
    tab: chromium.Tab
    pages: dict[str, Path]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        program = chromium.command()
        place = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.pages = {
            name: write(Path(place, f'{name}.html'), stream.run())
            for name, stream in (
                ('faults', example.stream()),
                ('evil', evil()),
                ('green', green()),
            )
        }
        cls.tab = cls.enterClassContext(chromium.tab(program))

    def open(
        self,
        name: str = 'faults',
        size: tuple[int, int] = DESK,
        scheme: str = 'light',
    ) -> None:
        """Open a page on a screen of this size."""
        pictures.show(self.tab, self.pages[name], size, scheme)

    def shown(self) -> list[str]:
        """Return the statuses of the rows that are shown."""
        found = self.tab.js(f'{_SHOWN}.map(row => row.dataset.s)')
        return [str(status) for status in found]

    @ddt.data('faults', 'evil', 'green')
    def test_it_needs_nothing_and_complains_of_nothing(
        self, name: str
    ) -> None:
        self.open(name)
        requests = self.tab.seen('Network.requestWillBeSent')
        self.assertEqual(
            [self.pages[name].as_uri()],
            [r['request']['url'] for r in requests],
        )
        self.assertEqual([], self.tab.seen('Log.entryAdded'))
        self.assertEqual([], self.tab.seen('Runtime.exceptionThrown'))
        self.assertEqual([], self.tab.seen('Page.javascriptDialogOpening'))

    def test_filter_by_words_status_and_tier(self) -> None:
        self.open()
        everything = len(self.shown())
        self.assertEqual(25, everything)
        for field, value, event, expected in (
            ('words', 'IMAGE admin', 'input', ['failed']),
            ('words', '', 'input', None),
            ('status', 'bad', 'change', ['failed'] * 5 + ['not-run'] * 2),
            ('status', 'skipped', 'change', ['skipped']),
            ('status', '', 'change', None),
            ('tier', 'ipv6_overlay_scenario', 'change',
             ['failed', 'passed', 'skipped']),
        ):  # fmt: skip
            self.tab.js(_SET.format(field, value, event))
            seen = self.shown()
            if expected is None:
                self.assertEqual(everything, len(seen))
            else:
                self.assertEqual(expected, sorted(seen))
        told = self.tab.js("document.getElementById('shown').textContent")
        self.assertEqual('3 of 25 shown', told)

    def test_sort_by_a_column_up_and_down(self) -> None:
        self.open()
        times = f'{_SHOWN}.map(row => Number(row.cells[1].dataset.v))'
        click = "document.querySelectorAll('#all th button')[1].click()"
        for direction in ('ascending', 'descending'):
            self.tab.js(click)
            seen = self.tab.js(times)
            backwards = direction == 'descending'
            self.assertEqual(sorted(seen, reverse=backwards), seen)
            self.assertEqual(
                direction,
                self.tab.js(
                    "document.querySelectorAll('#all th')[1].ariaSort"
                ),
            )

    def test_a_link_opens_what_it_leads_to(self) -> None:
        self.open()
        self.tab.js(
            "document.querySelectorAll('#failures ~ details')"
            '.forEach(part => part.open = false)'
        )
        self.tab.js("document.querySelector('td a.bad').click()")
        opened = self.tab.js(
            'new Promise(done => setTimeout(() => done('
            "document.querySelectorAll('#failures ~ details[open]').length"
            '), 50))'
        )
        self.assertEqual(1, opened)

    @ddt.data('light', 'dark')
    def test_every_text_can_be_read(self, scheme: str) -> None:
        for name in ('faults', 'green'):
            self.open(name, scheme=scheme)
            self.tab.js(
                "document.querySelectorAll('details')"
                '.forEach(part => part.open = true)'
            )
            found = self.tab.js(_POOR)
            self.assertEqual([], found['poor'])
            self.assertGreater(found['seen']['html'], 20)
            drawn = found['seen']['svg']
            self.assertEqual(name == 'faults', drawn > 20, drawn)

    @ddt.data('faults', 'evil', 'green')
    def test_a_phone_need_not_scroll_sideways(self, name: str) -> None:
        self.open(name, PHONE)
        width = self.tab.js('document.documentElement.scrollWidth')
        self.assertLessEqual(width, PHONE[0])

    def test_what_can_be_used_has_a_name(self) -> None:
        self.open()
        nodes = self.tab.call('Accessibility.getFullAXTree')['nodes']
        wanted = {'button', 'link', 'searchbox', 'combobox', 'image', 'region'}
        seen = set()
        for node in nodes:
            role = node.get('role', {}).get('value')
            if role in wanted and not node.get('ignored'):
                seen.add(role)
                name = node.get('name', {}).get('value', '')
                self.assertNotEqual('', name.strip(), node)
        self.assertLessEqual({'button', 'link', 'searchbox'}, seen)

    def test_printed_everything_is_open(self) -> None:
        self.open()
        before = self.tab.js(_OPEN)
        # The page's own listener came first, so it is called first.
        self.tab.js(
            "addEventListener('beforeprint', () => { window.printed = "
            f'{_OPEN}; }})'
        )
        printed = self.tab.call('Page.printToPDF', printBackground=False)
        data = base64.b64decode(printed['data'])
        self.assertEqual(b'%PDF-', data[:5])
        self.assertGreater(len(data), 20_000)
        total = self.tab.js("document.querySelectorAll('details').length")
        self.assertEqual(total, self.tab.js('window.printed'))
        self.assertLess(before, total)
        self.assertEqual(before, self.tab.js(_OPEN))

    def test_a_wide_table_scrolls_by_keyboard(self) -> None:
        self.open(size=PHONE)
        self.tab.js(
            'window.wide = [...document.querySelectorAll(".scroll")]'
            '.find(e => e.scrollWidth > e.clientWidth); wide.focus()'
        )
        self.assertTrue(self.tab.js('document.activeElement === wide'))
        for kind in ('keyDown', 'keyUp'):
            self.tab.call(
                'Input.dispatchKeyEvent',
                type=kind,
                key='ArrowRight',
                code='ArrowRight',
                windowsVirtualKeyCode=39,
            )
        moved = self.tab.js(
            'new Promise(done => setTimeout(() => done(wide.scrollLeft), 500))'
        )
        self.assertGreater(moved, 0)

    def test_every_topology_is_drawn(self) -> None:
        self.open()
        drawn = self.tab.js(
            "[...document.querySelectorAll('svg.picture')].map(svg => "
            'svg.getBoundingClientRect().width > 200)'
        )
        self.assertEqual([True, True], drawn)


def write(path: Path, run: model.Run) -> Path:
    """Write the page of a run."""
    with path.open('w') as output:
        page.write(run, output)
    return path


def green() -> streams.Stream:
    """Return a run in which all is well."""
    made = streams.Stream()
    for number, label in enumerate(('list', 'show', 'create')):
        name = f'{streams.API}.test_networks.NetworksIpV6Test.test_{label}'
        made.passed(streams.test_id(name, number, 'smoke'))
    return made


def evil() -> streams.Stream:
    """Return a run whose texts are attacks."""
    made = streams.Stream()
    text = test_page.EVIL + test_page.CONTROLS + 'W' * 3000
    made.failed(f'{text}.B.test', text, text, **test_page.hostile(text))
    made.passed('a.B.test', **test_page.hostile(text))
    made.skipped(f'setUpClass ({test_page.EVIL})', text)
    return made.raw(text.encode())
