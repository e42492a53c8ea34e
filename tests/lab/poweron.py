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
"""How long a guest takes from power-on to a login by ssh, in seconds.

``python -m tests.lab.poweron IMAGE`` switches one on, on a link of its own,
logs in and prints it. ``benchmarks.lab`` runs it.
"""

from pathlib import Path
import sys
import time

import paramiko

from ipv6_lab import signals
from tests.lab import guestbed
from tests.lab import guestmachine

MAC = 'fa:16:3e:00:00:0a'


def seconds(image: Path) -> float:
    """Switch a guest on, log in over IPv6, and say how long it took.

    :raises StepFailed: when it cannot be logged in to
    """
    key = paramiko.ECDSAKey.generate()
    public = f'{key.get_name()} {key.get_base64()}'
    metadata: dict[str, object] = {
        'hostname': 'one',
        'public_keys': {'key': public},
    }
    with guestbed.Bed() as bed:
        bed.serve_dhcp()
        bed.serve_metadata(metadata, '')
        bed.advertise(guestbed.Advertisement(dns=True))
        # What is measured is the guest: the caller looks ten times a second,
        # not once, whether its address is there by now (RFC 4861 7.2.2).
        bed.run('sysctl', '-q', 'net.ipv6.neigh.br0.retrans_time_ms=100')
        card = guestmachine.Card(MAC)
        with guestmachine.Guest(bed, 'guest', image, (card,)) as guest:
            guest.ssh(str(guestbed.eui64(MAC)), key)
            return time.monotonic() - guest.power_on


def main(arguments: list[str]) -> int:
    """Print the seconds that the guest of an image takes."""
    (image,) = arguments
    signals.unwind()
    try:
        print(f'{seconds(Path(image)):.2f}')
    except signals.Interrupted as interrupted:
        return interrupted.exit_code
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
