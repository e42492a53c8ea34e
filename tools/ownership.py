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
"""Files that sudo's root made in a user's checkout become the user's."""

import os
from pathlib import Path
import subprocess


def hand_back(checkout: Path) -> None:
    """Give root's files in a checkout to whoever called sudo and owns it."""
    user = os.environ.get('SUDO_UID', '0')
    group = os.environ.get('SUDO_GID', '0')
    if user == '0' or str(checkout.stat().st_uid) != user:
        return
    command = ('chown', '-R', '-h', '--from=0:0', f'{user}:{group}')
    subprocess.run((*command, str(checkout)), check=True)
