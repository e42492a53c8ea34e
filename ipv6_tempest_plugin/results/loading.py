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

"""From what a command was given to one complete run."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import contextlib
import gc
from pathlib import Path

from ipv6_tempest_plugin.results import complete
from ipv6_tempest_plugin.results import literals
from ipv6_tempest_plugin.results import masking
from ipv6_tempest_plugin.results import merging
from ipv6_tempest_plugin.results import model
from ipv6_tempest_plugin.results import names
from ipv6_tempest_plugin.results import sources
from ipv6_tempest_plugin.results import stream


def load(
    places: Sequence[str],
    mask: masking.Mask,
    listed: str | None = None,
    watch: stream.Watch | None = None,
) -> model.Run:
    """Read streams, merge them and name the tests that never ran.

    :param listed: a file with the ids of all tests
    :param watch: is told of each event as it comes
    :raises ReportError: when one of them cannot be read
    """
    ids = sources.test_ids(listed) if listed else frozenset[str]()
    name = _name if len(places) > 1 else lambda place: ''
    if watch:
        for test_id in ids:
            watch.listed(names.parse(mask.name(test_id)).name)
    with _without_collection():
        runs = [
            sources.read(place, mask, name(place), watch) for place in places
        ]
        return complete.complete(merging.merge(runs), ids)


def mask(
    path: str | None,
    places: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> masking.Mask:
    """Return what masks, also the literal secrets that are known.

    These are the lines of a file, and what the environment and the
    tempest.conf of this directory, or of a place that is one, have under the
    names of secrets.

    :param environment: variables; nothing is looked up without them
    :raises ReportError: when the file cannot be read
    """
    more = literals.listed(path) if path is not None else []
    if environment is None:
        return masking.Mask(more)
    there = [Path(), *filter(Path.is_dir, map(Path, places))]
    configs = literals.configs(there, environment)
    return literals.mask(configs, environment, more)


@contextlib.contextmanager
def _without_collection() -> Iterator[None]:
    """Stop looking for cycles: all that is made here stays, and has none.

    With 100,000 tests the looking takes a seventh of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _name(place: str) -> str:
    path = Path(place)
    return path.name if path.is_dir() else path.stem
