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
from collections.abc import Iterator
import re
from typing import Any

from ipv6_tempest_plugin.results import values

MASK = '***'
_BEGIN = re.compile(r'-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----')
_END = re.compile(r'-----END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----')
_BASE64 = re.compile(r'\s*[A-Za-z0-9+/=]{16,}\s*\Z')
# What is in the names of secrets: of headers, in JSON, INI files and shells.
_WORDS = (
    'passw', 'passphrase', 'adminpass', 'admin_pass', 'secret', 'credential',
    'api_key', 'api-key', 'apikey', 'private_key', 'private-key',
    'access_key', 'access-key', 'token', 'authorization', 'cookie',
)  # fmt: skip
_ELSEWHERE = (
    # https://user:password@host
    ('://', re.compile(r'(?P<keep>://)[^\s/@"\'<>]{1,300}(?=@)')),
    # The parameters of URLs, also of URLs within parameters.
    *(
        (
            equals,
            re.compile(
                r'(?P<keep>(?:[?&;]|%3F|%26)(?:[\w-]{0,40}'
                rf'(?:token|password|signature|secret|sig|key)){equals})'
                r'[^&\s"\'<>%#]+',
                re.IGNORECASE,
            ),
        )
        for equals in ('=', '%3D', '%3d')
    ),
    # Keystone's Fernet tokens and JSON Web Signatures, wherever they are.
    ('gAAAAA', re.compile(r'(?P<keep>)\bgAAAAA[\w-]{16,}(?:=|%3D)*')),
    ('eyJ', re.compile(r'(?P<keep>)\beyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*')),
    # chpasswd takes lines of user:password, by a pipe or as a document.
    (
        'chpasswd',
        re.compile(
            r'(?P<keep>\b(?:echo|printf)\s{1,4}(?:-\w{1,4}\s{1,4})?)'
            r'[^|\n]{1,300}+(?=\|\s{0,4}(?:sudo\s{1,4})?chpasswd)'
        ),
    ),
    (
        'chpasswd',
        re.compile(
            r'(?P<keep>chpasswd[^\n|;<]{0,40}<<-?\s{0,4}["\']?'
            r'(?P<last>\w{1,20})["\']?\n)'
            r'(?![ \t]{0,20}(?P=last)\b)[^\n]*'
            r'(?:\n(?![ \t]{0,20}(?P=last)\b)[^\n]*){0,100}'
        ),
    ),
    (
        'chpasswd',
        re.compile(r'(?P<keep>chpasswd[^\n|;<]{0,40}<<<\s{0,4})[^\n]+'),
    ),
)
# Of one length with the text, which str.lower() may not be.
_LOWER = {code: code + 32 for code in range(ord('A'), ord('Z') + 1)}


class Mask:
    """Replaces secrets: those of a known form, and those that are given.

    :param secrets: literal texts, such as the passwords of a tempest.conf
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        given = sorted({s for s in secrets if s}, key=len, reverse=True)
        self._secrets = tuple(given)
        self._pattern = re.compile('|'.join(map(re.escape, given)))

    def text(self, text: str) -> str:
        """Return a text without its secrets."""
        text = _named(_keys(self._literal(text)))
        for sign, pattern in _ELSEWHERE:
            if sign in text:
                text = pattern.sub(rf'\g<keep>{MASK}', text)
        return text

    def _literal(self, text: str) -> str:
        # Names are many; to look for a text is much faster than a pattern.
        if any(secret in text for secret in self._secrets):
            return self._pattern.sub(MASK, text)
        return text

    def name(self, name: str) -> str:
        """Return a test's name without the secrets that were given.

        Names are many and short, and no place for the other forms but in
        what a generated test has in parentheses.
        """
        if '(' in name:
            return self.text(name)
        return self._literal(name)

    def data(self, data: Any) -> Any:
        """Return decoded JSON without secrets, whatever its shape."""
        if isinstance(data, str):
            return self.text(data)
        if isinstance(data, list):
            return [self.data(item) for item in data]
        if isinstance(data, dict):
            return {
                self.text(key): self._hidden(value)
                if is_secret(key)
                else self.data(value)
                for key, value in data.items()
            }
        return data

    def _hidden(self, data: Any) -> Any:
        """Return of what is secret no more than its shape."""
        if isinstance(data, list):
            return [self._hidden(item) for item in data]
        if isinstance(data, dict):
            return {self.text(k): self._hidden(v) for k, v in data.items()}
        return data if data is None or isinstance(data, bool) else MASK


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


def is_secret(key: str) -> bool:
    """Say whether what has this name is a secret."""
    key = key.lower()
    return any(word in key for word in _WORDS)


def _named(text: str) -> str:
    """Mask what has the name of a secret before it.

    The words are looked for first: to try a pattern at every letter of a
    log takes a hundred times as long.
    """
    if not any(sign in text for sign in (':', '=', '--')):
        return text
    lower = text.translate(_LOWER)
    places = {place for word in _WORDS for place in _all(lower, word)}
    parts = []
    done = 0
    for place in sorted(places):
        if place >= done and (found := values.find(text, place)):
            parts += [text[done : found[0]], MASK]
            done = found[1]
    return ''.join(parts) + text[done:]


def _all(text: str, word: str) -> Iterator[int]:
    place = text.find(word)
    while place >= 0:
        yield place
        place = text.find(word, place + 1)
