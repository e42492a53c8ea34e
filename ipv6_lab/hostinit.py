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
"""What runs first inside the namespaces of a host.

It lays private file systems over what services write (``/etc``, ``/run``,
``/var/lib``, ``/var/log``, ``/usr/bin``, ``/dev/shm``), sets the kernel's
per-namespace settings, and becomes supervisord.

``python3 -m ipv6_lab.hostinit HOST IDENTIFIER DIRECTORY LOGS``
"""

import os
from pathlib import Path
import socket
import subprocess
import sys

from ipv6_lab import hosts
from ipv6_lab.services import libvirt
from ipv6_lab import supervisor

OVERLAYS = ('/etc', '/usr/bin', '/var/lib')
TMPFS = {'/run': 'mode=755', '/dev/shm': 'mode=1777'}
RUN_DIRECTORIES = ('lock', 'netns', 'tmp', 'sshd')
# What packages or the machine's own services put there would be started or
# read: libvirt's default network, for one, is an IPv4 bridge with DHCP.
EMPTY = ('/etc/libvirt', '/var/lib/libvirt', '/etc/rabbitmq')

# With the userspace datapath a guest's packets reach the host's own stack
# through its tap: without accept_ra=0 a tenant's RA would configure the
# host. A listener on :: must not take IPv4 along (bindv6only).
SYSCTLS = {
    'net/ipv6/bindv6only': '1',
    'net/ipv6/conf/default/accept_ra': '0',
    'net/ipv6/conf/all/accept_ra': '0',
    'net/ipv6/conf/default/autoconf': '0',
    'net/ipv6/conf/all/autoconf': '0',
    # DAD begins after a random part of it (RFC 4862 5.4.2), which is for
    # links that many hosts join at once.
    'net/ipv6/conf/default/router_solicitation_delay': '0',
}
FORWARDING = {
    'net/ipv6/conf/all/forwarding': '1',
    'net/ipv6/conf/default/forwarding': '1',
    'net/ipv4/ip_forward': '1',
}
ROUTERS = ('external',)


def mount(*arguments: str) -> None:
    """Call mount(8); a failure ends the host's start."""
    subprocess.run(('mount', *arguments), check=True)


def lay_file_systems(directory: Path, logs: Path) -> None:
    """Give the host its own view of the machine's files."""
    fresh_sys()
    for place, options in TMPFS.items():
        mount('-t', 'tmpfs', '-o', options, 'tmpfs', place)
    for name in RUN_DIRECTORIES:
        Path('/run', name).mkdir()
    for place in OVERLAYS:
        overlay(place, directory)
    for place in EMPTY:
        Path(place).mkdir(exist_ok=True)
        mount('-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', place)
    mount('--bind', str(logs), '/var/log')


def fresh_sys() -> None:
    """A /sys of this network namespace, with the machine's cgroups."""
    mount('-t', 'sysfs', 'sysfs', '/sys')


def overlay(place: str, directory: Path) -> None:
    """Make a directory writable for this host alone."""
    name = place.strip('/').replace('/', '-')
    upper, work = directory / name / 'upper', directory / name / 'work'
    upper.mkdir(parents=True, exist_ok=True)
    work.mkdir(parents=True, exist_ok=True)
    options = f'lowerdir={place},upperdir={upper},workdir={work}'
    mount('-t', 'overlay', '-o', options, 'overlay', place)


def set_kernel(name: str) -> None:
    """Set the namespace's own sysctls and bring its loopback up."""
    settings = dict(SYSCTLS)
    if name in ROUTERS:
        settings |= FORWARDING
    for key, value in settings.items():
        Path('/proc/sys', key).write_text(value)
    subprocess.run(('ip', 'link', 'set', 'lo', 'up'), check=True)


def main(arguments: list[str]) -> None:
    """Prepare this host, then become its supervisor."""
    name, identifier, directory, logs = arguments
    lay_file_systems(Path(directory), Path(logs))
    libvirt.wrap()
    set_kernel(name)
    socket.sethostname(name)
    configuration = Path('/run/supervisord.conf')
    configuration.write_text(supervisor.daemon_settings(hosts.SOCKET))
    os.execv(
        sys.executable,
        (
            sys.executable,
            '-m',
            'ipv6_lab.nursery',
            '--nodaemon',
            f'--configuration={configuration}',
            '--identifier',
            identifier,
        ),
    )


if __name__ == '__main__':
    main(sys.argv[1:])
