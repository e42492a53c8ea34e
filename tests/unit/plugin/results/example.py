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

"""A run that has something of everything, for pages to show."""

from typing import Any

from tests.unit.plugin.results import streams

_SERVICES = {
    'identity': 5000,
    'image': 9292,
    'compute': 8774,
    'network': 9696,
    'placement': 8778,
}
_INTERFACES = ('public', 'internal', 'admin')
# Endpoints that are wrong, and how: title, seen, cause, look.
FAULTS = {
    ('image', 'admin'): (
        'nothing listens on the port over IPv6',
        'port 9292: connection refused',
        'the service is down, binds to 0.0.0.0 or to another address',
        '`ss -6ltnp` on that host; the bind address of the service',
    ),
    ('network', 'internal'): (
        'a link leads to IPv4',
        'http://192.0.2.10:9696/v2.0',
        'public_endpoint of the service is an IPv4 address',
        'public_endpoint, enable_proxy_headers_parsing of the service',
    ),
    ('placement', 'public'): (
        'the host has no usable IPv6 address',
        'placement.example.org: A 192.0.2.10, no AAAA',
        'the zone was never given the AAAA record',
        '`getent ahostsv6 HOST` where Tempest runs; the zone of the name',
    ),
}
_TOPOLOGY = {
    'title': 'dualnet-dhcp6-stateless',
    'nodes': [
        {
            'name': 'external',
            'kind': 'external',
            'addresses': ['2001:db8:cafe::1'],
        },
        {
            'name': 'router',
            'kind': 'router',
            'addresses': ['2001:db8:9000::1', 'fe80::f816:3eff:fe9a:1'],
        },
        {'name': 'net-1', 'kind': 'network', 'addresses': ['192.0.2.0/28']},
        {
            'name': 'net-2',
            'kind': 'network',
            'addresses': ['2001:db8:9000::/64'],
            'note': 'DHCPv6 stateless',
        },
        {
            'name': 'guest-1',
            'kind': 'guest',
            'addresses': ['2001:db8:9000::f816:3eff:fe11:2233'],
        },
        {
            'name': 'guest-2',
            'kind': 'guest',
            'addresses': ['2001:db8:9000::f816:3eff:fe44:5566'],
        },
    ],
    'links': [
        {'between': ['external', 'router'], 'label': '2001:db8:cafe::/64'},
        {'between': ['router', 'net-1']},
        {'between': ['router', 'net-2'], 'label': 'RA, M=0 O=1'},
        *(
            {'between': [net, guest]}
            for net in ('net-1', 'net-2')
            for guest in ('guest-1', 'guest-2')
        ),
    ],
}


def stream() -> streams.Stream:
    """Return a stream of a run with three faults."""
    made = streams.Stream()
    _underlay(made)
    _api(made)
    _scenario(made, 'test_slaac_from_os', 201, is_right=True)
    _scenario(made, 'test_dualnet_dhcp6_stateless_from_os', 202)
    made.skipped(
        f'setUpClass ({streams.SCENARIO}.test_dns.DnsTest)',
        '[ipv6_overlay] dns_servers is not set: no server to look for',
    )
    return made


def _underlay(made: streams.Stream) -> None:
    parent = f'{streams.UNDERLAY}.test_endpoints.EndpointsTest.test_endpoint'
    number = 1
    for service, port in _SERVICES.items():
        for interface in _INTERFACES:
            name = f'{parent}({service},RegionOne,{interface})'
            _endpoint(made, name, number, service, port, interface)
            number += 1


def _endpoint(
    made: streams.Stream,
    name: str,
    number: int,
    service: str,
    port: int,
    interface: str,
) -> None:
    test_id = streams.test_id(name, number)
    url = f'http://[2001:db8:1ab::10]:{port}'
    endpoint = {
        'service': service,
        'region': 'RegionOne',
        'interface': interface,
        'urls': [url],
        'visits': [
            {
                'address': '2001:db8:1ab::10',
                'listening': True,
                'status': 200,
                'seconds': 0.08,
            }
        ],
    }
    fault = FAULTS.get((service, interface))
    if fault is None:
        made.passed(test_id, endpoint=endpoint, findings=[])
        return
    names = ('seen', 'usual cause', 'where to look')
    rows = zip(names, fault[1:], strict=True)
    text = '\n'.join(f'  {what:<14}{said}' for what, said in rows)
    title = f'{service} RegionOne {interface}: {fault[0]}'
    finding: dict[str, Any] = {
        'code': 'example',
        'title': fault[0],
        'service': service,
        'region': 'RegionOne',
        'interface': interface,
        'url': url,
        'seen': fault[1],
        'expected': 'an answer over IPv6',
        'cause': fault[2],
        'look': fault[3],
    }
    endpoint['visits'] = []
    made.failed(
        test_id, f'{title}\n{text}', endpoint=endpoint, findings=[finding]
    )


