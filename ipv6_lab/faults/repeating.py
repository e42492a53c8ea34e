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
"""Keep something broken that others mend or make anew."""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import threading

from ipv6_lab import errors

# Neutron makes a namespace long before a guest sends its first packet.
POLL = 0.2


@contextlib.contextmanager
def repeatedly(
    action: Callable[[], None], every: float = POLL
) -> Iterator[None]:
    """Do something now and again until the block ends.

    :param every: seconds between one time and the next
    :raises LabError: at the end of the block, when the action failed on the
        way: what the block saw is not what it does on a broken lab
    """
    ended = threading.Event()
    failures: list[Exception] = []

    def work() -> None:
        try:
            while not ended.wait(every):
                action()
        except Exception as error:  # noqa: BLE001 - raised below
            failures.append(error)

    action()
    thread = threading.Thread(target=work, name='fault', daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    if failures:
        raise errors.LabError(
            f'the fault ended before its time: {failures[0]}',
            'look whether the lab is well: scripts/lab status',
        ) from failures[0]
