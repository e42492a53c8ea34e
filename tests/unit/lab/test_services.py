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
"""The lab as data: it is whole, IPv6 where it must be, and renders."""

from collections.abc import Iterable
import configparser
import graphlib
import ipaddress
import itertools
from pathlib import Path
import shlex
from typing import Any
from unittest import mock

import fixtures
import testtools
from testtools import matchers

from ipv6_lab import bootstrap
from ipv6_lab import building
from ipv6_lab import cache
from ipv6_lab import engine
from ipv6_lab import errors
from ipv6_lab import graph
from ipv6_lab.install import apt
from ipv6_lab import inventory
from ipv6_lab import listeners
from ipv6_lab import secrets
from ipv6_lab import services
from ipv6_lab.services import base
from ipv6_lab.services import context
from ipv6_lab.services import libvirt
from ipv6_lab.services import mariadb
from ipv6_lab.services import openvswitch
from ipv6_lab import settings
from ipv6_lab import supervisor
from tests.unit.lab import front

# Prefixes of the document's vRouter scenario, which tenants' own must miss.
INI = ('.conf', '.ini')
OTHER = ('/etc/libvirt', '/etc/rabbitmq')
VROUTER = ('2001:db8:0:1::/64', '2001:db8:0:2::/64')


class InventoryTest(testtools.TestCase):
    """Hosts, links and addresses."""

    def test_addresses_are_unique(self) -> None:
        """No address is given twice."""
        seen: list[object] = [
            ipaddress.ip_interface(text).ip
            for link in inventory.LINKS
            for end in (link.left, link.right)
            for text in end.addresses
        ]
        seen += [host.tunnel for host in inventory.CLOUD_HOSTS]
        self.assertEqual(len(seen), len(set(seen)), str(seen))

    def test_interfaces_are_unique_on_a_host(self) -> None:
        """No host has two interfaces of one name."""
        ends = itertools.chain(
            *((link.left, link.right) for link in inventory.LINKS)
        )
        names = [(end.host.name, end.interface) for end in ends]
        self.assertEqual(len(names), len(set(names)), str(names))

    def test_hosts_of_the_cloud_have_ipv6_alone_between_them(self) -> None:
        """Control and tunnel links carry no IPv4 address."""
        between = [
            link
            for link in inventory.LINKS
            if inventory.EXTERNAL not in (link.left.host, link.right.host)
        ]
        self.assertEqual(2, len(between))
        for link in between:
            for end in (link.left, link.right):
                versions = {
                    ipaddress.ip_interface(text).version
                    for text in end.addresses
                }
                self.assertEqual({6}, versions | {6})

    def test_tenants_miss_the_scenarios_prefixes(self) -> None:
        """Tempest's own prefixes do not overlap the document's."""
        for text in VROUTER:
            network = ipaddress.IPv6Network(text)
            self.assertFalse(network.overlaps(inventory.TENANTS_V6), text)

    def test_url_has_brackets(self) -> None:
        """A literal in a URL stands in brackets (RFC 3986, 3.2.2)."""
        self.assertEqual(
            'http://[2001:db8:1ab::10]:5000', inventory.url('identity')
        )


class ServicesTest(testtools.TestCase):
    """Every service of the lab, with passwords of its own."""

    def setUp(self) -> None:
        super().setUp()
        venv = Path(self.useFixture(fixtures.TempDir()).path)
        paste = venv / 'etc/nova/api-paste.ini'
        paste.parent.mkdir(parents=True)
        paste.write_text('[pipeline:main]\n')
        self.lab = context.Context(venv, secrets.make())
        self.services = services.everything(self.lab)

    def assert_sound(self, steps: list[graph.Step]) -> None:
        """Names are unique, requirements exist, none waits for itself."""
        names = [step.name for step in steps]
        self.assertEqual(len(names), len(set(names)), str(names))
        for step in steps:
            self.assertEqual([], sorted(set(step.requires) - set(names)))
        graphlib.TopologicalSorter(
            {step.name: step.requires for step in steps}
        ).prepare()

    def test_steps_of_both_kinds_of_start_are_sound(self) -> None:
        """Those of a new cloud, and those of one from kept state."""
        machine = engine.Engine(self.lab, {}, self.services)
        always = building.always(machine)
        place = Path('/nonexistent')
        self.assert_sound([*building.making(machine, place), *always])
        restoring = building.restoring(machine, place)
        self.assert_sound([*restoring, *always])

    def test_settings_parse(self) -> None:
        """Each INI file is read back as one."""
        files = {
            path: text
            for service in self.services
            for path, text in service.files.items()
            if path.endswith(INI) and not path.startswith(OTHER)
        }
        self.assertNotEqual({}, files)
        for path, text in files.items():
            parser = configparser.RawConfigParser(default_section='')
            parser.read_string(text, path)
            self.assertNotEqual([], parser.sections())

    def test_nova_compute_sees_no_database(self) -> None:
        """nova-compute refuses to start with a way to one."""
        for service in self.services:
            if service.name == 'nova-compute':
                (text,) = service.files.values()
                self.assertNotIn('mysql', text)

    def test_names_of_processes_are_unique_on_a_host(self) -> None:
        """supervisord and the logs go by them."""
        names = [
            (service.host.name, process.name)
            for service in self.services
            for process in service.processes
        ]
        self.assertEqual(len(names), len(set(names)), str(names))

    def test_no_password_on_a_command_line(self) -> None:
        """ps(1) shows command lines to everybody."""
        for service in self.services:
            for process in service.processes:
                line = ' '.join(process.command)
                for name, password in self.lab.secrets.items():
                    self.assertNotIn(password, line, f'{service.step}: {name}')

    def test_initial_sql_is_one_statement_a_line(self) -> None:
        """The server's --init-file knows no other form."""
        lines = mariadb.initial_sql(self.lab).splitlines()
        self.assertThat(lines, matchers.AllMatch(matchers.EndsWith(';')))
        self.assertEqual(1 + 2 * len(mariadb.DATABASES), len(lines))

    def test_qemu_wrapper_turns_every_offload_off(self) -> None:
        """It hands its own arguments on, then the offloads."""
        words = shlex.split(libvirt.wrapper().splitlines()[1])
        self.assertEqual(['exec', 'nice', '-n'], words[:3])
        self.assertEqual([libvirt.WRAPPED, '$@'], words[4:6])
        off = [word for word in words if word.endswith('=off')]
        self.assertEqual(len(libvirt.OFFLOADS), len(off))


