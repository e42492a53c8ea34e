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

"""A networking API that blabs out a password.

    python -m tests.lab.blabbing CONFIGURATION

prints the URL of a proxy, for ``[service-clients] proxy_url``, and serves
until it is ended. Whoever changes a network is told that its name now is the
administrator's password in that tempest.conf: a test that compares turns red,
and quotes it.
"""

import configparser
from pathlib import Path
import sys
from urllib import parse

from ipv6_lab.faults import answers
from ipv6_lab.faults import lies
from ipv6_lab.faults import neutron_proxy
from ipv6_lab import inventory


def password(configuration: Path) -> str:
    """Return the administrator's password in a tempest.conf."""
    parser = configparser.RawConfigParser()
    parser.read(configuration)
    return parser.get('auth', 'admin_password')


def fault(secret: str) -> answers.Fault:
    """Return what the API does wrong."""
    return answers.Lying(
        lies.Lie(
            'rename-blabbed',
            'a changed network has a password for its name',
            'network',
            lies.always('name', secret),
            ('PUT',),
        )
    )


def main(configuration: str) -> None:
    """Serve until the process is ended."""
    made = fault(password(Path(configuration)))
    target = parse.urlsplit(inventory.url('network')).netloc
    with neutron_proxy.Proxy(made, target) as proxy:
        print(proxy.url, flush=True)
        proxy.serve_forever()


if __name__ == '__main__':
    main(sys.argv[1])
