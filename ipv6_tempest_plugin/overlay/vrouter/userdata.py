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

"""The user data of the service VM, and what it says. Pure: no Tempest."""

import base64
from collections.abc import Sequence
from importlib import resources
import json
import re
import shlex

import netaddr

from ipv6_tempest_plugin.overlay.guests import observer
from ipv6_tempest_plugin.overlay.vrouter import topology

SAID = re.compile(r'^IPV6-VROUTER (ready|failed): (.*?)\r?$', re.M)
SCRIPT = 'vrouter.sh'
PROGRAM = '/usr/local/sbin/ipv6-vrouter'
# What the script leaves in the guest, for those who stop and start it.
PLACE = '/run/ipv6-vrouter'
WITHDRAW = (
    f'daemon=$(sudo cat {PLACE}/pid) && sudo kill $daemon && '
    'while sudo kill -0 $daemon 2> /dev/null; do sleep 0.2; done'
)
ADVERTISE = f'sudo sh {PLACE}/start'
FORWARDING = '/proc/sys/net/ipv6/conf/all/forwarding'


def forward(value: int) -> str:
    """Return the command that switches forwarding on (1) or off (0)."""
    return f'echo {value} | sudo tee {FORWARDING}'


class Failed(Exception):
    """The service VM says that it cannot be a router."""


def script(
    planned: topology.Topology,
    mtu: int,
    daemons: Sequence[str],
    gateway: netaddr.IPAddress | None = None,
    patience: int = 60,
    first: str = '',
) -> str:
    """Return a script that makes a router of any Linux.

    :param mtu: of the inner network, to be advertised
    :param daemons: ``radvd``, ``dnsmasq``; the first that is there is used
    :param gateway: of IPv4, where floating IPs of the inner card need it
    :param patience: seconds for each thing that it waits for
    :param first: another script, which runs before
    """
    settings = {
        'outer_mac': planned.outer_mac.lower(),
        'inner_mac': planned.inner_mac.lower(),
        'address': f'{planned.vrouter_inner}/{planned.inner.prefixlen}',
        'digits': f'{int(planned.vrouter_inner):032x}',
        'prefix': str(planned.inner),
        'mtu': str(mtu),
        'gateway4': str(gateway or ''),
        'daemons': ' '.join(daemons),
        'patience': str(patience),
    }
    lines = [f'{key}={shlex.quote(value)}' for key, value in settings.items()]
    before = [first] if first else []
    routed = observer.script('routed.sh')
    return '\n'.join(['#!/bin/sh', *before, *lines, routed, _text()])


def cloud_config(program: str, packages: Sequence[str]) -> str:
    """Return the same for cloud-init, which installs packages first.

    JSON is YAML too.
    """
    encoded = base64.b64encode(program.encode()).decode()
    file = {
        'path': PROGRAM,
        'permissions': '0755',
        'encoding': 'b64',
        'content': encoded,
    }
    wanted = {
        'package_update': bool(packages),
        'packages': list(packages),
        'write_files': [file],
        'runcmd': [[PROGRAM]],
    }
    return f'#cloud-config\n{json.dumps(wanted, indent=1)}\n'


def said(console: str) -> str | None:
    """Return what the service VM said when it was ready; None before.

    :raises Failed: when it has said that it cannot be
    """
    for outcome, words in SAID.findall(console):
        if outcome == 'failed':
            raise Failed(words)
        return str(words)
    return None


def _text() -> str:
    text = resources.files(__package__).joinpath(SCRIPT).read_text()
    lines = text.splitlines(keepends=True)
    return ''.join(line for line in lines if not line.startswith('#'))
