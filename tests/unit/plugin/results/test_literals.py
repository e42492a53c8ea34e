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

"""The secrets that a run knows, and none that is a common word."""

from pathlib import Path
import tempfile

import testtools

from ipv6_tempest_plugin.results import literals


class SecretsTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.place = Path(place.name)
        self.config = self.place / 'tempest.conf'

    def masked(self, text: str, *more: str, **environment: str) -> str:
        return literals.mask([self.config], environment, more).text(text)

    def test_of_all_places(self) -> None:
        accounts = self.place / 'accounts.yaml'
        accounts.write_text(
            "- username: a\n  password: 'of-an-account'\n"
            '- {username: b, password: of-another}\n'
        )
        self.config.write_text(
            '[DEFAULT]\nsome_password = of-default\n'
            f'[auth]\ntest_accounts_file = {accounts}\n'
            'admin_password = 100%-of-admin\n'
        )
        said = 'of-an-account of-another of-default 100%-of-admin of-shell!'
        self.assertEqual(
            '*** *** *** *** ***!', self.masked(said, OS_PASSWORD='of-shell')
        )

    def test_common_words_are_not_taken_for_secrets(self) -> None:
        self.config.write_text(
            '[auth]\nadmin_password = tempest\n[validation]\n'
            'image_ssh_password = admin\n'
            'ssh_key_password_file = /etc/private_key\n'
            'image_ssh_password = password\n'
            'default_credentials_domain_name = Default\n'
        )
        for name in (
            'test_user_update_own_password',
            'AdvDefaultLifetime 0',
            'ipv6_tempest_plugin.tests.overlay.test_admin',
            '/etc/private_key',
        ):
            self.assertEqual(name, self.masked(name))

    def test_what_is_given_is_masked_however_short(self) -> None:
        self.assertEqual(
            'a *** or ***', self.masked('a pin or ace', 'pin', 'ace')
        )

    def test_what_cannot_be_parsed_or_is_not_there_has_no_secret(self) -> None:
        self.assertEqual('no section', self.masked('no section'))
        self.config.write_text('no section')
        self.assertEqual('no section', self.masked('no section'))
