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
"""The lab's cloud through its own APIs: catalog, image, flavors, networks.

Requests go over IPv6 from inside the controller's network namespace.
"""

from collections.abc import Iterable
import datetime
from pathlib import Path
from typing import Any

from ipv6_lab import inventory
from ipv6_lab.services import context
from ipv6_lab import waiting

# Names of the catalog's services, by the Service Types Authority.
SERVICES = {
    'image': ('glance', ''),
    'placement': ('placement', ''),
    'compute': ('nova', '/v2.1'),
    'network': ('neutron', ''),
}
INTERFACES = ('public', 'internal', 'admin')
IMAGE = 'ipv6-lab-guest'
FLAVORS = {'m1.nano': 128, 'm1.micro': 192}
PUBLIC_NETWORK = 'public'
TIMEOUT = 60


class Cloud:
    """The administrator's view of the cloud."""

    def __init__(self, lab: context.Context) -> None:
        from keystoneauth1.identity import v3
        from keystoneauth1 import session

        self._lab = lab
        auth = v3.Password(
            auth_url=f'{inventory.url("identity")}/v3',
            username='admin',
            password=lab.secrets['admin'],
            project_name='admin',
            user_domain_name='Default',
            project_domain_name='Default',
        )
        self._session = session.Session(auth=auth, timeout=TIMEOUT)

    def request(
        self, method: str, service: str, path: str, **more: Any
    ) -> Any:
        """A request to an API, as JSON when it answers JSON."""
        response = self._session.request(
            f'{inventory.url(service)}{path}',
            method,
            timeout=TIMEOUT,
            **more,
        )
        kind = response.headers.get('Content-Type', '')
        return response.json() if 'json' in kind else None

    def get(self, service: str, path: str) -> Any:
        """GET, as JSON."""
        return self.request('GET', service, path)

    def post(self, service: str, path: str, body: Any) -> Any:
        """POST of JSON, as JSON."""
        return self.request('POST', service, path, json=body)

    def tokens_are_valid(self) -> None:
        """Ready when Keystone takes the token that it gives.

        Its policies are read at the first request that needs them; two
        such requests at once would see one of them refused.
        """
        token = self._session.get_token()
        self.request(
            'GET',
            'identity',
            '/v3/auth/tokens',
            headers={'X-Subject-Token': token},
        )

    def networks_are_listed(self) -> None:
        """Ready when Neutron has answered a request of the administrator's.

        It reads its policies at the first one; a second one at that moment
        would be refused.
        """
        self.get('network', '/v2.0/networks')

    def make_services(self) -> None:
        """Service users, the catalog's entries, the roles tests want."""
        project = self._create('projects', 'project', name='service')
        roles = self.get('identity', '/v3/roles')['roles']
        by_name = {role['name']: role['id'] for role in roles}
        if 'service' not in by_name:
            role = self._create('roles', 'role', name='service')
            by_name['service'] = role['id']
        for kind, (name, suffix) in SERVICES.items():
            self._make_user(name, project['id'], by_name)
            self._make_catalog_entry(kind, name, suffix)

    def _create(self, plural: str, singular: str, **values: Any) -> Any:
        body = {singular: values}
        return self.post('identity', f'/v3/{plural}', body)[singular]

    def _make_user(
        self, name: str, project: str, roles: dict[str, str]
    ) -> None:
        user = self._create(
            'users',
            'user',
            name=name,
            password=self._lab.secrets['services'],
            default_project_id=project,
        )
        for role in ('admin', 'service'):
            self.request(
                'PUT',
                'identity',
                f'/v3/projects/{project}/users/{user["id"]}'
                f'/roles/{roles[role]}',
            )

    def _make_catalog_entry(self, kind: str, name: str, suffix: str) -> None:
        service = self._create('services', 'service', type=kind, name=name)
        for interface in INTERFACES:
            self._create(
                'endpoints',
                'endpoint',
                service_id=service['id'],
                interface=interface,
                region_id=context.REGION,
                url=f'{inventory.url(kind)}{suffix}',
            )

    def make_image(self, path: Path) -> None:
        """Upload the guest image for everybody's use."""
        image = self.post(
            'image',
            '/v2/images',
            {
                'name': IMAGE,
                'disk_format': 'qcow2',
                'container_format': 'bare',
                'visibility': 'public',
                'hw_rng_model': 'virtio',
                # The bus of a CD, which a config drive is: the guest finds
                # one on a virtio bus seconds before it has looked into IDE.
                'hw_cdrom_bus': 'scsi',
                'hw_scsi_model': 'virtio-scsi',
            },
        )
        with path.open('rb') as stream:
            self.request(
                'PUT',
                'image',
                f'/v2/images/{image["id"]}/file',
                data=stream,
                headers={'Content-Type': 'application/octet-stream'},
            )

    def make_flavors(self) -> None:
        """Two flavors that fit the guest, as Tempest wants two."""
        for identity, (name, memory) in enumerate(FLAVORS.items(), start=42):
            flavor = {
                'id': str(identity),
                'name': name,
                'ram': memory,
                'vcpus': 1,
                'disk': 1,
                'OS-FLV-EXT-DATA:ephemeral': 0,
            }
            self.post('compute', '/v2.1/flavors', {'flavor': flavor})
            self.post(
                'compute',
                f'/v2.1/flavors/{identity}/os-extra_specs',
                {'extra_specs': {'hw_rng:allowed': 'True'}},
            )

    def make_public_network(self) -> None:
        """The provider network that the external router is on."""
        network = self.post(
            'network',
            '/v2.0/networks',
            {
                'network': {
                    'name': PUBLIC_NETWORK,
                    'router:external': True,
                    'provider:network_type': 'flat',
                    'provider:physical_network': 'public',
                }
            },
        )['network']
        for interface in (inventory.PUBLIC_V4, inventory.PUBLIC_V6):
            version = interface.version
            subnet = {
                'name': f'{PUBLIC_NETWORK}-v{version}',
                'network_id': network['id'],
                'ip_version': version,
                'cidr': str(interface.network),
                'gateway_ip': str(interface.ip),
                'enable_dhcp': False,
            }
            self.post('network', '/v2.0/subnets', {'subnet': subnet})

    def agents_alive(
        self, host: str, since: datetime.datetime, names: Iterable[str]
    ) -> None:
        """Ready when a host's agents have reported since a time.

        :param since: UTC; an older report is of an earlier life
        :param names: binaries
        :raises NotReady: with the agents that have not
        """
        rows = self.get('network', f'/v2.0/agents?host={host}')['agents']
        reported = {
            row['binary']
            for row in rows
            if row['alive'] and _time(row['heartbeat_timestamp']) >= since
        }
        missing = sorted(set(names) - reported)
        if missing:
            names = ', '.join(missing)
            raise waiting.NotReady(f'no report of {names}', missing[0])

    def services_up(
        self, host: str, since: datetime.datetime, names: Iterable[str]
    ) -> None:
        """Ready when Nova's services of a host have reported.

        :raises NotReady: with the services that have not
        """
        path = f'/v2.1/os-services?host={host}'
        rows = self.get('compute', path)['services']
        reported = {
            row['binary']
            for row in rows
            if row['state'] == 'up'
            and row['updated_at']
            and _time(row['updated_at']) >= since
        }
        missing = sorted(set(names) - reported)
        if missing:
            names = ', '.join(missing)
            raise waiting.NotReady(f'no report of {names}', missing[0])

    def hypervisors(self, count: int) -> None:
        """Ready when every compute is mapped and has resources.

        :raises NotReady: with the hypervisors that are there
        """
        rows = self.get('compute', '/v2.1/os-hypervisors')['hypervisors']
        names = [row['hypervisor_hostname'] for row in rows]
        providers = self.get('placement', '/resource_providers')
        known = [row['name'] for row in providers['resource_providers']]
        if len(set(names) & set(known)) < count:
            raise waiting.NotReady(f'seen {names}, in placement {known}')

    def catalog(self) -> list[Any]:
        """The catalog as a token's holder sees it.

        :raises NotReady: while it lacks a service
        """
        entries = self.get('identity', '/v3/auth/catalog')['catalog']
        kinds = {entry['type'] for entry in entries}
        missing = sorted({'identity', *SERVICES} - kinds)
        if missing:
            raise waiting.NotReady(f'not in the catalog: {missing}')
        return list(entries)


def _time(text: str) -> datetime.datetime:
    """A timestamp of Nova or Neutron, which write UTC without saying so."""
    moment = datetime.datetime.fromisoformat(text.removesuffix('Z'))
    return moment.replace(tzinfo=datetime.UTC)


def openrc(lab: context.Context) -> str:
    """Shell lines for the clients of OpenStack, as the administrator."""
    values = credentials(lab)
    return ''.join(
        f'export {name}={value}\n' for name, value in values.items()
    )


def credentials(lab: context.Context) -> dict[str, str]:
    """The administrator's environment (openstacksdk, "Configuration")."""
    return {
        'OS_AUTH_URL': f'{inventory.url("identity")}/v3',
        'OS_USERNAME': 'admin',
        'OS_PASSWORD': lab.secrets['admin'],
        'OS_PROJECT_NAME': 'admin',
        'OS_USER_DOMAIN_NAME': 'Default',
        'OS_PROJECT_DOMAIN_NAME': 'Default',
        'OS_REGION_NAME': context.REGION,
        'OS_IDENTITY_API_VERSION': '3',
        'OS_INTERFACE': 'public',
    }
