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

"""The two ends of a text that may be larger than memory."""

from collections.abc import Callable
from collections import deque

CUT = '\n[... {} bytes cut ...]\n'


class Clip:
    """Takes bytes piece by piece; keeps the first and the last of them."""

    def __init__(self, head: int, tail: int) -> None:
        self.size = 0
        self._limits = head, tail
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._tail_size = 0

    @property
    def is_cut(self) -> bool:
        """Whether something in the middle is lost."""
        return self.size > len(self._head) + self._tail_size

    def add(self, data: bytes) -> None:
        """Take the next piece."""
        self.size += len(data)
        room = self._limits[0] - len(self._head)
        if room > 0:
            self._head += data[:room]
            data = data[room:]
        if data and self._limits[1]:
            self._add_tail(data)

    def _add_tail(self, data: bytes) -> None:
        limit = self._limits[1]
        self._tail.append(data[-limit:])
        self._tail_size += len(self._tail[-1])
        while self._tail_size - len(self._tail[0]) >= limit:
            self._tail_size -= len(self._tail.popleft())

    def text(
        self,
        encoding: str = 'utf-8',
        change: Callable[[str], str] = lambda text: text,
    ) -> str:
        """Return what is left, with a line that says what is missing.

        Where it was cut, both ends are whole lines, since half of a secret
        would not be known as one.

        :param change: what to do to each end by itself
        """
        head, tail = bytes(self._head), b''.join(self._tail)
        if not self.is_cut:
            return change((head + tail).decode(encoding, 'replace'))
        head = head.rpartition(b'\n')[0]
        tail = tail.partition(b'\n')[2]
        missing = CUT.format(self.size - len(head) - len(tail))
        begin, end = (
            change(part.decode(encoding, 'replace')) for part in (head, tail)
        )
        return begin + missing + end
