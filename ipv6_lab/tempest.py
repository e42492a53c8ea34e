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
"""Tempest's configuration for the lab, discovered by python-tempestconf."""

from pathlib import Path

from ipv6_lab import cloud
from ipv6_lab.install import venvs
from ipv6_lab import inventory
from ipv6_lab import paths
from ipv6_lab import places

FILE = 'tempest.conf'
PROGRAM = 'discover-tempest-config'


def logs() -> Path:
    """Where Tempest logs; it starts only when that is there."""
    return paths.logs() / 'tempest'


def directory() -> Path:
    """Where the configuration of the lab that is up lies."""
    return paths.state() / 'tempest'


def discovery() -> dict[str, str]:
    """Variables by which this checkout's .stestr.conf finds all tests.

    With them ``tempest run`` in the checkout sees what it would see in a
    workspace: Tempest's own tests and those of its plugins.
    """
    package = venvs.site_packages(places.venv('tempest')) / 'tempest'
    return {
        'OS_TEST_PATH': str(package / 'test_discover'),
        'OS_TOP_LEVEL': str(package),
        # stevedore would write its cache into root's home.
        'XDG_CACHE_HOME': str(paths.root() / 'tmp' / 'xdg'),
    }


def configuration() -> Path:
    """The file that ``TEMPEST_CONFIG`` names inside the lab."""
    return directory() / FILE


def command(image: str, network: str) -> list[str]:
    """The discovery's command line; credentials come by environment.

    :param image: identity of the guest image
    :param network: identity of the external network
    """
    program = places.venv('tempest') / 'bin' / PROGRAM
    overrides = [
        word
        for name, value in settings(image).items()
        for word in (name, value)
    ]
    return [
        str(program),
        '--out',
        str(configuration()),
        '--network',
        network,
        '--no-default-deployer',
        *overrides,
    ]


def settings(image: str) -> dict[str, str]:
    """What cannot be discovered: how this cloud's guests are reached."""
    return {
        'DEFAULT.log_dir': str(logs()),
        'oslo_concurrency.lock_path': str(directory() / 'locks'),
        'compute.image_ref': image,
        'compute.image_ref_alt': image,
        'compute.build_interval': '1',
        'compute.min_compute_nodes': str(len(inventory.CLOUD_HOSTS)),
        'compute.build_timeout': '180',
        'compute.fixed_network_name': '',
        'compute-feature-enabled.vnc_console': 'True',
        'network.project_network_cidr': str(inventory.TENANTS_V4),
        'network.project_network_mask_bits': '24',
        'network.project_network_v6_cidr': str(inventory.TENANTS_V6),
        'network.project_network_v6_mask_bits': '64',
        'network.build_interval': '1',
        'network.floating_network_name': cloud.PUBLIC_NETWORK,
        'network-feature-enabled.ipv6': 'True',
        'network-feature-enabled.ipv6_subnet_attributes': 'True',
        'validation.run_validation': 'True',
        'validation.connect_method': 'floating',
        'validation.image_ssh_user': 'cirros',
        'validation.image_ssh_password': 'gocubsgo',
        'validation.ssh_timeout': '120',
        'validation.ping_timeout': '60',
        # Tests run where the tenants' prefixes are routed to; the external
        # router answers pings; the guest keeps what it hears.
        'ipv6_overlay.guest_access': 'ssh-ipv6',
        'ipv6_overlay.guest_records': 'run-guest',
        'ipv6_overlay.guest_cards': 'trunk',
        # Its guest raises every card until it is told not to.
        'ipv6_overlay.hold_command': 'sudo touch /run/guest/held',
        'ipv6_overlay.lease_command': '',
        # The default of Neutron's option of the same name.
        'ipv6_overlay.dns_domain': 'openstacklocal',
        'ipv6_overlay.external_address': str(inventory.PUBLIC_V6.ip),
        # The address range of documents is what a lab should use; and what
        # claims to be IPv6-only here is held to it.
        'ipv6_underlay.allow_documentation_prefix': 'True',
        'ipv6_underlay.ipv4': 'forbidden',
        'ipv6_underlay.control_plane_ipv4': inventory.RUNNER_V4_HERE,
        'ipv6_underlay.required_interfaces': 'public,internal,admin',
        # The external host follows what tenants' routers hold.
        'ipv6_vrouter.tests_have_route': 'True',
    }
