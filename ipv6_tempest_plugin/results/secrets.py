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

"""Which secrets a run knows: those of tempest.conf and of the environment."""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
import configparser
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
    'tempest.scenario neutron_tempest_plugin network'
)
_ACCOUNT = re.compile(r"""password['"]?\s*:\s*['"]?([^\s'",}]+)""")


def mask(
    places: Iterable[Path],
    environment: Mapping[str, str],
    more: Iterable[str] = (),
    ids: Iterable[str] = (),
) -> masking.Mask:
    """Return what masks the secrets of configurations and environment.

    :param places: each a ``tempest.conf``; one that is not there has none
    :param more: other secrets, masked whatever they are
    :param ids: of the tests; a part of one is no secret, and a test whose id
        were masked would be missed
    """
    found = {*_named(environment.items())}
    for place in places:
        found.update(_of(place))
    public = '\n'.join([_PUBLIC, *ids])
    kept = {
        secret
        for secret in found
        if len(secret) >= _SHORTEST and secret not in public
    }
    return masking.Mask({*kept, *more})


def configurations(environment: Mapping[str, str]) -> list[Path]:
    """Return where Tempest may find its ``tempest.conf``."""
    name = environment.get('TEMPEST_CONFIG', 'tempest.conf')
    named = Path(environment.get('TEMPEST_CONFIG_DIR', 'etc'), name)
    return [named, Path(name), Path('/etc/tempest/tempest.conf')]


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


def _of(place: Path) -> Iterator[str]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read(place)
    except (configparser.Error, UnicodeDecodeError):
        return  # Tempest will complain of it
    for section in (parser.default_section, *parser.sections()):
        yield from _named(parser.items(section))
    accounts = parser.get('auth', 'test_accounts_file', fallback='')
    if accounts and os.access(accounts, os.R_OK):
        text = Path(accounts).read_text(errors='replace')
        yield from _ACCOUNT.findall(text)


def _named(items: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, value in items:
        if masking.is_secret(name) and not os.path.isabs(value):
            yield value.strip()
