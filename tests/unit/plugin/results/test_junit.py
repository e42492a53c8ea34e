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

"""JUnit XML, read back by other parsers."""

import io
from pathlib import Path
from xml.etree import ElementTree

import ddt
import junitparser
import testtools
import xmlschema

from ipv6_tempest_plugin.results import junit
from ipv6_tempest_plugin.results import model
from tests.unit.plugin.results import example
from tests.unit.plugin.results import streams

SCHEMA = xmlschema.XMLSchema(Path(__file__).with_name('junit.xsd'))


def xml_of(run: model.Run) -> bytes:
    """Return a run as JUnit XML."""
    output = io.StringIO()
    junit.write(run, output)
    return output.getvalue().encode()


def read(xml: bytes) -> ElementTree.Element:
    """Return what the standard library reads."""
    return ElementTree.fromstring(xml)  # noqa: S314


@ddt.ddt
class JunitTest(testtools.TestCase):
    def test_counts_and_results_as_another_parser_reads_them(self) -> None:
        root = read(xml_of(example.stream().run()))
        cases = root.findall('.//testcase')
        self.assertEqual(
            (25, 5, 2, 1),
            (
                len(cases),
                len(root.findall('.//failure')),
                len(root.findall('.//error')),
                len(root.findall('.//skipped')),
            ),
        )
        suites = root.findall('testsuite')
        for name in ('tests', 'failures', 'errors'):
            total = sum(int(suite.attrib[name]) for suite in suites)
            self.assertEqual(str(total), root.attrib[name], name)

    def test_read_back_by_junitparser(self) -> None:
        run = example.stream().run()
        found = junitparser.JUnitXml.fromstring(xml_of(run))
        cases = {
            (case.classname, case.name): case
            for suite in found
            for case in suite
        }
        for test in run.tests:
            case = cases[test.owner, test.label]
            self.assertAlmostEqual(test.seconds or 0, case.time, 3)
            self.assertEqual(test.status.is_good, case.is_passed, test.name)

    def test_a_failure_has_message_type_and_diagnosis(self) -> None:
        run = streams.Stream().failed('a.B.c', 'no RA\n  seen none').run()
        root = read(xml_of(run))
        (failure,) = root.findall('.//failure')
        self.assertEqual(
            {'message': 'no RA', 'type': 'AssertionError'}, failure.attrib
        )
        self.assertEqual('no RA\n  seen none', failure.text)
        self.assertIn('verify.py', root.findtext('.//system-out') or '')

    def test_a_record_that_is_not_whole_is_an_error(self) -> None:
        run = streams.Stream().passed('a.B.c').raw(b'x').run()
        root = read(xml_of(run))
        self.assertEqual('1', root.attrib['errors'])
        self.assertIn('no subunit', root.findtext('.//error') or '')

    def test_the_schema_accepts_it(self) -> None:
        made = example.stream().raw(b'x').start('a.B.c')
        made.end('a.B.c', 'success', 0.000012).passed('test')
        made.failed('a.B.\x1b<d>', '\n').passed('a.B.').skipped('a.B.f', '')
        for run in (made.run(), model.Run(())):
            SCHEMA.validate(xml_of(run).decode())

    @ddt.data(
        ('<testcase ', '<testcase id="1" '),
        ('time="2.5"', 'time="2.5e-05"'),
        ('failures="1"', 'failures="one"'),
        ('classname="a.B"', ''),
        ('<failure ', '<rerun '),
        ('</failure>', '</failure><failure/>'),
        ('<system-out>', '<properties/><system-out>'),
        ('name="tier"', ''),
        ('<testcase ', '<system-out/><testcase '),
        ('<testcase ', 'text<testcase '),
    )
    @ddt.unpack
    def test_the_schema_refuses_another(self, old: str, new: str) -> None:
        xml = xml_of(streams.Stream().failed('a.B.c', 'no').run()).decode()
        wrong = xml.replace(old, new)
        if '<rerun ' in wrong:
            wrong = wrong.replace('</failure>', '</rerun>')
        self.assertNotEqual(xml, wrong)
        self.assertFalse(SCHEMA.is_valid(wrong))

    def test_the_uuid_of_each_test_is_a_property(self) -> None:
        made = streams.Stream().failed('a.B.without', 'no')
        made.passed(streams.test_id('a.B.one', 1, 'smoke'))
        made.failed(streams.test_id('a.B.two', 2) + '(x,y)', 'no')
        root = read(xml_of(made.run()))
        found = {p.get('name'): p.get('value') for p in root.iter('property')}
        self.assertEqual(
            {
                'tier': 'other',
                'id.one': streams.uuid(1),
                'id.two(x,y)': f'{streams.uuid(2)}(x,y)',
            },
            found,
        )

    def test_it_begins_with_one_declaration(self) -> None:
        xml = xml_of(streams.Stream().passed('a.B.c').run())
        self.assertEqual(b'<?xml', xml[:5])
        self.assertEqual(1, xml.count(b'<?xml'))

    def test_control_characters_are_no_xml(self) -> None:
        run = streams.Stream().failed('a.B.c', 'bell \7 \ufffe ]]> <b>').run()
        (failure,) = read(xml_of(run)).findall('.//failure')
        self.assertEqual('bell ␇ \ufffd ]]> <b>', failure.text)
