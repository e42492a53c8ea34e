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
"""What every service needs to know of the lab it runs in."""

from collections.abc import Mapping
import dataclasses
from pathlib import Path

from ipv6_lab import inventory

# What the oslo libraries want as a region; named as DevStack names it, so
# that default configurations fit.
REGION = 'RegionOne'


@dataclasses.dataclass(frozen=True)
class Context:
    """The lab's places and secrets.

    :param venv: the virtual environment of the cloud
    :param secrets: passwords by what they open (see ``secrets.NAMES``)
    """

    venv: Path
    secrets: Mapping[str, str]

    def program(self, name: str) -> str:
        """The path of a program of the cloud's environment."""
        return str(self.venv / 'bin' / name)

    def database(self, name: str) -> str:
        """The SQLAlchemy URL of a database."""
        password = self.secrets['database']
        where = f'[{inventory.CONTROLLER.control}]'
        return f'mysql+mysqldb://openstack:{password}@{where}/{name}'

    @property
    def transport(self) -> str:
        """The oslo.messaging URL of the message bus."""
        password = self.secrets['messaging']
        where = f'[{inventory.CONTROLLER.control}]'
        port = inventory.PORTS['messaging']
        return f'rabbit://openstack:{password}@{where}:{port}/'
