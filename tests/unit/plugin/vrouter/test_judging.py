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

"""What the guests saw, judged."""

from typing import Any

import netaddr
import testtools

from ipv6_tempest_plugin.overlay.vrouter import judging
from ipv6_tempest_plugin.overlay.vrouter import reach
from tests.unit.plugin.vrouter import sample

OUTSIDE = '2001:db8:cafe::1'
AIMS = reach.aims(sample.PLANNED, sample.LINKS)


def pinged(**limits: int) -> Any:
    """Who got replies with these hop limits, in small and in full."""
    names = {name.replace('_', '-'): limit for name, limit in limits.items()}
    return {
        f'{name}.{size}': sample.echo(limit=limit)
        for name, limit in names.items()
        for size in (reach.SMALL, reach.FULL)
    }


class ReachTest(testtools.TestCase):
    def test_everybody_reaches_everybody(self) -> None:
        near = ['vRouter-eth1', 'vRouter-eth0', 'ipv6-router', 'external']
        self.assertEqual(
            {
                'VM1': ['VM2', *near],
                'VM2': ['VM1', *near],
                'vRouter': ['VM1', 'VM2', 'ipv6-router', 'external'],
            },
            {name: [aim.name for aim in row] for name, row in AIMS.items()},
        )

    def test_sizes_fill_the_way(self) -> None:
        sizes = {aim.name: aim.ping('full', 1).size for aim in AIMS['vRouter']}
        self.assertEqual(1430 - 48, sizes['VM1'])
        self.assertEqual(1450 - 48, sizes['ipv6-router'])
        across = {aim.name: aim.mtu for aim in AIMS['VM1']}
        self.assertEqual(1430, across['ipv6-router'])

    def test_the_outside_may_take_less(self) -> None:
        links = reach.Links(1430, 1450, sample.EXTERNAL, 1400)
        aims = reach.aims(sample.PLANNED, links)
        mtus = {
            name: {aim.name: aim.mtu for aim in row}
            for name, row in aims.items()
        }
        self.assertEqual(1430, mtus['VM1']['ipv6-router'])
        self.assertEqual(1400, mtus['VM1']['external'])
        self.assertEqual(1400, mtus['vRouter']['external'])
        self.assertEqual(
            {1400},
            {aim.mtu for aim in reach.from_outside(sample.PLANNED, links)},
        )

    def test_without_an_outside(self) -> None:
        links = reach.Links(1430, 1430, None, 1500)
        aims = reach.aims(sample.PLANNED, links)
        self.assertNotIn('external', [aim.name for aim in aims['VM1']])

    def test_lost(self) -> None:
        pings = {
            'ipv6-router.56': sample.echo(),
            'ipv6-router.full': sample.echo(4),
        }
        (found,) = judging.lost('VM1', AIMS['VM1'], pings)
        self.assertEqual('VM1 -> ipv6-router, 1382 octets', found.attribute)
        self.assertEqual('4 of 5 replies', found.seen)

    def loses(self, received: int, limit: float) -> bool:
        pings = {'external.56': sample.echo(received)}
        return bool(judging.lost('VM1', AIMS['VM1'], pings, limit))

    def test_what_may_be_lost(self) -> None:
        self.assertFalse(self.loses(4, 20))
        self.assertTrue(self.loses(3, 20))
        self.assertTrue(self.loses(4, 19.9))
        self.assertTrue(self.loses(0, 99))

    def test_never_sent_is_lost(self) -> None:
        pings = {'external.56': sample.echo(0, sent=0)}
        found = judging.lost('VM1', AIMS['VM1'], pings)
        self.assertEqual(1, len(found))


