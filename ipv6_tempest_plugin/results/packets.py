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

"""Reads version 2 of subunit, in half the time of its own library.

The format is described in the README of python-subunit ("Version 2"). A
packet is its signature, two bytes of flags, its length, the fields that
the flags announce, and the CRC-32 of all that. Numbers take one to four
bytes: the two highest bits of the first say how many follow.
"""

import datetime
import functools
import io
from typing import Any
from typing import Protocol
import zlib

from ipv6_tempest_plugin.results import stream

_SIGNATURE = 0xB3
_VERSION = 0x20
_HEADER = 6  # signature, flags and the longest length
_CRC = 4
_SMALLEST = 8  # one byte of length, no field
_MOST = 2  # bytes of length that follow the first: 4 MiB
_PIECE = 1 << 20
_STATUS = (None, 'exists', 'inprogress', 'success', 'uxsuccess', 'skip',
           'fail', 'xfail')  # fmt: skip
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


class Events(Protocol):
    """Takes what a stream tells: testtools' ``StreamResult``, and damage."""

    def status(self, *args: Any, **kwargs: Any) -> None:
        """Take one event."""

    def damaged(self, how: str) -> None:
        """Note that the stream itself is not whole."""


class _BadPacket(Exception):
    """It has the signature of a packet and is none."""


def read(source: io.BufferedIOBase, events: Events) -> None:
    """Give all that a stream tells to what takes it, as soon as it is there.

    What is no packet is given as foreign; a signature at which no sound
    packet begins is damage, and reading goes on at the next.
    """
    data, place = source.read1(_PIECE), 0
    while place < len(data):
        end = _end_of(data, place)
        while end > len(data):
            more = source.read1(max(_PIECE, end - len(data)))
            if not more:
                break
            data, place, end = data[place:] + more, 0, end - place
            end = _end_of(data, place)
        place = _take(data, place, end, events)
        if place == len(data):
            data, place = source.read1(_PIECE), 0


def _end_of(data: bytes, place: int) -> int:
    """Return where what begins here ends, perhaps beyond the data."""
    if data[place] != _SIGNATURE:
        found = data.find(b'\xb3', place)
        return len(data) if found < 0 else found
    if place + _HEADER > len(data):
        return place + _HEADER
    first = data[place + 3]
    size = first >> 6
    if size > _MOST or data[place + 1] & 0xF0 != _VERSION:
        # Foreign, such as half of a UTF-8 character: do not wait for it.
        return place + _SMALLEST
    length = first & 0x3F
    for byte in data[place + 4 : place + 4 + size]:
        length = length << 8 | byte
    return place + max(_SMALLEST, length)


def _take(data: bytes, place: int, end: int, events: Events) -> int:
    """Take what begins here; return where the next begins."""
    if data[place] != _SIGNATURE:
        events.status(file_name=stream.FOREIGN, file_bytes=data[place:end])
        return end
    if end > len(data):
        events.damaged(
            f'it ends within a packet, {end - len(data)} byte(s) too early'
        )
        return _resume(data, place)
    try:
        _packet(data, place, end, events)
    except (_BadPacket, IndexError, UnicodeDecodeError):
        events.damaged('a packet of it is damaged')
        return _resume(data, place)
    return end


def _resume(data: bytes, place: int) -> int:
    found = data.find(b'\xb3', place + 1)
    return len(data) if found < 0 else found


def _packet(data: bytes, place: int, end: int, events: Events) -> None:
    """Read one packet and tell what it says.

    :raises _BadPacket: for another checksum, version or length
    """
    checksum = int.from_bytes(data[end - _CRC : end])
    view = memoryview(data)[place : end - _CRC]
    high, low = data[place + 1], data[place + 2]
    if zlib.crc32(view) != checksum or high & 0xF0 != _VERSION:
        raise _BadPacket
    at = place + 4 + (data[place + 3] >> 6)
    timestamp = test_id = tags = mime = name = content = route = None
    if high & 0x02:
        seconds = int.from_bytes(data[at : at + 4])
        nanoseconds, at = _number(data, at + 4)
        timestamp = _moment(seconds, nanoseconds)
    if high & 0x08:
        test_id, at = _text(data, at)
    if low & 0x80:
        count, at = _number(data, at)
        tags = []
        for _ in range(count):
            tag, at = _text(data, at)
            tags.append(tag)
    if low & 0x20:
        mime, at = _text(data, at)
    if low & 0x40:
        name, at = _text(data, at)
        length, at = _number(data, at)
        content = data[at : at + length]
        at += length
    if high & 0x04:
        route, at = _text(data, at)
    if at != end - _CRC:
        raise _BadPacket
    events.status(
        test_id, _STATUS[low & 7], tags, bool(high & 1), name, content,
        bool(low & 0x10), mime, route, timestamp,
    )  # fmt: skip


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Return a number and where the next field begins."""
    first = data[at]
    size = first >> 6
    if not size:
        return first, at + 1
    end = at + 1 + size
    return (first & 0x3F) << 8 * size | int.from_bytes(data[at + 1 : end]), end


def _text(data: bytes, at: int) -> tuple[str, int]:
    """Return a text and where the next field begins."""
    length = data[at]
    if length < 64:
        at += 1
    else:
        length, at = _number(data, at)
    end = at + length
    return _decoded(data[at:end]), end


# Names come thrice, tags and types of content with each test.
@functools.lru_cache(1024)
def _decoded(data: bytes) -> str:
    return data.decode()


def _moment(seconds: int, nanoseconds: int) -> datetime.datetime:
    return _EPOCH + datetime.timedelta(0, seconds, nanoseconds // 1000)
