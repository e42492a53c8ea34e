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
"""What the lab asks of the kernel, tried in throw-away namespaces."""

from collections.abc import Iterator
import dataclasses
from pathlib import Path
import shutil
import subprocess

from ipv6_lab import paths

PATH = '/usr/sbin:/usr/bin:/sbin:/bin'
UNSHARE = (
    'unshare',
    '--mount',
    '--net',
    '--uts',
    '--ipc',
    '--pid',
    '--fork',
    '--mount-proc',
    '--',
)
MODULES = 'load or build the kernel module {}'


@dataclasses.dataclass(frozen=True)
class Feature:
    """Something that the lab does, in small.

    :param name: what is expected of the kernel
    :param script: a shell script that does it; ``$1`` is an empty
        directory of the cache
    :param hint: what to do when it fails
    :param tool: the program that the script needs; without it (on a
        machine where nothing is installed yet) the feature is not tried
    """

    name: str
    script: str
    hint: str
    tool: str = 'sh'


FEATURES = (
    Feature(
        'mount, network, UTS, IPC and PID namespaces',
        'mount -t sysfs sysfs /sys && mount -t tmpfs tmpfs /run',
        'run as root of a whole machine, or give this container '
        'CAP_SYS_ADMIN, namespaces and a root that is a mount point',
    ),
    Feature(
        'overlay file systems over the cache directory',
        'cd "$1" && mkdir lower upper work && mount -t overlay '
        '-o lowerdir=lower,upperdir=upper,workdir=work overlay lower '
        '&& touch lower/file',
        f'{MODULES.format("overlay")}, or set {paths.VARIABLE} to a '
        'directory on ext4 or xfs',
    ),
    Feature(
        'IPv6 in a network namespace',
        'ip link set lo up && ip -6 address add 2001:db8::1/64 dev lo '
        '&& echo 1 > /proc/sys/net/ipv6/bindv6only',
        'boot without ipv6.disable=1',
        'ip',
    ),
    Feature(
        'nested network namespaces',
        'mount -t tmpfs tmpfs /run && ip netns add one '
        '&& ip netns exec one true',
        'allow more network namespaces (user.max_net_namespaces)',
        'ip',
    ),
    Feature(
        'veth pairs',
        'ip link add one type veth peer name two',
        MODULES.format('veth'),
        'ip',
    ),
    Feature(
        'bridges',
        'ip link add one type bridge',
        MODULES.format('bridge'),
        'ip',
    ),
    Feature(
        'TAP devices (/dev/net/tun)',
        'ip tuntap add dev one mode tap',
        f'{MODULES.format("tun")}, give this container /dev/net/tun',
        'ip',
    ),
    Feature(
        'IPv4 address translation',
        'iptables -t nat -A POSTROUTING -j MASQUERADE '
        '&& iptables -t nat -A PREROUTING -p tcp -j REDIRECT --to-ports 1',
        MODULES.format('nft_compat or iptable_nat'),
        'iptables',
    ),
    Feature(
        'IPv6 connection tracking',
        'ip6tables -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT',
        MODULES.format('nf_conntrack'),
        'ip6tables',
    ),
)


def untested() -> bool:
    """Whether some feature's tool is not installed yet."""
    return any(missing(feature) for feature in FEATURES)


def missing(feature: Feature) -> bool:
    """Whether the feature cannot be tried yet."""
    return shutil.which(feature.tool, path=PATH) is None


def problems() -> Iterator[str]:
    """A line for each feature that this kernel does not have.

    Without the first, namespaces, none of the others can be tried.
    """
    for feature in FEATURES:
        seen = None if missing(feature) else attempt(feature)
        if seen is None:
            continue
        yield f'kernel: expected {feature.name}, seen {seen!r}; {feature.hint}'
        if feature is FEATURES[0]:
            return


def attempt(feature: Feature) -> str | None:
    """Try a feature; the last thing that was said when it failed."""
    directory = paths.root() / 'tmp' / 'preflight'
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    try:
        return _try(feature, directory)
    finally:
        shutil.rmtree(directory)


def _try(feature: Feature, directory: Path) -> str | None:
    shell = ('sh', '-c', feature.script, 'sh', str(directory))
    try:
        done = subprocess.run(
            (*UNSHARE, *shell),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={'PATH': PATH, 'LC_ALL': 'C.UTF-8'},
            text=True,
        )
    except OSError as error:
        return str(error)
    if not done.returncode:
        return None
    last = done.stdout.strip().rpartition('\n')[2]
    return last or f'exit status {done.returncode}'
