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

"""Our reader of subunit beside the one of python-subunit."""

import io
from typing import Any

import ddt
import subunit
import testtools

from ipv6_tempest_plugin.results import packets
from ipv6_tempest_plugin.results import stream
from tests.unit.plugin.results import example
from tests.unit.plugin.results import streams


class Listener(stream.Collector):
    """Keeps all events."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[Any, ...]] = []
        self.damage: list[str] = []

    def status(
        self,
        test_id: Any = None,
        test_status: Any = None,
        test_tags: Any = None,
        runnable: bool = True,
        file_name: Any = None,
        file_bytes: Any = None,
        eof: bool = False,
        mime_type: Any = None,
        route_code: Any = None,
        timestamp: Any = None,
    ) -> None:
        """Keep an event in a form that can be compared."""
        self.seen.append(
            (
                test_id,
                test_status,
                frozenset(test_tags or ()),
                runnable,
                file_name,
                None if file_bytes is None else bytes(file_bytes),
                eof,
                mime_type,
                route_code,
                timestamp,
            )  # fmt: skip
        )

    def damaged(self, how: str) -> None:
        """Keep what was said of damage."""
        self.damage.append(how)


class Slow(io.BytesIO):
    """Gives a few bytes at a time, as a pipe may."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(7)


def ours(data: bytes, source: type[io.BytesIO] = io.BytesIO) -> Listener:
    """Return what our reader hears."""
    heard = Listener()
    packets.read(source(data), heard)
    return heard


def theirs(data: bytes) -> list[tuple[Any, ...]]:
    """Return what the library hears."""
    heard = Listener()
    subunit.ByteStreamToStreamResult(io.BytesIO(data), 'stdout').run(heard)
    return heard.seen


def varied() -> bytes:
    """Return packets with every field, and numbers of every length."""
    made = io.BytesIO()
    output = subunit.StreamResultToBytes(made)
    for size in (0, 1, 40, 63, 64, 16000, 16383, 16384, 70000, 4_100_000):
        output.status(
            test_id='t' * (size % 20000 or 1),
            test_status='success',
            test_tags={'worker-1', 'ünïcödé'},
            runnable=size % 2 == 0,
            file_name='log',
            file_bytes=b'\xb3' * size,
            eof=True,
            mime_type='text/plain',
            route_code='0/1',
            timestamp=streams.BEGIN,
        )
    output.status(test_id='x', test_status='exists')
    return made.getvalue()


@ddt.ddt
class PacketsTest(testtools.TestCase):
    @ddt.data(varied(), bytes(example.stream()), b'')
    def test_the_same_events_as_the_library(self, data: bytes) -> None:
        heard = ours(data)
        self.assertEqual(theirs(data), heard.seen)
        self.assertEqual([], heard.damage)

    def test_in_small_pieces(self) -> None:
        data = bytes(example.stream())
        self.assertEqual(theirs(data), ours(data, Slow).seen)

    def test_foreign_bytes_between_packets(self) -> None:
        first = bytes(streams.Stream().passed('a'))
        second = bytes(streams.Stream().passed('b'))
        heard = ours(b'begin\n' + first + b'middle' + second + b'end')
        foreign = [event[5] for event in heard.seen if event[4] == 'stdout']
        self.assertEqual([b'begin\n', b'middle', b'end'], foreign)
        self.assertEqual([], heard.damage)
        tests = [event for event in heard.seen if event[0]]
        self.assertEqual(theirs(first) + theirs(second), tests)

    def test_foreign_text_that_has_the_byte_of_a_signature(self) -> None:
        text = 'm³ of text'.encode() * 1000
        heard = ours(text + bytes(streams.Stream().passed('a')))
        self.assertEqual(
            theirs(bytes(streams.Stream().passed('a'))),
            [event for event in heard.seen if event[0]],
        )

    def test_no_byte_can_be_changed_unseen(self) -> None:
        whole = bytes(streams.Stream().passed('a').passed('b'))
        sound = theirs(whole)
        for place in range(len(whole)):
            data = bytearray(whole)
            data[place] ^= 0x55
            heard = ours(bytes(data))
            foreign = [event for event in heard.seen if event[4] == 'stdout']
            self.assertTrue(heard.damage or foreign, place)
            for event in heard.seen:
                if event not in foreign:
                    self.assertIn(event, sound)

    def test_no_end_goes_unseen(self) -> None:
        whole = bytes(streams.Stream().passed('a'))
        ends = {len(whole)}
        place = 0
        while place < len(whole):
            place = packets._end_of(whole, place)
            ends.add(place)
        for length in range(1, len(whole)):
            damage = ours(whole[:length]).damage
            self.assertEqual(length not in ends, bool(damage), f'{length}')
