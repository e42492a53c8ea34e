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
"""supervisord that has imported what OpenStack's programs import.

Twenty Python programs import the same thousand modules, each for a second
of a core. Here the supervisor imports them, and a program's process, forked
as ever, goes on in the program's script instead of calling execve(2).

Only libraries are imported, and of these none that starts a thread, keeps a
file open, or looks which concurrency the program has chosen (eventlet,
oslo.service). What is a program's own it imports itself.

``python -m ipv6_lab.nursery`` takes supervisord's arguments.
"""

from collections.abc import Mapping
from collections.abc import Sequence
import importlib
import os
from pathlib import Path
import sys

import setproctitle
from supervisor import options
from supervisor import supervisord

from ipv6_lab import scripts

LIBRARIES = (
    'asyncio',
    'cffi.api',
    'concurrent.futures.process',
    'cotyledon',
    'cryptography.x509',
    'dateutil.parser',
    'dns.resolver',
    'dogpile.cache',
    'jinja2',
    'jsonschema',
    'keystoneauth1.identity',
    'keystoneauth1.loading',
    'MySQLdb',
    'multiprocessing.managers',
    'multiprocessing.queues',
    'netaddr',
    'neutron_lib.api.attributes',
    'neutron_lib.api.definitions',
    'neutron_lib.callbacks.registry',
    'neutron_lib.db.model_base',
    'neutron_lib.plugins.directory',
    'OpenSSL.SSL',
    'openstack.connection',
    'os_traits',
    'oslo_cache.core',
    'oslo_concurrency.processutils',
    'oslo_config.cfg',
    'oslo_context.context',
    'oslo_db.sqlalchemy.enginefacade',
    'oslo_i18n',
    'oslo_log.log',
    'oslo_middleware',
    'oslo_policy.policy',
    'oslo_serialization.jsonutils',
    'oslo_serialization.msgpackutils',
    'oslo_utils.imageutils',
    'oslo_utils.netutils',
    'oslo_utils.timeutils',
    'oslo_utils.uuidutils',
    'paste.deploy',
    'pecan',
    'pkgutil',
    'prometheus_client',
    'psutil',
    'pygments',
    'pyroute2',
    'requests',
    'rfc3986',
    'routes',
    'setproctitle',
    'sqlalchemy.dialects.mysql.mysqldb',
    'sqlalchemy.ext.declarative',
    'sqlalchemy.ext.hybrid',
    'sqlalchemy.orm',
    'stevedore',
    'webob.dec',
    'wrapt',
    'yaml',
)


class Options(options.ServerOptions):
    """supervisord's way to the system."""

    def execve(
        self, filename: str, argv: Sequence[str], env: Mapping[str, str]
    ) -> None:
        """Become a program; called in the forked child.

        :raises OSError: when there is no such program
        """
        os.setpriority(os.PRIO_PROCESS, 0, int(env.get(scripts.NICE, 0)))
        if scripts.is_script(Path(filename)):
            setproctitle.setproctitle(' '.join(argv))
            scripts.become(filename, argv, env)
        super().execve(filename, argv, env)


class Interface:
    """What is added to supervisord's XML-RPC interface."""

    def load(self) -> bool:
        """Import the libraries; other calls wait for it."""
        for name in LIBRARIES:
            importlib.import_module(name)
        return True


def make_interface(supervisor: object) -> Interface:
    """What supervisord calls for the namespace ``nursery``."""
    return Interface()


def main() -> None:
    """Be supervisord."""
    # Sought before anything changes the environment, which it lies beside.
    setproctitle.getproctitle()
    # One path for all, as importlib's and stevedore's caches go by it.
    sys.path[0] = str(scripts.PROGRAMS)
    supervisord.ServerOptions = Options
    supervisord.main()


if __name__ == '__main__':
    main()
