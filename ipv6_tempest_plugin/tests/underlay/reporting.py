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

"""Findings as results: attachments, failures, one result per endpoint."""

from collections.abc import Iterable
import dataclasses
import datetime
from typing import Any
from urllib import parse
import uuid

from testtools import content
from testtools import content_type
from testtools import testcase

from ipv6_tempest_plugin.underlay import families
from ipv6_tempest_plugin.underlay import findings
from ipv6_tempest_plugin.underlay import probes
from ipv6_tempest_plugin.underlay import survey

# Never to change: every endpoint's UUID is made in it.
NAMESPACE = uuid.UUID('3f6c0f43-0a1e-4a4b-9d7f-5f0f4bb7a8c6')

Slot = tuple[str, str, str]


def diagnosis(found: Iterable[findings.Finding]) -> str:
    """Return the text of a failure: a line of totals, then each finding."""
    found = list(found)
    places = {finding.place.slot for finding in found}
    head = f'{len(found)} finding(s) in {len(places)} place(s)'
    return '\n\n'.join([head, *(finding.as_text() for finding in found)])


def attachment(found: Iterable[findings.Finding]) -> content.Content:
    """Return findings as a JSON attachment."""
    return content.json_content([finding.as_dict() for finding in found])


def sockets(recorder: families.Recorder) -> content.Content:
    """Return what a recorder will have seen, read when it is reported."""

    def lines() -> list[bytes]:
        return [f'{connect}\n'.encode() for connect in recorder.connects]

    return content.Content(content_type.UTF8_TEXT, lines)


def endpoint_results(
    parent: str, seen: survey.Survey
) -> list[testcase.PlaceHolder]:
    """Make one result per service, region and interface.

    Its id is ``PARENT(service,region,interface)[id-UUID]``. The UUID is a
    name-based one (RFC 9562 section 5.5) of the same three in the
    namespace above, so that it survives a renamed test or a changed URL.
    """
    slots = dict.fromkeys(place.slot for place in seen.places)
    slots.update(
        dict.fromkeys(
            finding.place.slot
            for finding in seen.findings
            if finding.place.interface != '-'
        )
    )
    return [
        _result(result_id(parent, slot), slot, seen) for slot in sorted(slots)
    ]


def result_id(parent: str, slot: Slot) -> str:
    """Return the id of one endpoint's result.

    What tools split ids at is percent-encoded.
    """
    name = ','.join(
        parse.quote(part, safe='').replace('.', '%2E') for part in slot
    )
    stable = uuid.uuid5(NAMESPACE, '/'.join(slot))
    return f'{parent}({name})[id-{stable}]'


def _result(
    test_id: str, slot: Slot, seen: survey.Survey
) -> testcase.PlaceHolder:
    found = [f for f in seen.findings if f.place.slot == slot]
    reports = [r for r in seen.reports if r.place.slot == slot]
    details = {'endpoint': content.json_content(_as_dict(slot, reports))}
    if found:
        details['findings'] = attachment(found)
        details['traceback'] = content.text_content(diagnosis(found))
    return testcase.PlaceHolder(
        test_id,
        details=details,
        outcome='addFailure' if found else 'addSuccess',
        timestamps=_times(reports),
    )


def _as_dict(slot: Slot, reports: list[probes.Report]) -> dict[str, Any]:
    visits = [visit for report in reports for visit in report.visits]
    return {
        **dict(zip(('service', 'region', 'interface'), slot, strict=True)),
        'urls': [report.place.url for report in reports],
        'visits': [
            {
                field.name: getattr(visit, field.name)
                for field in dataclasses.fields(visit)
                if field.name != 'findings'
            }
            for visit in visits
        ],
    }


def _times(
    reports: list[probes.Report],
) -> tuple[datetime.datetime, datetime.datetime]:
    """Let the result last as long as its slowest address took."""
    seconds = max((v.seconds for r in reports for v in r.visits), default=0)
    now = datetime.datetime.now(datetime.UTC)
    return now - datetime.timedelta(seconds=seconds), now
