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


"""What controls take away, and what it means when that changes nothing.

Pure: no Tempest.
"""

from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass

from ipv6_tempest_plugin.overlay import diagnosis
from ipv6_tempest_plugin.overlay import expect
from ipv6_tempest_plugin.overlay.vrouter import judging

WAYS = 'hops of traceroute6 and the default routes in VM1'


@dataclass(frozen=True)
class Control:
    """One of them.

    :param taken: what it takes away
    :param still: what must come about all the same
    :param look: where it shows whether that had an effect
    """

    taken: str
    still: str
    look: str

    def hints(
        self, found: Iterable[expect.Difference]
    ) -> Mapping[str, diagnosis.Hint]:
        """Return what differences mean while something is taken away."""
        return {
            one.attribute: self._lost
            if one.wanted in (judging.EVERY, judging.ANSWER)
            or one.attribute == judging.FORWARDED
            else self._through
            for one in found
        }

    @property
    def _through(self) -> diagnosis.Hint:
        return diagnosis.Hint(
            f'{self.taken} was taken away and packets still came through: '
            'another way exists (a bypass), or taking it away had no effect',
            self.look,
        )

    @property
    def _lost(self) -> diagnosis.Hint:
        return diagnosis.Hint(
            f'{self.taken} was taken away and more was lost than that '
            f'explains: {self.still}',
            self.look,
        )


FORWARDING = Control(
    'forwarding by the vRouter',
    'VM1 still reaches VM2 and both addresses of the vRouter',
    f'/proc/sys/net/ipv6/conf/all/forwarding in the vRouter; {WAYS}',
)
ROUTE = Control(
    'the extra route of ipv6-router (OPNFV-NATIVE-SETUP-14)',
    'requests still leave the vRouter, and replies are lost behind it',
    'whether `ip -6 route` in the namespace qrouter-ID of ipv6-router still '
    f'has the route; {WAYS}',
)
SECURITY = Control(
    'the freedom of eth0-vRouter from port security (OPNFV-NATIVE-SETUP-17)',
    'what the vRouter itself sends still passes, as its security group lets '
    'all in',
    'flows or ip6tables of the port on the host of the vRouter; the firewall '
    f'driver and the log of its L2 agent; {WAYS}',
)
ADVERTISEMENTS = Control(
    "the vRouter's router advertisements",
    'VM1 still has its link-local address',
    'who sends type 134: tcpdump icmp6 in VM1; `ps` in the vRouter',
)
