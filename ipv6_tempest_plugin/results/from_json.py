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

from collections.abc import Callable
import datetime
import functools
from typing import Any

from ipv6_tempest_plugin.results import errors
from ipv6_tempest_plugin.results import masking
from ipv6_tempest_plugin.results import model
from ipv6_tempest_plugin.results import observed
from ipv6_tempest_plugin.results import reading
from ipv6_tempest_plugin.results import text
from ipv6_tempest_plugin.results import to_json

_PLAIN = (*to_json.ALWAYS, 'start', 'seconds')


def run(
    data: dict[str, Any], place: str, mask: masking.Mask | None = None
) -> model.Run:
    """Return the run that a JSON report describes.

    What came from the cloud is masked and cleaned once more: files change
    hands.

    :param place: what to call it when it cannot be read
    :raises ReportError: when it is none, or one of another version
    """
    wanted = to_json.VERSION.partition('.')[0]
    form, version = data.get('format'), str(data.get('version'))
    if form != to_json.FORMAT or version.partition('.')[0] != wanted:
        raise errors.ReportError(
            f'{place}: expected JSON of format {to_json.FORMAT}, version '
            f'{wanted}, seen format {form}, version {version}'
        )
    try:
        safe = functools.partial(_safe, mask or masking.Mask())
        return model.Run(
            tuple(_test(item, safe) for item in data['tests']),
            tuple(map(str, safe(data.get('notes', [])))),
            remarks=tuple(map(str, safe(data.get('remarks', [])))),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise errors.ReportError(
            f'{place}: expected what run.schema.json describes, seen '
            f'{type(error).__name__}: {error}'
        ) from error


def _safe(mask: masking.Mask, data: Any) -> Any:
    return text.clean_data(mask.data(data))


def _test(data: dict[str, Any], safe: Callable[[Any], Any]) -> model.Test:
    told = safe({k: v for k, v in data.items() if k not in _PLAIN})
    start = data.get('start')
    seconds = data.get('seconds')
    return model.Test(
        id=text.line(data['id'], 1000),
        name=text.line(data['name'], 1000),
        owner=text.line(data['owner'], 1000),
        label=text.line(data['label'], 1000),
        tier=text.line(data['tier']),
        status=model.Status(data['status']),
        start=datetime.datetime.fromisoformat(start) if start else None,
        seconds=None if seconds is None else float(seconds),
        worker=told.get('worker', ''),
        attributes=tuple(told.get('attributes', ())),
        reason=told.get('reason', ''),
        diagnosis=told.get('diagnosis', ''),
        took=tuple(told.get('took', ())),
        evidence=_evidence(told.get('evidence', {})),
        attachments=tuple(
            reading.build(model.Attachment, item)
            for item in told.get('attachments', ())
        ),
    )


def _evidence(data: dict[str, Any]) -> observed.Evidence:
    if not data:
        return observed.NOTHING
    return observed.Evidence(
        **{
            field: tuple(reading.build(cls, i) for i in data.get(field, ()))
            for field, cls in reading.KINDS.values()
        }
    )
