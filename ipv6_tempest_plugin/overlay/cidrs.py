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

"""Prefixes for tests, never the same one twice at a time.

Every worker of a run takes its prefixes from the same pool. Which are taken
is kept in one file as locks on its bytes, one byte per prefix: the kernel
tells workers of each other without a request to the cloud, and frees what
a dying worker held. Runs on other machines begin at other places.
"""

import fcntl
import functools
import os
from pathlib import Path
import random
import threading

import fixtures
import netaddr
from tempest import config

CONF = config.CONF
# How far a lock may lie in a file.
MOST = 2**62
OPTIONS = {
    4: ('project_network_cidr', 'project_network_mask_bits'),
    6: ('project_network_v6_cidr', 'project_network_v6_mask_bits'),
}


class NoPrefixLeft(Exception):
    """Every prefix of the pool is in use."""


class Pool:
    """The prefixes of one length within a larger one.

    :param whole: the prefix to take from
    :param length: prefix length of what is taken
    :param directory: where all workers of the machine keep their locks
    :raises ValueError: when ``whole`` holds no prefix of that length
    """

    def __init__(
        self, whole: netaddr.IPNetwork, length: int, directory: Path
    ) -> None:
        if length < whole.prefixlen:
            raise ValueError(
                f'expected a prefix that holds a /{length}, got {whole}; '
                'give tests a shorter prefix in [network]'
            )
        self.whole = whole.cidr
        self.length = length
        self.count = min(2 ** (length - whole.prefixlen), MOST)
        self._taken: set[int] = set()
        self._mutex = threading.Lock()
        directory.mkdir(parents=True, exist_ok=True)
        name = f'ipv6-overlay-{self.whole.first:x}-{length}.lock'
        # Closing any descriptor of the file would free all of its locks, so
        # it stays open as long as the process lives.
        self._file = os.open(directory / name, os.O_RDWR | os.O_CREAT, 0o600)

    def take(self) -> netaddr.IPNetwork:
        """Return a prefix that nobody on this machine uses.

        :raises NoPrefixLeft: when all are taken
        """
        start = random.randrange(self.count)
        with self._mutex:
            for step in range(self.count):
                index = (start + step) % self.count
                if self._lock(index):
                    return self._prefix(index)
        raise NoPrefixLeft(
            f'expected a free /{self.length} in {self.whole}, but all '
            f'{self.count} are in use; run fewer workers, or give tests a '
            'shorter prefix in [network]'
        )

    def give_back(self, prefix: netaddr.IPNetwork) -> None:
        """Let others use a prefix that was taken here."""
        index = (prefix.first - self.whole.first) // prefix.size
        with self._mutex:
            self._taken.discard(index)
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, index)

    def _lock(self, index: int) -> bool:
        # The kernel does not keep a process from what it holds itself.
        if index in self._taken:
            return False
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, index)
        except (BlockingIOError, PermissionError):
            # POSIX allows both for "somebody else has it".
            return False
        self._taken.add(index)
        return True

    def _prefix(self, index: int) -> netaddr.IPNetwork:
        size = self.whole.size >> (self.length - self.whole.prefixlen)
        first = netaddr.IPAddress(
            self.whole.first + index * size, self.whole.version
        )
        return netaddr.IPNetwork(f'{first}/{self.length}')


@functools.cache
def configured(version: int = 6) -> Pool:
    """Return the pool that ``[network]`` of tempest.conf describes.

    :param version: 4 or 6
    """
    cidr, bits = (CONF.network[name] for name in OPTIONS[version])
    directory = Path(CONF.oslo_concurrency.lock_path)
    return Pool(netaddr.IPNetwork(cidr), bits, directory)


class Prefix(fixtures.Fixture):
    """A prefix of one's own.

    :ivar network: the prefix, a :class:`netaddr.IPNetwork`
    """

    def __init__(self, version: int = 6) -> None:
        super().__init__()
        self._version = version

    def _setUp(self) -> None:
        pool = configured(self._version)
        self.network = pool.take()
        self.addCleanup(pool.give_back, self.network)