class WayTest(testtools.TestCase):
    def hops(self, router: int, external: int) -> list[str]:
        near = {'VM2': 64, 'vRouter_eth1': 64, 'vRouter_eth0': 64}
        seen = sample.machine(
            pings=pinged(**near, ipv6_router=router, external=external)
        )
        nearer = sample.vrouter(pings=pinged(external=63))
        found = judging.hops('VM1', AIMS['VM1'], seen, nearer)
        return [one.attribute for one in found]

    def test_one_hop_more_than_the_vrouter(self) -> None:
        self.assertEqual([], self.hops(63, 62))

    def test_a_bypass_shows(self) -> None:
        self.assertEqual(
            ['VM1 <- ipv6-router, hop limit', 'VM1 <- external, hop limit'],
            self.hops(64, 63),
        )

    def test_no_reply_is_no_proof(self) -> None:
        found = judging.hops(
            'VM1', AIMS['VM1'], sample.machine(), sample.vrouter()
        )
        self.assertEqual(len(AIMS['VM1']), len(found))

    def test_the_farthest_is_traced(self) -> None:
        traced = [aim.name for aim in reach.traced(AIMS['VM1'])]
        self.assertEqual(['external'], traced)

    def test_peers_and_the_farthest_are_awaited(self) -> None:
        awaited = [aim.name for aim in reach.awaited(AIMS['VM1'])]
        self.assertEqual(['VM2', 'external'], awaited)
        awaited = [aim.name for aim in reach.awaited(AIMS['vRouter'])]
        self.assertEqual(['VM1', 'VM2', 'external'], awaited)
        links = reach.Links(1430, 1430, None, 1500)
        aims = reach.aims(sample.PLANNED, links)['VM1']
        traced = [aim.name for aim in reach.traced(aims)]
        self.assertEqual(['ipv6-router'], traced)

    def path(self, name: str, *hops: str) -> int:
        """How much is wrong with hops; one may be of some addresses."""
        aim = next(aim for aim in AIMS['VM1'] if aim.name == name)
        paths = {
            name: [[*map(netaddr.IPAddress, hop.split())] for hop in hops]
        }
        seen = sample.machine(paths=paths)
        return len(judging.path(sample.PLANNED, aim, seen))

    def test_path(self) -> None:
        way = ('2001:db8:0:2::1', '2001:db8:0:1::1')
        self.assertEqual(0, self.path('ipv6-router', *way))
        self.assertEqual(1, self.path('ipv6-router', way[1]))
        self.assertEqual(0, self.path('external', *way, OUTSIDE))
        self.assertEqual(
            0,
            self.path('external', *way, *way[:1], *way[1:], OUTSIDE),
        )
        self.assertEqual(1, self.path('external', *way))
        self.assertEqual(1, self.path('external', way[1], OUTSIDE))
        self.assertEqual(1, self.path('external'))
        both = ' '.join(way)
        self.assertEqual(1, self.path('external', *way[:1], both, OUTSIDE))
        self.assertEqual(1, self.path('external', *way[:1], '', OUTSIDE))

    def test_forwarded(self) -> None:
        name = 'Ip6OutForwDatagrams'
        before, after = ({name: count} for count in (10, 20))
        self.assertEqual([], judging.forwarded(before, after, 10))
        (found,) = judging.forwarded(before, after, 11)
        self.assertEqual(
            ('grows by at least 11', '10'), (found.wanted, found.seen)
        )

    def test_replies_are_counted_by_where_they_came_from(self) -> None:
        pings = {
            'ipv6-router.56': sample.echo(5),
            'ipv6-router.full': sample.echo(3),
            'VM2.56': sample.echo(4),
        }
        far = {'ipv6-router', 'external'}
        self.assertEqual(8, judging.answered([pings], far))
        self.assertEqual(24, judging.answered([pings] * 2, {*far, 'VM2'}))
        self.assertEqual(0, judging.answered([], far))


class CardsTest(testtools.TestCase):
    def test_inner_card(self) -> None:
        found = judging.inner_card(sample.PLANNED, sample.vrouter())
        self.assertEqual([], found)

    def test_inner_card_with_more_than_it_should(self) -> None:
        seen = sample.vrouter(
            forwarding=0,
            addresses=[
                sample.address('2001:db8:0:2::1/64', 'eth1', 'dadfailed'),
                sample.address('2001:db8:0:2::5/64', 'eth1'),
            ],
            routes=[sample.default('fe80::9', 'eth1')],
        )
        found = judging.inner_card(sample.PLANNED, seen)
        self.assertEqual(
            [
                'IPv6 addresses',
                'unfit addresses',
                'default routers',
                'forwarding',
            ],
            [one.attribute for one in found],
        )

    def test_no_inner_card(self) -> None:
        found = judging.inner_card(sample.PLANNED, sample.machine())
        self.assertEqual(['interface'], [one.attribute for one in found])

    def test_a_guest_that_heard_nothing(self) -> None:
        mac = sample.PLANNED.machines['VM1']
        own = sample.address('fe80::f816:3eff:fe33:3333/64', 'eth0')
        card = sample.card(mac, 'eth0')
        seen = sample.observation(interfaces=[card], addresses=[own])
        self.assertEqual([], judging.unconfigured(mac, seen))
        other = sample.address('2001:db8:0:2::9/64', 'eth0')
        seen = sample.machine(addresses=[own, other])
        self.assertEqual(2, len(judging.unconfigured(mac, seen)))

    def test_solicitations(self) -> None:
        said = 'Icmp6OutRouterSolicits          \t3\n'
        self.assertEqual(3, judging.solicitations(said))
        self.assertRaises(ValueError, judging.solicitations, 'ifIndex 2\n')


