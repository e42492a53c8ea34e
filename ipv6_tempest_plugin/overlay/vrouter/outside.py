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

"""Pings from the machine that runs Tempest, into the cloud."""

from collections.abc import Mapping
from collections.abc import Sequence
import contextlib
import os
import subprocess

from ipv6_tempest_plugin.overlay.guests import observations
from ipv6_tempest_plugin.overlay.guests import plans
from ipv6_tempest_plugin.overlay.guests import probing
from ipv6_tempest_plugin.overlay import together
from ipv6_tempest_plugin import waiting

# Seconds between two requests; shorter ones are for root.
INTERVAL = 0.3
# Seconds that ping itself may take beside its waiting.
SLACK = 10


def answered(some: Sequence[plans.Ping], patience: float) -> None:
    """Wait until each is answered.

    What never answers is no error here: that is for :func:`pings` to show.
    """
    with contextlib.suppress(waiting.WaitTimeout):
        waiting.wait_for(
            'replies to the tests',
            lambda: [one.received for one in pings(some).values()],
            patience,
            until=all,
            interval=INTERVAL,
        )


def pings(some: Sequence[plans.Ping]) -> Mapping[str, observations.Echo]:
    """Send echo requests, all at once; return what became of each, by name.

    :raises AssertionError: without iputils' ping
    """
    found = together.run(*(lambda one=one: ping(one) for one in some))
    return {one.name: echo for one, echo in zip(some, found, strict=True)}


def ping(one: plans.Ping) -> observations.Echo:
    """Send echo requests."""
    options = {'c': one.count, 'i': INTERVAL, 'W': one.patience, 's': one.size}
    words = [f'-{key}{value}' for key, value in options.items()]
    try:
        done = subprocess.run(
            ['ping', '-6', '-n', *words, str(one.target)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, 'LC_ALL': 'C'},
            text=True,
            timeout=one.count * INTERVAL + one.patience + SLACK,
        )
    except FileNotFoundError as missing:
        raise AssertionError(
            "[ipv6_vrouter] tests_have_route = True: expected iputils' ping "
            'on the machine that runs Tempest, seen none in PATH'
        ) from missing
    return probing.echo(
        [*done.stdout.splitlines(), f'status {done.returncode}']
    )
