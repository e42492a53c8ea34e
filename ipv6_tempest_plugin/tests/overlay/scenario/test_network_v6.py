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

"""Guests get their addresses: predicted, seen, reached.

::

                       outside
                          |
                     external network
                          |
                        router ---- another router
                       /      \
       IPv6 prefix or two    IPv4 subnet (on the same network, or one of its
                       \\      /             own: "dualnet")
                       one  two
"""

from collections.abc import Sequence
import dataclasses

from tempest import config
from tempest.lib import decorators

from ipv6_tempest_plugin.overlay import ends
from ipv6_tempest_plugin.overlay import grounds
from ipv6_tempest_plugin.overlay import modes
from ipv6_tempest_plugin.overlay import replies
from ipv6_tempest_plugin.tests.overlay.scenario import base

CONF = config.CONF


class GettingAddress(base.ScenarioTest):
    """The story that all of these tests tell.

    1. Make the networks; the API's answers say what was asked for.
    2. Make ports in a security group that lets nothing in; predict from
       their MAC addresses what the guests will have.
    3. Two guests have them as cards, on different hosts if there are.
    4. Each guest has what was predicted, reaches its router, somebody behind
       it and the world outside, and not its peer.
    5. Let pings in: now each reaches its peer too, by each prefix and with
       packets as large as the link takes. Nothing else has changed.
    """

    def check_getting_address(self) -> None:
        """Tell the story for the networks that the test asks for."""
        ground, both = self.made()
        beyond = ends.beyond(both, self.beyond)
        peers = [ends.to_peer(*pair) for pair in (both, both[::-1])]
        # Those that wait in vain begin first.
        every = [a + b for a, b in zip(peers, beyond, strict=True)]

        closed = list(map(self.plan, both, every, beyond))
        guests = self.bring(ground, both, closed)
        seen = self.look(guests, self.settled(guests, closed))
        # DHCP servers have their ports by now.
        both = self.predicted(ground, [end.beside for end in both])
        self.report(ground.lan, both, seen, {True: beyond, False: peers})
        self.check_states(both, seen)
        self.check_pings(both, seen, beyond, replies.ANSWERED)
        self.check_pings(both, seen, peers, replies.SILENT)

        self.allow_pings(ground)
        opened = [
            # Cards are raised once.
            dataclasses.replace(plan, raised=(), leasing=())
            for plan in map(self.plan, both, every, peers)
        ]
        # While its rules change, a port may lose a packet.
        seen = self.look(guests, self.settled(guests, opened))
        self.report(ground.lan, both, seen, {True: every})
        self.check_states(both, seen)
        self.check_pings(both, seen, every, replies.ANSWERED)

    def made(self) -> tuple[grounds.Ground, Sequence[ends.End]]:
        """Make the networks of a test with ports; predict from them."""
        with self.step('networks and ports'):
            ground = self.taken(self.kind)
            beside = self.taken(base.BESIDE) if self.kind.dualnet else None
        self.lans = [one.lan for one in (beside, ground) if one]
        others = self.predicted(beside) if beside else base.NOTHING
        return ground, self.predicted(ground, others)


class TestGettingAddress(GettingAddress):
    """IPv6 beside IPv4, on one network or on two."""

    @decorators.attr(type='slow')
    @decorators.idempotent_id('51cfc67c-e6f5-47a1-9dd6-7e2d53f319d1')
    @base.networks(modes.SLAAC)
    def test_slaac_from_os(self) -> None:
        self.check_getting_address()

    @decorators.attr(type='slow')
    @decorators.idempotent_id('1b14e3c7-b60c-4237-90b8-b67495cae706')
    @base.networks(modes.STATELESS)
    def test_dhcp6_stateless_from_os(self) -> None:
        self.check_getting_address()

    @decorators.attr(type='slow')
    @decorators.idempotent_id('1a0ed32c-24aa-4423-a2e1-ee60bc84cc11')
    @base.networks(modes.SLAAC, prefixes=2)
    def test_multi_prefix_slaac(self) -> None:
        self.check_getting_address()

    @decorators.attr(type='slow')
    @decorators.idempotent_id('35a4af13-72e5-4e8d-adc6-015b14046eca')
    @base.networks(modes.STATELESS, prefixes=2)
    def test_multi_prefix_dhcpv6_stateless(self) -> None:
        self.check_getting_address()

    @decorators.attr(type='slow')
    @decorators.idempotent_id('133f2a9e-80ad-494a-b92a-a6b5be1ba936')
    @base.networks(modes.SLAAC, dualnet=True)
    def test_dualnet_slaac_from_os(self) -> None:
        self.check_getting_address()

    @decorators.attr(type='slow')
    @decorators.idempotent_id('3079abc8-4f08-4a95-9d56-25589c134dba')
    @base.networks(modes.STATELESS, dualnet=True)
    def test_dualnet_dhcp6_stateless_from_os(self) -> None:
        self.check_getting_address()

    @decorators.attr(type='slow')
    @decorators.idempotent_id('1a3111c2-cb15-4347-a23e-6b6ef5530e2b')
    @base.networks(modes.SLAAC, prefixes=2, dualnet=True)
    def test_dualnet_multi_prefix_slaac(self) -> None:
        self.check_getting_address()

    @decorators.attr(type='slow')
    @decorators.idempotent_id('615ce831-bcb2-456a-bd4b-2edb1e522dec')
    @base.networks(modes.STATELESS, prefixes=2, dualnet=True)
    def test_dualnet_multi_prefix_dhcpv6_stateless(self) -> None:
        self.check_getting_address()


class TestGettingAddressIPv6Only(GettingAddress):
    """No IPv4 at all in the tenant's networks."""

    ipv4 = False

    @classmethod
    def skip_checks(cls) -> None:
        super().skip_checks()
        if CONF.ipv6_overlay.guest_access == 'ssh-floating-ip':
            raise cls.skipException(
                '[ipv6_overlay] guest_access = ssh-floating-ip needs IPv4'
            )

    @decorators.attr(type='slow')
    @decorators.idempotent_id('0cac3431-c0c8-4196-a52b-d9a5537d8b1b')
    @base.networks(modes.SLAAC)
    def test_slaac_from_os(self) -> None:
        self.check_getting_address()

    @decorators.attr(type='slow')
    @decorators.idempotent_id('907a9819-0d62-4be0-aec7-3166995f4ec9')
    @base.networks(modes.STATELESS)
    def test_dhcp6_stateless_from_os(self) -> None:
        self.check_getting_address()

    @decorators.attr(type='slow')
    @decorators.idempotent_id('5ac8101f-237d-4cad-8f98-3ac93be5367c')
    @base.networks(modes.SLAAC, prefixes=2)
    def test_multi_prefix_slaac(self) -> None:
        self.check_getting_address()

    @decorators.attr(type='slow')
    @decorators.idempotent_id('bf1b8836-b7eb-4f92-a312-9c2143904e58')
    @base.networks(modes.STATELESS, prefixes=2)
    def test_multi_prefix_dhcpv6_stateless(self) -> None:
        self.check_getting_address()
