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

"""Every form in which a run can be written."""

from collections.abc import Callable
from collections.abc import Mapping
import json
from pathlib import Path
import tempfile
from typing import IO

from ipv6_tempest_plugin.results import comparing
from ipv6_tempest_plugin.results import errors
from ipv6_tempest_plugin.results import junit
from ipv6_tempest_plugin.results import model
from ipv6_tempest_plugin.results.page import page
from ipv6_tempest_plugin.results import prometheus
from ipv6_tempest_plugin.results import testapi
from ipv6_tempest_plugin.results import to_json

Change = comparing.Comparison | None
Writer = Callable[[IO[str], model.Run, Change, str], None]
_READABLE = 0o644
WRITERS: dict[str, Writer] = {
    'html': lambda file, run, *more: page.write(run, file, *more),
    'junit': lambda file, run, *more: junit.write(run, file),
    'json': lambda file, run, *more: to_json.write(run, file),
    'prometheus': lambda file, run, *more: prometheus.write(run, file),
}


def replace(path: Path, write: Callable[[IO[str]], object]) -> None:
    """Write a file that is whole or not there; collectors read any time.

    :raises ReportError: when it cannot be written
    """
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(
            'w',
            encoding='utf-8',
            newline='\n',
            dir=path.parent,
            prefix=f'.{path.name}.',
            delete=False,
        ) as file:
            temporary = Path(file.name)
            write(file.file)
        temporary.chmod(_READABLE)
        temporary.replace(path)
    except OSError as error:
        raise errors.ReportError(
            f'{path}: expected a file that can be written, seen: '
            f'{error.strerror}'
        ) from error
    finally:
        if temporary:
            temporary.unlink(missing_ok=True)


def testapi_to(
    place: str, run: model.Run, environment: Mapping[str, str]
) -> str:
    """Send a run to TestAPI or write it; say where it is.

    :raises ReportError: when neither is possible
    """
    body = testapi.as_dict(run, testapi.Context.of(environment))
    if place.startswith(('http://', 'https://')):
        return f'sent to TestAPI: {testapi.push(body, place)}'
    text = json.dumps(body, indent=1) + '\n'
    replace(Path(place), lambda file: file.write(text))
    return f'written: {place}'
