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


"""The secrets that tempest.conf and the environment tell literally.

What is masked by its form needs none of this; a password in the middle of a
sentence does.
"""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
import os
from pathlib import Path
import re

from ipv6_tempest_plugin.results import errors
from ipv6_tempest_plugin.results import masking

# A shorter secret, or one that is a part of these, is in texts by chance:
# to mask it would hide which test it was that failed.
_SHORTEST = 6
_PUBLIC = (
    'ipv6_tempest_plugin.tests.underlay.overlay.api.scenario.vrouter '
    'tempest.scenario neutron_tempest_plugin network password Default default'
)
# What stands under these names is no secret, though they speak of one.
_NAMES = re.compile(r'_(?:name|id|type|file|path|url|domain)\Z', re.IGNORECASE)
# Not a parser of INI: a file that it refuses has secrets all the same.
_OPTION = re.compile(r'^([\w-]+)[ \t]*[=:][ \t]*(.*\S)', re.MULTILINE)
_ACCOUNT = re.compile(
    r"""password['"]?[ \t]*:[ \t]*(?:"([^"\n]+)"|'([^'\n]+)'|([^\n,}]+))"""
)
_ACCOUNTS = 'test_accounts_file'
# Where Tempest looks: in the directory in which it runs, else here.
_RELATIVE = Path('etc', 'tempest.conf')
_LAST = Path('/etc/tempest/tempest.conf')


def mask(
    configs: Iterable[Path],
    environment: Mapping[str, str],
    more: Iterable[str] = (),
    ids: Iterable[str] = (),
) -> masking.Mask:
    """Return what masks the secrets of configurations and environment.

    :param configs: each a ``tempest.conf``; one that is not there has none
    :param more: other secrets, masked whatever they are
    :param ids: as for :func:`known`
    """
    return masking.Mask({*known(configs, environment, ids), *more})


def listed(place: str) -> list[str]:
    """Return the secrets of a file, one to a line.

    :raises ReportError: when it cannot be read
    """
    try:
        return Path(place).read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise errors.ReportError(
            f'{place}: expected a file with a secret in each line, seen: '
            f'{error}'
        ) from error


def known(
    configs: Iterable[Path],
    environment: Mapping[str, str],
    ids: Iterable[str] = (),
) -> frozenset[str]:
    """Return the secrets of configurations, as far as they can be read.

    :param environment: variables; what has the name of a secret is one
    :param ids: of the tests; a part of one is no secret, and a test whose id
        were masked would be missed
    """
    public = '\n'.join([_PUBLIC, *ids])
    found = set(_named(environment.items()))
    for config in configs:
        found.update(_secrets(config))
    return frozenset(
        secret
        for secret in found
        if len(secret) >= _SHORTEST and secret not in public
    )


def configs(
    directories: Iterable[Path], environment: Mapping[str, str]
) -> Iterator[Path]:
    """Give where the tempest.conf of a run may be.

    :param directories: in which it may have run
    """
    if name := environment.get('TEMPEST_CONFIG'):
        yield Path(environment.get('TEMPEST_CONFIG_DIR', ''), name)
    elif place := environment.get('TEMPEST_CONFIG_DIR'):
        yield Path(place, _RELATIVE.name)
    yield from (directory / _RELATIVE for directory in directories)
    yield _LAST


def _secrets(config: Path) -> Iterator[str]:
    options = _OPTION.findall(_read(config))
    yield from _named(options)
    for name, value in options:
        if name == _ACCOUNTS:
            for groups in _ACCOUNT.findall(_read(Path(value))):
                yield ''.join(groups).strip()


def _read(path: Path) -> str:
    try:
        return path.read_text(errors='replace')
    except OSError:
        return ''


def _named(items: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, value in items:
        if _NAMES.search(name) or not masking.is_secret(name):
            continue
        if not os.path.isabs(value):
            yield value.strip()
            # oslo.config takes off the quotes around a value.
            yield value.strip().strip('"\'')
