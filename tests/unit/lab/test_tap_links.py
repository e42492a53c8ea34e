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
from typing import Any

import testtools

from ipv6_lab import tap_links

UP = tap_links.IFF_UP
PROMISC = tap_links.IFF_PROMISC


class Attributes(dict[str, Any]):
    """A netlink message: fields as items, attributes by name."""

    def __init__(self, attributes: dict[str, Any], **fields: Any) -> None:
        super().__init__(fields)
        self._attributes = attributes

    def get_attr(self, name: str) -> Any:
        return self._attributes.get(name)


def link(
    flags: int,
    kind: str | None = 'tun',
    event: str = 'RTM_NEWLINK',
    persist: int = 0,
) -> Attributes:
    """A link's message."""
    data = Attributes({'IFLA_TUN_PERSIST': persist})
    linkinfo = (
        Attributes({'IFLA_INFO_KIND': kind, 'IFLA_INFO_DATA': data})
        if kind
        else None
    )
    return Attributes(
        {'IFLA_LINKINFO': linkinfo}, event=event, flags=flags, index=7
    )


class TapLinksTest(testtools.TestCase):
    def test_promiscuous_and_down(self) -> None:
        self.assertTrue(tap_links.undone(link(PROMISC)))

    def test_all_others(self) -> None:
        for one in (
            link(UP | PROMISC),
            link(UP),
            link(0),
            link(PROMISC, persist=1),
            link(PROMISC, kind='veth'),
            link(PROMISC, kind=None),
            link(PROMISC, event='RTM_DELLINK'),
        ):
            self.assertFalse(tap_links.undone(one), one)
