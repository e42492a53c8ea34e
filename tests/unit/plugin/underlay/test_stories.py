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

"""The tests of the plugin themselves, run on a cloud of a few answers."""

import io
import json
import os
import subprocess
import sys
from typing import Any

import subunit
import testtools
from testtools import content

from tests.unit.plugin.underlay import cloud
from tests.unit.plugin.underlay import servers

PACKAGE = 'ipv6_tempest_plugin.tests.underlay'
MODULES = ('test_endpoints', 'test_ipv4', 'test_registry', 'test_travel')


class StoriesTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.results: dict[str, dict[str, Any]] = {}

    def start_cloud(self, **options: str) -> None:
        self.cloud = self.useFixture(cloud.Cloud(**options))

    def run_tests(self, *modules: str) -> None:
        """Run test modules in a process; collect results by short id."""
        done = subprocess.run(
            [
                sys.executable,
                '-m',
                'tests.unit.plugin.underlay.driver',
                *(f'{PACKAGE}.{module}' for module in modules or MODULES),
            ],
            env={**os.environ, 'TEMPEST_CONFIG': self.cloud.configuration},
            capture_output=True,
            timeout=60,
        )
        self.addDetail(
            'stderr',
            content.text_content(
                done.stderr.decode(),
            ),
        )
        collector = testtools.StreamToDict(self.collect)
        collector.startTestRun()
        subunit.ByteStreamToStreamResult(io.BytesIO(done.stdout)).run(
            collector
        )
        collector.stopTestRun()

    def collect(self, result: Any) -> None:
        if result['status'] != 'exists':
            name = result['id'].removeprefix(PACKAGE + '.')
            self.assertNotIn(name, self.results)
            self.results[name] = result

    def by_status(self, status: str) -> set[str]:
        """Return the test names, without class and UUID."""
        return {
            name.split('.')[-1].partition('[')[0]
            for name, result in self.results.items()
            if result['status'] == status
        }

    def detail(self, part: str, name: str) -> str:
        """Return an attachment of the one result whose id has this part."""
        (found,) = [r for n, r in self.results.items() if part in n]
        return b''.join(found['details'][name].iter_bytes()).decode()

    def test_a_sound_cloud(self) -> None:
        self.start_cloud()
        self.run_tests()
        self.assertEqual(set(), self.by_status('fail'))
        self.assertEqual(set(), self.by_status('skip'))
        self.assertEqual(31, len(self.results))
        shown = json.loads(self.detail('(image,RegionOne,admin)', 'endpoint'))
        self.assertEqual(
            (['::1'], [200]),
            (
                [visit['address'] for visit in shown['visits']],
                [visit['status'] for visit in shown['visits']],
            ),
        )

    def test_a_broken_cloud(self) -> None:
        """Each fault is of a kind that upstream's tests do not notice."""
        self.start_cloud()
        self.break_admin_interface_only()
        self.break_network_links()
        self.disable_public_image_endpoint()
        self.open_ipv4_listener()
        self.take_ipv6_from_hosts()
        self.run_tests()
        self.assertEqual(
            {
                'test_catalog_is_well_formed',
                'test_every_address_listens',
                'test_every_link_stays_on_ipv6',
                'test_no_endpoint_answers_on_ipv4',
                'test_hypervisor_addresses_are_ipv6',
                'test_tunnel_endpoints_are_ipv6',
                'test_every_registered_endpoint_is_given_to_clients',
                'test_list_flavors_over_ipv6',
                'test_list_networks_over_ipv6',
                'test_endpoint',
                'test_endpoint(compute,RegionOne,admin)',
                'test_endpoint(image,RegionOne,public)',
                'test_endpoint(network,RegionOne,admin)',
                'test_endpoint(network,RegionOne,internal)',
                'test_endpoint(network,RegionOne,public)',
                'test_endpoint(placement,RegionOne,admin)',
                'test_endpoint(placement,RegionOne,internal)',
                'test_endpoint(placement,RegionOne,public)',
            },
            self.by_status('fail'),
        )
        self.assertEqual(
            ['tcp-refused'],
            [
                row['code']
                for row in json.loads(
                    self.detail('(compute,RegionOne,admin)', 'findings')
                )
            ],
        )
        self.assertIn(
            'AF_INET6 ::1 port',
            self.detail('test_list_flavors_over_ipv6', 'sockets admin'),
        )
        text = self.detail('test_list_flavors_over_ipv6', 'traceback')
        self.assertIn('compute RegionOne admin: a request of a client', text)
        text = self.detail('test_list_networks_over_ipv6', 'traceback')
        self.assertIn('networks.0.links.0.href http://192.0.2.1:9696/', text)

    def test_falling_back_to_ipv4(self) -> None:
        """Upstream stays green: urllib3 goes on to the next address."""
        self.start_cloud(host_of_keystone='keystone.test')
        self.run_tests('test_travel')
        self.assertEqual(
            {'test_token_is_issued_over_ipv6'}, self.by_status('fail')
        )
        self.assertEqual(5, len(self.by_status('success')))
        text = self.detail('test_token', 'traceback')
        self.assertIn('a request went over IPv4 [travel-ipv4]', text)
        self.assertIn('AF_INET 127.0.0.1', text)

    def test_requests_that_fail(self) -> None:
        """Each says where and why, and the other interfaces are tried."""
        self.start_cloud()
        closed = servers.closed_port()
        compute = self.endpoints_of('compute')
        compute[0]['url'] = f'http://[::1]:{closed}/v2.1'
        for service, path, answer in [
            ('identity', '/v3/auth/projects', (200, b'<html>')),
            ('network', '/v2.0/networks', (403, {'message': 'no role'})),
            ('image', '/v2/images', (503, {})),
            ('placement', '/resource_providers', (200, [1])),
        ]:
            self.cloud.pages[service][path] = answer
        self.run_tests('test_travel')
        self.assertEqual(
            {'test_token_is_issued_over_ipv6'}, self.by_status('success')
        )
        url = f'http://[::1]:{closed}/v2.1'
        text = self.detail('test_list_flavors', 'traceback')
        self.assertIn('1 finding(s) in 1 place(s)', text)
        for part in (
            'compute RegionOne public: a request of a client got no answer '
            '[travel-unanswered]',
            f'  url           {url}',
            '  address       ::1',
            'Connection refused',
            '  usual cause   the service is down',
        ):
            self.assertIn(part, text)
        for interface in ('public', 'internal', 'admin'):
            sockets = f'sockets {interface}'
            self.assertIn(
                '::1 port', self.detail('test_list_flavors', sockets)
            )
        for test, code, seen in [
            ('test_list_projects', 'travel-refused', 'JSONDecodeError'),
            ('test_list_networks', 'travel-refused', 'status 403: Forbidden'),
            ('test_list_images', 'travel-refused', 'status 503: '),
            ('test_list_resource_pr', 'travel-crashed', 'TypeError'),
        ]:
            rows = json.loads(self.detail(test, 'findings'))
            self.assertEqual([code] * 3, [row['code'] for row in rows], test)
            self.assertIn(seen, rows[0]['seen'])

    def test_a_catalog_that_keystone_does_not_give(self) -> None:
        for answer, seen in [
            ((503, {}), "status 503: '{}'"),
            ((200, b'<html>'), "status 200: '<html>'"),
            ((200, []), "status 200: '[]'"),
        ]:
            self.results = {}
            self.start_cloud()
            self.cloud.pages['identity']['/v3/auth/catalog'] = answer
            self.run_tests('test_registry')
            text = self.detail('test_every_registered', 'traceback')
            self.assertIn(
                'identity uri_v3: Keystone does not give the catalog '
                '[catalog-unreadable]',
                text,
            )
            self.assertIn(f'  seen          {seen}', text)

    def test_a_uri_of_keystone_with_a_fault(self) -> None:
        self.start_cloud(host_of_keystone='user:secret@keystone.test')
        self.run_tests('test_travel.TokenTravelTest')
        text = self.detail('test_token', 'traceback')
        self.assertIn('identity uri_v3: the URL of an endpoint holds', text)
        self.assertIn('[url-userinfo]', text)
        self.assertNotIn('secret', text)

    def endpoints_of(self, service: str) -> list[dict[str, Any]]:
        (entry,) = [e for e in self.cloud.catalog if e['type'] == service]
        return list(entry['endpoints'])

    def break_admin_interface_only(self) -> None:
        (compute,) = [e for e in self.cloud.catalog if e['type'] == 'compute']
        compute['endpoints'][2]['url'] = (
            f'http://[::1]:{servers.closed_port()}/v2.1'
        )

    def break_network_links(self) -> None:
        link = {'rel': 'self', 'href': 'http://192.0.2.1:9696/v2.0/'}
        document = {'versions': [{'links': [link]}]}
        self.cloud.pages['network']['/'] = (200, document)
        listed = {'networks': [{'links': [link]}]}
        self.cloud.pages['network']['/v2.0/networks'] = (200, listed)

    def disable_public_image_endpoint(self) -> None:
        (image,) = [e for e in self.cloud.catalog if e['type'] == 'image']
        gone = image['endpoints'].pop(0)
        for endpoint in self.cloud.endpoints:
            if endpoint['id'] == gone['id']:
                endpoint['enabled'] = False

    def open_ipv4_listener(self) -> None:
        self.useFixture(
            servers.Server(
                servers.reply(),
                host='127.0.0.1',
                port=self.cloud.ports['placement'],
            )
        )

    def take_ipv6_from_hosts(self) -> None:
        (hypervisor,) = self.rows('compute', '/v2.1/os-hypervisors/detail')
        hypervisor['host_ip'] = '192.0.2.9'
        (agent,) = self.rows('network', '/v2.0/agents')
        agent['configurations']['tunneling_ip'] = '10.0.0.1'

    def rows(self, service: str, path: str) -> list[dict[str, Any]]:
        (rows,) = self.cloud.pages[service][path][1].values()
        return rows
