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

"""A run from the JSON report of an earlier one."""

from dataclasses import dataclass
import datetime
from typing import Any

from ipv6_tempest_plugin.results import errors
from ipv6_tempest_plugin.results import masking
from ipv6_tempest_plugin.results import model
from ipv6_tempest_plugin.results import observed
from ipv6_tempest_plugin.results import reading
from ipv6_tempest_plugin.results import text
from ipv6_tempest_plugin.results import to_json

# Characters of a name, and of a reason, which may hold another and a name.
_NAME, _REASON = 1000, 4000
_WRONG = (
    AttributeError,
    KeyError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True)
class _Told:
    """What a report says of a test, but for what has a form of its own."""

    id: str
    name: str
    owner: str
    label: str
    tier: str
    seconds: float | None = None
    worker: str = ''
    attributes: tuple[str, ...] = ()
    reason: str = ''
    diagnosis: str = ''
    took: tuple[str, ...] = ()
    attachments: tuple[model.Attachment, ...] = ()


@dataclass(frozen=True)
class _Head:
    """What a report says of the run itself."""

    notes: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def run(
    data: dict[str, Any], place: str, mask: masking.Mask | None = None
) -> model.Run:
    """Return the run that a JSON report describes.

    All text is masked and cleaned once more: files change hands.

    :param place: what to call it when it cannot be read
    :raises ReportError: when it is none, or one of another version
    """
    mask = mask or masking.Mask()
    wanted = to_json.VERSION.partition('.')[0]
    form, version = data.get('format'), str(data.get('version'))
    if form != to_json.FORMAT or version.partition('.')[0] != wanted:
        seen = f'seen format {form}, version {version}'
        raise errors.ReportError(
            f'{place}: expected JSON of format {to_json.FORMAT}, version '
            f'{wanted}, {text.line(mask.text(seen))}'
        )
    try:
        head = {name: data.get(name) for name in ('notes', 'remarks')}
        told = reading.build(_Head, _safe(head, mask))
        tests = tuple(_test(_safe(item, mask)) for item in data['tests'])
    except _WRONG as error:
        seen = f'seen {type(error).__name__}: {error}'
        raise errors.ReportError(
            f'{place}: expected what run.schema.json describes, '
            f'{text.line(mask.text(seen))}'
        ) from error
    return model.Run(tests, _lines(told.notes), remarks=_lines(told.remarks))


def _safe(data: Any, mask: masking.Mask) -> Any:
    return text.clean_data(mask.data(data))


def _test(data: dict[str, Any]) -> model.Test:
    told = reading.build(_Told, data)
    return model.Test(
        id=text.line(told.id, _NAME),
        name=text.line(told.name, _NAME),
        owner=text.line(told.owner, _NAME),
        label=text.line(told.label, _NAME),
        tier=text.line(told.tier),
        status=model.Status(data['status']),
        start=_start(data.get('start'), told.seconds or 0.0),
        seconds=told.seconds,
        worker=text.line(told.worker),
        attributes=_lines(told.attributes),
        reason=text.line(told.reason, _REASON),
        diagnosis=told.diagnosis,
        took=_lines(told.took),
        evidence=_evidence(data.get('evidence') or {}),
        attachments=told.attachments,
    )


def _lines(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(text.line(one, _NAME) for one in texts)


def _start(told: str | None, seconds: float) -> datetime.datetime | None:
    """Return a moment in UTC; one without a zone is meant so.

    :raises OverflowError: when the test would end after the year 9999
    """
    if told is None:
        return None
    start = datetime.datetime.fromisoformat(told)
    if start.tzinfo is None:
        start = start.replace(tzinfo=datetime.UTC)
    start + datetime.timedelta(seconds=seconds)
    return start


def _evidence(data: dict[str, Any]) -> observed.Evidence:
    if not data:
        return observed.NOTHING
    return observed.Evidence(
        **{
            field: tuple(reading.build(cls, i) for i in data.get(field, ()))
            for field, cls in reading.KINDS.values()
        }
    )
