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
"""Faults of the control plane: what the underlay tests must notice."""

from collections.abc import Iterator
from collections.abc import Mapping
import contextlib

from ipv6_lab import hosts
from ipv6_lab import inventory


@contextlib.contextmanager
def silent(
    running: Mapping[str, hosts.Running], service: str
) -> Iterator[None]:
    """An API whose host swallows what is sent to its port.

    :param service: one of :data:`inventory.PORTS`
    """
    host = running[inventory.CONTROLLER.name]
    port = str(inventory.PORTS[service])
    rule = ('INPUT', '--protocol', 'tcp', '--dport', port, '--jump', 'DROP')
    host.run(['ip6tables', '--insert', *rule])
    try:
        yield
    finally:
        host.run(['ip6tables', '--delete', *rule])
