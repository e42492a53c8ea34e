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

"""What became of pings: judged, with what it usually means. Pure."""

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass

from ipv6_tempest_plugin.overlay import diagnosis
from ipv6_tempest_plugin.overlay import expect
from ipv6_tempest_plugin.overlay.guests import observations
from ipv6_tempest_plugin.overlay.guests import plans

# Names of pings begin with what they aim at.
PEER = 'peer'
GATEWAY = 'gateway'
ACROSS = 'across'
OUTSIDE = 'outside'
_DUMPS = (
    'tcpdump icmp6 on the port of the guest, in the namespace qrouter-ID and '
    'on the way between'
)
_DROPPED = diagnosis.Hint(
    'packets are dropped on the way between the ports of the guests: the '
    'rules of the security group are not in force, or packets of this size '
    'do not pass the tunnel',
    f"{_DUMPS}; the flows or ip6tables rules of the guests' ports",
)
_UNROUTED = diagnosis.Hint(
    'the router does not forward, or knows no way back',
    'net.ipv6.conf.all.forwarding and the routes in the namespace '
    f'qrouter-ID; {_DUMPS}',
)
LOST: Mapping[str, diagnosis.Hint] = {
    PEER: _DROPPED,
    GATEWAY: diagnosis.Hint(
        'the router has not got its interface in this network, or packets '
        'are dropped between it and the port of the guest',
        f'the addresses in the namespace qrouter-ID; {_DUMPS}',
    ),
    ACROSS: _UNROUTED,
    OUTSIDE: _UNROUTED,
}
THROUGH: Mapping[str, diagnosis.Hint] = {
    PEER: diagnosis.Hint(
        'the security group lets through what no rule of it allows: port '
        'security is off, the firewall driver ignores IPv6, or another '
        'group was added to the port',
        'port_security_enabled and security_groups of the ports; '
        '[securitygroup] firewall_driver and enable_security_group; the '
        'flows or ip6tables rules on the host of the guest',
    ),
}
Judge = Callable[
    [str, observations.Echo | None, int], expect.Difference | None
]


def aim(ping: str) -> str:
    """Return what a ping of this name aims at."""
    return ping.partition('-')[0]


def lost(
    name: str, echo: observations.Echo | None, count: int
) -> expect.Difference | None:
    """Judge a ping that must be answered; None when it is, wholly."""
    echo = echo and echo.first(count)
    if echo and (echo.sent, echo.received) == (count, count):
        return None
    return expect.Difference(
        name, f'{count} of {count} replies', _counted(echo)
    )


def let_through(
    name: str, echo: observations.Echo | None, count: int
) -> expect.Difference | None:
    """Judge a ping that must be lost; None when it is, wholly."""
    if echo and echo.sent >= count and not echo.received:
        return None
    return expect.Difference(name, f'0 of {count} replies', _counted(echo))


def _counted(echo: observations.Echo | None) -> str:
    if not echo:
        return 'no ping of this name'
    return f'{echo.received} of {echo.sent} replies'


@dataclass(frozen=True)
class Wanted:
    """What must become of pings.

    :param hints: what it means when that does not, by what they aim at
    """

    judge: Judge
    hints: Mapping[str, diagnosis.Hint]
    answered: bool

    def hint(self, ping: str) -> diagnosis.Hint:
        """Return what it usually means that a ping is not as wanted."""
        return self.hints[aim(ping)]

    def wrong(
        self, ping: plans.Ping, seen: observations.Observation
    ) -> expect.Difference | None:
        """Judge a ping by what a guest saw."""
        return self.judge(ping.name, seen.pings.get(ping.name), ping.count)


ANSWERED = Wanted(lost, LOST, True)
SILENT = Wanted(let_through, THROUGH, False)
