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

"""Pictures of the page of a run, for the documents.

``python -m tests.lab.pictures PAGE DIRECTORY PREFIX`` shows the page in a
browser and leaves ``PREFIX-*.png`` there: its head by day, by night and on a
phone, and what it has of :data:`PARTS`.
"""

import base64
from collections.abc import Sequence
from pathlib import Path
import sys

from tests.lab import chromium

DESK, PHONE = (960, 720), (360, 740)
PARTS = {
    'endpoints': 'section[aria-labelledby=endpoints]',
    'addresses': 'section[aria-labelledby=addresses]',
    'topology': 'svg.picture',
}
_BOX = """
(() => {{
  const found = document.querySelector('{}');
  if (!found) return null;
  const b = found.getBoundingClientRect();
  return [Math.max(0, b.x - 8), Math.max(0, b.y + scrollY - 8),
    b.width + 16, b.height + 16];
}})()
"""


def show(
    tab: chromium.Tab,
    page: Path,
    size: tuple[int, int] = DESK,
    scheme: str = 'light',
) -> None:
    """Open a page on a screen of this size.

    :param scheme: that the reader prefers, ``light`` or ``dark``
    """
    tab.call(
        'Emulation.setDeviceMetricsOverride',
        width=size[0],
        height=size[1],
        deviceScaleFactor=1,
        mobile=size == PHONE,
    )
    tab.call(
        'Emulation.setEmulatedMedia',
        media='',
        features=[{'name': 'prefers-color-scheme', 'value': scheme}],
    )
    tab.open(page)


def picture(tab: chromium.Tab, path: Path, selector: str = 'body') -> None:
    """Leave a picture of an element's top, if the page has it."""
    box = tab.js(_BOX.format(selector))
    if not box:
        return
    clip = dict(zip(('x', 'y', 'width', 'height'), box, strict=True))
    clip['height'] = min(clip['height'], PHONE[1])
    taken = tab.call(
        'Page.captureScreenshot',
        captureBeyondViewport=True,
        clip={**clip, 'scale': 1},
    )
    path.write_bytes(base64.b64decode(taken['data']))


def main(arguments: Sequence[str]) -> int:
    """Leave the pictures."""
    page, place, prefix = Path(arguments[0]), Path(arguments[1]), arguments[2]
    with chromium.tab(chromium.command()) as tab:
        for name, size, scheme in (
            ('phone', PHONE, 'light'),
            ('dark', DESK, 'dark'),
            ('light', DESK, 'light'),
        ):
            show(tab, page.absolute(), size, scheme)
            picture(tab, place / f'{prefix}-{name}.png')
        for name, selector in PARTS.items():
            picture(tab, place / f'{prefix}-{name}.png', selector)
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
