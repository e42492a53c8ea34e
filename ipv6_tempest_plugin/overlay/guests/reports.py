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

"""Reports of the observer, found in what a shell or console shows. Pure."""

import collections
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
import re

LINE = re.compile(r'^V6O (\d+) (.*)$')
BEGIN = '@time'
END = re.compile(r'end (\d+)')


class MalformedReport(Exception):
    """A report is not what the observer prints."""


@dataclass(frozen=True)
class Report:
    """The sections of one report.

    :ivar sections: lines by the section's name
    """

    number: int
    sections: Mapping[str, Sequence[str]]
    text: str


def find(text: str) -> list[Report]:
    """Return the whole reports in a text, oldest first.

    A report whose end or beginning is missing is left out: a console shows
    only its last part, and the last report may still be under way.

    :raises MalformedReport: when the last whole one is garbled
    """
    found = list(_complete(text))
    garbled = [number for number, report in found if report is None]
    if found and found[-1][1] is None:
        raise MalformedReport(
            f'report {garbled[-1]} has not the length that its end tells: '
            'other output came between its lines'
        )
    return [report for _, report in found if report]


def _complete(text: str) -> Iterator[tuple[int, Report | None]]:
    lines: dict[int, list[str]] = collections.defaultdict(list)
    for line in text.splitlines():
        match = LINE.match(line.rstrip('\r'))
        if not match:
            continue
        number, payload = int(match[1]), match[2]
        end = END.fullmatch(payload)
        if payload == BEGIN:
            # After a reboot the numbers begin anew.
            lines[number] = []
        if not end:
            lines[number].append(payload)
        elif lines[number][:1] == [BEGIN]:
            whole = ''.join(f'{one}\n' for one in lines.pop(number))
            intact = len(whole.encode()) == int(end[1])
            yield number, _report(number, whole) if intact else None


def _report(number: int, text: str) -> Report:
    sections: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith('@'):
            current = sections.setdefault(line[1:], [])
        else:
            current.append(line)
    return Report(number, sections, text)
