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

"""Text of the cloud is data: fit to be shown, and of a bounded length."""

from typing import Any

# C0 but tab and line feed become their visible pictures (U+2400 and up).
_CONTROLS: dict[int, str] = {
    code: chr(0x2400 + code) for code in range(0x20) if code not in (9, 10)
}
_REPLACEMENT = '\N{REPLACEMENT CHARACTER}'
# DEL and C1, what changes the direction of all that follows, surrogates
# and the two that XML 1.0 section 2.2 forbids.
_CONTROLS |= dict.fromkeys(
    [
        *range(0x7F, 0xA0),
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
        *range(0xD800, 0xE000),
        0xFFFE,
        0xFFFF,
    ],
    _REPLACEMENT,
)
ELLIPSIS = '\N{HORIZONTAL ELLIPSIS}'


def clean(text: str) -> str:
    """Make what is not printable visible; keep tabs and line feeds."""
    if text.isprintable():
        return text
    text = text.replace('\r\n', '\n').replace('\r', '\n')
    return text.translate(_CONTROLS)


def line(text: str, longest: int = 300) -> str:
    """Return a text as one line that is not longer than ``longest``."""
    text = ' '.join(clean(text[: 4 * longest]).split())
    return text if len(text) <= longest else text[: longest - 1] + ELLIPSIS


def clean_data(data: Any, longest: int | None = None) -> Any:
    """Return decoded JSON whose strings are clean."""
    if isinstance(data, str):
        return clean(data[:longest])
    if isinstance(data, list):
        return [clean_data(item, longest) for item in data]
    if isinstance(data, dict):
        return {
            clean(key): clean_data(item, longest) for key, item in data.items()
        }
    return data
