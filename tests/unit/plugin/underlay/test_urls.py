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

"""URLs, good and bad: a location or one fault, never a traceback."""

import ddt
import testtools

from ipv6_tempest_plugin.underlay import findings
from ipv6_tempest_plugin.underlay import urls


@ddt.ddt
class LocateTest(testtools.TestCase):
    @ddt.data(
        ('http://[2001:db8::10]:5000/v3', 'http', '2001:db8::10', 5000, '/v3'),
        ('https://keystone.example', 'https', 'keystone.example', 443, '/'),
        ('http://h?x=1', 'http', 'h', 80, '/?x=1'),
        ('HTTP://H.example.:8/#f', 'http', 'H.example.', 8, '/'),
        ('http://192.0.2.1:5/', 'http', '192.0.2.1', 5, '/'),
        ('http://[::ffff:1.2.3.4]', 'http', '::ffff:1.2.3.4', 80, '/'),
        ('http://a_b-c:1/AUTH_x', 'http', 'a_b-c', 1, '/AUTH_x'),
    )
    @ddt.unpack
    def test_sound(
        self, url: str, scheme: str, host: str, port: int, target: str
    ) -> None:
        self.assertEqual(
            urls.Location(scheme, host, port, target), urls.locate(url)
        )

    @ddt.data(
        ('url-malformed', ''),
        ('url-malformed', '   '),
        ('url-malformed', None),
        ('url-malformed', 7),
        ('url-malformed', 'http://'),
        ('url-malformed', 'http:///v3'),
        ('url-malformed', 'http://[::1'),
        ('url-malformed', 'http://[::1]5000'),
        ('url-malformed', 'http://[2001:db8::zz]/'),
        ('url-malformed', 'http://[v1.x]/'),
        ('url-malformed', 'http://a b/'),
        ('url-malformed', 'http://h:50\n00/'),
        ('url-malformed', 'http://\u00e9xample/'),
        ('url-malformed', 'http://a..b/'),
        ('url-malformed', 'http://-a/'),
        ('url-malformed', f'http://{"a" * 64}/'),
        ('url-malformed', f'http://{"a-" * 50000}!/'),
        ('url-unbracketed', 'http://2001:db8::10:5000/v3'),
        ('url-unbracketed', 'http://::1/'),
        ('url-zone', 'http://[fe80::1%25eth0]:80/'),
        ('url-zone', 'http://[fe80::1%eth0]:80/'),
        ('url-template', 'http://h:8774/v2.1/%(tenant_id)s'),
        ('url-template', 'http://h:8774/v2.1/$(project_id)s'),
        ('url-template', 'http://h/v1/AUTH_%\\(tenant_id\\)s'),
        ('url-template', 'http://h/{tenant_id}'),
        ('url-template', 'http://%(public_bind_host)s:5000'),
        ('url-scheme', 'amqp://h:5672'),
        ('url-scheme', '//h/v3'),
        ('url-scheme', 'h:5000'),
        ('url-scheme', '[2001:db8::1]:5000'),
        ('url-port', 'http://[::1]:/'),
        ('url-port', 'http://h:'),
        ('url-port', 'http://h:0'),
        ('url-port', 'http://h:65536'),
        ('url-port', 'http://h:-1'),
        ('url-port', 'http://h:http'),
        ('url-userinfo', 'http://user:secret@h/'),
    )
    @ddt.unpack
    def test_faults(self, code: str, url: object) -> None:
        fault = self.assertRaises(findings.Fault, urls.locate, url)
        self.assertEqual(code, fault.code)
        self.assertEqual('catalog', fault.check)

    def test_a_port_that_is_not_named_is_noted(self) -> None:
        for url, port, scheme in [
            ('http://[fd00::1]/v3', 80, 'http'),
            ('https://keystone.example', 443, 'https'),
        ]:
            location = urls.locate(url)
            self.assertFalse(location.port_named)
            self.assertEqual(
                f'the URL names no port: {port}, the default of {scheme}, '
                'was tried',
                location.note,
            )
        for url in ('http://[fd00::1]:80/v3', 'https://h:443'):
            self.assertEqual('', urls.locate(url).note)

    def test_origins_compare_addresses_by_value(self) -> None:
        one = urls.locate('http://[2001:db8:0:0::1]/a')
        two = urls.locate('http://[2001:DB8::1]:80/b')
        self.assertEqual(one.origin, two.origin)
        self.assertNotEqual(
            one.origin, urls.locate('https://[2001:db8::1]:80/').origin
        )
        self.assertEqual(
            urls.locate('http://Host/').origin,
            urls.locate('http://hOST').origin,
        )

    def test_str_has_brackets_and_port(self) -> None:
        self.assertEqual(
            'https://[fd00::1]:443/', str(urls.locate('https://[fd00::1]'))
        )
