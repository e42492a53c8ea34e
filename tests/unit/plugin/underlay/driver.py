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

"""Runs the underlay tests as Tempest does; loopback passes for usable.

``python -m tests.unit.plugin.underlay.driver MODULE ...`` writes subunit.
"""

import functools
import socket
import sys
from typing import Any

from stestr.subunit_runner import program
from stestr.subunit_runner import run

from ipv6_tempest_plugin import addressing
from ipv6_tempest_plugin.underlay import settings

_getaddrinfo = socket.getaddrinfo


def resolve(
    host: str, port: Any, family: int = 0, kind: int = 0, *rest: Any
) -> list[Any]:
    """Resolve names below .test (RFC 6761) to both loopback addresses."""
    if not str(host).endswith('.test'):
        return _getaddrinfo(host, port, family, kind, *rest)
    return [
        row
        for address in ('::1', '127.0.0.1')
        if family in (0, socket.AF_INET6 if ':' in address else socket.AF_INET)
        for row in _getaddrinfo(address, port, 0, kind)
    ]


if __name__ == '__main__':
    socket.getaddrinfo = resolve  # type: ignore[assignment]
    settings.USABLE |= {addressing.Scope.LOOPBACK}
    program.TestProgram(
        module=None,
        argv=sys.argv,
        testRunner=functools.partial(run.SubunitTestRunner, stdout=sys.stdout),
    )
