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

"""Reports of guests: found in noise, read strictly.

``guest-report.txt`` is what the lab's guest printed on a link with a router
that sets the O flag and a DHCPv6 server.
"""

from pathlib import Path

import ddt
import netaddr
import testtools

from ipv6_tempest_plugin.overlay.guests import console
from ipv6_tempest_plugin.overlay.guests import observations
from ipv6_tempest_plugin.overlay.guests import plans
from ipv6_tempest_plugin.overlay.guests import probing
from ipv6_tempest_plugin.overlay.guests import reading
from ipv6_tempest_plugin.overlay.guests import reports

TEXT = Path(__file__).with_name('guest-report.txt').read_text()
MAC = 'fa:16:3e:00:00:07'
OWN = netaddr.IPAddress('2001:db8:9:0:f816:3eff:fe00:7')
ROUTER = netaddr.IPAddress('fe80::1')
BUSYBOX = """\
PING ::1 (::1): 56 data bytes
64 bytes from ::1: seq=0 ttl=64 time=0.080 ms
64 bytes from ::1: seq=1 ttl=63 time=0.121 ms

--- ::1 ping statistics ---
3 packets transmitted, 2 packets received, 33% packet loss
round-trip min/avg/max = 0.080/0.100/0.121 ms
status 0"""


def numbered(number: int, *lines: str) -> str:
    """Return a report as the observer prints it."""
    body = ''.join(f'{line}\n' for line in ('@time', *lines))
    told = ''.join(f'V6O {number} {x}\n' for x in body.splitlines())
    return f'{told}V6O {number} end {len(body)}\n'


def changed(*words: str) -> observations.Observation:
    """Read the report with something changed in it: old, new and so on."""
    body = TEXT.replace('V6O 0 ', '').rpartition('end ')[0]
    for old, new in zip(words[::2], words[1::2], strict=True):
        body = body.replace(old, new)
    lines = body.splitlines()
    (found,) = reports.find(numbered(0, *lines[1:]))
    return reading.read(found)


class ReportsTest(testtools.TestCase):
    def test_found_among_other_output(self) -> None:
        text = f'boot\r\n{numbered(1, "1 2")}login: {numbered(2, "3 4")}'
        numbers = [one.number for one in reports.find(text)]
        self.assertEqual([1], numbers)
        numbers = [one.number for one in reports.find(text + '\n' + text)]
        self.assertEqual([1, 1], numbers)

    def test_carriage_returns_of_a_console(self) -> None:
        text = numbered(3, '1 2').replace('\n', '\r\n')
        (found,) = reports.find(text)
        self.assertEqual(['1 2'], found.sections['time'])

    def test_one_without_its_beginning_is_left_out(self) -> None:
        cut = numbered(1, '1 2', '@x').split('\n', 1)[1]
        self.assertEqual([], reports.find(cut))
        self.assertEqual(1, len(reports.find(cut + numbered(2, '3 4'))))

    def test_one_without_its_end_is_left_out(self) -> None:
        text = numbered(1, '1 2') + 'V6O 2 @time\nV6O 2 3 4\n'
        self.assertEqual([1], [one.number for one in reports.find(text)])

    def test_garbled_is_an_error(self) -> None:
        garbled = numbered(1, '1 2').replace('1 2', '1 [ 3.1] eth0 up2')
        self.assertRaises(reports.MalformedReport, reports.find, garbled)

    def test_garbled_before_a_good_one_is_left_out(self) -> None:
        garbled = numbered(1, '1 2').replace('1 2', '1 [ 3.1] eth0 up2')
        found = reports.find(garbled + numbered(2, '3 4'))
        self.assertEqual([2], [one.number for one in found])


