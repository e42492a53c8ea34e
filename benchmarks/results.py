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

``python -m benchmarks.results`` writes the stream of a run with many tests:
workers list what they are going to run, each test logs, some fail, and some
attach evidence. Each report of it is made in a fresh process. It prints
medians and exits 1 when one misses its bound: from the stream to the run the
seconds that a user waits, then those of each form by itself, and the memory
of both together.
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

# Seconds from the stream to the run, and from there to one form; megabytes.
READ_BOUND, WRITE_BOUND = 10.0, 5.0
MEMORY_BOUND = 500.0
# Literal secrets, as a tempest.conf has them.
SECRETS = ('of the admin', 'of-the-operator', 'opensesame')
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
    """What one report took: seconds, MB at the peak and MB on disk.

    :param reading: from the stream to the run
    :param writing: from the run to the form
    :param processor: of the two, the seconds of the processor
    """

    reading: float
    writing: float
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
            f'every {options.evident}th has evidence, {options.log} bytes of '
            f'log each, a stream of {path.stat().st_size / 1e6:.0f} MB; '
            f'medians of {options.runs} runs'
        )
        print(
            f'{"form":>10} {"reading":>8} {"writing":>8} {"of CPU":>8} '
            f'{"memory MB":>10} {"file MB":>8}'
        )
        rows = [_row(path, form, options) for form in FORMS]
    return 0 if all(rows) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser('benchmarks.results')
    parser.add_argument('--tests', type=int, default=100_000)
    parser.add_argument('--failing', type=int, default=100)
    parser.add_argument('--evident', type=int, default=20)
    parser.add_argument('--log', type=int, default=2000)
    parser.add_argument('--runs', type=int, default=3)
    parser.add_argument('--child', help=argparse.SUPPRESS)
    parser.add_argument('--form', default='', help=argparse.SUPPRESS)
    return parser


def _row(path: pathlib.Path, form: str, options: argparse.Namespace) -> bool:
    runs = [_run(path, form) for _ in range(options.runs)]
    middle = {
        field.name: statistics.median(getattr(run, field.name) for run in runs)
        for field in dataclasses.fields(Run)
    }
    is_good = (
        middle['reading'] <= READ_BOUND
        and middle['writing'] <= WRITE_BOUND
        and middle['memory'] <= MEMORY_BOUND
    )
    verdict = '' if is_good else '  MISSED'
    print(
        f'{form or "(read)":>10} {middle["reading"]:>8.2f} '
        f'{middle["writing"]:>8.2f} {middle["processor"]:>8.2f} '
        f'{middle["memory"]:>10.0f} {middle["size"]:>8.1f}{verdict}',
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
    start, used = time.monotonic(), time.process_time()
    run = loading.load([options.child], masking.Mask(SECRETS))
    read = time.monotonic()
    size = 0
    if options.form:
        path = pathlib.Path(f'{options.child}.{options.form}')
        writer: Any = writing.WRITERS[options.form]
        writing.replace(path, lambda file: writer(file, run, None, 'many'))
        size = path.stat().st_size
    written = time.monotonic()
    processor = time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return Run(read - start, written - read, processor, peak / 1e6, size / 1e6)


def _write(output: BinaryIO, options: argparse.Namespace) -> None:
    stream = subunit.StreamResultToBytes(output)
    log = (_LINE * (options.log // len(_LINE) + 1))[: options.log].encode()
    moment = BEGIN
    for name in _names(options.tests):
        stream.status(name, 'exists')
    for number, name in enumerate(_names(options.tests)):
        failed = number % options.failing == options.failing - 1
        stream.status(name, 'inprogress', timestamp=moment)
        _attach(stream, name, "pythonlogging:''", log)
        if number % options.evident == 0:
            for kind, data in _evidence(number).items():
                _attach(
                    stream,
                    name,
                    kind,
                    json.dumps(data).encode(),
                    f'application/x-ipv6-{kind}+json',
                )
        if failed:
            _attach(stream, name, 'traceback', _FAILURE.encode())
        moment += datetime.timedelta(seconds=0.5)
        stream.status(
            name,
            'fail' if failed else 'success',
            test_tags=[f'worker-{number % 4}'],
            timestamp=moment,
        )


def _evidence(number: int) -> dict[str, Any]:
    """Return what a test of an endpoint, or a scenario, attaches."""
    where = {'service': f's{number}', 'region': 'one', 'interface': 'public'}
    address = f'2001:db8::{number % 65536:x}'
    if number % 100:
        visit = {'address': address, 'status': 200, 'seconds': 0.1}
        return {'endpoint': {**where, 'visits': [visit]}, 'findings': []}
    guests = [f'guest-{one}' for one in range(4)]
    nodes = [{'name': one, 'kind': 'guest'} for one in ('net', *guests)]
    links = [{'between': ['net', one]} for one in guests]
    ping = {'address': address, 'sent': 3, 'received': 3}
    return {
        'topology': {'title': f't{number}', 'nodes': nodes, 'links': links},
        'addresses': [
            {'guest': g, 'interface': 'e', 'predicted': address}
            for g in guests
        ],
        'pings': [{'source': 'net', 'target': g, **ping} for g in guests],
        'steps': [{'name': g, 'seconds': 1.5} for g in guests],
    }


def _attach(
    stream: subunit.StreamResultToBytes,
    name: str,
    file: str,
    data: bytes,
    mime_type: str = 'text/plain; charset=utf8',
) -> None:
    stream.status(
        name,
        file_name=file,
        file_bytes=data,
        mime_type=mime_type,
        eof=True,
    )


def _names(count: int) -> Iterator[str]:
    for number in range(count):
        owner = _OWNER.format(number // 20)
        uuid = f'00000000-0000-4000-8000-{number:012x}'
        yield f'{owner}.test_{number}[id-{uuid}]'


if __name__ == '__main__':
    sys.exit(main())
