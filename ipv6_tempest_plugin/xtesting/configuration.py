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

"""What a test case has to know of ``tempest.conf``."""

from collections.abc import Iterable
from collections.abc import Mapping
import os
from pathlib import Path

from oslo_config import cfg
from tempest import config

from ipv6_tempest_plugin import extensions
from ipv6_tempest_plugin.xtesting import errors


def path(environment: Mapping[str, str]) -> Path:
    """Return the configuration that ``TEMPEST_CONFIG`` names.

    A relative path is one from ``TEMPEST_CONFIG_DIR``, else from here.

    :raises CaseError: when it names none that is there
    """
    name = environment.get('TEMPEST_CONFIG')
    if not name:
        raise errors.CaseError(
            'expected the environment variable TEMPEST_CONFIG to name a '
            'tempest.conf, seen none; export it, or set it under env of the '
            'test case in testcases.yaml'
        )
    found = Path(environment.get('TEMPEST_CONFIG_DIR', ''), name).absolute()
    if not os.access(found, os.R_OK) or not found.is_file():
        raise errors.CaseError(
            f'expected that TEMPEST_CONFIG names a file that can be read, '
            f'seen {found}; discover-tempest-config can write one'
        )
    return found


def lacking(
    place: Path, services: Iterable[str], wanted: Iterable[str]
) -> list[str]:
    """Return what a configuration says that its cloud lacks, in words.

    :param services: options of ``[service_available]``
    :param wanted: aliases that must be in ``[network-feature-enabled]
        api_extensions``, unless that has ``all``
    :raises CaseError: when the file is none, or has no such option
    """
    conf = _read(place)
    available = conf.service_available
    known = sorted(option for option in available if option)
    if unknown := sorted(set(services) - set(known)):
        raise errors.CaseError(
            f'services of the test case: expected some of {", ".join(known)} '
            f'([service_available] of Tempest), seen {", ".join(unknown)}'
        )
    found = [
        f'[service_available] {name} is False'
        for name in services
        if not available[name]
    ]
    promised = conf['network-feature-enabled'].api_extensions
    return found + extensions.lacking(wanted, promised)


def _read(place: Path) -> cfg.ConfigOpts:
    """Read the two groups; Tempest's own object would set up logging."""
    conf = cfg.ConfigOpts()
    for group, options in (
        (config.service_available_group, config.ServiceAvailableGroup),
        (config.network_feature_group, config.NetworkFeaturesGroup),
    ):
        conf.register_group(group)
        conf.register_opts(options, group=group)
    try:
        conf([], default_config_files=[str(place)], default_config_dirs=[])
        for name in ('service_available', 'network-feature-enabled'):
            dict(conf[name])  # values are converted as they are asked for
    except (cfg.Error, ValueError, OSError) as error:
        # The message may quote the line, and the line may be a password.
        raise errors.CaseError(
            f'{place}: expected a tempest.conf, seen {type(error).__name__}; '
            'oslo-config-validator tells more'
        ) from None
    return conf
