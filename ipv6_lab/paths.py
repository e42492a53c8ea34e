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
"""Where the lab writes: one directory of the machine, and nowhere else.

``/var/cache/ipv6-lab`` unless ``IPV6_LAB_CACHE`` names another absolute
path.
"""

import os
from pathlib import Path
import re

from ipv6_lab import errors

VARIABLE = 'IPV6_LAB_CACHE'
DEFAULT = '/var/cache/ipv6-lab'
CHECKOUT = Path(__file__).resolve().parent.parent

# The kernel allows 107 bytes for the path of a unix socket, and services
# put theirs some levels below the root.
LONGEST = 60
# Overlay mounts split at ':' and ',', script headers at blanks.
ALLOWED = re.compile(r'/[A-Za-z0-9._+-]+(/[A-Za-z0-9._+-]+)+')


def root() -> Path:
    """The cache directory.

    :raises LabError: when ``IPV6_LAB_CACHE`` is no usable absolute path
    """
    text = os.environ.get(VARIABLE) or DEFAULT
    path = os.path.normpath(text)
    if not ALLOWED.fullmatch(path) or len(path) > LONGEST:
        raise errors.LabError(
            f'{VARIABLE} must be an absolute path of at least two parts, '
            f'at most {LONGEST} characters, letters, digits and ._+- only; '
            f'seen {text!r}',
            f'set it to a path like {DEFAULT}, or unset it',
        )
    return Path(path).resolve()


def state() -> Path:
    """What belongs to a running lab; it goes when the lab goes."""
    return root() / 'state'


def logs() -> Path:
    """Logs of the lab's services and of its installation."""
    return root() / 'logs'


def downloads() -> Path:
    """Files fetched from package archives, kept for the next build."""
    return root() / 'downloads'
