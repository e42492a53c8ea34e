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
"""A moment that a signal may not split, and does not get lost in."""

from collections.abc import Iterator
import contextlib
import signal
import types

from ipv6_lab import signals


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Let a signal wait for the end of this.

    :raises Interrupted: at the end, when one came
    """
    came: list[int] = []

    def remember(number: int, frame: types.FrameType | None) -> None:
        came.append(number)

    before = {
        number: signal.signal(number, remember) for number in signals.SIGNALS
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if came:
        raise signals.Interrupted(came[0])
