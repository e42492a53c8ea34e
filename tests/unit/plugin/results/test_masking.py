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
        f'"token": "{SECRET}"',
        f"'token': '{SECRET}'",
        f'token = {SECRET}',
        f'Token: {SECRET}',
        f'{{"token": {{"id": "{SECRET}", "expires": null}}}}',
        f'{{\\"token\\": {{\\"id\\": \\"a}}b{SECRET}\\"}}}}',
        f'{{"tokens": [\n  "one",\n  "{SECRET}"\n]}}',
        f"passwords = ('one', '{SECRET}')",
        f'passwords: [one, {SECRET}]',
        f'passwords:\n- one\n- {SECRET}\nusers: []',
        f'password: |\n  one\n  {SECRET}\n',
        f'password: [one {SECRET}',
        f'password: (one) {SECRET}',
        f'Cookie: a=1; session={SECRET}',
        f'the header Cookie: a=1; session={SECRET}',
        f"'Cookie': 'a=1; session={SECRET}'",
        f'curl -H "Cookie: a=1; session={SECRET}" http://[::1]/',
        f'Authorization: Digest username="a", response="{SECRET}"',
        f'{{\'Authorization\': \'Digest username="a", response="{SECRET}"\'}}',
        f'curl -H \'Authorization: Digest qop="a", response="{SECRET}"\'',
        f'{{"Authorization": "Digest u=\\"a\\", response=\\"{SECRET}\\""}}',
        f'Authorization: Digest username="a\\name", response="{SECRET}',
        f"b'GET / HTTP/1.1\\r\\nCookie: a=1; session={SECRET}\\r\\n'",
        f'password: two {SECRET}',
        f'INFO admin password: two {SECRET}',
        f"INFO password: two's {SECRET}",
        f'password = two {SECRET}',
        f'password="two {SECRET}"',
        f"password='two''s {SECRET}'",
        f'password: <{SECRET}',
        f'INFO password: one,{SECRET}',
        f'INFO password=one,{SECRET}',
        f'"password": {SECRET}',
        f'{{"a": "{{\\"b\\": \\"{{\\\\\\"password\\\\\\": '
        f'\\\\\\"a {SECRET}\\\\\\"}}\\"}}"}}',
        f'"password": "two\nlines {SECRET}"',
        f'"password": "cut {SECRET}\n',
        f'openstack --os-password {SECRET} server list',
        f'openstack --os-password "two {SECRET}" server list',
        f'chpasswd:\n  list: |\n    root:one\n    user:{SECRET}\n',
        f'- chpasswd:\n    users:\n    - root:{SECRET}\n',
        f"'#cloud\\nchpasswd:\\n  list: |\\n    root:{SECRET}\\n'",
        f'chpasswd: {{list: "root:{SECRET}"}}',
        f'echo "root:{SECRET}" | sudo chpasswd',
        f'chpasswd <<EOF\nroot:one\nuser:{SECRET}\nEOF\n',
        f"chpasswd <<< 'root:{SECRET}'",
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
        'Request (TokensTest:test_list): 200 GET http://[::1]/v3/auth/tokens',
        'GET http://[::1]:5000/v3/auth/tokens: status 401, expected 200',
        'tests.TokenTravelTest.test_token_is_issued_over_ipv6: FAILED: no',
        'test_token_is_issued_over_ipv6: it failed',
        'InvalidCredentials: expected a user, seen none',
        'keystone.TokenError: expected a user, seen none',
        '{"methods": ["password", "token"], "tokens": null, "token": true}',
        "the guest's password, token and cookie\nare set",
    )
    def test_left_as_it_is(self, text: str) -> None:
        self.assertEqual(text, masking.Mask().text(text))

    def test_what_stands_around_stays(self) -> None:
        text = f'a {{"user": "me", "password": "{SECRET}", "id": 3}} z'
        self.assertEqual(
            'a {"user": "me", "password": "***", "id": 3} z',
            masking.Mask().text(text),
        )

    @ddt.data(
        ('password: two words\nnext: line', 'password: ***\nnext: line'),
        ('a password: two words, and then', 'a password: ***, and then'),
        ("say 'password: two words' loudly", "say 'password: ***' loudly"),
        ('OK password=x user=me', 'OK password=*** user=me'),
        ('f(password=a,b, user=c)', 'f(password=***, user=c)'),
        ('?password=a,b&user=c', '?password=***&user=c'),
        ('{"token": {"a": "}"}, "b": 1}', '{"token": ***, "b": 1}'),
        ('"token": {"cut": [\n  "a"\nlog', '"token": ***\nlog'),
        ('-H "Cookie: a=1; b=2" http://h', '-H "Cookie: ***" http://h'),
        ('Cookie: a=1; b=2\r\nHost: h', 'Cookie: ***\r\nHost: h'),
        ('password: |\n  a\n\n  b\nc: d', 'password: |\n  ***\nc: d'),
        ('passwords:\n- a\n  b\nc: d', 'passwords:\n***\nc: d'),
        ('- password: |\n    a\n  b: c', '- password: |\n    ***\n  b: c'),
        ('which password:\n  expected a', 'which password:\n  expected a'),
        ('chpasswd <<E\na:b\nE\nls', 'chpasswd <<E\n***\nE\nls'),
        ('"password": "cut\nlog\n', '"password": "***\nlog\n'),
    )
    @ddt.unpack
    def test_where_a_secret_ends(self, text: str, shown: str) -> None:
        masked = masking.Mask().text(text)
        self.assertEqual(shown, masked)
        self.assertEqual(shown, masking.Mask().text(masked))

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
            'token': SECRET,
            'passwords': [SECRET, [SECRET], {'of': SECRET}],
            'secret_number': 20261123,
            'secret_set': True,
        }
        shown = json.dumps(masking.Mask().data(data))
        self.assertNotIn(SECRET, shown)
        self.assertNotIn('20261123', shown)
        self.assertIn('http://***@h/', shown)
        self.assertIn('"secret_set": true', shown)

    @ddt.data(
        'password', '://', '?token', '"secret": "', 'eyJ', 'gAAAAA', ' ',
        'password: ', 'password=, ', 'token": {', "token: ['", 'token=(\n',
        'token:\n', 'token: |\n ', 'secret="\'', 'cookie: "', '\\', '\\"',
        '"token":', '\\"token": \'', '--token ', 'echo ', 'chpasswd <<E\n',
        'token\\\\": \\\\"', 'token: "a\n', '.TestToken', 'token:\\n - ',
    )  # fmt: skip
    def test_hostile_text_takes_no_time(self, part: str) -> None:
        text = part * (200_000 // len(part))
        begin = time.process_time()
        masking.Mask().text(text)
        self.assertLess(time.process_time() - begin, 2)
