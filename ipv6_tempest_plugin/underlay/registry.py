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

"""Keystone's registry, which also knows what the catalog leaves out."""

from typing import Any

from ipv6_tempest_plugin.underlay import catalog
from ipv6_tempest_plugin.underlay import findings


def judge(
    services: list[dict[str, Any]],
    endpoints: list[dict[str, Any]],
    given: object,
) -> tuple[findings.Finding, ...]:
    """Compare what is registered with what clients are given.

    A disabled service is somebody's decision (when it is a required one,
    the catalog lacks it, and that is a finding there). A disabled
    endpoint of an enabled service is not, unless another one for the same
    service, region and interface is enabled.

    :param services: ``services`` of GET /v3/services.
    :param endpoints: ``endpoints`` of GET /v3/endpoints.
    :param given: the catalog, as :func:`catalog.read` takes it.
    """
    types = {s['id']: s['type'] for s in services if s.get('enabled', True)}
    rows = [
        (catalog.place_of(types[e['service_id']], e), e)
        for e in endpoints
        if e['service_id'] in types
    ]
    return tuple(_disabled(rows)) + tuple(_hidden(rows, _given_ids(given)))


Row = tuple[findings.Place, dict[str, Any]]


def _is_enabled(endpoint: dict[str, Any]) -> bool:
    return bool(endpoint.get('enabled', True))


def _disabled(rows: list[Row]) -> list[findings.Finding]:
    enabled = {place.slot for place, end in rows if _is_enabled(end)}
    return [
        findings.Finding(
            'endpoint-disabled',
            place,
            f'enabled: false, endpoint {endpoint["id"]}',
        )
        for place, endpoint in rows
        if not _is_enabled(endpoint) and place.slot not in enabled
    ]


def _hidden(rows: list[Row], given: set[str]) -> list[findings.Finding]:
    return [
        findings.Finding(
            'endpoint-hidden',
            place,
            f'endpoint {endpoint["id"]} is enabled and not in the catalog',
        )
        for place, endpoint in rows
        if _is_enabled(endpoint) and endpoint['id'] not in given
    ]


def _given_ids(given: object) -> set[str]:
    entries = given if isinstance(given, list) else []
    return {
        str(endpoint.get('id'))
        for entry in entries
        if isinstance(entry, dict)
        for endpoint in entry.get('endpoints') or []
        if isinstance(endpoint, dict)
    }
