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

"""What a document says of itself."""

import json
from typing import Any

import testtools

from ipv6_tempest_plugin.underlay import exchange
from ipv6_tempest_plugin.underlay import links

BASE = 'http://[fd00::1]:8774/v2.1'


class LinksTest(testtools.TestCase):
    def found(self, content: Any, **headers: str) -> list[tuple[str, str]]:
        names = {name.replace('_', '-'): v for name, v in headers.items()}
        answer = exchange.Answer(
            200,
            {'content-type': 'application/json', **names},
            json.dumps(content).encode(),
        )
        return [(x.name, x.url) for x in links.of_answer(answer, BASE)]

    def test_href_at_any_depth(self) -> None:
        deep = {
            'a': [{'b': {'links': [{'rel': 'self', 'href': 'http://x/'}]}}]
        }
        self.assertEqual(
            [('a.0.b.links.0.href', 'http://x/')], self.found(deep)
        )

    def test_links_as_a_mapping(self) -> None:
        old = {'links': {'self': 'http://x/', 'note': 'no link'}}
        self.assertEqual([('links.self', 'http://x/')], self.found(old))

    def test_relative_links_are_joined(self) -> None:
        self.assertEqual(
            [
                ('a.href', 'http://[fd00::1]:8774/v3/'),
                ('b.href', BASE),
            ],
            self.found({'a': {'href': '/v3/'}, 'b': {'href': ''}}),
        )

    def test_documents_of_a_decoded_answer_are_joined_too(self) -> None:
        self.assertEqual(
            (links.Link('href', 'http://[fd00::1]:8774/x'),),
            links.of_document({'href': '/x'}, BASE),
        )

    def test_documents_for_people_are_no_part_of_the_cloud(self) -> None:
        content = {
            'links': [{'rel': 'describedby', 'href': 'http://docs.example/'}],
            'documentation': {'links': {'x': 'http://docs.example/'}},
        }
        self.assertEqual([], self.found(content))

    def test_relations_may_be_a_list_or_nonsense(self) -> None:
        for rel, expected in [
            (['self'], ['http://x/']),
            (['describedby'], []),
            (['self', 'describedby'], ['http://x/']),
            ([], ['http://x/']),
            ({'a': 1}, ['http://x/']),
            ([['help']], ['http://x/']),
        ]:
            row = {'links': [{'rel': rel, 'href': 'http://x/'}]}
            self.assertEqual(expected, [u for _, u in self.found(row)])

    def test_text_that_is_no_link(self) -> None:
        self.assertEqual([], self.found({'description': 'http://x/'}))
        self.assertEqual([], self.found(['http://x/', None, 3]))

    def test_repeats_are_dropped_and_order_is_kept(self) -> None:
        row = {'href': 'http://b/'}
        self.assertEqual(
            ['http://b/', 'http://a/'],
            [u for _, u in self.found({'x': row, 'y': {'href': 'http://a/'}})],
        )

    def test_headers(self) -> None:
        self.assertEqual(
            [
                ('Location', 'http://[fd00::1]:8774/v2.1/'),
                ('WWW-Authenticate', 'http://192.0.2.1:5000'),
            ],
            self.found(
                None,
                location='/v2.1/',
                www_authenticate='Keystone uri="http://192.0.2.1:5000"',
            ),
        )

    def test_realms_are_no_links(self) -> None:
        self.assertEqual(
            [], self.found(None, www_authenticate='Swift realm="AUTH_x"')
        )

    def test_what_cannot_be_joined_is_passed_on_to_be_judged(self) -> None:
        self.assertEqual(
            [('href', 'http://[::1')], self.found({'href': 'http://[::1'})
        )
        self.assertEqual([('href', '//[')], self.found({'href': '//['}))

    def test_json_is_read_whatever_it_calls_itself(self) -> None:
        body = b'\n {"href": "http://x/"}'
        for headers in ({'content-type': 'text/html'}, {}):
            self.assertEqual(
                (links.Link('href', 'http://x/'),),
                links.of_answer(exchange.Answer(200, headers, body), BASE),
            )

    def test_other_kinds_of_document_have_no_links(self) -> None:
        for body in (b'<a href="http://x/">', b'', b'\xff\xfe', b'[' * 10**5):
            answer = exchange.Answer(200, {'content-type': 'text/html'}, body)
            self.assertEqual((), links.of_answer(answer, BASE))
