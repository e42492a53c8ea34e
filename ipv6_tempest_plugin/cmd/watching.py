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

"""Reading a stream under somebody's eyes: ``--live``."""

import argparse
from collections.abc import Iterator
import contextlib
import os
from pathlib import Path
import signal
import sys
import types

from ipv6_tempest_plugin.results import durations
from ipv6_tempest_plugin.results import errors
from ipv6_tempest_plugin.results.live import screen
from ipv6_tempest_plugin.results.live import tally
from ipv6_tempest_plugin.results import loading
from ipv6_tempest_plugin.results import masking
from ipv6_tempest_plugin.results import model
from ipv6_tempest_plugin.results import sources


def watched(args: argparse.Namespace, mask: masking.Mask) -> model.Run:
    """Read a stream and show each test as it ends.

    :raises ReportError: when there is no stream, or it cannot be read
    """
    known = times(args.times, mask)
    places = _places(args.stream)
    # The terminal may know fewer letters than a test's name has.
    if hasattr(sys.stdout, 'reconfigure'):
        sys.stdout.reconfigure(errors='replace')
    console = screen.console(sys.stdout, args.color, os.environ)
    with screen.Screen(console, tally.Tally(known)) as watch, _patient():
        return loading.load(places, mask, args.list, watch)


def times(places: list[str] | None, mask: masking.Mask) -> durations.Durations:
    """Return what tests took; without places, what stestr has seen here.

    :raises ReportError: when one of the places cannot be read
    """
    if places:
        return durations.read(places, mask)
    return durations.Durations(durations.stestr(Path()))


def _places(streams: list[str]) -> list[str]:
    if len(streams) > 1:
        raise errors.ReportError(
            f'--live: expected one stream, seen {len(streams)}; merge them '
            'afterwards'
        )
    places = streams or [sources.STDIN]
    if places == [sources.STDIN] and sys.stdin.isatty():
        raise errors.ReportError(
            '--live: expected a subunit stream on standard input, seen a '
            'terminal; use `tempest run --subunit | tempest ipv6-report '
            '--live`'
        )
    return places


@contextlib.contextmanager
def _patient() -> Iterator[None]:
    """Leave the first Ctrl-C to the tests: what they still say is wanted.

    SIGTERM unwinds, which gives the terminal its cursor back.
    """

    def first(number: int, frame: types.FrameType | None) -> None:
        signal.signal(number, before[signal.SIGINT])

    def end(number: int, frame: types.FrameType | None) -> None:
        sys.exit(128 + number)

    handlers = {signal.SIGINT: first, signal.SIGTERM: end}
    before = {n: signal.signal(n, handler) for n, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
