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

"""What is said of a test, of a time and of a run, in short."""

from ipv6_tempest_plugin.results.live import tally as tallying
from ipv6_tempest_plugin.results import model
from ipv6_tempest_plugin.results import names
from ipv6_tempest_plugin.results import text

_REASON = 200
# Of the tests that run now, as many as are shown by name.
_RUNNING = 4


def short(name: str) -> str:
    """Return class and method; a fixture's name after its class."""
    parsed = names.parse(name)
    owner = parsed.owner.rpartition('.')[2]
    if parsed.fixture:
        return f'{owner} ({parsed.fixture})'
    return f'{owner}.{parsed.label}' if owner else parsed.label


def status(test: model.Test) -> str:
    """Return a status; one that spoils the run in capitals."""
    said = str(test.status)
    return said.upper() if test.status.is_bad else said


def seconds(test: model.Test) -> str:
    """Return how long a test took, such as ``2.51 s``."""
    return '-' if test.seconds is None else f'{test.seconds:.2f} s'


def reason(test: model.Test) -> str:
    """Return why a test did not pass, in a line; empty where it did."""
    if test.status.is_good:
        return ''
    return text.line(test.reason, _REASON)


def clock(time: float) -> str:
    """Return seconds as a clock shows them.

    >>> clock(3725)
    '1:02:05'
    """
    minutes, rest = divmod(int(max(0.0, time)), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f'{hours}:{minutes:02}:{rest:02}'
    return f'{minutes}:{rest:02}'


def count(tally: tallying.Tally) -> str:
    """Return how many of how many, aligned."""
    total = str(tally.total)
    return f'{tally.done:>{len(total)}}/{total}'


def times(tally: tallying.Tally) -> str:
    """Return the time that went by and the time that is left."""
    left = tally.remaining()
    ahead = '' if left is None else f', about {clock(left)} left'
    return f'{clock(tally.elapsed)} elapsed{ahead}'


def others(tally: tallying.Tally) -> str:
    """Return how many results are no success, by status."""
    said = [
        f'{number} {status}'
        for status in model.Status
        if (number := tally.counts[status]) and not status.is_good
    ]
    return ', '.join(said)


def running(tally: tallying.Tally) -> str:
    """Return what runs now, the longest first."""
    names_ = list(tally.running)
    said = ', '.join(short(name) for name in names_[:_RUNNING])
    more = len(names_) - _RUNNING
    return f'{said} and {more} more' if more > 0 else said
