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

"""The script that looks around in a guest. Pure: no Tempest.

One text for every way in: over ssh it runs when it is asked for; without
ssh, user data runs it again and again and prints to the console.
"""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
import functools
from importlib import resources
import shlex

import netaddr

from ipv6_tempest_plugin.overlay.guests import plans


# What says in a guest that user data has pinned the tests' card.
PINNED = '/run/ipv6-tests-pinned'


@dataclass(frozen=True)
class Commands:
    """How an image is told what it does not do by itself.

    ``{interface}`` in them is the card's interface; empty for nothing.

    :param raising: brings a card up
    :param leasing: gets a lease of IPv4 for a card that is up
    :param lowering: takes a card down
    :param tagging: makes a card of a VLAN, which is left down; beside
        ``{interface}``, the name to give it, ``{parent}``, the interface on
        which it comes, ``{mac}``, its MAC address, and ``{vlan}``, its number
    """

    raising: str = ''
    leasing: str = ''
    lowering: str = ''
    tagging: str = ''


@functools.cache
def script(name: str) -> str:
    """Return a script that lies beside this module, without comments."""
    text = resources.files(__package__).joinpath(name).read_text()
    lines = (line.strip() for line in text.splitlines())
    return '\n'.join(
        line for line in lines if line and not line.startswith('#')
    )


def waits(
    plan: plans.Plan, commands: Commands = Commands(), first: str = ''
) -> str:
    """Return a script that waits for what a plan waits for.

    It prints a line for each card that has an address before it is raised.

    :param first: lines before all others
    """
    before = [words('addressed', mac) for mac in plan.raised]
    lines = [first, *before, *_patient(plan, commands), ':']
    return '\n'.join([script('observer.sh'), *lines])


def once(plan: plans.Plan, commands: Commands = Commands()) -> str:
    """Return a script that prints one report."""
    lines = [*_patient(plan, commands), *report(plan, '0')]
    return '\n'.join([script('observer.sh'), *lines, ''])


def forever(plan: plans.Plan, commands: Commands = Commands()) -> str:
    """Return user data that prints a report on the console every second.

    What the plan waits for is then waited for by whoever reads it.
    """
    lines = [
        '#!/bin/sh',
        script('observer.sh'),
        'exec > /dev/console 2>&1',
        *_raised(plan, commands),
        'number=0',
        'while :; do',
        'number=$((number + 1))',
        *report(plan, '$number'),
        'sleep 1',
        'done',
        '',
    ]
    return '\n'.join(lines)


def lower(macs: Sequence[str], commands: Commands, before: str = '') -> str:
    """Return a script that takes cards down, and fails where it cannot.

    :param macs: the cards'
    :param before: a command that must succeed first; empty for none
    """
    inside = commands.lowering.replace('{interface}', '"$name"')
    lines = [f'{words("lower", mac, inside)} || failed=1' for mac in macs]
    return '\n'.join(
        [
            script('observer.sh'),
            *(['(', before, ') || exit'] if before else []),
            'failed=0',
            *lines,
            '[ $failed -eq 0 ]',
        ]
    )


def tag(parent: str, macs: Mapping[int, str], commands: Commands) -> str:
    """Return lines that make cards of VLANs, for :func:`waits`.

    Those that are there are left alone.

    :param parent: MAC address of the card that carries them
    :param macs: theirs, by the numbers of the VLANs
    """
    lines = []
    for vlan, mac in macs.items():
        inside = commands.tagging
        for name, value in (
            ('interface', f'vlan{vlan}'),
            ('parent', '"$name"'),
            ('mac', mac),
            ('vlan', str(vlan)),
        ):
            inside = inside.replace(f'{{{name}}}', value)
        lines.append(f'{words("tag", parent, mac, inside)} || exit')
    return '\n'.join(lines)


def pin(mac: str) -> str:
    """Return a script that leaves a card only its answers to the tests.

    User data may have done it already (:func:`pin_early`).

    :param mac: the card's
    """
    return f'mac={shlex.quote(mac)} pinned={PINNED}\n{script("pin.sh")}'


def pin_early(
    mac: str, address: netaddr.IPAddress | str, patience: int
) -> str:
    """Return the same for user data, before anybody can log in.

    A connection that is there while its answers change their way may be lost:
    who tracks it has seen but one direction of it.

    :param address: the card's, by which tests will log in
    :param patience: seconds to wait for a router
    """
    lines = [
        '(',
        # It is root already, and an image may lack sudo.
        'sudo() { "$@"; }',
        f"SSH_CONNECTION='- - {address} -'",
        f'PINNED={PINNED}',
        script('routed.sh'),
        script('pin_early.sh'),
        'pinned() (',
        pin(mac),
        ')',
        f'{words("early", mac, patience)} ||',
        f'echo "not pinned within {patience} s: {mac}" > /dev/console',
        ')',
    ]
    return '\n'.join(lines)


def _raised(plan: plans.Plan, commands: Commands) -> Iterator[str]:
    for command, macs in (
        (commands.raising, plan.raised),
        (commands.leasing, plan.leasing),
    ):
        inside = command.replace('{interface}', '"$name"')
        for mac in macs if command else ():
            yield words('raise', plan.patience, mac, inside)


def _patient(plan: plans.Plan, commands: Commands) -> Iterator[str]:
    yield from _raised(plan, commands)
    yield words(
        'settle',
        plan.patience,
        ' '.join(map(_digits, plan.addresses)),
        ' '.join(plan.informed),
        ' '.join(plan.cards),
        ' '.join(map(str, plan.servers)),
    )
    # Pings of several sizes have one end in common.
    for end in dict.fromkeys((one.target, one.source) for one in plan.answers):
        yield f'{words("until_true", plan.patience, "answered", *end)} &'
    if plan.answers:
        yield 'wait'


def _digits(address: netaddr.IPAddress) -> str:
    """Return an address as the guest's kernel or its ip(8) writes it."""
    return f'{int(address):032x}' if address.version == 6 else str(address)


def report(plan: plans.Plan, number: str) -> Iterator[str]:
    """Return the lines that print a report.

    :param number: its number, as the shell reads it
    """
    yield f'begin {number}'
    for ping in plan.pings:
        yield words(
            'echo_to',
            ping.name,
            ping.target,
            ping.source,
            ping.count,
            ping.size,
            ping.patience,
            ping.interval,
            ping.deadline,
        )
    for one in plan.connections:
        yield words('tcp_to', one.name, one.target, one.port)
    for path in plan.paths:
        yield words('path_to', path.name, path.target, path.source)
    # While probes wait for replies.
    yield 'state'
    yield 'finish'


def words(*some: str | float | netaddr.IPAddress | None) -> str:
    """Return a line of shell; None is an empty word."""
    return shlex.join('' if word is None else str(word) for word in some)
