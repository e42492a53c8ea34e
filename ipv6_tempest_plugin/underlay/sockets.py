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

"""Sockets whose every read ends at one deadline.

A time-out per read, which is all that a plain socket has, never ends a
server that drips one byte every few seconds.
"""

import errno
import os
import socket
from typing import Any

import netaddr

from ipv6_tempest_plugin.underlay import findings
from ipv6_tempest_plugin import waiting

_OURS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class Bounded:
    """Ends reads at the deadline; remembers what came first."""

    deadline: waiting.Deadline
    received = 0
    first = b''

    def recv_into(
        self, buffer: Any, nbytes: int | None = 0, flags: int = 0
    ) -> int:
        arm(self, self.deadline)
        count: int = super().recv_into(  # type: ignore[misc]
            buffer, nbytes, flags
        )
        if not self.received:
            self.first = bytes(memoryview(buffer)[:count])
        self.received += count
        return count


class BoundedSocket(Bounded, socket.socket):
    """A TCP socket bound to a deadline."""


def arm(sock: Any, deadline: waiting.Deadline) -> None:
    """Let the next operation of a socket last until the deadline.

    :raises TimeoutError: when nothing is left.
    """
    if deadline.expired:
        raise TimeoutError('timed out')
    sock.settimeout(deadline.remaining)


def connect(
    address: netaddr.IPAddress, port: int, deadline: waiting.Deadline
) -> BoundedSocket:
    """Connect to exactly this address, IPv6 or IPv4.

    :raises Fault: ``tcp-...`` when no connection comes about, ``too-slow``
        when there was no time left to try.
    :raises OSError: when this machine has no descriptor or memory left,
        which says nothing of the cloud.
    """
    if deadline.expired:
        seen = f'{deadline.elapsed:.1f} s had gone before the next question'
        raise findings.Fault('too-slow', seen, str(address))
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    sock = BoundedSocket(family, socket.SOCK_STREAM)
    sock.deadline = deadline
    try:
        arm(sock, deadline)
        sock.connect((str(address), port))
    except OSError as error:
        sock.close()
        if error.errno in _OURS:
            raise
        raise _fault(error, address, port, deadline) from error
    return sock


def _fault(
    error: OSError,
    address: netaddr.IPAddress,
    port: int,
    deadline: waiting.Deadline,
) -> findings.Fault:
    if isinstance(error, ConnectionRefusedError):
        code, seen = 'tcp-refused', 'connection refused'
    elif isinstance(error, TimeoutError):
        code = 'tcp-silent'
        seen = f'no answer to SYN within {deadline.elapsed:.1f} s'
    else:
        code, seen = 'tcp-unreachable', reason(error)
    return findings.Fault(code, f'port {port}: {seen}', str(address))


def reason(error: OSError) -> str:
    """Say in words what the kernel said."""
    return os.strerror(error.errno) if error.errno else str(error)
