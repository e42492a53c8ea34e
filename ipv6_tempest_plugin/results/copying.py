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

"""A subunit stream without its secrets: what can be archived."""

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field
import datetime
import json
from typing import BinaryIO

import subunit
import testtools

from ipv6_tempest_plugin.results import masking

# What a file may add to the copy; an attachment of more is cut.
LONGEST = 16 * 1024 * 1024
# A packet holds 4 MiB at most.
_PIECE = 1024 * 1024
_CUT = b'\n[... the rest was cut ...]\n'
_RUNNING = (None, 'exists', 'inprogress')

Key = tuple[str | None, str | None, str]


@dataclass(slots=True)
class _File:
    """A file that is still being received.

    :param begun: when its first piece came; of what has no begin of its
        own, such as a ``setUpClass``, it is the begin
    """

    mime_type: str | None
    begun: datetime.datetime | None
    data: bytearray = field(default_factory=bytearray)
    is_cut: bool = False

    def add(self, piece: bytes) -> None:
        """Take the next piece.

        What is cut ends with a whole line: half of a secret would not be
        known as one.
        """
        if self.is_cut:
            return
        room = LONGEST - len(self.data)
        self.data += piece[:room]
        if room < len(piece):
            self.is_cut = True
            del self.data[max(0, self.data.rfind(b'\n')) :]
            self.data += _CUT


class Copier(testtools.StreamResult):
    """Writes what it is told as version 2 of subunit, masked.

    A secret may lie across two packets, so files are kept until their test
    ends and are then written whole; :meth:`close` writes what is left.

    :param output: takes the bytes of the stream
    """

    def __init__(self, output: BinaryIO, mask: masking.Mask) -> None:
        super().__init__()
        self._mask = mask
        self._output = subunit.StreamResultToBytes(output)
        self._files: dict[Key, _File] = {}

    def status(
        self,
        test_id: str | None = None,
        test_status: str | None = None,
        test_tags: Iterable[str] | None = None,
        runnable: bool = True,
        file_name: str | None = None,
        file_bytes: bytes | None = None,
        eof: bool = False,
        mime_type: str | None = None,
        route_code: str | None = None,
        timestamp: datetime.datetime | None = None,
    ) -> None:
        """Take one event."""
        if file_name is not None and file_bytes:
            key = route_code, test_id, file_name
            file = self._files.setdefault(key, _File(mime_type, timestamp))
            file.add(file_bytes)
        if test_id is None or test_status is None:
            return
        if test_status not in _RUNNING:
            self._write_files(route_code, test_id)
        self._output.status(
            test_id=self._mask.name(test_id),
            test_status=test_status,
            test_tags=set(test_tags) if test_tags else None,
            runnable=runnable,
            route_code=route_code,
            timestamp=timestamp,
        )

    def damaged(self, how: str) -> None:
        """Write a note where the stream was not whole: the copy is."""
        self.status(file_name='the stream was not whole', file_bytes=_b(how))

    def close(self) -> None:
        """Write the files of no test and of tests that never ended."""
        for route_code, test_id, _ in list(self._files):
            self._write_files(route_code, test_id)

    def _write_files(
        self,
        route_code: str | None,
        test_id: str | None,
    ) -> None:
        for key in [k for k in self._files if k[:2] == (route_code, test_id)]:
            file = self._files.pop(key)
            data = masked(bytes(file.data), file.mime_type or '', self._mask)
            for place in range(0, len(data), _PIECE):
                self._output.status(
                    test_id=self._mask.name(test_id) if test_id else None,
                    file_name=self._mask.text(key[2]),
                    file_bytes=data[place : place + _PIECE],
                    eof=place + _PIECE >= len(data),
                    mime_type=file.mime_type,
                    route_code=route_code,
                    timestamp=file.begun,
                )


def masked(data: bytes, mime_type: str, mask: masking.Mask) -> bytes:
    """Return the content of a file without its secrets.

    What is JSON stays JSON; what is no text keeps its other bytes.
    """
    if mime_type.partition(';')[0].strip().endswith(('/json', '+json')):
        try:
            return _b(json.dumps(mask.data(json.loads(data))))
        except (ValueError, RecursionError):
            pass  # it is not what it claims to be
    try:
        return _b(mask.text(data.decode()))
    except UnicodeDecodeError:
        # Each byte is a character there, and back.
        return mask.text(data.decode('latin-1')).encode('latin-1')


def _b(text: str) -> bytes:
    return text.encode()
