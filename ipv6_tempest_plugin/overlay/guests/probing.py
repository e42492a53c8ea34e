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

"""What ping, nc and traceroute say. Pure: no Tempest.

They speak two dialects, iputils' and BusyBox's.
"""

from collections.abc import Sequence
import re

import netaddr

from ipv6_tempest_plugin.overlay.guests import observations
from ipv6_tempest_plugin.overlay.guests import reports

COUNTED = re.compile(r'(\d+) packets transmitted, (\d+) (?:packets )?received')
REPLY = re.compile(
    r'bytes from .*\b(?P<word>(?:icmp_)?seq)=(?P<number>\d+)'
    r'.*(?:ttl|hlim)=(?P<limit>\d+).*time=(?P<time>[\d.]+)'
)
# What the word for a sequence number is, and the first one.
FIRST = {'icmp_seq': 1, 'seq': 0}
HOP = re.compile(r' *\d+ +(?P<answers>\S.*)')
STATUS = re.compile(r'status (\d+)')


def echo(lines: Sequence[str]) -> observations.Echo:
    """Return what became of a ping.

    One that never sent anything, such as for want of a route, has lost all.

    :raises MalformedReport: when it did not run
    """
    said = '\n'.join(lines)
    counted = COUNTED.search(said)
    if not counted and status(lines) not in (1, 2):
        raise reports.MalformedReport(f'ping did not run: {said}')
    sent, received = map(int, counted.groups()) if counted else (0, 0)
    replies = list(REPLY.finditer(said))
    return observations.Echo(
        sent,
        received,
        tuple(int(one['limit']) for one in replies),
        tuple(float(one['time']) for one in replies),
        said,
        tuple(int(one['number']) - FIRST[one['word']] for one in replies),
    )


def connected(lines: Sequence[str]) -> str:
    """Return what became of a TCP connection (``observations.OPEN`` ...).

    :raises MalformedReport: when nc did not run
    """
    code = status(lines)
    if code not in (0, 1):
        raise reports.MalformedReport(f'nc did not run: {lines}')
    if code == 0:
        return observations.OPEN
    if any('refused' in line for line in lines):
        return observations.REFUSED
    return observations.UNANSWERED


def path(lines: Sequence[str]) -> list[tuple[netaddr.IPAddress, ...]]:
    """Return the hops that traceroute shows: whoever answered at each."""
    matches = filter(None, map(HOP.fullmatch, lines))
    return [
        tuple(
            dict.fromkeys(
                netaddr.IPAddress(word)
                for word in match['answers'].split()
                if netaddr.valid_ipv6(word)
            )
        )
        for match in matches
    ]


def status(lines: Sequence[str]) -> int:
    """Return the exit status that a probe ended with.

    :raises MalformedReport: when it is not told
    """
    match = STATUS.fullmatch(lines[-1]) if lines else None
    if not match:
        raise reports.MalformedReport(f'a probe has no end: {lines}')
    return int(match[1])
