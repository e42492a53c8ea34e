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
"""Passwords of the lab: random, made once with its databases."""

from collections.abc import Mapping
import json
from pathlib import Path
import secrets

NAMES = ('admin', 'services', 'database', 'messaging', 'metadata')
BYTES = 12


def make() -> dict[str, str]:
    """New passwords; letters and digits, for they go into URLs."""
    return {name: secrets.token_hex(BYTES) for name in NAMES}


def save(values: Mapping[str, str], path: Path) -> None:
    """Write passwords where nobody but root reads them."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(json.dumps(dict(values)))


def load(path: Path) -> dict[str, str]:
    """Read passwords again."""
    values: dict[str, str] = json.loads(path.read_text())
    return values
