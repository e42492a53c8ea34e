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

"""Runs playbooks on this machine, without a connection."""

from collections.abc import Mapping
import json
import os
from pathlib import Path
import subprocess
import sys
import tempfile
from typing import Any

import testtools
from testtools import content

from ipv6_lab import places

ROOT = Path(__file__).resolve().parents[4]
PLAYBOOKS = ROOT / 'playbooks'
# Modules that only Zuul's executors have.
LIBRARY = Path(__file__).parent / 'library'
PATIENCE = 300


def program() -> Path:
    """Return ansible-playbook: beside this Python, or the lab's."""
    beside = Path(sys.executable).with_name('ansible-playbook')
    if beside.exists():
        return beside
    return places.venv('ansible') / 'bin' / beside.name


class PlaybookTest(testtools.TestCase):
    """Has a directory, and Ansible where that is installed."""

    def setUp(self) -> None:
        super().setUp()
        if not program().exists():
            self.skipTest('no Ansible; run scripts/lab install')
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.place = Path(place.name)

    def program(self, name: str, script: str) -> Path:
        """Make a program."""
        path = self.place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script)
        path.chmod(0o755)
        return path

    def play(
        self,
        playbook: Path,
        groups: Mapping[str, Any],
        *arguments: str,
        **environment: str,
    ) -> tuple[int, str]:
        """Run a playbook; return its status and what it said.

        :param groups: of the inventory; all hosts are this machine
        """
        inventory = self.place / 'inventory.json'
        everywhere = {
            'ansible_connection': 'local',
            'ansible_python_interpreter': sys.executable,
        }
        inventory.write_text(
            json.dumps({'all': {'vars': everywhere, 'children': groups}})
        )
        done = subprocess.run(
            (program(), '-i', inventory, playbook, *arguments),
            cwd=self.place,
            env={
                'PATH': os.environ['PATH'],
                'HOME': str(self.place),
                'LC_ALL': 'C.UTF-8',
                'ANSIBLE_HOME': str(self.place / 'ansible'),
                'ANSIBLE_LIBRARY': str(LIBRARY),
                'ANSIBLE_NOCOLOR': '1',
                **environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
        )
        self.addDetail('playbook', content.text_content(done.stdout))
        return done.returncode, done.stdout
