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

"""A service VM as an IPv6 vRouter: OPNFV-NATIVE-SETUP-5 to 20."""

from typing import Any

from tempest import config
from tempest.lib import decorators
from tempest.lib import exceptions
from testtools import content

from ipv6_tempest_plugin.overlay import diagnosis
from ipv6_tempest_plugin.overlay import expect
from ipv6_tempest_plugin.overlay import judging as common
from ipv6_tempest_plugin.overlay import together
from ipv6_tempest_plugin.overlay.vrouter import controls
from ipv6_tempest_plugin.overlay.vrouter import judging
from ipv6_tempest_plugin.overlay.vrouter import machines
from ipv6_tempest_plugin.overlay.vrouter import predicting
from ipv6_tempest_plugin.overlay.vrouter import reach
from ipv6_tempest_plugin.overlay.vrouter import report
from ipv6_tempest_plugin.overlay.vrouter import userdata
from ipv6_tempest_plugin.tests.overlay import needs
from ipv6_tempest_plugin.tests.vrouter import base
from ipv6_tempest_plugin.tests.vrouter import breaking

CONF = config.CONF
VROUTER = base.VROUTER
# Octets that are fetched by TCP: a hundred full segments and more.
OCTETS = 200_000
# Where Tempest runs, as diagnoses and the report call it.
OUTSIDE = 'outside'


