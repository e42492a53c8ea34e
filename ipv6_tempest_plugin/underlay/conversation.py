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

"""The questions to one address of an endpoint, and the answers' verdict."""

import dataclasses
import re
from typing import NoReturn
from urllib import parse

import netaddr

from ipv6_tempest_plugin.underlay import exchange
from ipv6_tempest_plugin.underlay import findings
from ipv6_tempest_plugin.underlay import links
from ipv6_tempest_plugin.underlay import masking
from ipv6_tempest_plugin.underlay import settings as config
from ipv6_tempest_plugin.underlay import urls
from ipv6_tempest_plugin import waiting

REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_VERSION = re.compile(r'/v[0-9][0-9.]*(?:/.*)?$')


class Conversation:
    """Asks one address until one deadline, and keeps the links it hears.

    Every question raises :class:`findings.Fault` ``tcp-...``, ``tls-...``
    or ``http-...`` when the answer is wrong; the links heard before stay.
    """

    def __init__(
        self,
        address: netaddr.IPAddress,
        settings: config.Settings,
        deadline: waiting.Deadline,
    ) -> None:
        self.address = address
        self.settings = settings
        self.deadline = deadline
        #: whether a TCP connection came about
        self.connected = False
        self.status: int | None = None
        self.links: list[links.Link] = []
        self._asked: set[str] = set()
        #: where the endpoint's URL sends to, when that is another origin
        self.redirect: links.Link | None = None

    def ask_endpoint(self, location: urls.Location) -> None:
        """Ask the URL of the catalog; follow redirects of the same origin.

        One to another origin ends the conversation without a verdict on
        the status: :func:`following.judge` goes where it leads.
        """
        for _ in range(REDIRECTS + 1):
            answer = self._ask(location)
            self.status = answer.status
            self._hear(answer, location)
            onward = _redirect(answer)
            if onward is None:
                self._require_accepted(location, answer)
                return
            following = _same_origin(location, onward)
            if following is None:
                self.redirect = links.of_redirect(onward, str(location))
                return
            location = following
        self._refuse('http-redirects', location, answer)

    def ask_versions(self, location: urls.Location) -> None:
        """Ask for the version document above a versioned URL."""
        path = parse.urlsplit(location.target).path
        above = _VERSION.sub('/', path)
        if above != path:
            self.read(dataclasses.replace(location, target=above))

    def read(self, location: urls.Location) -> None:
        """Ask for one more document, which may have any status below 500."""
        self._hear(self._ask(location), location)

    def has_asked(self, location: urls.Location) -> bool:
        """Say whether this path was asked for, with or without a slash."""
        return _document_of(location) in self._asked

    def _ask(self, location: urls.Location) -> exchange.Answer:
        self._asked.add(_document_of(location))
        return exchange.ask(
            location,
            self.address,
            self.deadline,
            self.settings,
            self._note_connection,
        )

    def _hear(self, answer: exchange.Answer, location: urls.Location) -> None:
        if answer.status >= 500:
            self._refuse('http-error', location, answer)
        try:
            self.links += links.of_answer(answer, str(location))
        except findings.Fault as fault:
            raise fault.at(self.address) from fault

    def _note_connection(self) -> None:
        self.connected = True

    def _require_accepted(
        self, location: urls.Location, answer: exchange.Answer
    ) -> None:
        if answer.status not in self.settings.statuses:
            self._refuse('http-status', location, answer)

    def _refuse(
        self, code: str, location: urls.Location, answer: exchange.Answer
    ) -> NoReturn:
        seen = f'{answer.status} from GET {location}'
        if answer.body:
            seen += f': {masking.excerpt(answer.body)}'
        fault = findings.Fault(code, seen, str(self.address))
        raise fault.noting(location.note)


def _document_of(location: urls.Location) -> str:
    return location.target.rstrip('/')


def _redirect(answer: exchange.Answer) -> str | None:
    if answer.status not in _REDIRECTS:
        return None
    return answer.headers.get('location')


def _same_origin(
    location: urls.Location, redirect: str
) -> urls.Location | None:
    """Return where to ask again, None when that is another host's matter."""
    try:
        onward = urls.locate(parse.urljoin(str(location), redirect))
    except (findings.Fault, ValueError):
        return None
    return onward if onward.origin == location.origin else None
