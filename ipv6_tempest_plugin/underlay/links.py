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

"""The links in what a service says of itself."""

from collections.abc import Iterator
from dataclasses import dataclass
import json
import re
from typing import Any
from urllib import parse

from ipv6_tempest_plugin.underlay import exchange
from ipv6_tempest_plugin.underlay import findings
from ipv6_tempest_plugin.underlay import masking

# Links to what people read, which is not part of the cloud.
_DOCUMENTS = frozenset({'describedby', 'help', 'documentation', 'license'})
_LOCATION = 'Location'
_ABSOLUTE = re.compile('[a-z][a-z0-9+.-]*://', re.IGNORECASE)
_AUTH_URI = re.compile(r'\b(?:uri|realm)=[\'"]?([^\s,\'"]+)', re.IGNORECASE)


@dataclass(frozen=True)
class Link:
    """A URL and where it was said: a header, or a path in the document."""

    name: str
    url: str


def of_answer(answer: exchange.Answer, base: str) -> tuple[Link, ...]:
    """Return every link of an answer, as absolute URLs, without repeats.

    Looked at are Location, the uri of ``WWW-Authenticate`` (where
    keystonemiddleware says which Keystone to ask) and the document, which
    is JSON if it can be read as such, whatever Content-Type says.

    :param base: what relative references start from (RFC 3986 section 5).
    :raises Fault: ``http-garbage`` when the body says that it is JSON and
        is not.
    """
    found = list(_of_headers(answer.headers))
    found += _of_document(_document(answer))
    return _joined(found, base)


def of_redirect(reference: str, base: str) -> Link:
    """Return the link that a ``Location`` is, as :func:`of_answer` does."""
    return Link(_LOCATION, _absolute(base, reference))


def of_document(document: object, base: str) -> tuple[Link, ...]:
    """Return every link of a decoded JSON document, as :func:`of_answer`.

    A link is whatever stands as ``href``, and any absolute URL below a
    key ``links``, which is how the older version documents write them.
    """
    return _joined(_of_document(document), base)


def _joined(found: list[Link], base: str) -> tuple[Link, ...]:
    return tuple(
        dict.fromkeys(Link(n.name, _absolute(base, n.url)) for n in found)
    )


def _absolute(base: str, reference: str) -> str:
    """Join like RFC 3986; what cannot be joined is judged as it stands."""
    if _ABSOLUTE.match(reference):
        return reference
    try:
        return parse.urljoin(base, reference)
    except ValueError:
        return reference


def _of_headers(headers: dict[str, str]) -> Iterator[Link]:
    if 'location' in headers:
        yield Link(_LOCATION, headers['location'])
    for uri in _AUTH_URI.findall(headers.get('www-authenticate', '')):
        if _ABSOLUTE.match(uri):
            yield Link('WWW-Authenticate', uri)


def _document(answer: exchange.Answer) -> object:
    """Return the decoded body, None when it neither is JSON nor says so.

    :data:`exchange.BODY_LIMIT` bounds it.
    """
    if not answer.body:
        return None
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        if 'json' not in answer.headers.get('content-type', ''):
            return None
        seen = f'no JSON: {masking.excerpt(answer.body)}'
        raise findings.Fault('http-garbage', seen) from error


def _of_document(document: object) -> list[Link]:
    found = []
    todo: list[tuple[str, Any, bool]] = [('', document, False)]
    while todo:
        path, node, below = todo.pop()
        if isinstance(node, str):
            if path.endswith('.href') or (below and _ABSOLUTE.match(node)):
                found.append(Link(path.lstrip('.'), node))
        else:
            todo += [
                (f'{path}.{key}', child, below or key == 'links')
                for key, child in _children(node)
            ]
    return found[::-1]


def _children(node: object) -> list[tuple[Any, Any]]:
    if isinstance(node, list):
        return list(enumerate(node))
    if not isinstance(node, dict) or _is_for_people(node.get('rel')):
        return []
    return [(k, v) for k, v in node.items() if k not in _DOCUMENTS]


def _is_for_people(rel: object) -> bool:
    """Say whether a link is of no other relation; JSON may hold anything."""
    relations = rel if isinstance(rel, list) else [rel]
    return bool(relations) and all(
        isinstance(one, str) and one in _DOCUMENTS for one in relations
    )
