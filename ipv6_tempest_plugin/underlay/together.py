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
from collections.abc import Sequence
from concurrent import futures
import os
import resource
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


def worker_limit() -> int:
    """Return how many probes the descriptors of this process allow."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        soft = 1 << 20
    free = soft - len(os.listdir('/proc/self/fd')) - _RESERVE
    return max(4, free // _PER_JOB)
