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

"""Trunks of the Networking API v2: one card that carries many ports.

A sub-port of a trunk reaches its guest by a VLAN (IEEE 802.1Q) on the card of
the trunk's parent port. Nova knows of the parent alone: a sub-port costs the
cloud a fraction of what a card costs it, and comes and goes while the guest
runs.
"""

from collections.abc import Callable
from collections.abc import Sequence
import functools
import threading
from typing import Any

import fixtures
from tempest import config

from ipv6_tempest_plugin.overlay import checks
from ipv6_tempest_plugin.overlay import diagnosis
from ipv6_tempest_plugin.overlay import evidence
from ipv6_tempest_plugin.overlay import expect
from ipv6_tempest_plugin.overlay import ports
from ipv6_tempest_plugin.overlay import promises
from ipv6_tempest_plugin.overlay import resources
from ipv6_tempest_plugin.overlay import undo
from ipv6_tempest_plugin import waiting

CONF = config.CONF
# The alias of the API's extension.
EXTENSION = 'trunk'
# The VLAN of a trunk's first sub-port; it counts for this trunk alone.
FIRST_VLAN = 101
KEYS = ('port_id', 'segmentation_type', 'segmentation_id')
POLL = 1.0
UNPLUGGED = diagnosis.Hint(
    'the agent on the host of the guest did not plug the sub-port in',
    'the status of the trunks, below; `openstack network agent list`; the log '
    'of the agent on the host',
)


class Trunk(resources.Resource):
    """A trunk on a port, at first without sub-ports.

    :param parent: the port whose card carries it, set up before it; no
        server has it yet
    """

    kind = 'trunk'

    def __init__(
        self, manager: Any, parent: ports.Port, **attributes: Any
    ) -> None:
        super().__init__(manager, **attributes)
        self.parent = parent
        # A VLAN is not used again: the guest may know the last one still.
        self._next = FIRST_VLAN
        # The VLANs of what the API said that it carries.
        self._carried: dict[ports.Port, int] = {}
        # What it may carry or not: no request was answered.
        self._doubtful: set[ports.Port] = set()
        # A sub-port cannot be removed before it is none any more.
        self._releases: dict[ports.Port, undo.Promise] = {}
        # What an answer must hold follows from the requests before it.
        self._turn = threading.Lock()

    def prepare(self, owner: fixtures.Fixture) -> None:
        """Name the parent port."""
        self.sent['port_id'] = self.parent.id

    def promised(self) -> promises.Promise:
        """Return what the API promises, its sub-ports as they are."""
        rows = [self._row(*pair) for pair in self._carried.items()]
        same = checks.rows(rows, dict.fromkeys(KEYS, str))
        return {**super().promised(), 'sub_ports': same}

    def _row(self, port: ports.Port, vlan: int) -> dict[str, Any]:
        return dict(zip(KEYS, (port.id, 'vlan', vlan), strict=True))

    def _remove(self) -> None:
        super()._remove()
        # What a trunk carries that goes is free.
        for one in self._releases.values():
            one.drop()

    def vlan(self, port: ports.Port) -> int:
        """Return the VLAN of a sub-port.

        :raises KeyError: when it is none
        """
        return self._carried[port]

    def carry(self, port: ports.Port) -> None:
        """Have a sub-port.

        :param port: set up, no server has it
        :raises AssertionError: when the answer is not what it must be
        """
        with self._turn:
            vlan, self._next = self._next, self._next + 1
            release = functools.partial(self._release, port)
            self._releases[port] = undo.Promise(
                f'sub-port {port.id} of {self.path}', release
            )
            self._doubtful.add(port)
            add = self.client.add_subports_to_trunk
            answer = add(self.id, [self._row(port, vlan)])
            self._doubtful.discard(port)
            self._carried[port] = vlan
            self._compare('add_subports', answer)

    def drop(self, port: ports.Port) -> None:
        """Have a sub-port no more, unless it is gone, or the trunk.

        :raises AssertionError: when the answer is not what it must be
        """
        if port in self._releases:
            self._releases[port]()

    def _release(self, port: ports.Port) -> None:
        answers = []

        def remove_subports(rows: list[dict[str, Any]]) -> None:
            remove = self.client.delete_subports_from_trunk
            answers.append(remove(self.id, rows))

        with self._turn:
            resources.remove(remove_subports, [{'port_id': port.id}])
            self._carried.pop(port, None)
            self._doubtful.discard(port)
            for answer in answers:
                self._compare('remove_subports', answer)

    def _compare(self, verb: str, answer: Any) -> None:
        self.expected.update(self.promised())
        rows = answer.get('sub_ports')
        if isinstance(rows, list):
            # Of what was not answered nobody knows.
            doubtful = {one.id for one in self._doubtful}
            known = [r for r in rows if r.get('port_id') not in doubtful]
            answer = {**answer, 'sub_ports': known}
        found = expect.differences(self.expected, answer)
        if found:
            where = f'{self.path}/{verb}'
            raise AssertionError(
                diagnosis.as_text(where, self.kind, found, diagnosis.HINTS)
            )


def wait_for(
    some: Sequence[Trunk],
    carried: Sequence[ports.Port],
    ended: Callable[[], bool],
) -> None:
    """Wait until sub-ports are plugged in.

    :param some: the trunks that carry them
    :param ended: says when there are no guests any more to wait for
    :raises ValueError: when that is so
    :raises WaitTimeout: after ``[compute] build_timeout``, with the likely
        cause
    """
    names = [port.id for port in carried]

    def others() -> list[str]:
        rows = carried[0].client.list_ports(id=names, fields=['id', 'status'])
        seen = {row['id']: row['status'] for row in rows['ports']}
        return [
            f'port {name} is {seen.get(name, "not listed")}'
            for name in names
            if seen.get(name) != 'ACTIVE'
        ]

    with evidence.explained(
        UNPLUGGED, {f'trunk {one.id}': one.show for one in some}
    ):
        waiting.wait_for(
            'sub-ports to be ACTIVE',
            others,
            CONF.compute.build_timeout,
            until=lambda seen: not seen or ended(),
            interval=POLL,
        )
    if ended():
        raise ValueError('the guests of the sub-ports go')
