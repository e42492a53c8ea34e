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

"""Requests of Tempest's clients, whose failures are faults."""

from collections.abc import Callable
import json
from typing import Any
from typing import TypeVar

from tempest.lib import exceptions
import urllib3

from ipv6_tempest_plugin.underlay import findings
from ipv6_tempest_plugin.underlay import masking

T = TypeVar('T')


def ask(request: Callable[[], T]) -> T:
    """Make a request and return its answer.

    :raises Fault: ``travel-unanswered`` or ``travel-refused``; what else is
        raised is a bug of the client or ours.
    """
    try:
        return request()
    except urllib3.exceptions.HTTPError as error:
        seen = _words(getattr(error, 'reason', None) or error)
        raise findings.Fault('travel-unanswered', seen) from error
    except (exceptions.TempestException, json.JSONDecodeError) as error:
        status = getattr(getattr(error, 'resp', None), 'status', None)
        seen = f'status {status}: ' if status else ''
        seen += _words(error)
        raise findings.Fault('travel-refused', seen) from error


def catalog_of(status: int, body: bytes) -> Any:
    """Return ``catalog`` of the answer of GET /v3/auth/catalog.

    :raises Fault: ``catalog-unreadable`` when the answer has none.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    is_sound = isinstance(document, dict) and 'catalog' in document
    if status != 200 or not is_sound:
        seen = f'status {status}: {masking.excerpt(body)}'
        raise findings.Fault('catalog-unreadable', seen)
    return document['catalog']


def _words(error: object) -> str:
    return ' '.join(f'{type(error).__name__}: {error}'.split())
