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

"""How long a survey of many endpoints takes, some of which swallow packets.

``python -m benchmarks.underlay`` starts servers of its own on ports of ::1,
surveys them in a fresh process for each run and prints medians. With IPv4
forbidden each endpoint is a name whose A record swallows packets on its
port, as behind a firewall. It exits 1 when a median misses its bound or a
finding is wrong.
"""

import argparse
import asyncio
from collections.abc import Iterator
import contextlib
import dataclasses
import json
import multiprocessing
from multiprocessing import connection
import pathlib
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

from ipv6_tempest_plugin import addressing
from ipv6_tempest_plugin.underlay import catalog
from ipv6_tempest_plugin.underlay import settings
from ipv6_tempest_plugin.underlay import survey

RATIO_BOUND = 1.3
MEMORY_BOUND = 150.0

_DOCUMENT = json.dumps(
    {'versions': [{'id': 'v2', 'links': [{'rel': 'self', 'href': '/v2/'}]}]}
)
_REPLY = (
    'HTTP/1.1 300 Multiple Choices\r\nContent-Type: application/json\r\n'
    f'Content-Length: {len(_DOCUMENT)}\r\nConnection: close\r\n\r\n'
    f'{_DOCUMENT}'
).encode()


@dataclasses.dataclass(frozen=True)
class Case:
    """What a survey is told, and what its process may have.

    :param hard: descriptors; the soft limit is always that of a login shell.
    """

    hard: int
    ipv4: str


SOFT = 1024
CASES = (
    Case(1024, 'allowed'),
    Case(8192, 'allowed'),
    Case(8192, 'forbidden'),
)


@dataclasses.dataclass(frozen=True)
class Run:
    """What one survey took: seconds and MiB at the peak."""

    seconds: float
    memory: float
    codes: dict[str, int]


def main() -> int:
    """Measure and print; return the exit status."""
    options = _parser().parse_args()
    if options.child:
        print(json.dumps(_measure(options)))
        return 0
    # Servers, their connections, and four for each swallower of packets.
    swallowing = options.blackholes + options.endpoints
    _raise_limit(2 * options.endpoints + 4 * swallowing + 100)
    with _servers(options) as ports:
        print(
            f'{options.endpoints} endpoints, {options.blackholes} of which '
            f'swallow packets; time-out {options.timeout:g} s; medians of '
            f'{options.runs} runs'
        )
        print(
            f'{"descriptors":>11} {"IPv4":>10} {"seconds":>8} {"ratio":>6} '
            f'{"MiB":>6}'
        )
        rows = [_row(ports, case, options) for case in CASES]
    return 0 if all(rows) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser('benchmarks.underlay')
    parser.add_argument('--endpoints', type=int, default=1000)
    parser.add_argument('--blackholes', type=int, default=100)
    parser.add_argument('--timeout', type=float, default=10.0)
    parser.add_argument('--runs', type=int, default=3)
    parser.add_argument('--child', help=argparse.SUPPRESS)
    parser.add_argument('--hard', type=int, help=argparse.SUPPRESS)
    parser.add_argument('--ipv4', help=argparse.SUPPRESS)
    return parser


def _row(ports: list[int], case: Case, options: argparse.Namespace) -> bool:
    with contextlib.ExitStack() as stack:
        if case.ipv4 == 'forbidden':
            _blackholes(stack, '127.0.0.1', ports)
        place = stack.enter_context(tempfile.TemporaryDirectory())
        path = pathlib.Path(place) / 'catalog.json'
        path.write_text(json.dumps(_catalog(ports, case)))
        runs = [_run(path, case, options) for _ in range(options.runs)]
    seconds = statistics.median(run.seconds for run in runs)
    memory = statistics.median(run.memory for run in runs)
    ratio = seconds / options.timeout
    wrong = [r.codes for r in runs if r.codes != _expected(options)]
    is_good = ratio <= RATIO_BOUND and memory <= MEMORY_BOUND and not wrong
    verdict = '' if is_good else f'  MISSED {wrong or ""}'
    print(
        f'{case.hard:>11} {case.ipv4:>10} {seconds:>8.2f} {ratio:>6.2f} '
        f'{memory:>6.0f}{verdict}',
        flush=True,
    )
    return is_good


