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

"""Secrets, wherever they stand."""

import json
import time

import ddt
import testtools

from ipv6_tempest_plugin.results import masking

SECRET = 'Tr0ub4dor-3'
KEY = (
    '-----BEGIN OPENSSH PRIVATE KEY-----\n'
    + 'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ\n' * 4
    + '-----END OPENSSH PRIVATE KEY-----\n'
)
FERNET = 'gAAAAABmR0xY' + 'aB3_-' * 30 + '=='
# What must not be seen of these lines when the first secret is given.
GIVEN = 'opensesame'
SECRETS = (GIVEN, SECRET, FERNET[:30], 'b3BlbnNzaC1')
PLANTED = f'and {GIVEN}\npassword = {SECRET}\nX: {FERNET}\n{KEY}\n'


@ddt.ddt
class MaskingTest(testtools.TestCase):
    @ddt.data(
        f'password = {SECRET}',
        f'admin_password: {SECRET}',
        f'OS_PASSWORD={SECRET}',
        f'"password": "{SECRET}"',
        f'{{\\"adminPass\\": \\"{SECRET}\\"}}',
        f"'admin_pass': '{SECRET}'",
        f"'auth_token': b'{SECRET}'",
        f'"password": "a \\"quoted\\" {SECRET}"',
        f'"{{\\"password\\": \\"a \\\\\\"quoted\\\\\\" {SECRET}\\"}}"',
        f'"password": "several words, {SECRET}"',
        f'X-Auth-Token: {SECRET}',
        f"'X-Subject-Token': '{SECRET}'",
        f'Authorization: Bearer {SECRET}',
        f'Set-Cookie: session={SECRET}',
        f'application_credential_secret={SECRET}',
        f'aws_secret_access_key = {SECRET}',
        f'metadata_proxy_shared_secret={SECRET}',
        f'https://admin:{SECRET}@[2001:db8::1]:5000/v3',
        f'http://[2001:db8::1]:6080/vnc_auto.html?token={SECRET}',
        f'vnc_auto.html?path=%3Ftoken%3D{SECRET}',
        f'?a=b&temp_url_sig={SECRET}&c=d',
        f'the line before {FERNET} and after',
        f'ssh {KEY}',
    )
    def test_masked(self, text: str) -> None:
        shown = masking.Mask().text(text)
        for secret in (SECRET, FERNET[:30], 'b3BlbnNzaC1'):
            self.assertNotIn(secret, shown)
        self.assertIn(masking.MASK, shown)

    @ddt.data(
        'GET http://[2001:db8::1]:9696/v2.0/networks?limit=2&marker=x',
        'expected a token of the project, seen none',
        'the password is wrong',
        'key: value, primary key, keypair tempest-key-1',
        '2001:db8::1@eth0',
        'ssh-rsa AAAAB3NzaC1yc2E tempest',
        'a prefix 2001:db8::/64 and its router fe80::1%eth0',
    )
    def test_left_as_it_is(self, text: str) -> None:
        self.assertEqual(text, masking.Mask().text(text))

    def test_what_stands_around_stays(self) -> None:
        text = f'a {{"user": "me", "password": "{SECRET}", "id": 3}} z'
        self.assertEqual(
            'a {"user": "me", "password": "***", "id": 3} z',
            masking.Mask().text(text),
        )

    def test_a_key_without_its_begin_or_end(self) -> None:
        for part in (KEY[60:], KEY[:-40]):
            shown = masking.Mask().text(f'before\n{part}')
            self.assertNotIn('b3BlbnNza', shown)
            self.assertIn('before', shown)

    def test_given_secrets_also_within_words(self) -> None:
        mask = masking.Mask(['hunter', 'hunter2', ''])
        self.assertEqual('a-*** b', mask.text('a-hunter2 b'))
        self.assertEqual('test_***', mask.name('test_hunter'))

    def test_data_by_keys_and_values(self) -> None:
        data = {
            'admin_password': SECRET,
            'list': [{'Token': 1, 'url': f'http://u:{SECRET}@h/'}],
            f'password={SECRET}': None,
        }
        shown = json.dumps(masking.Mask().data(data))
        self.assertNotIn(SECRET, shown)
        self.assertIn('http://***@h/', shown)

    @ddt.data('password', '://', '?token', '"secret": "', 'eyJ', 'gAAAAA', ' ')
    def test_hostile_text_takes_no_time(self, part: str) -> None:
        text = part * (200_000 // len(part))
        begin = time.process_time()
        masking.Mask().text(text)
        self.assertLess(time.process_time() - begin, 2)
