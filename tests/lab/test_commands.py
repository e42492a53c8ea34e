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
"""What looks at a lab, on a lab: status, logs, openrc; and the cache."""

import dataclasses
import json
import os
from pathlib import Path
import re
import sys

import fixtures
import testtools

from ipv6_lab import hosts
from ipv6_lab import inventory
from ipv6_lab import paths
from ipv6_lab import record
from tests.lab import machine

COLUMNS = re.compile(r'  +')
# Run in the controller with what openrc exports and nothing else: prints
# the status and the name that Keystone's answer bears.
TOKEN = """
import json, os, urllib.request
user = {
    'name': os.environ['OS_USERNAME'],
    'password': os.environ['OS_PASSWORD'],
    'domain': {'name': os.environ['OS_USER_DOMAIN_NAME']},
}
project = {
    'name': os.environ['OS_PROJECT_NAME'],
    'domain': {'name': os.environ['OS_PROJECT_DOMAIN_NAME']},
}
identity = {'methods': ['password'], 'password': {'user': user}}
body = {'auth': {'identity': identity, 'scope': {'project': project}}}
request = urllib.request.Request(
    os.environ['OS_AUTH_URL'] + '/auth/tokens',
    json.dumps(body).encode(),
    {'Content-Type': 'application/json'},
)
with urllib.request.urlopen(request) as answer:
    token = json.load(answer)['token']
    print(answer.status, token['user']['name'], token['project']['name'])
"""


class LookTest(testtools.TestCase):
    """On the lab that is up, by the program that a user calls."""

    def test_status_tells_where_the_apis_listen(self) -> None:
        said = machine.lab('status')
        self.assertEqual(0, said.returncode, said.stdout)
        heading, *rows = map(COLUMNS.split, said.stdout.splitlines())
        self.assertEqual('LISTENS', heading[-1])
        self.assertEqual({'RUNNING'}, {row[2] for row in rows})
        address = inventory.CONTROLLER.control
        wanted = {f'[{address}]:{port}' for port in inventory.PORTS.values()}
        seen = {
            place
            for row in rows
            if row[0] == inventory.CONTROLLER.name and len(row) == len(heading)
            for place in row[-1].split()
        }
        self.assertEqual(wanted, wanted & seen, said.stdout)

    def test_logs_end_each_log_of_a_service(self) -> None:
        said = machine.lab('logs', '-n', '2', 'libvirtd')
        self.assertEqual(0, said.returncode, said.stdout)
        headings = [
            f'==> {hosts.log_directory(host.name) / "libvirtd.log"} <=='
            for host in inventory.CLOUD_HOSTS
        ]
        lines = said.stdout.splitlines()
        self.assertEqual(
            sorted(headings), [one for one in lines if one.startswith('==>')]
        )
        # Two of each at most, and a blank one between them.
        self.assertLessEqual(len(lines), 2 * 3 + 1, said.stdout)

    def test_logs_of_what_is_no_name(self) -> None:
        for word in ('../controller/keystone', '**x'):
            said = machine.lab('logs', word)
            self.assertEqual(1, said.returncode, said.stdout)
            (line,) = said.stdout.splitlines()
            self.assertIn(f'seen {word!r}; choose one of ', line)
            self.assertIn(' keystone, ', line)

    def test_openrc_makes_an_administrator(self) -> None:
        said = machine.lab('openrc')
        self.assertEqual(0, said.returncode, said.stdout)
        controller = hosts.find()[inventory.CONTROLLER.name]
        script = 'eval "$1"; exec "$2" -c "$3"'
        words = ['sh', said.stdout, sys.executable, TOKEN]
        seen = controller.run(
            ['sh', '-c', script, *words], environment={'PATH': os.defpath}
        )
        self.assertEqual('201 admin admin\n', seen)


class CacheTest(testtools.TestCase):
    """On a cache of the test's own, while a lab lives on the machine's."""

    def test_clearing(self) -> None:
        place = Path(self.useFixture(fixtures.TempDir(rootdir='/tmp')).path)
        self.useFixture(
            fixtures.EnvironmentVariable(paths.VARIABLE, str(place))
        )
        for name in (
            'venvs/one',
            'images/half',
            'logs/compute',
            'lab-test-ab12_xyz',
        ):
            (place / name).mkdir(parents=True)
        (place / 'venvs/one/.complete').touch()
        (place / 'venvs/one/file').write_bytes(b'x' * (3 << 20))
        before = record.Record('up', '/cloud', '/checkout', 'another boot')
        (place / 'lab.json').write_text(json.dumps(dataclasses.asdict(before)))
        said = machine.lab('cache', '--clear')
        self.assertEqual(f'{place}: 3 MiB removed\n', said.stdout)
        self.assertEqual(0, said.returncode)
        self.assertEqual([], list(place.iterdir()))