def _api(made: streams.Stream) -> None:
    owner = f'{streams.API}.test_networks.NetworksIpV6Test'
    for number, label in enumerate(
        ('create_update_delete', 'list', 'show', 'external_network'), 101
    ):
        made.passed(streams.test_id(f'{owner}.test_{label}', number, 'smoke'))
    broken = f'{streams.API}.test_routers.RoutersIpV6Test'
    taken = [
        streams.test_id(f'{broken}.test_{label}', number)
        for number, label in enumerate(('add_interface', 'gateway'), 111)
    ]
    made.exists(*taken)
    setup = f'setUpClass ({broken})'
    made.file(
        setup,
        'traceback',
        streams.traceback(
            'No more IP addresses available on the external network',
            'tempest.lib.exceptions.Conflict',
        ).encode(),
        streams.TRACEBACK,
    ).end(setup, 'fail', 3.2, 1)


def _scenario(
    made: streams.Stream, label: str, number: int, is_right: bool = False
) -> None:
    owner = f'{streams.SCENARIO}.test_network_v6.TestGettingAddress'
    name = streams.test_id(f'{owner}.{label}', number, 'slow', 'network')
    evidence: dict[str, Any] = {
        'topology': _TOPOLOGY,
        'addresses': [
            _address('guest-1', '11:22:33', 'fe11:2233', True),
            _address('guest-2', '44:55:66', 'fe44:5566', is_right),
        ],
        'pings': [
            _ping('guest-1', 'guest-2', '::f816:3eff:fe44:5566', is_right),
            _ping('guest-2', 'guest-1', '::f816:3eff:fe11:2233', True),
            _ping('guest-1', 'router', '::1', True),
            _ping('guest-1', 'external', '', True),
        ],
        'steps': [
            {'name': 'networks, subnets and router', 'seconds': 2.1},
            {'name': 'both guests active', 'seconds': 5.4},
            {'name': 'addresses seen', 'seconds': 3.3},
            {'name': 'pings', 'seconds': 4.0},
        ],
    }
    if is_right:
        made.passed(name, **evidence)
        return
    log = ''.join(
        f'2026-11-23 08:00:{n % 60:02} 1 INFO [tempest] request {n}\n'
        for n in range(200)
    )
    made.failed(
        name,
        'guest-2 eth1: the predicted address is not there\n'
        '  expected      2001:db8:9000::f816:3eff:fe44:5566/64, valid\n'
        '  seen          no global address within 60 s\n'
        '  usual cause   the router sends no RA with the prefix\n'
        '  where to look radvd of the router; `ip -6 neigh` in the guest',
        log.replace('request 90\n', 'no RA\n').replace(
            'INFO [tempest] no RA', 'WARNING [guest] no RA in 30 s'
        ),
        **evidence,
    )


def _address(
    guest: str, mac: str, host: str, is_right: bool
) -> dict[str, Any]:
    address = f'2001:db8:9000::f816:3eff:{host}'
    return {
        'guest': guest,
        'interface': 'eth1',
        'mac': f'fa:16:3e:{mac}',
        'network': 'net-2',
        'mode': 'dhcpv6-stateless',
        'predicted': address,
        'seen': address if is_right else None,
        'predicted_prefix_length': 64,
        'prefix_length': 64 if is_right else None,
        'state': 'mngtmpaddr' if is_right else '',
    }


def _ping(
    source: str, target: str, host: str, is_right: bool
) -> dict[str, Any]:
    prefix = '2001:db8:9000' if host else '2001:db8:cafe::1'
    return {
        'source': source,
        'target': target,
        'address': prefix + host,
        'sent': 3,
        'received': 3 if is_right else 0,
        **(
            {'minimum_ms': 0.8, 'average_ms': 1.1, 'maximum_ms': 1.9}
            if is_right
            else {}
        ),
    }
