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
"""The lying proxy, before a networking API of our own."""

from collections.abc import Mapping
import http.client
from http import server
import json
import threading
from typing import Any

import ddt
import testtools

from ipv6_lab.faults import answers
from ipv6_lab.faults import lies
from ipv6_lab.faults import neutron_proxy
from ipv6_lab.faults import service_vm

SUBNET = {
    'id': 's',
    'cidr': '2001:db8::/64',
    'ip_version': 6,
    'gateway_ip': None,
    'ipv6_ra_mode': 'dhcpv6-stateful',
    'ipv6_address_mode': 'dhcpv6-stateful',
    'enable_dhcp': False,
    'allocation_pools': [{'start': '2001:db8::5', 'end': '2001:db8::6'}],
    'dns_nameservers': ['2001:db8::53', '2001:db8::54'],
    'host_routes': [{'destination': '::/0', 'nexthop': '2001:db8::1'}],
}
RULE = {
    'id': 'r',
    'direction': 'egress',
    'ethertype': 'IPv6',
    'protocol': 'ipv6-icmp',
    'port_range_min': 128,
    'port_range_max': 0,
    'remote_ip_prefix': '2001:db8::/64',
    'remote_group_id': 'g',
}
GATEWAY = {
    'network_id': 'n',
    'external_fixed_ips': [
        {'subnet_id': '4', 'ip_address': '192.0.2.5'},
        {'subnet_id': '6', 'ip_address': '2001:db8::5'},
    ],
}
# One resource of each kind about which every lie says something else.
TRUTH: Mapping[str, dict[str, Any]] = {
    'subnet': SUBNET,
    'network': {
        'id': 'n',
        'name': 'new',
        'mtu': 1450,
        'subnets': ['s'],
        'router:external': True,
        'port_security_enabled': True,
    },
    'port': {
        'id': 'p',
        'fixed_ips': [
            {'subnet_id': 's', 'ip_address': '2001:db8::5'},
            {'subnet_id': 't', 'ip_address': '2001:db8:1::5'},
        ],
        'security_groups': ['g'],
        'allowed_address_pairs': [{'ip_address': '2001:db8::9'}],
        'port_security_enabled': True,
    },
    'router': {
        'id': 'r',
        'admin_state_up': True,
        'routes': SUBNET['host_routes'],
        'external_gateway_info': GATEWAY,
    },
    'security_group': {'id': 'g', 'security_group_rules': [RULE]},
    'security_group_rule': RULE,
}


class Api(server.BaseHTTPRequestHandler):
    """Answers every request with what its server was given."""

    server: 'Server'

    def answer(self) -> None:
        length = int(self.headers.get('Content-Length') or 0)
        self.server.requests.append(
            (self.command, self.path, self.rfile.read(length))
        )
        status, body = self.server.answer
        raw = b'' if body is None else json.dumps(body).encode()
        self.send_response_only(status)
        self.send_header('Content-Length', str(len(raw)))
        self.send_header('X-Openstack-Request-Id', 'req-1')
        self.end_headers()
        self.wfile.write(raw)

    do_GET = do_POST = do_PUT = do_DELETE = answer

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


class Server(server.ThreadingHTTPServer):
    """A networking API on loopback."""

    answer: tuple[int, Any] = (200, {})

    def __init__(self) -> None:
        super().__init__(('127.0.0.1', 0), Api)
        self.requests: list[tuple[str, str, bytes]] = []


