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


"""Where a value ends that has delimiters: quotes, brackets, indentation."""

import re

Span = tuple[int, int]
# Characters over which quotes may stay open across lines.
_FAR = 8192
# Characters in which the begin of a line is looked for.
_LOOK_BACK = 200
_OPEN = re.compile(
    r"""\s{0,20}[bBuUrRfF]{0,2}(?P<slashes>\\{0,15})(?P<mark>["'])"""
)
_BEFORE = re.compile(r"""(?P<slashes>\\{0,15})(?P<mark>["'])\Z""")
# A mark with all backslashes before it: a long run of them is tried once.
_MARKS = {mark: re.compile(rf'(?<!\\)\\*+{mark}') for mark in '"\''}
_BRACKET = re.compile(r'[ \t]{0,20}(?=[\[({])')
_SIGN = re.compile(r"""(?<!\\)\\*+["']|[\[\](){}]|\n""")
# What a line within brackets may begin with; a line of a log does not.
_GOES_ON = tuple(' \t]})"\'')
_NEWLINE = re.compile(r'\r?\n|\\r\\n|\\n')
_BLOCK = re.compile(
    r'[ \t]{0,20}(?P<literal>[|>][-+0-9]{0,2})?[ \t]{0,20}'
    rf'(?:{_NEWLINE.pattern})'
)
_INDENT = re.compile(r'(?P<blank>[ \t]*+)(?P<item>-[ \t])?')


def quoted(text: str, place: int) -> Span | None:
    """Return what stands in the quotes that open here, if some do."""
    found = _OPEN.match(text, place)
    if not found:
        return None
    begin = found.end()
    end = _closing(text, begin, len(found['slashes']), found['mark'])
    if end < 0 or (end - begin > _FAR and '\n' in text[begin:end]):
        end = _line_end(text, begin)
    return (begin, end) if end > begin else None


def limit(text: str, place: int) -> int:
    """Return where quotes close that open right before a place.

    Without such quotes on this line it is the end of the text.
    """
    found = _BEFORE.search(text[max(0, place - 16) : place])
    if found:
        end = _closing(text, place, len(found['slashes']), found['mark'])
        if end >= 0 and '\n' not in text[place:end]:
            return end
    return len(text)


def _closing(text: str, place: int, slashes: int, mark: str) -> int:
    r"""Return where quotes close, -1 when they do not.

    A string within a string opens with \", and a quote of its content is
    \\\" there: each level puts a backslash before each quote and each
    backslash. A quote closes after as many as there were at the opening, not
    counting those of the content, of which each is written as several.
    """
    while found := _MARKS[mark].search(text, place):
        place = found.end()
        if (len(found[0]) - 1) % (2 * slashes + 2) == slashes:
            # YAML and SQL double a quote that belongs to the content.
            if slashes or not text.startswith(mark, place):
                return place - 1 - slashes
            place += 1
    return -1


def bracketed(text: str, place: int) -> Span | None:
    """Return the list or the object that begins here, with its brackets.

    One that is never closed ends with the last line that may be of it.
    """
    found = _BRACKET.match(text, place)
    return (found.end(), _bracket_end(text, found.end())) if found else None


def _bracket_end(text: str, place: int) -> int:
    depth = 0
    while found := _SIGN.search(text, place):
        seen, place = found[0], found.end()
        if seen == '\n':
            if not text.startswith(_GOES_ON, place):
                return found.start()
        elif seen[-1] in '"\'':
            place = _string_end(text, place, len(seen) - 1, seen[-1])
        else:
            depth += 1 if seen in '[({' else -1
            if not depth:
                return place
    return len(text)


def _string_end(text: str, place: int, slashes: int, mark: str) -> int:
    """Return where to go on; what does not close on its line is no string."""
    end = _closing(text, place, slashes, mark)
    if end < 0 or '\n' in text[place:end]:
        return place
    return end + slashes + 1


def block(text: str, key: int, place: int, whole: bool) -> Span | None:
    """Return the indented lines of YAML that follow a key, if some do.

    Line feeds may be written as two characters.

    :param key: where the key begins
    :param place: after its colon
    :param whole: whether any indented line is of it, else only those of a
        literal text or of a list
    """
    found = _BLOCK.match(text, place)
    if not found:
        return None
    own = _indent(text, key)
    whole = whole or bool(found['literal'])
    begin, end, place = 0, 0, found.end()
    while place < len(text):
        line = _INDENT.match(text, place)
        stop = _NEWLINE.search(text, place)
        last, place = stop.span() if stop else (len(text), len(text))
        if line and line.end('blank') < last:
            depth = len(line['blank'])
            is_item = bool(line['item']) and depth >= own
            if not (is_item or (depth > own and (whole or end))):
                break
            begin, end = begin or line.end('blank'), last
    return (begin, end) if end else None


def _indent(text: str, key: int) -> int:
    line = _NEWLINE.split(text[max(0, key - _LOOK_BACK) : key])[-1]
    return len(line) - len(line.lstrip(' \t-'))


def _line_end(text: str, place: int) -> int:
    end = text.find('\n', place)
    return len(text) if end < 0 else end
