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

"""What an answer of the API must hold, and what differs from it.

Pure: no Tempest. An expectation is a mapping of attributes to checks, and
an attribute that is missing from the answer fails its check.
"""

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import netaddr

MISSING = 'missing'


@dataclass(frozen=True)
class Check:
    """One value's expectation.

    :param wanted: what must be there, in words
    :param holds: judges a value; what it cannot read, it may raise
        ValueError, TypeError, KeyError or AddrFormatError for
    """

    wanted: str
    holds: Callable[[Any], bool]

    def accepts(self, seen: Any) -> bool:
        """Judge a value, of whatever type it is."""
        try:
            return self.holds(seen)
        except (ValueError, TypeError, KeyError, netaddr.AddrFormatError):
            return False


@dataclass(frozen=True)
class Difference:
    """An attribute that is not what it must be."""

    attribute: str
    wanted: str
    seen: str


def differences(
    expected: Mapping[str, Check], answer: Any
) -> list[Difference]:
    """Compare the whole of what is expected with an answer."""
    if not isinstance(answer, Mapping):
        return [Difference('(all)', 'a JSON object', repr(answer))]
    return [
        Difference(name, check.wanted, shown(answer, name))
        for name, check in expected.items()
        if name not in answer or not check.accepts(answer[name])
    ]


def shown(answer: Mapping[str, Any], name: str) -> str:
    """Return what a reader is told of an attribute."""
    return repr(answer[name]) if name in answer else MISSING
