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

"""A run as OPNFV's TestAPI takes it, with the details of Functest."""

from collections.abc import Mapping
import dataclasses
import datetime
import json
from typing import Any
import urllib.error
import urllib.parse
import urllib.request

from ipv6_tempest_plugin.results import errors
from ipv6_tempest_plugin.results import model

Status = model.Status
_TIMEOUT = 30.0


@dataclasses.dataclass(frozen=True)
class Context:
    """Where and as what a run took place, in TestAPI's words."""

    project_name: str = 'functest'
    case_name: str = 'ipv6'
    pod_name: str = 'unknown'
    installer: str = 'unknown'
    scenario: str = 'unknown'
    build_tag: str = 'unknown'
    version: str = 'unknown'

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> 'Context':
        """Read the variables that Functest's and Xtesting's images set."""
        names = {
            'project_name': 'PROJECT_NAME',
            'case_name': 'CASE_NAME',
            'pod_name': 'NODE_NAME',
            'installer': 'INSTALLER_TYPE',
            'scenario': 'DEPLOY_SCENARIO',
            'build_tag': 'BUILD_TAG',
            'version': 'VERSION',
        }
        return cls(
            **{
                key: environment[name]
                for key, name in names.items()
                if environment.get(name)
            }
        )


def as_dict(run: model.Run, context: Context) -> dict[str, Any]:
    """Return the body of POST /api/v1/results."""
    return {
        **dataclasses.asdict(context),
        'criteria': 'PASS' if run.is_green else 'FAIL',
        'start_date': _time(run.start),
        'stop_date': _time(run.stop),
        'details': details(run),
    }


def details(run: model.Run) -> dict[str, Any]:
    """Return counts and names under the keys of Functest's Tempest cases."""
    passed = [t.name for t in run.tests if t.status.is_good]
    skipped = [t.name for t in run.tests if t.status is Status.SKIPPED]
    failed = [t.name for t in run.bad]
    return {
        'tests_number': len(run.tests),
        'success_number': len(passed),
        'skipped_number': len(skipped),
        'failures_number': len(failed),
        'success': passed,
        'skipped': skipped,
        'failures': failed,
        'reasons': {t.name: t.reason for t in run.bad},
        'notes': list(run.notes),
    }


def push(body: Mapping[str, Any], url: str) -> str:
    """POST a result; return where TestAPI says that it lies.

    :param url: of the collection, such as http://HOST/api/v1/results
    :raises ReportError: when it cannot be sent or is not accepted
    """
    request = urllib.request.Request(  # noqa: S310
        url,
        json.dumps(body).encode(),
        {'Content-Type': 'application/json'},
        method='POST',
    )
    place = _shown(url)
    opened = urllib.request.urlopen
    try:
        with opened(request, timeout=_TIMEOUT) as answer:  # noqa: S310
            answered: bytes = answer.read(65536)
    except urllib.error.HTTPError as error:
        error.close()
        raise errors.ReportError(
            f'{place}: expected that TestAPI takes the result, seen status '
            f'{error.code} {error.reason}; the names of project, case and '
            'pod must be known there (PROJECT_NAME, CASE_NAME, NODE_NAME)'
        ) from error
    except (OSError, ValueError) as error:
        raise errors.ReportError(
            f'{place}: expected TestAPI, seen: {error}; give the URL of its '
            'results, such as http://HOST/api/v1/results'
        ) from error
    return _href(answered) or place


def _href(answered: bytes) -> str:
    try:
        return str(json.loads(answered)['href'])
    except (KeyError, TypeError, ValueError):
        return ''


def _shown(url: str) -> str:
    """Return a URL without userinfo and query."""
    parts = urllib.parse.urlsplit(url)
    host = parts.netloc.rpartition('@')[2]
    return urllib.parse.urlunsplit((parts.scheme, host, parts.path, '', ''))


def _time(moment: datetime.datetime | None) -> str:
    if moment is None:
        return ''
    utc = moment.astimezone(datetime.UTC)
    return utc.strftime('%Y-%m-%d %H:%M:%S')
