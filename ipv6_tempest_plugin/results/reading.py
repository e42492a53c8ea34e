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

"""From the JSON that a test attached to evidence.

It is data from outside: what has another form than documented raises
``ValueError`` with a message that says where.
"""

from collections.abc import Callable
import dataclasses
import functools
import types
import typing
from typing import Any
from typing import TypeVar

from ipv6_tempest_plugin.results import observed

T = TypeVar('T')

# By the KIND of application/x-ipv6-KIND+json: the field and its type.
KINDS: dict[str, tuple[str, type[Any]]] = {
    'findings': ('findings', observed.Finding),
    'endpoint': ('endpoints', observed.Endpoint),
    'addresses': ('addresses', observed.Address),
    'topology': ('topologies', observed.Topology),
    'pings': ('pings', observed.Ping),
    'steps': ('steps', observed.Step),
}
# All numbers are counts, lengths, statuses and times; what reads the reports
# may know no larger integers (RFC 8259, section 6).
MOST = 2**53
# Of what a test attaches one by one, and the others as lists.
_SINGLE = ('endpoint', 'topology')


def kind_of(name: str, content_type: str) -> str | None:
    """Return the kind of an attachment, if it is one for the report."""
    essence = content_type.partition(';')[0].strip().lower()
    if essence.startswith('application/x-ipv6-') and essence.endswith('+json'):
        kind = essence[len('application/x-ipv6-') : -len('+json')]
        return kind if kind in KINDS else None
    if essence == 'application/json':
        return name if name in KINDS else None
    return None


def read(kind: str, data: Any) -> tuple[str, tuple[Any, ...]]:
    """Return the field of :class:`observed.Evidence` and what to add.

    :raises ValueError: when the data does not have the documented form
    """
    field, cls = KINDS[kind]
    items = [data] if kind in _SINGLE else data
    if not isinstance(items, list):
        raise ValueError(f'expected a list, seen {_shown(data)}')
    return field, tuple(build(cls, item) for item in items)


def build(cls: type[T], data: Any, place: str = '') -> T:
    """Make a dataclass of a mapping; keys that it does not know are left.

    :raises ValueError: for a missing key or a value of another type
    """
    if not isinstance(data, dict):
        raise ValueError(
            f'{place or "it"}: expected an object, seen {_shown(data)}'
        )
    values = {}
    for name, needed, convert in _fields(cls):  # type: ignore[arg-type]
        where = f'{place}.{name}' if place else name
        value = data.get(name)
        if value is not None:
            values[name] = convert(value, where)
        elif needed:
            raise ValueError(f'{where}: expected a value, seen none')
    return cls(**values)


@functools.cache
def _fields(cls: type[Any]) -> list[tuple[str, bool, Callable[..., Any]]]:
    hints = typing.get_type_hints(cls)
    return [
        (
            field.name,
            field.default is dataclasses.MISSING,
            _converter(hints[field.name]),
        )
        for field in dataclasses.fields(cls)
    ]


def _converter(hint: Any) -> Callable[[Any, str], Any]:
    if typing.get_origin(hint) is types.UnionType:
        hint = next(a for a in typing.get_args(hint) if a is not type(None))
    if typing.get_origin(hint) is tuple:
        return functools.partial(_tuple, typing.get_args(hint))
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return functools.partial(build, hint)
    return functools.partial(_plain, hint)


def _tuple(hints: tuple[Any, ...], value: Any, place: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise ValueError(f'{place}: expected a list, seen {_shown(value)}')
    if hints[-1] is not Ellipsis and len(value) != len(hints):
        raise ValueError(
            f'{place}: expected {len(hints)} items, seen {len(value)}'
        )
    convert = _converter(hints[0])
    return tuple(convert(item, f'{place}[]') for item in value)


def _plain(hint: type[Any], value: Any, place: str) -> Any:
    if hint in (int, float) and type(value) in (int, float):
        # Not what is no number, as JSON of Python has it.
        if not 0 <= value <= MOST:
            raise ValueError(
                f'{place}: expected a number from 0 to {MOST}, seen '
                f'{_shown(value)}'
            )
        if hint is float:
            value = float(value)
    if type(value) is not hint:
        raise ValueError(
            f'{place}: expected {hint.__name__}, seen {_shown(value)}'
        )
    return value


def _shown(value: Any) -> str:
    return repr(value)[:80]