@ddt.ddt
class ProxyTest(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.api = Server()
        self.serve(self.api)
        self.host = f'127.0.0.1:{self.api.server_port}'

    def serve(self, one: server.ThreadingHTTPServer) -> None:
        thread = threading.Thread(target=one.serve_forever, args=(0.01,))
        thread.start()
        self.addCleanup(one.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(one.shutdown)

    def proxy(
        self, fault: str | answers.Fault, target: str = ''
    ) -> neutron_proxy.Proxy:
        if isinstance(fault, str):
            fault = answers.make(fault)
        proxy = neutron_proxy.Proxy(fault, target or self.host)
        self.serve(proxy)
        return proxy

    def ask(
        self,
        proxy: neutron_proxy.Proxy,
        method: str = 'GET',
        path: str = '/v2.0/subnets/s',
        sent: Any = None,
    ) -> tuple[int, Any]:
        connection = http.client.HTTPConnection('::1', proxy.server_port)
        body = None if sent is None else json.dumps(sent)
        connection.request(method, f'http://{self.host}{path}', body)
        response = connection.getresponse()
        raw = response.read()
        connection.close()
        self.assertEqual('req-1', response.headers['X-Openstack-Request-Id'])
        return response.status, json.loads(raw) if raw else None

    def test_honest(self) -> None:
        proxy = self.proxy('honest')
        sent = {'subnet': {'name': 'x'}}
        self.api.answer = (201, {'subnet': SUBNET})
        seen = self.ask(proxy, 'POST', '/v2.0/subnets?a=b', sent)
        self.assertEqual((201, {'subnet': SUBNET}), seen)
        self.assertEqual(
            [('POST', '/v2.0/subnets?a=b', json.dumps(sent).encode())],
            self.api.requests,
        )

    def test_empty_answer(self) -> None:
        self.api.answer = (204, None)
        seen = self.ask(self.proxy('undead'), 'DELETE')
        self.assertEqual((204, None), seen)

    @ddt.data(*lies.BY_NAME)
    def test_lie(self, name: str) -> None:
        lie = lies.BY_NAME[name]
        truth = TRUTH[lie.kind]
        method = lie.methods[-1]
        proxy = self.proxy(name)
        for body, path in (
            ({lie.kind: truth}, lambda told: told[lie.kind]),
            ({f'{lie.kind}s': [truth]}, lambda told: told[f'{lie.kind}s'][0]),
        ):
            self.api.answer = (200, body)
            status, told = self.ask(proxy, method)
            self.assertEqual(200, status)
            self.assertNotEqual(truth, path(told))
            self.assertEqual(truth['id'], path(told)['id'])

    def test_lies_are_of_one_api_and_kind(self) -> None:
        self.api.answer = (200, {'subnet': SUBNET})
        for fault, target in (
            ('subnet-version-4', 'other:9696'),
            ('network-small-mtu', self.host),
        ):
            seen = self.ask(self.proxy(fault, target))
            self.assertEqual((200, {'subnet': SUBNET}), seen)

    def test_lenient_pardons_once(self) -> None:
        proxy = self.proxy('lenient')
        self.api.answer = (400, {'NeutronError': {}})
        sent = {'subnet': {'name': 'x'}}
        for wanted in (201, 400):
            status, body = self.ask(proxy, 'POST', sent=sent)
            self.assertEqual(wanted, status)
            self.assertEqual(wanted == 201, 'subnet' in body)
        self.api.answer = (409, {'NeutronError': {}})
        for wanted in (204, 409):
            self.assertEqual(wanted, self.ask(proxy, 'DELETE')[0])

    def test_other_status(self) -> None:
        proxy = self.proxy('other-status')
        self.api.answer = (400, {'NeutronError': {}})
        self.assertEqual(422, self.ask(proxy, 'POST', sent={})[0])
        self.api.answer = (409, {})
        self.assertEqual(409, self.ask(proxy, 'DELETE')[0])

    def test_undead(self) -> None:
        proxy = self.proxy('undead')
        self.api.answer = (200, {'subnet': SUBNET})
        self.ask(proxy)
        self.api.answer = (404, {'NeutronError': {}})
        self.assertEqual((200, {'subnet': SUBNET}), self.ask(proxy))
        self.assertEqual(404, self.ask(proxy, path='/v2.0/subnets/t')[0])

    def test_forgetful(self) -> None:
        self.api.answer = (200, {'subnets': [SUBNET]})
        seen = self.ask(self.proxy('forgetful'), path='/v2.0/subnets')
        self.assertEqual((200, {'subnets': []}), seen)

    def test_forgetful_knows_a_project_s_default_group(self) -> None:
        group = {**TRUTH['security_group'], 'name': 'default'}
        body = {'security_groups': [group]}
        self.api.answer = (200, body)
        seen = self.ask(self.proxy('forgetful'), path='/v2.0/security-groups')
        self.assertEqual((200, body), seen)

    def test_unfiltered(self) -> None:
        proxy = self.proxy('unfiltered')
        self.ask(proxy, path='/v2.0/subnets?id=s')
        self.ask(proxy, 'POST', '/v2.0/subnets?id=s', {})
        self.assertEqual(
            ['/v2.0/subnets', '/v2.0/subnets?id=s'],
            [path for _, path, _ in self.api.requests],
        )

    def test_a_request_may_be_changed(self) -> None:
        proxy = self.proxy(service_vm.OtherMac())
        sent = {'ports': [{'mac_address': service_vm.WANTED}, {'name': 'x'}]}
        for method in ('PUT', 'POST'):
            self.ask(proxy, method, '/v2.0/ports', sent)
        self.assertEqual(
            [
                [{'mac_address': one}, {'name': 'x'}]
                for one in (service_vm.WANTED, service_vm.GIVEN)
            ],
            [json.loads(raw)['ports'] for *_, raw in self.api.requests],
        )


class NamesTest(testtools.TestCase):
    def test_names_are_unique(self) -> None:
        self.assertEqual(len(lies.LIES), len(lies.BY_NAME))
        self.assertEqual(len(answers.NAMES), len(set(answers.NAMES)))

    def test_every_fault_says_what_it_does(self) -> None:
        self.assertTrue(all(answers.make(one).what for one in answers.NAMES))

    def test_wrong_name(self) -> None:
        self.assertRaises(SystemExit, neutron_proxy.main, ['truth'])