class ReadingTest(testtools.TestCase):
    """What the lab's guest saw."""

    def setUp(self) -> None:
        super().setUp()
        (report,) = reports.find(TEXT)
        self.seen = reading.read(report)

    def test_interface_is_found_by_its_mac(self) -> None:
        card = self.seen.interface(MAC.upper())
        if not card:
            self.fail('no card')
        self.assertEqual(
            ('eth0', 1430, 'up'), (card.name, card.mtu, card.state)
        )
        self.assertEqual(1430, card.settings['mtu'])
        self.assertIsNone(self.seen.interface('fa:16:3e:00:00:08'))

    def test_addresses(self) -> None:
        (one,) = [x for x in self.seen.addresses if x.address == OWN]
        self.assertEqual(
            ('eth0', 64, frozenset(), 86400, 14400),
            (one.interface, one.prefix_length, one.flags, one.valid,
             one.preferred),
        )  # fmt: skip
        (fourth,) = [x for x in self.seen.addresses if x.address.version == 4]
        self.assertEqual(24, fourth.prefix_length)

    def test_routes(self) -> None:
        (default,) = [one for one in self.seen.routes if one.is_default]
        self.assertEqual(ROUTER, default.gateway)
        self.assertTrue(default.advertised)
        self.assertEqual(17, default.expires)
        on_link = [
            str(one.destination)
            for one in self.seen.routes
            if one.advertised and not one.gateway
        ]
        self.assertEqual(['2001:db8:9::/64'], on_link)

    def test_advertisement(self) -> None:
        (one,) = self.seen.advertisements or ()
        self.assertEqual(
            (ROUTER, False, True), (one.router, one.managed, one.other)
        )
        self.assertEqual((18, 1430), (one.lifetime, one.mtu))
        here = {netaddr.IPNetwork('2001:db8:9::/64')}
        self.assertEqual(
            [here] * 3, [one.prefixes, one.on_link, one.autonomous]
        )

    def test_name_servers_have_sources(self) -> None:
        sources = {
            one.source: str(one.address)
            for one in self.seen.name_servers or ()
        }
        self.assertEqual(
            {
                'dhcp4': '10.9.0.53',
                'dhcp6': '2001:db8:9::6:53',
                'ra': '2001:db8:9::4:53',
            },
            sources,
        )
        self.assertEqual(3, len(self.seen.resolv_conf))
        (domain,) = self.seen.domains or ()
        self.assertEqual(
            ('eth0', 'dhcp6', 'lab.example'),
            (domain.interface, domain.source, domain.name),
        )

    def test_routes_that_a_program_made_of_advertisements(self) -> None:
        """NetworkManager and networkd: no RTF_ADDRCONF, but proto ra."""
        told = '2001:db8:9::/64 dev eth0 proto '
        for protocol, wanted in (('kernel', False), ('ra', True)):
            seen = changed(
                '004c0001', '00080001', f'{told}kernel', f'{told}{protocol}'
            )
            (route,) = [
                one
                for one in seen.routes
                if str(one.destination) == '2001:db8:9::/64'
            ]
            self.assertIs(wanted, route.advertised)

    def test_probes(self) -> None:
        self.assertEqual((3, 3), counts(self.seen.pings['full']))
        self.assertEqual((3, 0), counts(self.seen.pings['none']))
        self.assertEqual(
            {'c': 'open', 'd': 'no answer'}, self.seen.connections
        )
        self.assertEqual(1, len(self.seen.paths['p']))
        self.assertIn('Ip6OutForwDatagrams', self.seen.counters)

    def test_tentative_and_dadfailed(self) -> None:
        key = f'{int(OWN):032x} 02 40 00 00'
        seen = changed(key, key[:-2] + '48')
        (one,) = [x for x in seen.addresses if x.address == OWN]
        self.assertEqual({'tentative', 'dadfailed'}, one.flags)

    def test_images_without_records(self) -> None:
        seen = changed('@ra\n', '@other\n')
        self.assertIsNone(seen.advertisements)


def counts(echo: observations.Echo) -> tuple[int, int]:
    return echo.sent, echo.received


