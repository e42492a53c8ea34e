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

"""What is wrong, as data and as words. Secrets never get in."""

from dataclasses import asdict
from dataclasses import dataclass
import textwrap
from typing import Any

from ipv6_tempest_plugin.underlay import kinds
from ipv6_tempest_plugin.underlay import masking

_LONGEST = 400


class Fault(Exception):
    """A probe saw something wrong; the caller knows where it looked.

    :param code: a key of :data:`kinds.KINDS`.
    :param seen: what was seen, in words; it may hold URLs.
    :param address: the address that was asked, where there was one.
    """

    def __init__(
        self, code: str, seen: str, address: str | None = None
    ) -> None:
        super().__init__(f'{code}: {seen}')
        self.code = code
        self.seen = seen
        self.address = address

    def at(self, address: object) -> 'Fault':
        """Return the same fault, seen at this address."""
        return Fault(self.code, self.seen, str(address))

    def noting(self, note: str) -> 'Fault':
        """Return the same fault with something to know beside it."""
        seen = f'{self.seen}; {note}' if note else self.seen
        return Fault(self.code, seen, self.address)

    @property
    def check(self) -> str:
        """The check that this fault turns red."""
        return kinds.KINDS[self.code].check


@dataclass(frozen=True, order=True)
class Place:
    """Where in the catalog: the URL is masked when the place is made."""

    service: str
    region: str = '-'
    interface: str = '-'
    url: str = ''

    def __post_init__(self) -> None:
        object.__setattr__(self, 'url', masking.masked(self.url))

    @property
    def slot(self) -> tuple[str, str, str]:
        """What stays the same when the URL changes."""
        return self.service, self.region, self.interface

    def __str__(self) -> str:
        return ' '.join(part for part in self.slot if part != '-')


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong in one place."""

    code: str
    place: Place
    seen: str
    address: str | None = None

    def __post_init__(self) -> None:
        shown = masking.masked(self.seen)
        if len(shown) > _LONGEST:
            shown = shown[:_LONGEST] + '...'
        object.__setattr__(self, 'seen', shown)

    @classmethod
    def of(cls, fault: Fault, place: Place) -> 'Finding':
        """Say where a fault was seen."""
        return cls(fault.code, place, fault.seen, fault.address)

    @property
    def kind(self) -> kinds.Kind:
        """What is known of this kind of fault."""
        return kinds.KINDS[self.code]

    @property
    def check(self) -> str:
        """The check that this finding turns red."""
        return self.kind.check

    def as_dict(self) -> dict[str, Any]:
        """Return everything as a mapping that JSON can hold."""
        return {
            'code': self.code,
            **asdict(self.place),
            'address': self.address,
            'seen': self.seen,
            **asdict(self.kind),
        }

    def as_text(self) -> str:
        """Return a diagnosis of some lines, without a line feed at the end."""
        rows = [
            ('url', self.place.url),
            ('address', self.address),
            ('expected', self.kind.expected),
            ('seen', self.seen),
            ('usual cause', self.kind.cause),
            ('where to look', self.kind.look),
        ]
        head = f'{self.place}: {self.kind.title} [{self.code}]'
        return '\n'.join(
            [head, *(_row(name, value) for name, value in rows if value)]
        )


def _row(name: str, value: str) -> str:
    return textwrap.fill(
        value,
        width=100,
        initial_indent=f'  {name:<14}',
        subsequent_indent=' ' * 16,
        break_long_words=False,
        break_on_hyphens=False,
    )
