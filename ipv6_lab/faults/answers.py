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
"""Faults of whole answers: what to do with a request and what came back."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace
from typing import Any

from ipv6_lab.faults import lies

REFUSALS = (400, 409)


@dataclass(frozen=True)
class Exchange:
    """A request and its answer.

    :param path: with the query, as it is sent on
    :param sent: the request's JSON, None when it had none
    :param body: the answer's JSON, None when it had none
    """

    method: str
    path: str
    sent: Any = None
    status: int = 0
    body: Any = None


class Fault:
    """Changes nothing; the others change what they name."""

    what = 'nothing is changed'

    def before(self, request: Exchange) -> Exchange:
        """Change a request."""
        return request

    def after(self, answer: Exchange) -> Exchange:
        """Change an answer."""
        return answer


class Lying(Fault):
    """Changes what the answers say of one kind of resource."""

    def __init__(self, lie: lies.Lie) -> None:
        self._lie = lie
        self.what = lie.what

    def after(self, answer: Exchange) -> Exchange:
        """Tell the lie of every resource in the answer."""
        body, kind = answer.body, self._lie.kind
        if answer.method in self._lie.methods and isinstance(body, dict):
            for resource in [body.get(kind), *body.get(f'{kind}s', ())]:
                if resource:
                    self._lie.change(resource)
        return answer


class Lenient(Fault):
    """Takes what the API refuses, the first time that it is asked.

    Only the first time, so that whoever cleans up is told the truth.
    """

    what = 'what must be refused (400, 409) is answered with success'

    def __init__(self) -> None:
        self._pardoned: set[str] = set()

    def after(self, answer: Exchange) -> Exchange:
        """Turn a refusal into success."""
        request = f'{answer.method} {answer.path} {answer.sent}'
        if answer.status not in REFUSALS or request in self._pardoned:
            return answer
        self._pardoned.add(request)
        if answer.method == 'DELETE':
            return replace(answer, status=204, body=None)
        if answer.method == 'POST':
            return replace(answer, status=201, body=_made(answer.sent))
        return replace(answer, status=200, body=_made(answer.sent))


def _made(sent: Any) -> Any:
    """What an API would say of what was sent to it."""
    return {
        name: {**value, 'id': 'made-up'} if isinstance(value, dict) else value
        for name, value in {'port_id': 'made-up', **sent}.items()
    }


class OtherStatus(Fault):
    """Refuses with another status than the API documents."""

    what = 'what must be refused with 400 or 409 is refused with 422'

    def after(self, answer: Exchange) -> Exchange:
        """Change the status of a refusal, unless it is of a deletion."""
        if answer.status not in REFUSALS or answer.method == 'DELETE':
            return answer
        return replace(answer, status=422)


class Undead(Fault):
    """Shows what is gone as it was last seen."""

    what = 'what was deleted is still shown'

    def __init__(self) -> None:
        self._seen: dict[str, Any] = {}

    def after(self, answer: Exchange) -> Exchange:
        """Remember what was shown; show it for ever."""
        if answer.method != 'GET' or '?' in answer.path:
            return answer
        if answer.status == 200:
            self._seen[answer.path] = answer.body
        elif answer.status == 404 and answer.path in self._seen:
            body = self._seen[answer.path]
            return replace(answer, status=200, body=body)
        return answer


class Forgetful(Fault):
    """Leaves one out of every list, and that is all of one.

    It remembers what the project was born with, its default security group:
    every prediction of a port begins with that.
    """

    what = 'every list leaves one out'

    def after(self, answer: Exchange) -> Exchange:
        """Drop the last of a list."""
        if answer.method == 'GET' and isinstance(answer.body, dict):
            for rows in answer.body.values():
                if isinstance(rows, list) and rows and not born(rows[-1]):
                    rows.pop()
        return answer


def born(row: Any) -> bool:
    """Say whether it is a project's default security group."""
    return (
        isinstance(row, dict)
        and 'security_group_rules' in row
        and row.get('name') == 'default'
    )


class Unfiltered(Fault):
    """Gives all to whoever asks for some."""

    what = 'lists are not filtered'

    def before(self, request: Exchange) -> Exchange:
        """Cut the query off a request for a list."""
        if request.method != 'GET':
            return request
        return replace(request, path=request.path.partition('?')[0])


FAULTS: Mapping[str, type[Fault]] = {
    'honest': Fault,
    'lenient': Lenient,
    'other-status': OtherStatus,
    'undead': Undead,
    'forgetful': Forgetful,
    'unfiltered': Unfiltered,
}
NAMES = (*FAULTS, *lies.BY_NAME)


def make(name: str) -> Fault:
    """Return a fault by its name (one of :data:`NAMES`)."""
    if name in FAULTS:
        return FAULTS[name]()
    return Lying(lies.BY_NAME[name])
