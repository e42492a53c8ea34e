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

"""What tests attach for the report: pictures, addresses, pings.

Pure: no Tempest. The forms are those of doc/source/report-formats.rst.
"""

from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import netaddr

from ipv6_tempest_plugin import addressing
from ipv6_tempest_plugin.overlay.guests import observations

Row = dict[str, Any]
VERSIONS = (4, 6)


def node(name: str, kind: str, *some: object) -> Row:
    """Return a node of a picture.

    :param some: its addresses; what is None is left out
    """
    there = [str(one) for one in some if one]
    return {'name': name, 'kind': kind, 'addresses': there}


def link(one: str, other: str, label: str = '') -> Row:
    """Return a line between two nodes."""
    return {'between': [one, other], 'label': label}


def addresses(
    base: Row,
    mac: str,
    predicted: Sequence[netaddr.IPAddress],
    seen: observations.Observation,
    versions: Collection[int] = VERSIONS,
) -> list[Row]:
    """Return a card's addresses, predicted beside seen.

    Link-local addresses are left out.

    :param base: what all of the rows say
    :param versions: of IP, which are shown
    """
    card = seen.interface(mac)
    base = {**base, 'interface': card.name if card else 'missing', 'mac': mac}
    there = [
        one
        for one in seen.addresses
        if card
        and one.interface == card.name
        and one.address.version in versions
        and not one.address.is_link_local()
    ]
    missing = set(predicted) - {one.address for one in there}
    return [
        {
            **base,
            **(_predicted(one.address) if one.address in predicted else {}),
            'seen': str(one.address),
            'prefix_length': one.prefix_length,
            'state': ', '.join(sorted(one.flags)),
        }
        for one in there
    ] + [{**base, **_predicted(one)} for one in sorted(missing)]


def _predicted(address: netaddr.IPAddress) -> Row:
    length = addressing.SLAAC_PREFIX_LENGTH
    return {
        'predicted': str(address),
        **(
            {'predicted_prefix_length': length} if address.version == 6 else {}
        ),
    }


def ping(
    ends: tuple[str, str],
    target: netaddr.IPAddress,
    source: netaddr.IPAddress | None,
    echo: observations.Echo,
    wanted: bool,
) -> Row:
    """Return what became of a ping.

    :param ends: the nodes that it comes from and goes to
    :param wanted: whether it must be answered
    """
    return {
        'source': ends[0],
        'target': ends[1],
        'address': str(target),
        'source_address': str(source or ''),
        'sent': echo.sent,
        'received': echo.received,
        'wanted': wanted,
        **_times(echo.times),
    }


def _times(times: Sequence[float]) -> Mapping[str, float]:
    if not times:
        return {}
    return {
        'minimum_ms': min(times),
        'average_ms': sum(times) / len(times),
        'maximum_ms': max(times),
    }
