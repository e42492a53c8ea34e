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

"""Links, followed to the hosts that they name."""

from collections.abc import Callable
from collections.abc import Iterable
import functools
import re

from ipv6_tempest_plugin.underlay import catalog
from ipv6_tempest_plugin.underlay import conversation
from ipv6_tempest_plugin.underlay import exchange
from ipv6_tempest_plugin.underlay import findings
from ipv6_tempest_plugin.underlay import links
from ipv6_tempest_plugin.underlay import resolving
from ipv6_tempest_plugin.underlay import settings as config
from ipv6_tempest_plugin.underlay import together
from ipv6_tempest_plugin.underlay import urls
from ipv6_tempest_plugin import waiting

_AT_ONCE = 16
# Documents of one endpoint that are read; services have one or two.
VERSIONS = 16
_VERSION = re.compile(r'/v[0-9][0-9.]*/?$')
_IPV4 = frozenset(
    {'literal-ipv4', 'name-only-ipv4', 'scope-mapped', 'scope-nat64'}
)
_CODES = {'catalog': 'link-malformed', 'addresses': 'link-address'}
# Of the endpoint itself, wherever its URL leads.
_ENDPOINT = frozenset({'http-status', 'http-redirects'})


def judge(
    said: Iterable[links.Link],
    target: catalog.Target,
    settings: config.Settings,
    deadline: waiting.Deadline,
    redirect: links.Link | None = None,
) -> list[findings.Finding]:
    """Follow the links of one endpoint; each host is asked once.

    Links to the endpoint's own origin need no proof: they were said there,
    and :func:`read_versions` reads what is behind them.

    :param redirect: the link to which the endpoint's URL itself leads, so
        that an accepted status has to stand at its end.
    """
    jobs = []
    origins = {target.location.origin}
    wrong = []
    first = [redirect] if redirect else []
    for link in dict.fromkeys([*first, *said]):
        try:
            location = urls.locate(link.url)
        except findings.Fault as fault:
            wrong.append(_finding(link, fault, target.place))
            continue
        if location.origin not in origins:
            origins.add(location.origin)
            end = arrive if link == redirect else reach
            go = functools.partial(end, location, settings, deadline)
            jobs.append(functools.partial(_follow, link, go, target.place))
    for found in together.gather(jobs, _AT_ONCE):
        wrong += found
    return wrong


def read_versions(
    talk: conversation.Conversation, target: catalog.Target
) -> list[findings.Finding]:
    """Read the version documents to which links of the same origin lead.

    Each is asked for once, within the time of the conversation, which
    keeps the links in it; those are read in their turn.
    """
    wrong: list[findings.Finding] = []
    left = VERSIONS
    # The list grows while it is read.
    for link in talk.links:
        location = _version(link, target)
        if location is None or talk.has_asked(location):
            continue
        if not left or talk.deadline.expired:
            break
        left -= 1
        try:
            talk.read(location)
        except findings.Fault as fault:
            wrong.append(_finding(link, fault, target.place))
    return wrong


def _version(link: links.Link, target: catalog.Target) -> urls.Location | None:
    """Return where a link leads when that is a version of the endpoint."""
    try:
        location = urls.locate(link.url)
    except findings.Fault:
        return None  # which :func:`judge` reports
    if location.origin != target.location.origin:
        return None
    return location if _VERSION.search(location.target) else None


def _follow(
    link: links.Link, go: Callable[[], None], place: findings.Place
) -> list[findings.Finding]:
    try:
        go()
    except findings.Fault as fault:
        return [_finding(link, fault, place)]
    return []


def reach(
    location: urls.Location,
    settings: config.Settings,
    deadline: waiting.Deadline,
) -> None:
    """Ask every address of a host, which may give any status below 500.

    :raises Fault: the first thing that is wrong.
    """
    for address in resolving.addresses_of(location, deadline):
        resolving.require_usable(address, settings.scopes)
        answer = exchange.ask(location, address, deadline, settings)
        if answer.status >= 500:
            raise findings.Fault(
                'http-error', f'status {answer.status}', str(address)
            )


def arrive(
    location: urls.Location,
    settings: config.Settings,
    deadline: waiting.Deadline,
    onward: int = conversation.REDIRECTS,
) -> None:
    """Ask every address of a host to which an endpoint's URL leads.

    The verdict is that on the endpoint, so the status has to be accepted.

    :param onward: how many redirects to yet another origin may follow.
    :raises Fault: the first thing that is wrong.
    """
    for address in resolving.addresses_of(location, deadline):
        resolving.require_usable(address, settings.scopes)
        talk = conversation.Conversation(address, settings, deadline)
        talk.ask_endpoint(location)
        if talk.redirect is None:
            continue
        if not onward:
            seen = f'{location} leads to {talk.redirect.url}'
            raise findings.Fault('http-redirects', seen, str(address))
        further = urls.locate(talk.redirect.url)
        arrive(further, settings, deadline, onward - 1)


def _finding(
    link: links.Link, fault: findings.Fault, place: findings.Place
) -> findings.Finding:
    code = _CODES.get(fault.check, 'link-dead')
    if fault.code in _ENDPOINT:
        code = fault.code
    if fault.code in _IPV4:
        code = 'link-ipv4'
    seen = f'{link.name} {link.url}: {fault.seen}'
    return findings.Finding(code, place, seen, fault.address)
