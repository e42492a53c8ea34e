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

"""From tempest.conf to the settings of a survey."""

import netaddr
from oslo_config import cfg

from ipv6_tempest_plugin import addressing
from ipv6_tempest_plugin.underlay import settings


def settings_of(conf: cfg.ConfigOpts) -> settings.Settings:
    """Read ``[ipv6_underlay]``, and what Tempest already knows of TLS."""
    ours = conf.ipv6_underlay
    scopes = settings.USABLE
    if ours.allow_documentation_prefix:
        scopes |= {addressing.Scope.DOCUMENTATION}
    return settings.Settings(
        timeout=ours.timeout,
        scopes=scopes,
        statuses=frozenset(ours.accepted_statuses),
        interfaces=tuple(ours.interfaces),
        required_interfaces=tuple(ours.required_interfaces),
        required_services=required_services(conf),
        region=conf.identity.region or '-',
        ipv4_forbidden=ours.ipv4 == 'forbidden',
        control_plane_ipv4=tuple(
            netaddr.IPAddress(str(a)) for a in ours.control_plane_ipv4
        ),
        ca_file=conf.identity.ca_certificates_file,
        verify=not conf.identity.disable_ssl_certificate_validation,
    )


def required_services(conf: cfg.ConfigOpts) -> tuple[str, ...]:
    """Return the service types that the catalog must hold."""
    if conf.ipv6_underlay.required_services:
        return tuple(conf.ipv6_underlay.required_services)
    available = conf.service_available
    return tuple(
        getattr(conf, group).catalog_type
        for group, service in _GROUPS
        if service is None or getattr(available, service)
    )


# Groups of tempest.conf, and their names in [service_available].
_GROUPS = [
    ('identity', None),
    ('compute', 'nova'),
    ('placement', 'nova'),
    ('network', 'neutron'),
    ('image', 'glance'),
    ('volume', 'cinder'),
    ('object_storage', 'swift'),
]