class TimesTest(testtools.TestCase):
    def test_slow(self) -> None:
        seen = sample.machine(pings={'VM2.56': sample.echo()})
        self.assertEqual([], judging.slow('VM1', seen, 2.0))
        (found,) = judging.slow('VM1', seen, 1.9)
        self.assertEqual('2.0 ms', found.seen)

    def test_table(self) -> None:
        pings = {'VM2.56': sample.echo(), 'external.56': sample.echo(0)}
        shown = judging.table({'VM1': sample.machine(pings=pings)}, 1.0)
        first, second = shown.splitlines()[1:3]
        self.assertIn('0 of 5', first)
        self.assertIn('2.0/2.0/2.0 slow', first)
        self.assertIn('5 of 5', second)


class TcpTest(testtools.TestCase):
    def wrong(self, near: str, far: str) -> list[str]:
        wanted = reach.connections(sample.PLANNED, 'VM1', 9)
        seen = sample.machine(
            connections={'vRouter-eth0': near, 'ipv6-router': far}
        )
        found = judging.refused('VM1', wanted, seen)
        return [one.attribute for one in found]

    def test_a_refusal_from_beyond_is_an_answer(self) -> None:
        self.assertEqual([], self.wrong('open', 'refused'))
        self.assertEqual([], self.wrong('open', 'open'))
        self.assertEqual(
            ['VM1 -> ipv6-router, TCP 9'], self.wrong('open', 'no answer')
        )

    def test_a_neighbour_must_not_refuse(self) -> None:
        self.assertEqual(
            ['VM1 -> vRouter-eth0, TCP 22'], self.wrong('refused', 'refused')
        )

    def test_what_was_not_tried_is_missing(self) -> None:
        wanted = reach.connections(sample.PLANNED, 'VM1', 9)
        found = judging.refused('VM1', wanted, sample.machine())
        self.assertEqual(2, len(found))

    def test_fetched(self) -> None:
        self.assertEqual([], judging.fetched({'VM1': 9, 'VM2': 9}, 9))
        (found,) = judging.fetched({'VM1': 9, 'VM2': 'SSHTimeout: late'}, 9)
        self.assertEqual('outside <- VM2, octets by TCP', found.attribute)
        self.assertIn('SSHTimeout', found.seen)


class OutsideTest(testtools.TestCase):
    def wrong(self, **limits: int) -> list[str]:
        near = {'vRouter_eth0': 62, 'vRouter_eth1': 62, 'VM1': 61, 'VM2': 61}
        pings = pinged(**{**near, **limits})
        found = judging.hops_to_outside(sample.PLANNED, pings)
        return [one.attribute for one in found]

    def test_one_hop_behind_the_vrouter(self) -> None:
        self.assertEqual([], self.wrong())

    def test_past_the_vrouter(self) -> None:
        self.assertEqual(['outside <- VM1, hop limit'], self.wrong(VM1=62))
        self.assertEqual(
            ['outside <- vRouter-eth1, hop limit'],
            self.wrong(vRouter_eth1=61),
        )

    def test_nothing_is_no_proof(self) -> None:
        found = judging.hops_to_outside(sample.PLANNED, {})
        self.assertEqual(3, len(found))


class HostsTest(testtools.TestCase):
    def test_apart(self) -> None:
        self.assertEqual([], judging.hosts({'VM1': 'a', 'VM2': 'b'}))
        (found,) = judging.hosts({'VM1': 'a', 'VM2': 'a'})
        self.assertEqual('hosts of VM1 and VM2', found.attribute)
