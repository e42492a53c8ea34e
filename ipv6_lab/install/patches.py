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
"""Small, checked edits of installed packages.

Each says why, and for which version it was made. When the text that it
replaces is not there exactly once, the installation stops: a lab that
lacks the edit would fail later and tell nothing.
"""

import dataclasses
from pathlib import Path

from ipv6_lab import errors


@dataclasses.dataclass(frozen=True)
class Patch:
    """One replacement in one file.

    :param package: name and version as pip knows them
    :param file: below site-packages
    :param reason: what happens without it
    """

    package: str
    file: str
    before: str
    after: str
    reason: str


CLOUD = (
    Patch(
        package='os-ken==4.2.2',
        file='os_ken/app/ofctl/service.py',
        before=(
            '        id = datapath.id\n'
            '        assert isinstance(id, numbers.Integral)\n'
        ),
        after=(
            '        id = datapath.id = ev.msg.datapath_id\n'
            '        assert isinstance(id, numbers.Integral)\n'
        ),
        reason=(
            'with native threads this handler may run before the one that '
            'sets datapath.id; its assertion then fails, the switch stays '
            'unknown and neutron-openvswitch-agent never comes up'
        ),
    ),
    Patch(
        package='supervisor==4.3.0',
        file='supervisor/poller.py',
        before='        if eventmask & select.POLLNVAL:\n',
        after=('        if eventmask & (select.POLLNVAL | select.POLLERR):\n'),
        reason=(
            'the descriptor of a closed XML-RPC connection stays registered; '
            'once it is the standard input of a process that closed it, '
            'supervisord polls it for ever and takes a third of a core'
        ),
    ),
    Patch(
        package='neutron==29.0.0',
        file=(
            'neutron/plugins/ml2/drivers/openvswitch/agent/'
            'ovs_neutron_agent.py'
        ),
        before=(
            '                        vif_port.vif_id, vif_port.ofport)\n'
            '            return False\n'
        ),
        after=(
            '                        vif_port.vif_id, vif_port.ofport)\n'
            '            self.updated_ports.add(port_id)\n'
            '            return False\n'
        ),
        reason=(
            'a port that Open vSwitch has not numbered yet is to be "retried '
            'on the next iteration", and never is: it stays without flows'
        ),
    ),
    Patch(
        package='pyroute2==0.9.7',
        file='pyroute2/netns/__init__.py',
        before=(
            '    start_time = get_time()\n'
            '    while get_time() - start_time < timeout:\n'
            '        with ChildProcess(\n'
            '            target=_create_socket_child,\n'
        ),
        after=(
            "    here = os.open('/proc/thread-self/ns/net', os.O_RDONLY)\n"
            '    try:\n'
            '        try:\n'
            '            setns(netns, flags=flags, libc=libc)\n'
            '            return socket.socket(family, socket_type, proto)\n'
            '        finally:\n'
            '            setns(here, libc=libc)\n'
            '    finally:\n'
            '        os.close(here)\n'
            '    start_time = get_time()\n'
            '    while get_time() - start_time < timeout:\n'
            '        with ChildProcess(\n'
            '            target=_create_socket_child,\n'
        ),
        reason=(
            'for each look into a namespace it forks the whole agent, which '
            'takes three quarters of what the L3 and DHCP agents do and '
            'makes a router that gets an interface wait for seconds; a '
            'thread can go into a namespace and come back'
        ),
    ),
    # A file of its own, read by every interpreter of the environment. Not
    # sitecustomize.py: Debian's own comes first.
    Patch(
        package='the environment',
        file='ipv6_lab_collector.pth',
        before='',
        after='import gc; gc.set_threshold(100_000, 50, 100)\n',
        reason=(
            'importing a service makes a million objects and no garbage; '
            'looking for some takes a seventh of every start'
        ),
    ),
)
FOR = {'cloud': CLOUD}


def recipe(name: str) -> str:
    """What the patches of an environment come to, for its key."""
    return repr(FOR.get(name, ()))


def apply(name: str, site_packages: Path) -> None:
    """Apply every patch of an environment.

    :param name: ``cloud`` or ``tempest``
    :raises LabError: when one does not fit what is installed
    """
    for patch in FOR.get(name, ()):
        apply_one(patch, site_packages / patch.file)


def apply_one(patch: Patch, path: Path) -> None:
    """Replace the one occurrence of the patch's text.

    :raises LabError: when there is none, or more than one
    """
    text = path.read_text() if path.exists() else ''
    count = text.count(patch.before)
    if count != 1:
        raise errors.LabError(
            f'the patch for {patch.package} no longer applies: expected '
            f'its text once in {patch.file}, seen {count} times',
            'see in ipv6_lab/install/patches.py whether this version still '
            f'needs it ({patch.reason})',
        )
    path.write_text(text.replace(patch.before, patch.after))
