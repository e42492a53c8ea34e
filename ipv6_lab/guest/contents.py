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
"""What the guest image is made of: Debian packages, and what is taken."""

BUILD_PACKAGES: tuple[str, ...] = (
    'apt',
    'dpkg',
    'e2fsprogs',
    'fdisk',
    'mtools',
    'qemu-utils',
    'syslinux',
)
"""Must be installed on the machine that builds the image."""

KERNEL_PACKAGE = 'linux-image-cloud-amd64'
"""Depends on the package of the current kernel, which is fetched too."""

GUEST_PACKAGES: tuple[str, ...] = (
    'bash',
    'busybox-static',
    'curl',
    'dash',
    'dhcpcd-base',
    'dropbear-bin',
    'e2fsprogs',
    'iproute2',
    'iputils-ping',
    'iputils-tracepath',
    'netcat-openbsd',
    'radvd',
    'radvdump',
    'sudo',
    'syslinux-common',
    'tcpdump',
    'traceroute',
    'util-linux',
    # Libraries; the build says so when a program lacks one.
    'libaudit1',
    'libblkid1',
    'libbpf1',
    'libbrotli1',
    'libbsd0',
    'libc6',
    'libcap-ng0',
    'libcap2',
    'libcom-err2',
    'libcrypt1',
    'libcurl4',
    'libdbus-1-3',
    'libelf1',
    'libext2fs2',
    'libffi8',
    'libgcrypt20',
    'libgmp10',
    'libgnutls30',
    'libgpg-error0',
    'libgssapi-krb5-2',
    'libhogweed6',
    'libidn2-0',
    'libk5crypto3',
    'libkeyutils1',
    'libkrb5-3',
    'libkrb5support0',
    'libldap-2.5-0',
    'liblz4-1',
    'liblzma5',
    'libmd0',
    'libmnl0',
    'libmount1',
    'libnettle8',
    'libnghttp2-14',
    'libp11-kit0',
    'libpam-modules',
    'libpam0g',
    'libpcap0.8',
    'libpcre2-8-0',
    'libpsl5',
    'librtmp1',
    'libsasl2-2',
    'libselinux1',
    'libsmartcols1',
    'libssh2-1',
    'libssl3',
    'libsystemd0',
    'libtasn1-6',
    'libtinfo6',
    'libtomcrypt1',
    'libtommath1',
    'libudev1',
    'libunistring2',
    'libuuid1',
    'libxtables12',
    'libzstd1',
    'zlib1g',
)
"""Fetched and unpacked, never installed."""

PROGRAMS: tuple[str, ...] = (
    'bash',
    'blkid',
    'bridge',
    'busybox',
    'curl',
    'dash',
    'dhcpcd',
    'dropbear',
    'dropbearkey',
    'findmnt',
    'ip',
    'lsblk',
    'mke2fs',
    'mkfs',
    'nc.openbsd',
    'ping',
    'radvd',
    'radvdump',
    'ss',
    'sudo',
    'tcpdump',
    'tracepath',
    'traceroute.db',
)
"""Found in any ``bin`` of the packages, put into ``/usr/bin``."""

ALIASES: dict[str, str] = {
    'mkfs.ext2': 'mke2fs',
    'mkfs.ext3': 'mke2fs',
    'mkfs.ext4': 'mke2fs',
    'nc': 'nc.openbsd',
    'ping4': 'ping',
    'ping6': 'ping',
    'sh': 'dash',
    'traceroute': 'traceroute.db',
    'traceroute6': 'traceroute.db',
}
"""Other names of programs; BusyBox serves what is still missing."""

PLUGINS: tuple[str, ...] = (
    'lib/x86_64-linux-gnu/security/pam_deny.so',
    'lib/x86_64-linux-gnu/security/pam_permit.so',
    'usr/libexec/sudo/sudoers.so',
)
"""Shared objects that programs load by name, kept at their place."""

BOOT_MODULES: tuple[str, ...] = ('virtio_pci', 'virtio_net', 'virtio_blk')
"""Kernel modules that come first, with what they depend on.

Those of the root disk, and the network's: the kernel uses a card only a
second after its driver came (net/core/link_watch.c), so the driver comes
before the disk.
"""

OTHER_DISK_MODULES: tuple[str, ...] = (
    'virtio_scsi',
    'sd_mod',
    'ata_piix',
)
"""Tried only when no virtio disk holds the root file system."""

ROOT_MODULES: tuple[str, ...] = (
    '8021q',
    'bridge',
    'button',
    'dummy',
    'evdev',
    'ip6_tunnel',
    'isofs',
    'macvlan',
    'nls_ascii',
    'nls_cp437',
    'nls_iso8859-1',
    'sr_mod',
    'tcp_diag',
    'tun',
    'udp_diag',
    'veth',
    'vfat',
    'virtio_rng',
    'virtio_scsi',
)
"""Loaded later, by the guest's services or its user."""
