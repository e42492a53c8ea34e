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
"""Tests meet a fault of the lab, and a browser shows what they say of it."""

import json
from pathlib import Path
import tempfile

import testtools
from testtools import content

from ipv6_lab import inventory
from tests.lab import chromium
from tests.lab import three_faults

ADDRESS = f'[{inventory.CONTROLLER.control}]:{inventory.PORTS["placement"]}'


class ReportOfRunTest(testtools.TestCase):
    """Placement's host swallows what is sent to its port."""

    def setUp(self) -> None:
        super().setUp()
        place = Path(self.enterContext(tempfile.TemporaryDirectory()))
        said = three_faults.report(place, ['endpoint'])
        self.addDetail('said', content.text_content(said))
        self.page = place / 'report.html'
        self.run_seen = json.loads((place / 'report.json').read_text())

    def test_the_page_says_what_is_wrong_and_where(self) -> None:
        tests = self.run_seen['tests']
        failed = [one for one in tests if one['status'] == 'failed']
        others = [one for one in tests if one['status'] == 'passed']
        self.assertTrue(failed and others)
        for one in failed:
            self.assertIn('placement', one['name'] + one.get('diagnosis', ''))
        with chromium.tab(chromium.command()) as tab:
            tab.open(self.page)
            shown = tab.js('document.body.innerText')
            rows = tab.js("document.querySelectorAll('#all tbody tr').length")
        self.assertEqual(len(tests), rows)
        self.assertIn(f'{len(failed)} failed', shown)
        self.assertIn(ADDRESS, shown)