def _expected(options: argparse.Namespace) -> dict[str, int]:
    return {'tcp-silent': options.blackholes} if options.blackholes else {}


def _run(path: pathlib.Path, case: Case, options: argparse.Namespace) -> Run:
    command = [sys.executable, '-m', 'benchmarks.underlay']
    command += ['--child', str(path), '--timeout', str(options.timeout)]
    command += ['--hard', str(case.hard), '--ipv4', case.ipv4]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Run(**json.loads(done.stdout))


def _measure(options: argparse.Namespace) -> dict[str, Any]:
    """Survey once, in a process that has done nothing else."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (SOFT, options.hard))
    socket.getaddrinfo = _resolve  # type: ignore[assignment]
    configured = settings.Settings(
        timeout=options.timeout,
        scopes=frozenset({addressing.Scope.LOOPBACK}),
        ipv4_forbidden=options.ipv4 == 'forbidden',
    )
    raw = json.loads(pathlib.Path(options.child).read_text())
    start = time.monotonic()
    seen = survey.survey(catalog.read(raw, configured), configured)
    seconds = time.monotonic() - start
    codes: dict[str, int] = {}
    for finding in seen.findings:
        codes[finding.code] = codes.get(finding.code, 0) + 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {'seconds': seconds, 'memory': peak, 'codes': codes}


def _resolve(
    host: str, port: Any, family: int, kind: int, *rest: Any
) -> list[Any]:
    """Answer for every name with both addresses of loopback."""
    address = '::1' if family == socket.AF_INET6 else '127.0.0.1'
    return [(family, kind, 6, '', (address, 0))]


def _catalog(ports: list[int], case: Case) -> list[dict[str, Any]]:
    is_named = case.ipv4 == 'forbidden'
    return [
        {
            'type': f'service{number}',
            'endpoints': [
                {
                    'interface': 'public',
                    'region': 'RegionOne',
                    'url': f'http://{host}:{port}/',
                }
            ],
        }
        for number, port in enumerate(ports)
        for host in [f'host{number}.test' if is_named else '[::1]']
    ]


@contextlib.contextmanager
def _servers(options: argparse.Namespace) -> Iterator[list[int]]:
    """Serve in a process of its own; give the ports, blackholes last."""
    ours, theirs = multiprocessing.Pipe()
    sound = options.endpoints - options.blackholes
    server = multiprocessing.Process(
        target=_serve, args=(theirs, sound), daemon=True
    )
    server.start()
    with contextlib.ExitStack() as stack:
        stack.callback(server.join)
        stack.callback(server.terminate)
        ports: list[int] = ours.recv()
        yield ports + _blackholes(stack, '::1', [0] * options.blackholes)


def _serve(pipe: connection.Connection, count: int) -> None:
    asyncio.run(_serve_all(pipe, count))


async def _serve_all(pipe: connection.Connection, count: int) -> None:
    ports = []
    for _ in range(count):
        server = await asyncio.start_server(_answer, '::1', 0)
        ports.append(server.sockets[0].getsockname()[1])
    pipe.send(ports)
    await asyncio.Event().wait()


async def _answer(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
        await reader.readuntil(b'\r\n\r\n')
        writer.write(_REPLY)
        await writer.drain()
    writer.close()


def _blackholes(
    stack: contextlib.ExitStack, host: str, ports: list[int]
) -> list[int]:
    """Let ports (0: any) have a full accept queue: each SYN is dropped.

    All are bound first, or what fills one would take the next.
    """
    family = socket.AF_INET6 if ':' in host else socket.AF_INET
    listeners = [stack.enter_context(socket.socket(family)) for _ in ports]
    for listener, port in zip(listeners, ports, strict=True):
        listener.bind((host, port))
        listener.listen(0)
    addresses = [listener.getsockname()[:2] for listener in listeners]
    for address in addresses * 3:
        filler = stack.enter_context(socket.socket(family))
        filler.setblocking(False)
        filler.connect_ex(address)
    return [int(port) for _, port in addresses]


def _raise_limit(needed: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        sys.exit(
            f'expected {needed} descriptors for the servers, '
            f'the hard limit is {hard}: raise it (ulimit -Hn)'
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


if __name__ == '__main__':
    sys.exit(main())
