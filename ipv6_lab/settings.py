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
"""Settings of services: sections of keys as data, rendered as INI text."""

from collections.abc import Mapping
import configparser
import io

Value = str | int | bool
Settings = Mapping[str, Mapping[str, Value]]


def render(settings: Settings) -> str:
    """INI text as oslo.config and supervisord read it.

    Keys keep their case; ``%`` is taken as it is.
    """
    # DEFAULT is an ordinary section for oslo.config, a magic one here.
    parser = configparser.RawConfigParser(default_section='')
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    for section, pairs in settings.items():
        parser.add_section(section)
        for key, value in pairs.items():
            parser.set(section, key, _text(value))
    stream = io.StringIO()
    parser.write(stream, space_around_delimiters=False)
    return stream.getvalue()


def merge(*parts: Settings) -> dict[str, dict[str, Value]]:
    """Lay settings over each other, the later over the earlier."""
    merged: dict[str, dict[str, Value]] = {}
    for part in parts:
        for section, pairs in part.items():
            merged.setdefault(section, {}).update(pairs)
    return merged


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
