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
"""Build the guest image: ``python3 -m ipv6_lab.guest OUTPUT [DOWNLOADS]``.

DOWNLOADS keeps the packages for the next build; without it they are
fetched into a temporary directory.
"""

from pathlib import Path
import sys
import tempfile

from ipv6_lab import errors
from ipv6_lab import guest

USAGE = 'usage: python3 -m ipv6_lab.guest OUTPUT [DOWNLOADS]'


def main(arguments: list[str]) -> int:
    """Build once; the exit code is 2 for bad usage, 1 for a failed build."""
    if len(arguments) not in (1, 2) or arguments[0].startswith('-'):
        print(USAGE, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix='ipv6-guest-') as scratch:
        downloads = arguments[1] if len(arguments) == 2 else scratch
        try:
            guest.build(Path(arguments[0]), Path(downloads))
        except errors.LabError as error:
            print(f'ipv6_lab.guest: {error}', file=sys.stderr)
            return error.exit_code
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