class TestVRouter(breaking.BreakingTest):
    """The document's scenario.

    ::

        ext-net ----+---------------------------+
                    |                           |
              [ipv4-router]               [ipv6-router]  2001:db8:0:2::/64
                    |                           |        via the vRouter
                    |                           | 2001:db8:0:1::1
            ipv4-int-network1            ipv6-int-network2
              20.0.0.0/24                  10.0.0.0/24, 2001:db8:0:1::/64
              |      |      |                   |
             VM1    VM2    eth1---[vRouter]---eth0
                  2001:db8:0:2::1

    1. SETUP-5 to 15: build it; routers, networks, ports, the extra route
       (14) and the servers. The vRouter says when it is ready.
    2. SETUP-17: no port has a security group or port security, from the
       beginning.
    3. SETUP-18: guests are reached, by floating IPs or as [ipv6_overlay]
       guest_access says.
    4. SETUP-16 and 19: each guest has the addresses that were predicted.
    5. SETUP-20: everybody reaches everybody, and the outside; and from
       outside where that is routed.
    6. Packets go through the vRouter, and nowhere else: hop limits, paths
       and its counters say so.
    7. Controls: without forwarding, without the extra route (14), with port
       security (17), without advertisements it fails as it must.
    """

    @decorators.attr(type='slow')
    @decorators.idempotent_id('c3e1f6f0-3a0e-4c57-8f0b-0c9f5ea2f1b1')
    def test_predicted_addresses(self) -> None:
        """SETUP-16, 17, 19: predicted, in Neutron's record, and seen."""
        verdicts: list[base.Verdict] = [
            (
                name,
                expect.differences(promise, self.built.ports[name].show()),
                diagnosis.HINTS,
            )
            for name, promise in predicting.owned(self.built).items()
        ]
        seen = self.look_at_all()
        for name, card in predicting.cards(self.built).items():
            found = common.differences(card, seen[name], self.records(name))
            where = f'{name}, card {card.mac}'
            verdicts.append((where, found, judging.HINTS))
        found = judging.inner_card(self.planned, seen[VROUTER])
        verdicts.append(('vRouter, eth1', found, judging.HINTS))
        self.judge(*verdicts, self.apart())

    def apart(self) -> base.Verdict:
        """Say where VM1 and VM2 run, and judge that if it was asked for."""
        names: dict[str, Any] = {
            name: self.built.servers[name].host
            for name in self.planned.machines
        }
        self.addDetail('hosts', content.json_content(names))
        found = judging.hosts(names) if self.built.group else []
        hints = {one.attribute: judging.APART for one in found}
        return 'scheduler', found, hints

    @decorators.attr(type='slow')
    @decorators.idempotent_id('7c6a4f52-2a1b-4d0c-9d0f-5b1cf1a0d8e2')
    def test_reach(self) -> None:
        """SETUP-20: the matrix, small packets and full ones, timed."""
        seen = self.look_at_all()
        limit = CONF.ipv6_vrouter.max_rtt
        most = CONF.ipv6_vrouter.max_loss
        table = judging.table(seen, limit)
        self.addDetail('round trips', content.text_content(table))
        self.report(seen)
        verdicts: list[base.Verdict] = []
        for name, aims in self.aims.items():
            found = judging.lost(name, aims, seen[name].pings, most)
            if CONF.ipv6_vrouter.enforce_max_rtt:
                found += judging.slow(name, seen[name], limit)
            verdicts.append((name, found, None))
        self.judge(*verdicts)

    @decorators.attr(type='slow')
    @decorators.idempotent_id('8914eb64-1ef0-4697-ac58-f778055b3535')
    @needs.needs(route=True)
    def test_reach_from_outside(self) -> None:
        """SETUP-20, the other way: whoever is outside reaches the guests.

        Small packets and full ones; VM1 and VM2 are one hop behind the
        vRouter.
        """
        self.look_at_all()
        aims = self.aims_from_outside
        (done,) = self.outside
        pings = done.result()
        rows: Any = report.pings(OUTSIDE, aims, pings)
        self.addDetail('pings', content.json_content(rows))
        most = CONF.ipv6_vrouter.max_loss
        found = judging.lost(OUTSIDE, aims, pings, most)
        found += judging.hops_to_outside(self.planned, pings)
        self.judge((OUTSIDE, found, None))

    @decorators.attr(type='slow')
    @decorators.idempotent_id('2d7a1c8e-6f43-4b1e-a3a5-8d2e47b90c36')
    def test_tcp(self) -> None:
        """SETUP-20: TCP over the same way, and between neighbours.

        ipv6-router answers VM1 and VM2 through the vRouter, if only by a
        reset (RFC 9293 section 3.10.7.1).
        """
        seen = self.look_at_all()
        port = CONF.ipv6_vrouter.tcp_port
        self.judge(
            *(
                (
                    name,
                    judging.refused(
                        name,
                        reach.connections(self.planned, name, port),
                        observation,
                    ),
                    None,
                )
                for name, observation in seen.items()
            )
        )

    @decorators.attr(type='slow')
    @decorators.idempotent_id('0fbc9e40-ef59-473a-9a0c-7dc7e1e1f60f')
    @needs.needs(route=True, login=True)
    def test_tcp_from_outside(self) -> None:
        """SETUP-20, the other way: full segments of VM1 and VM2."""
        self.look_at_all()
        names = list(self.planned.machines)
        found = together.run(*(lambda n=n: self.fetched(n) for n in names))
        wrong = judging.fetched(dict(zip(names, found, strict=True)), OCTETS)
        self.judge((OUTSIDE, wrong, None))

    def fetched(self, name: str) -> int | str:
        """Log in through the vRouter and fetch.

        Return how many octets came, or why none did.
        """
        known = self.built.guests[name]
        address = str(self.planned.machine(name))
        guest = machines.Shell(known.server, address, known.key)
        command = f'head -c {OCTETS} /dev/zero | tr "\\0" x'
        try:
            return len(guest.run(command))
        except (
            exceptions.SSHTimeout,
            exceptions.TimeoutException,
            exceptions.SSHExecCommandFailed,
        ) as lost:
            return f'{type(lost).__name__}: {lost}'

    @decorators.attr(type='slow')
    @decorators.idempotent_id('90b4e3d7-15a2-4c6d-9a77-e1f6a0c2b584')
    def test_path(self) -> None:
        """Packets go through the vRouter, and nowhere else."""
        seen = self.look_at_all()
        verdicts: list[base.Verdict] = []
        for name in self.planned.machines:
            aims = self.aims[name]
            found = judging.hops(name, aims, seen[name], seen[VROUTER])
            if CONF.ipv6_vrouter.traceroute:
                for aim in reach.traced(aims):
                    found += judging.path(self.planned, aim, seen[name])
            verdicts.append((name, found, None))
        # Requests and their replies.
        inside = [seen[name].pings for name in self.planned.machines]
        through = judging.answered(inside, self.far())
        least = 2 * (through + self.forwarded_for_outside())
        before, after = self.counted
        found = judging.forwarded(before, after, least)
        self.judge(*verdicts, (VROUTER, found, None))

    @decorators.attr(type=['slow', 'negative'])
    @decorators.idempotent_id('f58d0a6b-4c19-4e7b-8a90-2b64c7d1e3f5')
    @needs.needs(login=True)
    @breaking.control(controls.FORWARDING)
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
    @breaking.control(controls.ROUTE)
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
        before = self.count()
        sent = self.becomes(self.far())
        least = judging.sent(sent, self.far())
        found = judging.forwarded(before, self.count(), least)
        self.judge((VROUTER, found, None))

    @decorators.attr(type=['slow', 'negative'])
    @decorators.idempotent_id('b3f17d29-8e5c-4a60-a4d8-0c7259e6f1a4')
    @breaking.control(controls.SECURITY)
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
    @needs.needs(login=True)
    @breaking.control(controls.ADVERTISEMENTS)
    def test_control_without_advertisements(self) -> None:
        """A guest that boots when nobody advertises gets no address.

        VM1 is rebooted, which is as good as a fresh one: no address, route
        or lifetime outlives its kernel.
        """
        guest = self.built.guests[VROUTER]
        self.broken(
            lambda: guest.run(userdata.WITHDRAW),
            lambda: guest.run(userdata.ADVERTISE),
        )
        self.built.servers['VM1'].reboot()
        self.built.enter('VM1')
        self.solicits('VM1')
        seen = self.look({'VM1': base.plain()})['VM1']
        mac = self.planned.machines['VM1']
        self.judge(('VM1', judging.unconfigured(mac, seen), None))
