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

"""What is in the catalog twice, and what is not in it."""

import collections

from ipv6_tempest_plugin.underlay import findings
from ipv6_tempest_plugin.underlay import settings as config

# Regions often share one Keystone, so it may be registered elsewhere.
SHARED_SERVICES = frozenset({'identity'})


def judge(
    places: list[findings.Place], settings: config.Settings
) -> list[findings.Finding]:
    """Compare the endpoints that are there with those that should be."""
    return [
        *_duplicates(places),
        *_missing_interfaces(places, settings),
        *_missing_services(places, settings),
    ]


def _duplicates(places: list[findings.Place]) -> list[findings.Finding]:
    counts = collections.Counter(place.slot for place in places)
    return [
        findings.Finding(
            'endpoint-duplicate',
            findings.Place(*slot),
            ' and '.join(p.url for p in places if p.slot == slot),
        )
        for slot, count in counts.items()
        if count > 1
    ]


def _missing_interfaces(
    places: list[findings.Place], settings: config.Settings
) -> list[findings.Finding]:
    slots = {place.slot for place in places}
    corners = dict.fromkeys((p.service, p.region) for p in places)
    return [
        findings.Finding(
            'interface-missing',
            findings.Place(service, region, interface),
            'only '
            + ', '.join(sorted(s[2] for s in slots if s[:2] == corner)),
        )
        for corner in corners
        for service, region in [corner]
        for interface in settings.required_interfaces
        if (service, region, interface) not in slots
    ]


def _missing_services(
    places: list[findings.Place], settings: config.Settings
) -> list[findings.Finding]:
    present = sorted({place.service for place in places})
    return [
        findings.Finding(
            'service-missing',
            findings.Place(service, settings.region, interface),
            f'no {service} in {settings.region}; the catalog has '
            + (', '.join(present) or 'nothing'),
        )
        for service in settings.required_services
        if not _is_served(service, places, settings.region)
        for interface in settings.required_interfaces
    ]


def _is_served(
    service: str, places: list[findings.Place], region: str
) -> bool:
    anywhere = region == '-' or service in SHARED_SERVICES
    return any(
        place.service == service and (anywhere or place.region == region)
        for place in places
    )
