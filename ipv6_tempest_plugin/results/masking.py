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

"""Secrets are replaced before anything else sees a text.

Tempest masks what it logs itself. This is for all else that may hold a
secret: consoles, tracebacks, answers of services, names.
"""

from collections.abc import Iterable
import re
from typing import Any

MASK = '***'
_BEGIN = re.compile(r'-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----')
_END = re.compile(r'-----END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----')
_BASE64 = re.compile(r'\s*[A-Za-z0-9+/=]{16,}\s*\Z')
# How the name of a secret ends: in a header, in JSON, in an INI file, in a
# shell. What stands before it does not matter, and not to look for it is
# ten times as fast.
_NAME = (
    r'(?:passw(?:or)?d|passphrase|admin_?pass|secret|credential'
    r'|(?:api|private|access|secret)[_-]?key|[_-]token|authorization|cookie)'
    r'[\w-]{0,40}'
)
_KEY = re.compile(rf'[\w-]{{0,40}}?{_NAME}\Z', re.IGNORECASE)
_VALUES = (
    # 'name': 'value' as JSON and Python write it.
    re.compile(
        rf"""(?P<keep>{_NAME}["']\s{{0,4}}[:=]\s{{0,4}}"""
        r"""[bu]?(?P<open>["']))(?:\\.|(?!(?P=open)).)+""",
        re.IGNORECASE | re.DOTALL,
    ),
    # The same in a string, where each quote has a backslash before it.
    re.compile(
        rf"""(?P<keep>{_NAME}\\["']\s{{0,4}}[:=]\s{{0,4}}"""
        r"""[bu]?(?P<open>\\["']))(?:\\\\\\.|(?!(?P=open)).)+""",
        re.IGNORECASE | re.DOTALL,
    ),
    # name = value, name: value, to the end of the value.
    re.compile(
        rf"""(?P<keep>{_NAME}\s{{0,4}}[:=]\s{{0,4}}(?:b?["'])?"""
        r"""(?:(?:basic|bearer|token|digest)\s+)?)[^\s"'<>,;&*][^\s"'<>,;&]*""",
        re.IGNORECASE,
    ),
    # https://user:password@host
    re.compile(r'(?P<keep>://)[^\s/@"\'<>]{1,300}(?=@)'),
    # The parameters of URLs, also of URLs within parameters.
    re.compile(
        r'(?P<keep>(?:[?&;]|%3F|%26)(?:[\w-]{0,40}'
        r'(?:token|password|signature|secret|sig|key))(?:=|%3D))'
        r'[^&\s"\'<>%#]+',
        re.IGNORECASE,
    ),
    # Keystone's Fernet tokens and JSON Web Signatures, wherever they are.
    re.compile(r'(?P<keep>)\bgAAAAA[\w-]{16,}(?:=|%3D)*'),
    re.compile(r'(?P<keep>)\beyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*'),
)


class Mask:
    """Replaces secrets: those of a known form, and those that are given.

    :param secrets: literal texts, such as the passwords of a tempest.conf
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        given = sorted({s for s in secrets if s}, key=len, reverse=True)
        self._given = (
            re.compile('|'.join(map(re.escape, given))) if given else None
        )

    def text(self, text: str) -> str:
        """Return a text without its secrets."""
        if self._given:
            text = self._given.sub(MASK, text)
        text = _keys(text)
        for pattern in _VALUES:
            text = pattern.sub(rf'\g<keep>{MASK}', text)
        return text

    def name(self, name: str) -> str:
        """Return a test's name without the secrets that were given.

        Names are many and short, and no place for the other forms but in
        what a generated test has in parentheses.
        """
        if '(' in name:
            return self.text(name)
        return self._given.sub(MASK, name) if self._given else name

    def data(self, data: Any) -> Any:
        """Return decoded JSON without secrets, whatever its shape."""
        if isinstance(data, str):
            return self.text(data)
        if isinstance(data, list):
            return [self.data(item) for item in data]
        if isinstance(data, dict):
            return {
                self.text(key): MASK
                if _KEY.match(key) and isinstance(value, str)
                else self.data(value)
                for key, value in data.items()
            }
        return data


def _keys(text: str) -> str:
    """Mask private keys (RFC 7468), also those that lack an end."""
    if 'PRIVATE KEY' not in text:
        return text
    parts = []
    place = 0
    begin, end = _BEGIN.search(text), _END.search(text)
    if end and (not begin or end.start() < begin.start()):
        parts.append(_without_base64(text[: end.start()]))
        place = end.end()
    while begin := _BEGIN.search(text, place):
        parts.append(text[place : begin.start()] + MASK)
        end = _END.search(text, begin.end())
        place = end.end() if end else len(text)
    return ''.join(parts) + text[place:]


def _without_base64(text: str) -> str:
    """Mask the lines at the end of a text that may be of a key."""
    lines = text.split('\n')
    while lines and (not lines[-1].strip() or _BASE64.match(lines[-1])):
        lines.pop()
    return '\n'.join([*lines, MASK])
