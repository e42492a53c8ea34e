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
"""The services of the lab: one module each, settings as data."""

from ipv6_lab.services import base
from ipv6_lab.services import context
from ipv6_lab.services import external
from ipv6_lab.services import glance
from ipv6_lab.services import keystone
from ipv6_lab.services import libvirt
from ipv6_lab.services import mariadb
from ipv6_lab.services import neutron
from ipv6_lab.services import nova
from ipv6_lab.services import openvswitch
from ipv6_lab.services import placement
from ipv6_lab.services import rabbitmq

MODULES = (
    mariadb,
    rabbitmq,
    openvswitch,
    libvirt,
    keystone,
    placement,
    glance,
    neutron,
    nova,
    external,
)


def everything(lab: context.Context) -> list[base.Service]:
    """Every service of every host."""
    return [service for module in MODULES for service in module.services(lab)]
