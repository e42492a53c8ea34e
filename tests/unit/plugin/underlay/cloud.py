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

"""A cloud of a few answers: enough of each API for the underlay tests."""

import copy
from http import server
import json
import pathlib
import socket
import threading
from typing import Any

import fixtures

Pages = dict[str, tuple[int, Any]]

_CONFIGURATION = """\
[DEFAULT]
use_stderr = False
log_file = {directory}/tempest.log
[oslo_concurrency]
lock_path = {directory}
[auth]
use_dynamic_credentials = False
test_accounts_file = {directory}/accounts.yaml
create_isolated_networks = False
[identity]
uri_v3 = {keystone}/v3
auth_version = v3
[service_available]
cinder = False
swift = False
[service-clients]
http_timeout = 5
[ipv6_underlay]
timeout = 2
ipv4 = forbidden
control_plane_ipv4 = 127.0.0.1
allow_documentation_prefix = True
"""
_ACCOUNT = """\
- username: {name}
  project_name: {name}
  password: secret
  domain_name: Default
  roles: [{role}]
"""


class _Handler(server.BaseHTTPRequestHandler):
    pages: Pages
    keystone: str

    def do_GET(self) -> None:  # noqa: N802 - the library's name
        path = self.path.partition('?')[0]
        guarded = path not in ('/', '/v3', '/v3/')
        if guarded and not self.headers.get('X-Auth-Token'):
            self._send(401, {})
        else:
            self._send(*self.pages.get(path, (404, {})))

    def do_POST(self) -> None:  # noqa: N802 - the library's name
        self.rfile.read(int(self.headers['Content-Length']))
        self._send(*self.pages.get('POST ' + self.path, (404, {})))

    def _send(self, status: int, content: Any) -> None:
        is_raw = isinstance(content, bytes)
        body = content if is_raw else json.dumps(content).encode()
        self.send_response(status)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(body)))
        self.send_header('X-Subject-Token', 'token')
        if status == 401:
            self.send_header(
                'WWW-Authenticate', f'Keystone uri="{self.keystone}"'
            )
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class _Listener(server.ThreadingHTTPServer):
    address_family = socket.AF_INET6
    daemon_threads = True


class _IPv4Listener(server.ThreadingHTTPServer):
    daemon_threads = True


