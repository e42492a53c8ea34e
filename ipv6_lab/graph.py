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
"""Steps that wait for each other, run together as far as they may."""

from collections.abc import Callable
from collections.abc import Sequence
import concurrent.futures
import dataclasses
import graphlib
import threading

from ipv6_lab import progress as progress_module

WORKERS = 24


@dataclasses.dataclass(frozen=True)
class Step:
    """Something to be done once others are done.

    :param action: raises when it fails, and the rest is then not begun;
        None where there is nothing to do but to name what comes first
    :param requires: names of other steps
    """

    name: str
    action: Callable[[], None] | None
    requires: tuple[str, ...] = ()


def run(
    steps: Sequence[Step],
    progress: progress_module.Progress,
    stopped: threading.Event,
) -> None:
    """Do every step, each as soon as what it requires is done.

    :param stopped: is set when a step fails, for those that wait

    :raises: what the first failing step raised; no other is begun
    """
    by_name = {step.name: step for step in steps}
    order = graphlib.TopologicalSorter(
        {step.name: step.requires for step in steps}
    )
    order.prepare()
    pool = concurrent.futures.ThreadPoolExecutor(WORKERS)
    pending: dict[concurrent.futures.Future[None], str] = {}
    try:
        while order.is_active():
            for name in order.get_ready():
                step = by_name[name]
                pending[pool.submit(_do, step, progress)] = name
            done, _ = concurrent.futures.wait(
                pending, return_when=concurrent.futures.FIRST_COMPLETED
            )
            for future in done:
                future.result()
                order.done(pending.pop(future))
    except BaseException:
        stopped.set()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _do(step: Step, progress: progress_module.Progress) -> None:
    if step.action is None:
        return
    with progress.step(step.name):
        step.action()