@ddt.ddt
class StrictTest(testtools.TestCase):
    """What is not understood is an error that shows the line."""

    @ddt.data(
        ('2: eth0    inet6 fe80', '2: eth0    inet6 fe80::zz'),
        (':1430\n', ':many\n'),
        ('"managed": false', '"managed": '),
        ('/eth0.dhcp6:', '/eth0.hearsay:'),
        ('/operstate:up', '/operstate'),
    )
    @ddt.unpack
    def test_other_lines(self, old: str, new: str) -> None:
        self.assertRaises(reports.MalformedReport, changed, old, new)

    def test_no_ip(self) -> None:
        error = self.assertRaises(
            reports.MalformedReport, changed, '@addr\n', '@unknown\n'
        )
        self.assertIn('addr', str(error))


class ProbingTest(testtools.TestCase):
    def test_busybox_speaks_otherwise(self) -> None:
        echo = probing.echo(BUSYBOX.splitlines())
        self.assertEqual((3, 2), counts(echo))
        self.assertEqual(
            ((64, 63), (0.08, 0.121), (0, 1)),
            (echo.hop_limits, echo.times, echo.numbers),
        )
        iputils = BUSYBOX.replace('seq=1', 'icmp_seq=3')
        self.assertEqual((0, 2), probing.echo(iputils.splitlines()).numbers)

    def test_the_first_requests_alone(self) -> None:
        echo = probing.echo(BUSYBOX.splitlines())
        self.assertEqual(echo, echo.first(3))
        first = echo.first(1)
        self.assertEqual((1, 1), counts(first))
        self.assertEqual(((64,), (0.08,)), (first.hop_limits, first.times))

    def test_no_route_is_a_loss(self) -> None:
        echo = probing.echo(['ping: connect: Network unreachable', 'status 2'])
        self.assertEqual((0, 0), counts(echo))

    def test_no_ping_is_an_error(self) -> None:
        lines = ['sh: ping6: not found', 'status 127']
        self.assertRaises(reports.MalformedReport, probing.echo, lines)
        self.assertRaises(reports.MalformedReport, probing.connected, lines)

    def test_refused_is_an_answer(self) -> None:
        said = 'nc: connect to 2001:db8::1 port 9 (tcp) failed: Connection '
        self.assertEqual(
            ['refused', 'no answer'],
            [
                probing.connected([f'{said}{reason}', 'status 1'])
                for reason in ('refused', 'timed out')
            ],
        )

    def test_silent_hops(self) -> None:
        lines = [
            'traceroute to 2001:db8::9 (2001:db8::9), 8 hops max',
            ' 1  2001:db8::1  0.2 ms  *  0.3 ms',
            ' 2  *  *  *',
            ' 3  *  2001:db8::9  0.9 ms !X  2001:db8::8  0.7 ms',
            'status 0',
        ]
        self.assertEqual(
            [['2001:db8::1'], [], ['2001:db8::9', '2001:db8::8']],
            [[*map(str, hop)] for hop in probing.path(lines)],
        )


class SatisfiedTest(testtools.TestCase):
    """What a console's reader waits for."""

    def setUp(self) -> None:
        super().setUp()
        (report,) = reports.find(TEXT)
        self.seen = reading.read(report)

    def check(self, plan: plans.Plan, wanted: bool) -> None:
        self.assertIs(wanted, console.satisfied(plan, self.seen))

    def test_all_is_there(self) -> None:
        ping = plans.Ping('gw', ROUTER)
        lease = netaddr.IPAddress('10.9.0.105')
        server = netaddr.IPAddress('2001:db8:9::6:53')
        plan = plans.Plan(
            [OWN, lease], [MAC], [MAC], servers=[server], answers=[ping]
        )
        self.check(plan, True)

    def test_something_is_missing(self) -> None:
        other = OWN + 1
        self.check(plans.Plan([OWN, other]), False)
        self.check(plans.Plan(informed=['fa:16:3e:00:00:08']), False)
        self.check(plans.Plan(cards=['fa:16:3e:00:00:08']), False)
        lost = plans.Ping('none', other)
        self.check(plans.Plan(answers=[lost]), False)
        self.check(plans.Plan(servers=[other]), False)
        self.check(plans.Plan([netaddr.IPAddress('10.9.0.106')]), False)