class Cloud(fixtures.Fixture):
    """Five services on one IPv6 address, each on a port of its own.

    What a test wants broken it changes in :attr:`pages`, :attr:`catalog`
    or :attr:`endpoints` before Tempest runs.

    :ivar configuration: path of a tempest.conf for it.
    :ivar pages: by service and path, status and document.
    """

    def __init__(self, host: str = '::1', host_of_keystone: str = '') -> None:
        super().__init__()
        self._host = host
        self._host_of_keystone = host_of_keystone
        self.ports: dict[str, int] = {}
        self.pages: dict[str, Pages] = {}

    def _setUp(self) -> None:
        self._directory = pathlib.Path(
            self.useFixture(fixtures.TempDir()).path
        )
        for service in _PATHS:
            self._listen(service)
        self.catalog = [self._entry(service) for service in _PATHS]
        self.endpoints = [
            {**endpoint, 'service_id': entry['id'], 'enabled': True}
            for entry in self.catalog
            for endpoint in entry['endpoints']
        ]
        self._fill_pages()
        self._configure()

    def _listen(self, service: str) -> None:
        pages: Pages = {}
        handler = type('Handler', (_Handler,), {'pages': pages})
        self.ports[service] = self._start(_Listener((self._host, 0), handler))
        self.pages[service] = pages
        handler.keystone = self.url('identity')  # type: ignore[attr-defined]

    def _uri(self) -> str:
        """Return where Tempest gets its tokens.

        With a name for Keystone that is a port on which only IPv4 answers.
        """
        if not self._host_of_keystone:
            return self.url('identity')
        pages = self.pages['identity']
        handler = type('Handler', (_Handler,), {'pages': pages})
        port = self._start(_IPv4Listener(('127.0.0.1', 0), handler))
        return f'http://{self._host_of_keystone}:{port}'

    def _start(self, listener: server.HTTPServer) -> int:
        self.addCleanup(listener.server_close)
        threading.Thread(
            target=listener.serve_forever, args=(0.05,), daemon=True
        ).start()
        self.addCleanup(listener.shutdown)
        return listener.server_port

    def url(self, service: str) -> str:
        """Return scheme, host and port of a service."""
        return f'http://[{self._host}]:{self.ports[service]}'

    def _entry(self, service: str) -> dict[str, Any]:
        url = self.url(service) + _PATHS[service]
        return {
            'type': service,
            'id': service,
            'name': service,
            'endpoints': [
                {
                    'id': f'{service}-{interface}',
                    'interface': interface,
                    'region': 'RegionOne',
                    'region_id': 'RegionOne',
                    'url': url,
                }
                for interface in ('public', 'internal', 'admin')
            ],
        }

    def _fill_pages(self) -> None:
        for service, pages in self.pages.items():
            link = {'rel': 'self', 'href': self.url(service) + '/x/'}
            versions = {'versions': [{'id': 'x', 'links': [link]}]}
            pages['/'] = pages['/v3'] = (200, versions)
            pages.update(copy.deepcopy(_PAGES[service]))
        services = [
            {'id': e['id'], 'type': e['type'], 'enabled': True}
            for e in self.catalog
        ]
        self.pages['identity'] |= {
            'POST /v3/auth/tokens': (201, {'token': self._token()}),
            '/v3/auth/catalog': (200, {'catalog': self.catalog}),
            '/v3/services': (200, {'services': services}),
            '/v3/endpoints': (200, {'endpoints': self.endpoints}),
        }

    def _token(self) -> dict[str, Any]:
        domain = {'id': 'default', 'name': 'Default'}
        return {
            'methods': ['password'],
            'user': {'id': 'u', 'name': 'u', 'domain': domain},
            'project': {'id': 'p', 'name': 'project', 'domain': domain},
            'roles': [{'id': 'r', 'name': 'admin'}],
            'expires_at': '2999-01-01T00:00:00.000000Z',
            'issued_at': '2020-01-01T00:00:00.000000Z',
            'catalog': self.catalog,
        }

    def _configure(self) -> None:
        text = _CONFIGURATION.format(
            directory=self._directory,
            keystone=self._uri(),
        )
        path = self._directory / 'tempest.conf'
        path.write_text(text)
        # Each worker of a run locks one account of each role.
        accounts = [
            _ACCOUNT.format(name=f'{role}{n}', role=role)
            for role in ('member', 'admin')
            for n in range(4)
        ]
        (self._directory / 'accounts.yaml').write_text(''.join(accounts))
        self.configuration = str(path)


_PATHS = {
    'identity': '/v3',
    'compute': '/v2.1',
    'network': '',
    'image': '',
    'placement': '',
}
# Placement's links are relative.
_PROVIDERS = {
    'resource_providers': [
        {'links': [{'rel': 'self', 'href': '/resource_providers/1'}]}
    ]
}
_AGENT = {
    'binary': 'neutron-openvswitch-agent',
    'host': 'host1',
    'configurations': {'tunnel_types': ['vxlan'], 'tunneling_ip': 'fd00::1'},
}
# Tempest checks the answer against the schema of the Compute API.
_NUMBERS = (
    'current_workload disk_available_least free_disk_gb free_ram_mb '
    'hypervisor_version local_gb local_gb_used memory_mb memory_mb_used '
    'running_vms vcpus vcpus_used'
)
_HYPERVISOR = {
    **dict.fromkeys(_NUMBERS.split(), 1),
    'id': 1,
    'cpu_info': '',
    'host_ip': 'fd00::1',
    'hypervisor_hostname': 'host1',
    'hypervisor_type': 'QEMU',
    'service': {'host': 'host1', 'id': 1, 'disabled_reason': None},
    'state': 'up',
    'status': 'enabled',
}
_PAGES: dict[str, Pages] = {
    'identity': {'/v3/auth/projects': (200, {'projects': []})},
    'compute': {
        '/v2.1/flavors': (200, {'flavors': []}),
        '/v2.1/os-hypervisors/detail': (200, {'hypervisors': [_HYPERVISOR]}),
    },
    'network': {
        '/v2.0/networks': (200, {'networks': []}),
        '/v2.0/agents': (200, {'agents': [_AGENT]}),
    },
    'image': {'/v2/images': (200, {'images': []})},
    'placement': {'/resource_providers': (200, _PROVIDERS)},
}
