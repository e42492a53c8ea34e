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

"""Requests of Tempest's clients, as faults when they fail."""

from typing import NoReturn

import ddt
from tempest.lib import exceptions
import testtools
import urllib3

from ipv6_tempest_plugin.tests.underlay import asking
from ipv6_tempest_plugin.underlay import findings


def raising(error: Exception) -> NoReturn:
    """Fail as a client does."""
    raise error


@ddt.ddt
class AskTest(testtools.TestCase):
    def test_an_answer_is_returned(self) -> None:
        self.assertEqual({'a': 1}, asking.ask(lambda: {'a': 1}))

    @ddt.data(
        (
            'travel-unanswered',
            urllib3.exceptions.MaxRetryError(
                None,  # type: ignore[arg-type]
                '/v3',
                urllib3.exceptions.ConnectTimeoutError(None, 'timed out'),
            ),
            'ConnectTimeoutError: ',
        ),
        (
            'travel-unanswered',
            urllib3.exceptions.ProtocolError('Connection aborted.'),
            'ProtocolError: Connection aborted.',
        ),
        (
            'travel-refused',
            exceptions.IdentityError('Unexpected status code 503'),
            'IdentityError: Got identity error Details: Unexpected status '
            'code 503',
        ),
    )
    @ddt.unpack
    def test_what_a_client_raises_is_a_fault(
        self, code: str, error: Exception, seen: str
    ) -> None:
        fault = self.assertRaises(
            findings.Fault, asking.ask, lambda: raising(error)
        )
        self.assertEqual(code, fault.code)
        self.assertTrue(fault.seen.startswith(seen), fault.seen)

    def test_a_bug_is_no_fault_of_the_cloud(self) -> None:
        error = KeyError('error')
        self.assertRaises(KeyError, asking.ask, lambda: raising(error))


@ddt.ddt
class CatalogOfTest(testtools.TestCase):
    def test_a_catalog(self) -> None:
        self.assertEqual([], asking.catalog_of(200, b'{"catalog": []}'))
        self.assertIsNone(asking.catalog_of(200, b'{"catalog": null}'))

    @ddt.data(
        (200, b'<html>'),
        (200, b''),
        (200, b'[]'),
        (200, b'[' * 100_000),
        (200, b'{"error": {}}'),
        (200, b'\xff'),
        (500, b'{"catalog": []}'),
        (404, b'no such page'),
    )
    @ddt.unpack
    def test_no_catalog(self, status: int, body: bytes) -> None:
        fault = self.assertRaises(
            findings.Fault, asking.catalog_of, status, body
        )
        self.assertEqual('catalog-unreadable', fault.code)
        self.assertIn(f'status {status}: ', fault.seen)
