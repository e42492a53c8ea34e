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

"""A service VM as an IPv6 vRouter: OPNFV-NATIVE-SETUP-5 to 20.

::

    ext-net ----+---------------------------+
                |                           |
          [ipv4-router]               [ipv6-router]  2001:db8:0:2::/64 via
                |                           |        the vRouter's eth0
                |                           | 2001:db8:0:1::1
        ipv4-int-network1            ipv6-int-network2
          20.0.0.0/24                  10.0.0.0/24, 2001:db8:0:1::/64
          |      |      |                   |
         VM1    VM2    eth1---[vRouter]---eth0
              2001:db8:0:2::1
"""

from tempest import config
from tempest.lib import decorators
from testtools import content

from ipv6_tempest_plugin.overlay import diagnosis
from ipv6_tempest_plugin.overlay import expect
from ipv6_tempest_plugin.overlay.guests import plans
from ipv6_tempest_plugin.overlay import judging as common
from ipv6_tempest_plugin.overlay.vrouter import judging
from ipv6_tempest_plugin.overlay.vrouter import reach
from ipv6_tempest_plugin.overlay.vrouter import userdata
from ipv6_tempest_plugin.tests.vrouter import base

CONF = config.CONF
VROUTER = base.VROUTER


class TestVRouter(base.VRouterTest):
    """The document's scenario.

    1. SETUP-5 to 15: build it. The vRouter says when it is ready.
    2. SETUP-16: each guest has the addresses that were predicted.
    3. SETUP-20: everybody reaches everybody, and the outside.
    4. Packets go through the vRouter, and nowhere else: hop limits, paths
       and its counters say so.
    5. Controls: without forwarding, without the extra route, with port
       security, without advertisements it fails as it must.
    """

    @decorators.attr(type='slow')
    @decorators.idempotent_id('c3e1f6f0-3a0e-4c57-8f0b-0c9f5ea2f1b1')
    def test_predicted_addresses(self) -> None:
        """SETUP-16: predicted, in Neutron's record, and seen."""
        for name, promise in self.built.owned().items():
            answer = self.built.ports[name].show()
            found = expect.differences(promise, answer)
            self.judge(name, found, diagnosis.HINTS)
        seen = self.look_at_all()
        for name, card in self.built.cards().items():
            found = common.differences(card, seen[name], self.records(name))
            self.judge(f'{name}, card {card.mac}', found, judging.HINTS)
        found = judging.inner_card(self.planned, seen[VROUTER])
        self.judge('vRouter, eth1', found, judging.HINTS)

    @decorators.attr(type='slow')
    @decorators.idempotent_id('7c6a4f52-2a1b-4d0c-9d0f-5b1cf1a0d8e2')
    def test_reach(self) -> None:
        """SETUP-20: the matrix, small packets and full ones, timed."""
        seen = self.look_at_all()
        limit = CONF.ipv6_vrouter.max_rtt
        table = judging.table(seen, limit)
        self.addDetail('round trips', content.text_content(table))
        self.report(seen)
        for name, aims in self.aims.items():
            most = CONF.ipv6_vrouter.max_loss
            self.judge(name, judging.lost(name, aims, seen[name], most))
            if CONF.ipv6_vrouter.enforce_max_rtt:
                self.judge(name, judging.slow(name, seen[name], limit))

    @decorators.attr(type='slow')
    @decorators.idempotent_id('2d7a1c8e-6f43-4b1e-a3a5-8d2e47b90c36')
    def test_tcp(self) -> None:
        """SETUP-20: TCP over the same way, full segments from outside."""
        seen = self.look_at_all()
        for name, observation in seen.items():
            wanted = reach.connections(self.planned, name)
            found = judging.refused(name, wanted, observation)
            self.judge(name, found)
        key = self.built.key
        if CONF.ipv6_vrouter.tests_have_route and key:
            self.assertEqual(base.OCTETS, self.fetched('VM1', key))

    @decorators.attr(type='slow')
    @decorators.idempotent_id('90b4e3d7-15a2-4c6d-9a77-e1f6a0c2b584')
    def test_path(self) -> None:
        """Packets go through the vRouter, and nowhere else."""
        seen = self.look_at_all()
        for name in self.planned.machines:
            aims = self.aims[name]
            found = judging.hops(name, aims, seen[name], seen[VROUTER])
            self.judge(name, found)
        if CONF.ipv6_vrouter.traceroute:
            far = [one for one in self.aims['VM1'] if one.name in self.far()]
            for aim in far:
                found = judging.path(self.planned, aim, seen['VM1'])
                self.judge('VM1', found)
        before, _, after = (one[VROUTER] for one in self.looks)
        # Requests and their replies.
        least = 2 * judging.answered(seen, self.planned.machines, self.far())
        self.judge(VROUTER, judging.forwarded(before, after, least))

    @decorators.attr(type=['slow', 'negative'])
    @decorators.idempotent_id('f58d0a6b-4c19-4e7b-8a90-2b64c7d1e3f5')
    @base.by_shell
    def test_control_without_forwarding(self) -> None:
        """A vRouter that does not forward loses what lies behind it."""
        guest = self.built.guests[VROUTER]
        self.broken(
            lambda: guest.run(userdata.forward(0)),
            lambda: guest.run(userdata.forward(1)),
        )
        self.becomes(self.far())

    @decorators.attr(type=['slow', 'negative'])
    @decorators.idempotent_id('6a2c95e4-d0b7-4f38-b1c6-93e8a7045d2b')
    def test_control_without_route(self) -> None:
        """Without the extra route (SETUP-14) replies are lost.

        Requests still go out: the vRouter forwards them.
        """
        route = self.built.route
        self.broken(
            route.clear,
            lambda: self.built.router6.update(routes=route.routes),
        )
        self.becomes(self.far())
        before = self.look({VROUTER: plans.Plan()})
        sent = self.becomes(self.far())
        after = self.look({VROUTER: plans.Plan()})
        least = judging.sent(sent, self.far())
        found = judging.forwarded(before[VROUTER], after[VROUTER], least)
        self.judge(VROUTER, found)

    @decorators.attr(type=['slow', 'negative'])
    @decorators.idempotent_id('b3f17d29-8e5c-4a60-a4d8-0c7259e6f1a4')
    def test_control_with_port_security(self) -> None:
        """With port security (SETUP-17) only own addresses may be sent.

        The security group lets all in, so the vRouter itself reaches all.
        """
        group = self.open_group()
        port = self.built.ports['eth0-vRouter']
        self.broken(
            lambda: port.update(
                port_security_enabled=True, security_groups=[group.id]
            ),
            lambda: port.update(
                port_security_enabled=False, security_groups=[]
            ),
        )
        self.becomes(self.far())
        self.becomes((), VROUTER)

    @decorators.attr(type=['slow', 'negative'])
    @decorators.idempotent_id('1e94c0b8-73d6-4d52-9f2b-5a8067e3c4d9')
    @base.by_shell
    def test_control_without_advertisements(self) -> None:
        """A guest that boots when nobody advertises gets no address."""
        guest = self.built.guests[VROUTER]
        self.broken(
            lambda: guest.run(userdata.WITHDRAW),
            lambda: guest.run(userdata.ADVERTISE),
        )
        self.built.servers['VM1'].reboot()
        self.built.enter('VM1')
        self.solicits('VM1')
        seen = self.look({'VM1': plans.Plan()})['VM1']
        mac = self.planned.machines['VM1']
        self.judge('VM1', judging.unconfigured(mac, seen), judging.HINTS)
