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

"""Many jobs at once, each of which ends by its own deadline."""

from collections.abc import Callable
from collections.abc import Hashable
from collections.abc import Iterator
from collections.abc import Sequence
from concurrent import futures
import contextlib
import os
import resource
import threading
from typing import Generic
from typing import TypeVar

T = TypeVar('T')

_RESERVE = 64
# A probe mostly holds one descriptor; a name may have two addresses.
_PER_JOB = 2


def gather(
    jobs: Sequence[Callable[[], T]], workers: int | None = None
) -> list[T]:
    """Run all jobs in threads; return their answers in order.

    There is a thread for every job as long as the descriptors of this
    process (``ulimit -n``) suffice; further jobs wait for a free thread,
    and their deadlines have not begun by then.

    :raises Exception: what the first of the jobs that failed raised, once
        all have ended; who must not lose the rest confines each job
        (:func:`crashes.confined`).
    """
    if len(jobs) < 2:
        return [job() for job in jobs]
    most = min(len(jobs), workers or worker_limit())
    with futures.ThreadPoolExecutor(most, 'probe') as pool:
        return list(pool.map(lambda job: job(), jobs))


@contextlib.contextmanager
def room_for(jobs: int) -> Iterator[None]:
    """Let this process have the descriptors that so many jobs need.

    That is up to its hard limit (``ulimit -Hn``), since the soft one of a
    login shell is for programs that count descriptors in a bit mask. The
    limit is the whole process's, so this is for the outermost gathering.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = _used() + _RESERVE + jobs * _PER_JOB
    wanted = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    if soft == resource.RLIM_INFINITY or wanted <= soft:
        yield
        return
    # Who may not (the kernel or a sandbox says no) lets further jobs wait.
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def worker_limit() -> int:
    """Return how many probes the descriptors of this process allow."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        soft = 1 << 20
    return max(4, (soft - _used() - _RESERVE) // _PER_JOB)


def _used() -> int:
    return len(os.listdir('/proc/self/fd'))


class Once(Generic[T]):
    """Does each thing once, whichever of many threads asks first.

    The others wait for what that one gets, be it an exception.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: dict[Hashable, futures.Future[T]] = {}

    def __call__(self, key: Hashable, job: Callable[[], T]) -> T:
        """Return the answer for a key; the first to ask does the job."""
        with self._lock:
            is_first = key not in self._answers
            answer = self._answers.setdefault(key, futures.Future())
        if is_first:
            try:
                answer.set_result(job())
            except BaseException as error:
                answer.set_exception(error)
                raise
        return answer.result()