class KeptStateTest(front.CacheTest):
    """The key that a bootstrapped cloud is kept under."""

    def test_it_changes_with_the_database_server(self) -> None:
        self.patch(apt, 'version', lambda name: f'{name} 1')
        one = building.kept()
        self.assertEqual(one, building.kept())
        self.patch(apt, 'version', lambda name: f'{name} 2')
        self.assertNotEqual(one, building.kept())

    def test_it_changes_with_what_is_kept_and_laid_back(self) -> None:
        seen: list[object] = []

        def digest(parts: Iterable[object]) -> str:
            seen.extend(parts)
            return 'key'

        self.patch(cache, 'digest', digest)
        building.kept()
        for module in (bootstrap, building, mariadb):
            self.assertIn(Path(str(module.__file__)), seen)


class SettingsTest(testtools.TestCase):
    """INI text from data."""

    def test_default_is_a_section_like_others(self) -> None:
        """Its keys do not leak into other sections."""
        text = settings.render({'DEFAULT': {'a': 1}, 'b': {'c': True}})
        self.assertEqual('[DEFAULT]\na=1\n\n[b]\nc=true\n\n', text)

    def test_merge_goes_key_by_key(self) -> None:
        """A later part adds to a section and wins where both speak."""
        merged = settings.merge({'a': {'x': 1, 'y': 2}}, {'a': {'y': 3}})
        self.assertEqual({'a': {'x': 1, 'y': 3}}, merged)

    def test_program_settings_escape_percent_and_blank(self) -> None:
        """supervisord expands % and splits at blanks."""
        process = base.Process(
            'p', ('/bin/x', 'a b', '50%'), {'K': '1%'}, nice=-5
        )
        text = supervisor.program_settings(process)
        self.assertIn('command=/bin/x "a b" 50%%\n', text)
        self.assertIn('environment=K="1%%",IPV6_LAB_NICE="-5"\n', text)
        self.assertIn('autorestart=false\n', text)


class ListenersTest(testtools.TestCase):
    """Lines of ss as listeners."""

    def test_parse(self) -> None:
        """Address, port and processes; a zone is not of the address."""
        text = (
            'tcp LISTEN 0 9 [2001:db8::1]:25 [::]:* '
            'users:(("x",pid=7,fd=3),("x",pid=8,fd=3))\n'
            'udp UNCONN 0 0 [fe80::1]%eth0:546 [::]:*\n'
            'tcp LISTEN 0 9 *:80 *:*\n'
            'tcp LISTEN 0 9 127.0.0.1:81 0.0.0.0:*\n'
        )
        seen = list(listeners.parse(text))
        self.assertEqual(
            ['[2001:db8::1]:25', '[fe80::1]:546', '[::]:80', '127.0.0.1:81'],
            [str(one) for one in seen],
        )
        self.assertEqual((7, 8), seen[0].pids)
        self.assertEqual(('x',), seen[0].names)


class TunnelTest(testtools.TestCase):
    """The switch knows the way of the tunnel by itself."""

    def routed(self, *routes: str) -> list[str]:
        """Return what a host is asked to do, whose switch has these routes."""
        asked = []
        left = iter(routes)

        def run(command: list[str]) -> str:
            asked.append(' '.join(command))
            return next(left) if command[-1] == 'ovs/route/show' else ''

        host: Any = mock.Mock(run=run)
        openvswitch.route_tunnel(inventory.COMPUTE, host)
        return asked

    def test_once_the_kernel_has_none_it_is_given_one(self) -> None:
        kernels = 'Cached: 2001:db8:2ab::11/128 dev br-tunnel local'
        given = 'User: 2001:db8:2ab::/64 dev br-tunnel'
        asked = self.routed(f'Route Table:\n{kernels}', '', given)
        show = f'{" ".join(openvswitch.APPCTL)} ovs/route/show'
        self.assertEqual([show] * 2, asked[2:4])
        self.assertIn('route del local 2001:db8:2ab::11 dev', asked[1])
        self.assertIn('ovs/route/add 2001:db8:2ab::/64 br-tunnel', asked[4])
        self.assertEqual(show, asked[5])

    def test_it_does_not_take_it(self) -> None:
        with (
            mock.patch.object(openvswitch, 'ROUTES_DEADLINE', 0),
            testtools.ExpectedException(
                errors.StepFailed, '(?s).*has the route of the tunnel'
            ),
        ):
            self.routed('', 'Cached: ::/0 dev runner')
