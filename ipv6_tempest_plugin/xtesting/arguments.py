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

"""What ``testcases.yaml`` says of a test case, checked."""

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import fields
from pathlib import Path
import re
from typing import Any

from ipv6_tempest_plugin.xtesting import errors

_WHERE = 'the args of the test case in testcases.yaml'


@dataclass(frozen=True)
class Arguments:
    """The arguments of a test case; the names are those in YAML.

    :param regex: which tests, as ``tempest run --regex`` takes it
    :param include_list: the same as several expressions, or the file that
        has one in each line; either this or ``regex``
    :param exclude_regex: which of them not
    :param exclude_list: the same as several expressions or a file
    :param concurrency: workers; 0 leaves it to stestr
    :param timeout: seconds for the whole of Tempest; 0 is for ever
    :param services: what Tempest's ``[service_available]`` must have, else
        the case is skipped
    :param neutron_extensions: the same of ``[network-feature-enabled]
        api_extensions``
    :param deny_skipping: whether a skipped test fails the case
    :param tests_count: how many results there must be; 0 is any number
    """

    regex: str = ''
    include_list: tuple[str, ...] = ()
    exclude_regex: str = ''
    exclude_list: tuple[str, ...] = ()
    concurrency: int = 0
    timeout: float = 0
    services: tuple[str, ...] = ()
    neutron_extensions: tuple[str, ...] = ()
    deny_skipping: bool = False
    tests_count: int = 0


def parse(
    given: object, of_case: Mapping[str, Any] | None = None
) -> Arguments:
    """Check what was given.

    :param given: by name, as YAML decodes it
    :param of_case: what the case has beside them; they go before it
    :raises CaseError: for a name or a value that means nothing, for an
        expression that does not compile and for a file that cannot be read
    """
    if not isinstance(given, Mapping):
        raise _wrong('run', 'a mapping as args', given)
    given = {**(of_case or {}), **given}
    known = [field.name for field in fields(Arguments)]
    if unknown := sorted(str(name) for name in given if name not in known):
        raise errors.CaseError(
            f'{_WHERE}: expected {", ".join(known)}, seen '
            f'{", ".join(unknown)}; correct or remove that'
        )
    values = {name: _CHECKS[name](name, given[name]) for name in given}
    arguments = Arguments(**values)
    if bool(arguments.regex) == bool(arguments.include_list):
        seen = 'both' if arguments.regex else 'neither'
        raise errors.CaseError(
            f'{_WHERE}: expected either regex or include_list to say which '
            f'tests to run, seen {seen}'
        )
    return arguments


def _wrong(name: str, expected: str, seen: object) -> errors.CaseError:
    return errors.CaseError(
        f'{_WHERE}: {name}: expected {expected}, seen {seen!r:.200}'
    )


def _boolean(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise _wrong(name, 'true or false', value)
    return value


def _count(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise _wrong(name, 'a whole number from 0', value)
    return value


def _seconds(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(name, 'seconds', value)
    if not 0 <= value < float('inf'):
        raise _wrong(name, 'seconds from 0', value)
    return float(value)


def _regex(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise _wrong(name, 'a regular expression', value)
    # Tempest takes a space for the end of one expression.
    if '\n' in value or ' ' in value:
        raise _wrong(name, 'a regular expression without spaces', value)
    try:
        re.compile(value)
    except re.error as error:
        raise _wrong(name, f'a regular expression ({error})', value) from error
    return value


def _names(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(
        isinstance(item, str) and item for item in value
    ):
        raise _wrong(name, 'a list of names', value)
    return tuple(value)


def _regexes(name: str, value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = _lines(name, value)
    if not value:
        raise _wrong(name, 'at least one regular expression', value)
    return tuple(_regex(name, item) for item in _names(name, value))


def _lines(name: str, path: str) -> list[str]:
    """Read a file as stestr reads it."""
    try:
        lines = Path(path).read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(
            name, f'a file with an expression in each line ({error})', path
        ) from error
    bare = (line.partition('#')[0].strip() for line in lines)
    return [line for line in bare if line]


_CHECKS: dict[str, Callable[[str, object], Any]] = {
    'regex': _regex,
    'include_list': _regexes,
    'exclude_regex': _regex,
    'exclude_list': _regexes,
    'concurrency': _count,
    'timeout': _seconds,
    'services': _names,
    'neutron_extensions': _names,
    'deny_skipping': _boolean,
    'tests_count': _count,
}
