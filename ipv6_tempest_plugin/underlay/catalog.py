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

"""The catalog of Keystone: what to probe, and what is wrong on paper."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ipv6_tempest_plugin.underlay import completeness
from ipv6_tempest_plugin.underlay import findings
from ipv6_tempest_plugin.underlay import masking
from ipv6_tempest_plugin.underlay import settings as config
from ipv6_tempest_plugin.underlay import urls


@dataclass(frozen=True)
class Target:
    """An endpoint that can be probed."""

    place: findings.Place
    location: urls.Location


@dataclass(frozen=True)
class Catalog:
    """What was read: targets to probe, findings that need no probe.

    :param places: every endpoint of the interfaces to probe, usable or not.
    """

    places: tuple[findings.Place, ...]
    targets: tuple[Target, ...]
    findings: tuple[findings.Finding, ...]


def read(raw: object, settings: config.Settings) -> Catalog:
    """Read the ``catalog`` list of the Identity API v3, however broken.

    Source: Identity API v3, "Get service catalog". URLs are judged for
    every interface, but targets are made of ``settings.interfaces`` only.
    """
    wrong: list[findings.Finding] = []
    rows = list(_rows(raw, wrong))
    targets = []
    for place, url in rows:
        try:
            target = Target(place, urls.locate(url))
        except findings.Fault as fault:
            wrong.append(findings.Finding.of(fault, place))
        else:
            targets.append(target)
    places = [place for place, _ in rows]
    wrong += completeness.judge(places, settings)
    return Catalog(
        tuple(p for p in places if p.interface in settings.interfaces),
        tuple(t for t in targets if t.place.interface in settings.interfaces),
        tuple(wrong),
    )


def _rows(
    raw: object, wrong: list[findings.Finding]
) -> Iterator[tuple[findings.Place, object]]:
    """Yield (place, URL) of each endpoint; note what has no such form."""
    if not isinstance(raw, list) or not raw:
        code = 'catalog-empty' if raw in ([], None) else 'entry-malformed'
        wrong.append(
            findings.Finding(code, findings.Place('catalog'), _short(raw))
        )
        return
    for entry in raw:
        service = entry.get('type') if isinstance(entry, dict) else None
        endpoints = entry.get('endpoints') if isinstance(entry, dict) else None
        place = findings.Place(str(service or 'catalog'))
        if not isinstance(service, str) or not isinstance(endpoints, list):
            wrong.append(
                findings.Finding('entry-malformed', place, _short(entry))
            )
        elif not endpoints:
            wrong.append(
                findings.Finding('service-bare', place, 'endpoints: []')
            )
        else:
            yield from _endpoints(service, endpoints, wrong)


def _endpoints(
    service: str, endpoints: list[Any], wrong: list[findings.Finding]
) -> Iterator[tuple[findings.Place, object]]:
    for endpoint in endpoints:
        fields = endpoint if isinstance(endpoint, dict) else {}
        place = place_of(service, fields)
        if place.interface in config.INTERFACES:
            yield place, fields.get('url')
        else:
            wrong.append(
                findings.Finding(
                    'entry-malformed',
                    place,
                    f'interface {fields.get("interface")!r}'
                    if fields
                    else _short(endpoint),
                )
            )


def place_of(service: str, endpoint: dict[str, Any]) -> findings.Place:
    """Say where an endpoint of the Identity API v3 stands."""
    region = endpoint.get('region_id') or endpoint.get('region')
    return findings.Place(
        service,
        str(region or '-'),
        str(endpoint.get('interface')),
        str(endpoint.get('url') or ''),
    )


def _short(value: object) -> str:
    return masking.excerpt(repr(value).encode(), 120)
