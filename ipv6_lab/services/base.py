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
"""What a service is: processes, files, and how to tell that it is ready."""

from collections.abc import Callable
from collections.abc import Mapping
import dataclasses

from ipv6_lab import hosts
from ipv6_lab import inventory

# Below it lies what services keep, in a place that no package owns: the
# machine may have a database of its own in /var/lib/mysql.
STATE = '/var/lib/ipv6-lab'
# The nice value of what the start of a lab waits for longest. Its reasons to
# wait are pauses of its own: the sooner it comes to them, the more of the
# others' work they overlap with.
URGENT = -10


@dataclasses.dataclass(frozen=True)
class Process:
    """A process under supervision.

    :param name: also the name of its log
    :param command: program and arguments
    :param nice: as in nice(2): from -20, which comes first, to 19
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = dataclasses.field(default_factory=dict)
    directory: str = '/'
    stop_signal: str = 'TERM'
    nice: int = 0


@dataclasses.dataclass(frozen=True)
class Service:
    """Processes of one host that are ready together.

    :param files: text by absolute path inside the host
    :param directories: made before the processes start
    :param prepare: commands run inside the host before the processes start
    :param ready: given the running host, returns when the service's own
        protocol answers, raises ``waiting.NotReady`` with what was seen
    :param requires: names of services, or of steps, that come first
    """

    name: str
    host: inventory.Host
    processes: tuple[Process, ...]
    files: Mapping[str, str] = dataclasses.field(default_factory=dict)
    directories: tuple[str, ...] = ()
    prepare: tuple[tuple[str, ...], ...] = ()
    ready: Callable[[hosts.Running], None] = lambda host: None
    requires: tuple[str, ...] = ()

    @property
    def step(self) -> str:
        """The service's name among the steps of ``up``."""
        return f'{self.name} on {self.host.name}'
