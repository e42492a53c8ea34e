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

"""A program called tempest that writes what a test tells it to."""

from collections.abc import Mapping
import json
import os
from pathlib import Path
import sys
import tempfile
from typing import Any

import testtools

from tests.unit.plugin.results import streams

# PATH, TEMPEST_CONFIG and the like are the case's own.
PROGRAM = """#!{python} -B
import json, os, pathlib, signal, sys, time
place = pathlib.Path({place!r})
lists = {{
    word: pathlib.Path(word.partition('=')[2]).read_text()
    for word in sys.argv[1:] if word.endswith('.txt')
}}
(place / 'called.json').write_text(json.dumps({{
    'argv': sys.argv[1:], 'cwd': os.getcwd(), 'environ': dict(os.environ),
    'lists': lists, 'pid': os.getpid(),
}}))
sys.stdout.buffer.write((place / 'stream').read_bytes())
sys.stdout.flush()
sys.stderr.write((place / 'stderr').read_text())
sys.stderr.flush()
status = int((place / 'status').read_text())
if status == {hang}:
    time.sleep(60)
if status < 0:
    os.kill(os.getpid(), -status)
sys.exit(status)
"""
HANG = 1000
CONFIG = """
[auth]
admin_password = sesame-of-the-admin
[service_available]
neutron = True
swift = False
[network-feature-enabled]
api_extensions = router,quotas
"""


class FalseTempestTest(testtools.TestCase):
    """Has the program first on a PATH, and a ``tempest.conf``."""

    def setUp(self) -> None:
        super().setUp()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.place = Path(directory.name)
        self.results = self.place / 'results' / 'ipv6_underlay'
        self.config = self.place / 'tempest.conf'
        self.config.write_text(CONFIG)
        program = self.place / 'bin' / 'tempest'
        program.parent.mkdir()
        program.write_text(
            PROGRAM.format(
                python=sys.executable, place=str(self.place), hang=HANG
            )
        )
        program.chmod(0o755)
        self.environment = {
            'PATH': f'{program.parent}{os.pathsep}{os.environ["PATH"]}',
            'TEMPEST_CONFIG': str(self.config),
        }
        self.answers(streams.Stream())

    def answers(
        self,
        stream: streams.Stream | bytes,
        status: int = 0,
        stderr: str = '',
    ) -> None:
        """Say what the program is to do, negative statuses by a signal."""
        (self.place / 'stream').write_bytes(bytes(stream))
        (self.place / 'status').write_text(str(status))
        (self.place / 'stderr').write_text(stderr)

    def called(self) -> Mapping[str, Any]:
        """Return how it was called."""
        found: dict[str, Any] = json.loads(
            (self.place / 'called.json').read_text()
        )
        return found

    def written(self) -> dict[str, str]:
        """Return the files of results, by name."""
        return {
            path.name: path.read_bytes().decode(errors='replace')
            for path in sorted(self.results.iterdir())
        }


def name(label: str) -> str:
    """Return the name of a test of the underlay."""
    return f'{streams.UNDERLAY}.test_endpoints.EndpointsTest.{label}'


def whole(passed: int = 3, failed: int = 0, skipped: int = 0) -> Any:
    """Return a stream in which so many tests ended so."""
    stream = streams.Stream()
    ids = [
        streams.test_id(name(f'test_{number}'), number)
        for number in range(passed + failed + skipped)
    ]
    stream.exists(*ids)
    for number, one in enumerate(ids):
        if number < passed:
            stream.passed(one)
        elif number < passed + failed:
            stream.failed(one, 'nothing listens')
        else:
            stream.skipped(one, 'not here')
    return stream
