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

"""Bugs of ours, confined to the endpoint at which they show."""

from collections.abc import Callable
from pathlib import PurePath
import traceback
from typing import TypeVar

from ipv6_tempest_plugin.underlay import findings

T = TypeVar('T')

_FRAMES = 3


def confined(
    job: Callable[[], T], code: str, *places: findings.Place
) -> Callable[[], T | list[findings.Finding]]:
    """Return a job that turns an exception of this one into findings.

    One service that says what nobody thought of must not cost the
    findings of all others, and must not look sound either.

    :param code: of the findings, one for each of the places.
    """

    def run() -> T | list[findings.Finding]:
        try:
            return job()
        except Exception as error:  # noqa: BLE001 - it becomes a finding
            seen = words(error)
            return [findings.Finding(code, place, seen) for place in places]

    return run


def words(error: Exception) -> str:
    """Say what was raised, and in which lines, innermost last."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    lines = [f'{PurePath(f.filename).name} line {f.lineno}' for f in frames]
    return f'{type(error).__name__}: {error} ({", ".join(lines)})'
