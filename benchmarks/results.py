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

"""How long the report of a very large run takes, and how much memory.

``python -m benchmarks.results`` writes the stream of a run with many tests,
of which some failed and each logged, and makes each report of it in a fresh
process. It prints medians and exits 1 when one misses its bound, which is
one of processor time: other processes do not count.
"""

import argparse
from collections.abc import Iterator
import dataclasses
import datetime
import json
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any
from typing import BinaryIO

import subunit

from ipv6_tempest_plugin.results import loading
from ipv6_tempest_plugin.results import masking
from ipv6_tempest_plugin.results import writing

# To read the stream; and to write one form as well.
READ_BOUND, WRITE_BOUND = 10.0, 15.0
MEMORY_BOUND = 500.0
# Only read, then each form by itself.
FORMS = ('', *writing.WRITERS)
BEGIN = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
_OWNER = 'ipv6_tempest_plugin.tests.overlay.api.test_many.Class{}Test'
_LINE = (
    '2026-01-01 00:00:00,000 1 INFO [tempest.lib.common.rest_client] Request '
    '(Class:test): 201 POST http://[2001:db8:1ab::10]:9696/v2.0/networks\n'
)
_FAILURE = (
    'Traceback (most recent call last):\n  File "/test.py", line 1, in test\n'
    '    self.verify()\nAssertionError: GET /v2.0/ports: not what it must be\n'
)


@dataclasses.dataclass(frozen=True)
class Run:
    """What one report took: seconds, MiB at the peak and MB on disk.

    :param processor: seconds of the processor. One thread does all and
        waits for nothing, so that is what it takes on an idle machine.
    """

    seconds: float
    processor: float
    memory: float
    size: float


def main() -> int:
    """Measure and print; return the exit status."""
    options = _parser().parse_args()
    if options.child:
        print(json.dumps(dataclasses.asdict(_measure(options))))
        return 0
    with tempfile.TemporaryDirectory() as place:
        path = pathlib.Path(place) / 'many.subunit'
        with path.open('wb') as output:
            _write(output, options)
        print(
            f'{options.tests} tests, every {options.failing}th failed, '
            f'{options.log} bytes of log each, a stream of '
            f'{path.stat().st_size / 1e6:.0f} MB; medians of '
            f'{options.runs} runs'
        )
        print(
            f'{"form":>10} {"seconds":>8} {"of CPU":>8} {"MiB":>6} {"MB":>6}'
        )
        rows = [_row(path, form, options) for form in FORMS]
    return 0 if all(rows) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser('benchmarks.results')
    parser.add_argument('--tests', type=int, default=100_000)
    parser.add_argument('--failing', type=int, default=100)
    parser.add_argument('--log', type=int, default=2000)
    parser.add_argument('--runs', type=int, default=3)
    parser.add_argument('--child', help=argparse.SUPPRESS)
    parser.add_argument('--form', default='', help=argparse.SUPPRESS)
    return parser


def _row(path: pathlib.Path, form: str, options: argparse.Namespace) -> bool:
    runs = [_run(path, form) for _ in range(options.runs)]
    seconds = statistics.median(run.seconds for run in runs)
    processor = statistics.median(run.processor for run in runs)
    memory = statistics.median(run.memory for run in runs)
    bound = WRITE_BOUND if form else READ_BOUND
    is_good = processor <= bound and memory <= MEMORY_BOUND
    verdict = '' if is_good else '  MISSED'
    print(
        f'{form or "(read)":>10} {seconds:>8.2f} {processor:>8.2f} '
        f'{memory:>6.0f} {runs[0].size:>6.1f}{verdict}',
        flush=True,
    )
    return is_good


def _run(path: pathlib.Path, form: str) -> Run:
    command = [sys.executable, '-m', 'benchmarks.results']
    command += ['--child', str(path), '--form', form]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Run(**json.loads(done.stdout))


def _measure(options: argparse.Namespace) -> Run:
    """Report once, in a process that has done nothing else."""
    start = time.monotonic()
    run = loading.load([options.child], masking.Mask())
    size = 0
    if options.form:
        path = pathlib.Path(f'{options.child}.{options.form}')
        writer: Any = writing.WRITERS[options.form]
        writing.replace(path, lambda file: writer(file, run, None, 'many'))
        size = path.stat().st_size
    seconds = time.monotonic() - start
    processor = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Run(seconds, processor, peak, size / 1e6)


def _write(output: BinaryIO, options: argparse.Namespace) -> None:
    stream = subunit.StreamResultToBytes(output)
    log = (_LINE * (options.log // len(_LINE) + 1))[: options.log].encode()
    moment = BEGIN
    for number, name in enumerate(_names(options.tests)):
        failed = number % options.failing == options.failing - 1
        stream.status(name, 'inprogress', timestamp=moment)
        _attach(stream, name, "pythonlogging:''", log)
        if failed:
            _attach(stream, name, 'traceback', _FAILURE.encode())
        moment += datetime.timedelta(seconds=0.5)
        stream.status(
            name,
            'fail' if failed else 'success',
            test_tags=[f'worker-{number % 4}'],
            timestamp=moment,
        )


def _attach(
    stream: subunit.StreamResultToBytes, name: str, file: str, data: bytes
) -> None:
    stream.status(
        name,
        file_name=file,
        file_bytes=data,
        mime_type='text/plain; charset=utf8',
        eof=True,
    )


def _names(count: int) -> Iterator[str]:
    for number in range(count):
        owner = _OWNER.format(number // 20)
        uuid = f'00000000-0000-4000-8000-{number:012x}'
        yield f'{owner}.test_{number}[id-{uuid}]'


if __name__ == '__main__':
    sys.exit(main())
