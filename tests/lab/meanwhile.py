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

"""What else was at work on the machine: its own units and packages.

A machine updates itself by timers. What that changes is no fault of a lab,
and a test cannot tell the two apart; it can say who else was there.
"""

from collections.abc import Iterator
from pathlib import Path
import subprocess
import time

UNITS = (
    'systemctl',
    'show',
    '*.service',
    '--property=Id,StateChangeTimestampMonotonic',
)
PACKAGES = Path('/var/log/dpkg.log')
ACTIONS = {'install', 'upgrade', 'remove', 'purge'}


def told(since: float) -> str:
    """Say who may have changed the machine beside a lab.

    :param since: seconds of the epoch
    """
    try:
        said = subprocess.run(
            UNITS, capture_output=True, text=True, check=True
        ).stdout
        begun = time.monotonic() - (time.time() - since)
        found = list(units(said, begun))
        names = ', '.join(found) or 'none'
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        why = getattr(error, 'stderr', None) or str(error)
        names = f'systemd does not say ({why.splitlines()[0]})'
    try:
        found = list(packages(PACKAGES.read_text(), since))
        changed = ', '.join(found) or 'none'
    except FileNotFoundError:
        changed = f'{PACKAGES} is not there'
    return (
        'beside the lab, these may have done it\n'
        f"  the machine's units that started or ended meanwhile: {names}\n"
        f'  packages that were changed meanwhile: {changed}'
    )


def units(said: str, begun: float) -> Iterator[str]:
    """Yield units whose state has changed.

    :param said: by systemctl: a paragraph of properties for each
    :param begun: seconds of the monotonic clock
    """
    for paragraph in said.split('\n\n'):
        pairs = dict(
            line.split('=', 1) for line in paragraph.splitlines() if line
        )
        if int(pairs['StateChangeTimestampMonotonic']) >= begun * 1e6:
            yield pairs['Id']


def packages(log: str, since: float) -> Iterator[str]:
    """Yield what dpkg did, and to what.

    :param log: lines that begin with a local date and time
    :param since: seconds of the epoch
    """
    begun = time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(since))
    for line in log.splitlines():
        words = line.split()
        if len(words) > 3 and words[2] in ACTIONS and line >= begun:
            yield f'{words[2]} {words[3]}'
