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
"""Keeps the guests' tap devices up, where Open vSwitch puts them down.

libvirt makes a tap device and sets it up; the userspace datapath of
ovs-vswitchd, which sees the device at the same moment, makes it promiscuous.
Each reads the flags, changes its own and writes them all (netdevice(7) has
nothing better), so that now and then one undoes the other. A device that
is left promiscuous and down is one that libvirt had set up: its guest
would hear nothing for the rest of its life. With the kernel's datapath it
cannot happen, as there the kernel sets the flag itself.

It runs on each host with guests: ``python -m ipv6_lab.tap_links``.
"""

import errno
from typing import Any

# linux/if.h
IFF_UP = 0x1
IFF_PROMISC = 0x100
RTMGRP_LINK = 0x1
# What the kernel calls both tun and tap devices.
KIND = 'tun'
PERSIST = 'IFLA_TUN_PERSIST'


def undone(link: Any) -> bool:
    """Say whether a link is a guest's tap device that the switch put down.

    The switch's own devices persist, a guest's goes with its QEMU.

    :param link: as pyroute2 gives an RTM_NEWLINK message
    """
    if link['event'] != 'RTM_NEWLINK':
        return False
    information = link.get_attr('IFLA_LINKINFO')
    if information is None or information.get_attr('IFLA_INFO_KIND') != KIND:
        return False
    persists = information.get_attr('IFLA_INFO_DATA').get_attr(PERSIST)
    down = link['flags'] & (IFF_UP | IFF_PROMISC) == IFF_PROMISC
    return down and not persists


def main() -> None:
    """Follow the kernel's links for ever.

    :raises NetlinkError: when the kernel does not let a device be set up
    """
    import pyroute2
    from pyroute2.netlink import exceptions

    # Heard on one socket, changed by another: answers are not mixed.
    with pyroute2.IPRoute() as events, pyroute2.IPRoute() as ipr:
        events.bind(groups=RTMGRP_LINK)
        heard = ipr.get_links()
        while True:
            for link in filter(undone, heard):
                try:
                    ipr.link('set', index=link['index'], state='up')
                except exceptions.NetlinkError as problem:
                    # It may have been taken out meanwhile.
                    if problem.code != errno.ENODEV:
                        raise
                else:
                    print(f'link {link["index"]} is up again', flush=True)
            heard = events.get()


if __name__ == '__main__':
    main()
