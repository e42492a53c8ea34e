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


"""Where the secret stands whose name was found in a text.

It ends where its kind of text ends it: at its quote or bracket, with its
block, its line or its word. In doubt more is masked. What is looked at and
not masked is of bounded length: hostile text takes linear time.
"""

import re
import string

from ipv6_tempest_plugin.results import delimiters

Span = delimiters.Span
# Of what stands before the word that gives a name away.
_LOOK_BACK = 60
_LETTERS = string.ascii_letters + string.digits + '_.-'
_SEPARATOR = re.compile(
    r"""[\w-]{0,40}(?P<mark>\\{0,15}["'])?[ \t]{0,4}"""
    r"""(?P<sign>:=?|==?>?)(?P<blank>[ \t]{0,4})""",
    re.ASCII,
)
_TEST = re.compile(r'(?:\A|\.)test_')
# Before the first name of a line: a list, a comment, a shell's assignment.
_LEAD = re.compile(r'[\s>|#;+*-]*(?:(?:export|set)[ \t]+)?\Z')
# No group below is possessive: those of Python 3.11 match too little or much.
_LINE = re.compile(r'[^\r\n]+')
# A header has all of its line. In what JSON or Python quotes a line feed is
# two characters; within quotes of the header's own it is part of a name.
_HEADER = re.compile(r'(?:"(?:[^"\\\n]+|\\[^\n])*"?|[^"\\\r\n]+|\\(?![rn]))+')
_HEADERS = ('authorization', 'cookie')
# Words, to what ends them in a sentence.
_WORDS = re.compile(
    r"""(?![\s,;])(?:[^\r\n"'<>,;]+|[,;](?=\S)|(?<=\w)'(?=\w))+"""
)
# One word; a comma is part of it unless another name follows.
_WORD = re.compile(
    r"""(?:(?:basic|bearer|token|digest)\s{1,4})?"""
    r"""(?:[^\s"'<>,;&]+|[,;](?![\s,;&]|\Z|[\w-]{1,40}[=:])"""
    r"""|(?<=\w)'(?=\w))+""",
    re.IGNORECASE,
)
_SCALAR = re.compile(r"""\s{0,20}(?P<value>[^\s,}\])"']+)""")
_NO_SECRETS = ('null', 'none', 'true', 'false')
_ARGUMENT = re.compile(r"""[\w-]{0,40}[ \t]{1,4}(?P<value>[^\s"'-]\S*)""")
_QUOTED_ARGUMENT = re.compile(r"""[\w-]{0,40}(?=[ \t]{1,4}\\{0,15}["'])""")


def find(text: str, place: int) -> Span | None:
    """Return where a secret stands, None when there is none.

    :param place: where in its name the word begins that gives it away
    """
    before = text[max(0, place - _LOOK_BACK) : place]
    begin = place - len(before) + len(before.rstrip(_LETTERS))
    found = _SEPARATOR.match(text, place)
    if not found:
        is_option = text.startswith('--', begin)
        return _argument(text, place) if is_option else None
    if found['mark']:
        return (
            delimiters.quoted(text, found.end())
            or delimiters.bracketed(text, found.end())
            or _scalar(text, found.end())
        )
    if _is_code(text, begin, found) or _is_place(text, begin, found):
        return None
    name = text[place : found.start('sign')].lower()
    if name.startswith(_HEADERS):
        return _matched(_HEADER, text, begin, found.end())
    return _delimited(text, begin, found) or _matched(
        _pattern(text, begin, found), text, begin, found.end()
    )


def _is_place(text: str, begin: int, found: re.Match[str]) -> bool:
    """Say whether the name is a part of a path, or that of a test."""
    if text[begin - 1 : begin] == '/':
        return True
    return _TEST.search(text[begin : found.start('sign')]) is not None


def _argument(text: str, place: int) -> Span | None:
    """Return what follows an option of a command line."""
    if found := _QUOTED_ARGUMENT.match(text, place):
        return delimiters.quoted(text, found.end())
    found = _ARGUMENT.match(text, place)
    return found.span('value') if found else None


def _scalar(text: str, place: int) -> Span | None:
    """Return a number or the like, which JSON has without quotes."""
    found = _SCALAR.match(text, place)
    if not found or found['value'].lower() in _NO_SECRETS:
        return None
    return found.span('value')


def _delimited(text: str, begin: int, found: re.Match[str]) -> Span | None:
    name = text[begin : found.start('sign')].rstrip().lower()
    end = found.end()
    span = delimiters.quoted(text, end) or delimiters.block(
        text, begin, found.end('sign'), name.endswith('chpasswd')
    )
    if span:
        return span
    if span := delimiters.bracketed(text, end):
        # It may be a password that only begins with a bracket.
        more = _pattern(text, begin, found).match(text, span[1])
        return span[0], more.end() if more else span[1]
    return None


def _pattern(text: str, begin: int, found: re.Match[str]) -> re.Pattern[str]:
    """Return what ends a bare value, by what stands around its name."""
    before = text[max(0, begin - _LOOK_BACK) : begin]
    line = before.rpartition('\n')[2]
    is_whole = len(line) < len(before) or len(before) < _LOOK_BACK
    if is_whole and _LEAD.match(line) and not text.startswith('-', begin):
        return _LINE
    return _WORDS if found['blank'] else _WORD


def _matched(
    pattern: re.Pattern[str], text: str, begin: int, place: int
) -> Span | None:
    found = pattern.match(text, place, delimiters.limit(text, begin))
    if not found:
        return None
    return found.start(), found.start() + len(found[0].rstrip())


def _is_code(text: str, begin: int, found: re.Match[str]) -> bool:
    """Say whether a name is that of an exception or of a test."""
    name = text[begin : found.start('sign')]
    if name.endswith(('Error', 'Exception', 'InvalidCredentials')):
        return bool(found['blank'])
    # Tempest logs who sends a request as (Class:test_method).
    return (
        text.startswith('(', max(0, begin - 1))
        and 'Test' in name
        and text.startswith(
            ('test', 'setUp', 'tearDown', '_run_clean'), found.end()
        )
    )
