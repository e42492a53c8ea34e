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

"""What ``tempest ipv6-mask`` does."""

import argparse
import os
from pathlib import Path
import sys

from ipv6_tempest_plugin.results import errors
from ipv6_tempest_plugin.results import literals
from ipv6_tempest_plugin.results import sources
from ipv6_tempest_plugin.results import wrapping


def act(args: argparse.Namespace) -> int:
    """Run the command; return its status."""
    try:
        return _run(args)
    except errors.ReportError as error:
        print(f'tempest ipv6-mask: {error}', file=sys.stderr)
        return 1


def _run(args: argparse.Namespace) -> int:
    places = [*literals.configs([Path()], os.environ)]
    if args.config_file:
        places.append(_readable(args.config_file))
    ids = sources.test_ids(args.list) if args.list else ()
    more = literals.listed(args.mask) if args.mask else []
    return wrapping.run(
        args.words,
        literals.mask(places, os.environ, more, ids),
        sys.stdout.buffer,
        sys.stderr,
        args.kind,
    )


def _readable(name: str) -> Path:
    if not os.access(name, os.R_OK):
        raise errors.ReportError(
            f'--config-file: expected a tempest.conf that can be read, seen '
            f'{name}'
        )
    return Path(name)
