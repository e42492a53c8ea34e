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

"""What a test that failed tells beside: the cloud as the API sees it, guests.

Nothing is asked for as long as nothing fails.
"""

from collections.abc import Callable
import functools
from typing import Any

from ipv6_tempest_plugin.overlay import evidence
from ipv6_tempest_plugin.overlay.guests import plans
from ipv6_tempest_plugin.overlay import resources

AGENT = ('agent_type', 'host', 'alive', 'heartbeat_timestamp')
# The filter by which the ports of a resource are found.
PORTS_OF = {'network': 'network_id', 'router': 'device_id'}


class Witness:
    """Knows what a test made, and goes to see how it is.

    :param admin: returns clients of an administrator, or raises; called
        only after a failure, since few clouds give them to everybody
    """

    def __init__(self, admin: Callable[[], Any]) -> None:
        self._admin = admin
        self._noted: dict[resources.Resource, None] = {}

    def note(self, *some: resources.Resource) -> None:
        """Take notice of resources, before they are asked for."""
        self._noted.update(dict.fromkeys(some))

    def sources(self) -> dict[str, evidence.Source]:
        """Return what is to be fetched, by what readers call it."""
        found: dict[str, evidence.Source] = {
            'agents': lambda: agents(self._admin())
        }
        for one in self._noted:
            name = f'{one.kind} {one.id or one.sent.get("name", "")}'.rstrip()
            found[name] = functools.partial(seen, one)
            if one.id and one.kind in PORTS_OF:
                found[f'ports of {name}'] = functools.partial(ports_of, one)
        return found


def of_guest(name: str, guest: Any) -> dict[str, evidence.Source]:
    """Return what tells of a guest, by what readers call it.

    Its network is told in its own words. The patience of a plan that says
    none is less than that with evidence.
    """
    return {
        f'{name}: server': guest.server.show,
        f'{name}: console': guest.server.console,
        f'{name}: state now': lambda: guest.observe(plans.Plan()).text,
    }


def agents(clients: Any) -> Any:
    """Return the agents of the networking service and whether they live.

    :param clients: the administrator's
    """
    every = clients.network_agents_client.list_agents()['agents']
    return [{name: one.get(name) for name in AGENT} for one in every]


def seen(one: resources.Resource) -> Any:
    """Return what the API says of what was asked for."""
    if one.id:
        return one.show()
    if 'name' in one.sent:
        return one.search(name=one.sent['name'])
    return f'(its making was not answered: {one.sent})'


def ports_of(one: resources.Resource) -> Any:
    """Return all ports of a network or router, those of agents included."""
    filters = {PORTS_OF[one.kind]: one.id}
    return one.manager.ports_client.list_ports(**filters)['ports']
