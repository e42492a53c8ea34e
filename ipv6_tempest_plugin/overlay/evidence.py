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

"""What a person would go and fetch when a test has failed.

It is fetched once, all at a time, bounded in size and time. What cannot be
fetched says so in its own place and hides nothing.
"""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from concurrent import futures
import contextlib
import json
import re
from typing import Any

from ipv6_tempest_plugin.overlay import diagnosis
from ipv6_tempest_plugin import waiting

# Seconds for all of it, and octets for each part.
PATIENCE = 40
SIZE = 64 * 1024
# Octets for each part that is told with an error.
NOTE = 8 * 1024
SECRET = re.compile(
    r'(?i)("?[\w-]*(?:password|passwd|adminpass|token|secret|private_key)'
    r'[\w-]*"?\s*[:=]\s*)("[^"]*"|\S+)'
)
Source = Callable[[], Any]


def masked(text: str) -> str:
    """Hide what stands behind the name of a secret."""
    return SECRET.sub(r'\1***', text)


def bounded(text: str, size: int = SIZE) -> str:
    """Keep the end of a text that is too long."""
    if len(text) <= size:
        return text
    return f'({len(text) - size} characters left out)\n{text[-size:]}'


def written(found: Any) -> str:
    """Return what was fetched as text that may be shown."""
    if not isinstance(found, str):
        found = json.dumps(found, indent=2, sort_keys=True, default=str)
    return bounded(masked(found))


def collect(sources: Mapping[str, Source]) -> dict[str, str]:
    """Fetch from each source, at once; what failed tells why."""
    pool = futures.ThreadPoolExecutor(max(1, len(sources)))
    started = {name: pool.submit(fetch) for name, fetch in sources.items()}
    futures.wait(started.values(), PATIENCE)
    # Whoever is late must not be waited for.
    pool.shutdown(wait=False, cancel_futures=True)
    return {name: _outcome(future) for name, future in started.items()}


@contextlib.contextmanager
def explained(
    hint: diagnosis.Hint | None, sources: Mapping[str, Source]
) -> Iterator[None]:
    """Let an error tell its likely cause, and what was to be seen then.

    For what is taken away before the test's own evidence is fetched, and
    where there is no test yet.

    :param hint: why something may be waited for in vain
    """
    try:
        yield
    except Exception as error:
        if hint and isinstance(error, waiting.WaitTimeout):
            error.add_note(diagnosis.likely(hint))
        for name, text in collect(sources).items():
            error.add_note(f'{name}:\n{bounded(text, NOTE)}')
        raise


def _outcome(future: 'futures.Future[Any]') -> str:
    if not future.done() or future.cancelled():
        return f'(nothing within {PATIENCE} s)'
    error = future.exception()
    if error:
        return f'({type(error).__name__}: {masked(str(error))})'
    return written(future.result())
