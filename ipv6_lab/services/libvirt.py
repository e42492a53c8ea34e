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
"""libvirt with QEMU's emulation.

QEMU is called through a wrapper that turns the virtio offloads off: the
userspace datapath hands partial checksums on as they are, so that a
guest's ping passes and its TCP does not.
"""

import os

from ipv6_lab import errors
from ipv6_lab import hosts
from ipv6_lab import inventory
from ipv6_lab.services import base
from ipv6_lab.services import context
from ipv6_lab.services import openstack
from ipv6_lab import waiting

NAME = 'libvirt'
QEMU = '/usr/bin/qemu-system-x86_64'
# QEMU finds its firmware relative to its own program: the wrapped one has
# to stay beside the wrapper.
WRAPPED = f'{QEMU}.wrapped'
NICE = 5
OFFLOADS = (
    'csum',
    'guest_csum',
    'gso',
    'host_tso4',
    'host_tso6',
    'host_ecn',
    'host_ufo',
    'guest_tso4',
    'guest_tso6',
    'guest_ecn',
    'guest_ufo',
)


def services(lab: context.Context) -> list[base.Service]:
    """libvirtd of each host of the cloud."""
    return [
        base.Service(
            NAME,
            host,
            (
                base.Process(
                    'libvirtd',
                    ('/usr/sbin/libvirtd',),
                    {'PATH': '/usr/sbin:/usr/bin:/sbin:/bin'},
                ),
            ),
            files={
                '/etc/libvirt/libvirtd.conf': daemon_configuration(),
                '/etc/libvirt/qemu.conf': qemu_configuration(),
            },
            ready=answers,
        )
        for host in inventory.CLOUD_HOSTS
    ]


def answers(host: hosts.Running) -> None:
    """Ready when it tells the version of its hypervisor.

    :raises NotReady: while it does not
    """
    try:
        host.run(
            ['virsh', '--connect', 'qemu:///system', 'version'],
            timeout=openstack.PROBE_TIMEOUT,
        )
    except errors.LabError as problem:
        raise waiting.NotReady(problem.message) from problem


def wrapper() -> str:
    """The script that stands before QEMU.

    Cards have no ROM: guests here boot from disks, and firmware would run
    that of each card. Guests yield to the cloud's services: those work in
    turn, each waiting for the one before, and guests that boot would take
    both processors from whoever gives them their network.
    """
    settings = [*(f'{name}=off' for name in OFFLOADS), 'romfile=']
    options = ' '.join(
        f'-global virtio-net-pci.{setting}' for setting in settings
    )
    return f'#!/bin/sh\nexec nice -n {NICE} {WRAPPED} "$@" {options}\n'


def wrap() -> None:
    """Put the wrapper in QEMU's place, on a host's own ``/usr/bin``.

    Called by the host's init alone, which has just laid that directory:
    a command sent into a host that ends meanwhile might do it elsewhere.

    :raises RuntimeError: where ``/usr/bin`` is not a mount of its own
    """
    place = os.path.dirname(QEMU)
    if not os.path.ismount(place):
        raise RuntimeError(f"{place} is the machine's own")
    os.rename(QEMU, WRAPPED)
    with open(QEMU, 'w') as stream:
        stream.write(wrapper())
    os.chmod(QEMU, 0o755)  # noqa: S103 - a program is run by everybody


def daemon_configuration() -> str:
    """libvirtd.conf: one socket, for root."""
    return '\n'.join(
        (
            'auth_unix_rw = "none"',
            'auth_unix_ro = "none"',
            'unix_sock_group = "root"',
            'log_outputs = "3:stderr"',
            '',
        )
    )


def qemu_configuration() -> str:
    """qemu.conf: the lab's namespaces confine, nothing else has to."""
    return '\n'.join(
        (
            'user = "root"',
            'group = "root"',
            'security_driver = "none"',
            'security_default_confined = 0',
            'cgroup_controllers = []',
            'namespaces = []',
            'stdio_handler = "file"',
            'dynamic_ownership = 0',
            'remember_owner = 0',
            f'vnc_listen = "{inventory.CONTROLLER.control}"',
            '',
        )
    )
