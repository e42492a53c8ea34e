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
"""What the supervisor imports harms no program that is forked from it."""

import json
import subprocess
from typing import Any

import testtools

from ipv6_lab import places
from ipv6_lab import secrets
from ipv6_lab import services
from ipv6_lab.services import context

# Run by the interpreter that the hosts' supervisors run on.
BEFORE_AND_AFTER = """
import json, os, signal, sys, threading
from ipv6_lab import nursery
def seen():
    return {
        'threads': [one.name for one in threading.enumerate()],
        'files': sorted(
            os.readlink(f'/proc/self/fd/{one}')
            for one in os.listdir('/proc/self/fd')
            if os.path.exists(f'/proc/self/fd/{one}')
        ),
        'handlers': [repr(signal.getsignal(one)) for one in range(1, 32)],
    }
before = seen()
nursery.Interface().load()
print(json.dumps([before, seen(), sorted(sys.modules)]))
"""
SCRIPTS = """
import json, pathlib, sys
from ipv6_lab import scripts
print(json.dumps([
    one for one in sys.argv[1:] if not scripts.is_script(pathlib.Path(one))
]))
"""
# These look at their first import what the program has chosen.
UNWANTED = ('eventlet', 'oslo_service', 'neutron', 'nova', 'keystone')


def in_cloud(code: str, *arguments: str) -> Any:
    """What code prints in the cloud's environment, as JSON."""
    said = subprocess.run(
        [places.venv('cloud') / 'bin/python', '-c', code, *arguments],
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(said.stdout)


class NurseryTest(testtools.TestCase):
    def test_the_libraries_begin_nothing(self) -> None:
        """No thread, no open file, no handler, no choice of concurrency."""
        before, after, modules = in_cloud(BEFORE_AND_AFTER)
        self.assertEqual(before, after)
        self.assertEqual([], sorted(set(UNWANTED) & set(modules)))

    def test_every_program_of_the_environment_is_forked(self) -> None:
        """One that is not recognized would be executed, silently slow."""
        cloud = context.Context(places.venv('cloud'), secrets.make())
        # What the interpreter itself is given is no script.
        programs = {
            process.command[0]
            for service in services.everything(cloud)
            for process in service.processes
            if process.command[0].startswith(str(cloud.venv))
        } - {cloud.program('python')}
        self.assertGreater(len(programs), 8)
        self.assertEqual([], in_cloud(SCRIPTS, *sorted(programs)))
