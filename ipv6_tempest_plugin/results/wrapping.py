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

"""A command, and what it says without its secrets."""

from collections.abc import Iterator
from collections.abc import Sequence
import contextlib
import io
import signal
import subprocess
import tempfile
import types
from typing import BinaryIO
from typing import IO

from ipv6_tempest_plugin.results import clip
from ipv6_tempest_plugin.results import copying
from ipv6_tempest_plugin.results import errors
from ipv6_tempest_plugin.results import masking
from ipv6_tempest_plugin.results import packets
from ipv6_tempest_plugin.results import text

# What a command prints: subunit, a text for people, or the ids of tests,
# which hold no secret and would be no ids if they were changed.
STREAM, TEXT, IDS = KINDS = ('stream', 'text', 'ids')
# Bytes of a standard error that are kept, of its begin and its end.
_KEPT = (256 * 1024, 768 * 1024)


def run(
    words: Sequence[str],
    mask: masking.Mask,
    output: BinaryIO,
    complaints: IO[str],
    kind: str = STREAM,
) -> int:
    """Run a command to its end.

    What it tells of a test is passed on as the test ends, what it says on
    standard error when it has ended itself: half of a secret would not be
    known as one.

    :param words: what it is called with
    :param output: takes its standard output
    :param complaints: takes its standard error
    :param kind: what it prints, one of :data:`KINDS`
    :returns: its exit status, as a shell has it
    :raises ReportError: when it cannot be started
    """
    with tempfile.TemporaryFile() as said:
        with _outlived(words, said) as process:
            _copy(process, mask, output, kind)
            status = process.wait()
        said.seek(0)
        complaints.write(ends(said, mask))
        complaints.flush()
    return status if status >= 0 else 128 - status


def ends(said: BinaryIO, mask: masking.Mask) -> str:
    """Return both ends of a text that is fit to be shown."""
    kept = clip.Clip(*_KEPT)
    while piece := said.read(1 << 16):
        kept.add(piece)
    return kept.text(change=lambda part: text.clean(mask.text(part)))


def _copy(
    process: subprocess.Popen[bytes],
    mask: masking.Mask,
    output: BinaryIO,
    kind: str,
) -> None:
    if not isinstance(process.stdout, io.BufferedReader):
        raise AssertionError('it was started with a pipe')
    if kind == STREAM:
        copier = copying.Copier(output, mask)
        packets.read(process.stdout, copier)
        copier.close()
        return
    whole = process.stdout.read()
    if kind == TEXT:
        said = whole.decode(errors='replace')
        whole = text.clean(mask.text(said)).encode()
    output.write(whole)
    output.flush()


@contextlib.contextmanager
def _outlived(
    words: Sequence[str], stderr: IO[bytes]
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a process and outlive it: what it says at its end is wanted.

    A terminal tells Ctrl-C to both; SIGTERM is passed on.
    """
    told: list[int] = []
    started: list[subprocess.Popen[bytes]] = []

    def stay(number: int, frame: types.FrameType | None) -> None:
        told.append(number)
        if number == signal.SIGTERM:
            for process in started:
                process.terminate()

    numbers = signal.SIGINT, signal.SIGTERM
    before = {number: signal.signal(number, stay) for number in numbers}
    try:
        with _start(words, stderr) as process:
            started.append(process)
            if signal.SIGTERM in told:  # before there was anything to end
                process.terminate()
            yield process
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _start(words: Sequence[str], stderr: IO[bytes]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=stderr)
    except OSError as error:
        raise errors.ReportError(
            f'{words[0]}: expected a program that can be run, seen: '
            f'{error.strerror}'
        ) from error
