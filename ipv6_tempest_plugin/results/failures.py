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

"""From tracebacks and logs to what a reader must see of them."""

import re

_FRAME = re.compile(r'^  File "', re.MULTILINE)
# What an exception's last line starts with: a dotted name and a colon.
_RAISED = re.compile(r'^((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*)(?:: |:?$)', re.ASCII)
_TELLING = re.compile(
    r'\b(?:ERROR|CRITICAL|WARNING|Traceback)\b|\): [45]\d\d [A-Z]+ '
)
# What testtools puts before a text that was an exception elsewhere.
_QUOTED = 'testtools.testresult.real._StringException: '
_LAST = 30
_MOST = 200


def diagnosis(traceback: str) -> str:
    """Return what an exception says, without the way to it.

    A text that is no traceback is returned whole.
    """
    traceback = traceback.removeprefix(_QUOTED)
    lines = _after_frames(traceback).splitlines()
    if not lines:
        return traceback.strip()
    raised = _RAISED.match(lines[0])
    if raised and _is_assertion(raised[1]):
        lines[0] = lines[0][raised.end() :]
    return '\n'.join(lines).strip() or traceback.strip()


def exception(traceback: str) -> str:
    """Return the name of the exception, empty when there is none."""
    lines = _after_frames(traceback).splitlines()
    raised = _RAISED.match(lines[0]) if lines else None
    return raised[1] if raised else ''


def reason(text: str) -> str:
    """Return the first line that says something."""
    return next((one.strip() for one in text.splitlines() if one.strip()), '')


def log_lines(text: str) -> str:
    """Return the lines of a log that tell, and the last ones.

    What lies between them is marked.
    """
    lines = text.splitlines()
    first = max(0, len(lines) - _LAST)
    wanted = [n for n in range(first) if _TELLING.search(lines[n])]
    wanted = wanted[-_MOST:] + list(range(first, len(lines)))
    shown: list[str] = []
    previous = -1
    for number in wanted:
        if number != previous + 1:
            shown.append(f'[... {number - previous - 1} lines ...]')
        shown.append(lines[number])
        previous = number
    return '\n'.join(shown)


def _after_frames(traceback: str) -> str:
    """Return what stands after the last frame, at the margin."""
    frames = list(_FRAME.finditer(traceback))
    if not frames:
        return ''
    rest = traceback[frames[-1].start() :].splitlines()
    for number, one in enumerate(rest):
        if one and not one.startswith(' '):
            return '\n'.join(rest[number:])
    return ''


def _is_assertion(name: str) -> bool:
    return name.rpartition('.')[2] in ('AssertionError', 'MismatchError')
