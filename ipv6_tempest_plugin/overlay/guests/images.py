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

"""What tempest.conf says of the guests' image."""

from tempest import config

from ipv6_tempest_plugin.overlay.guests import observer

CONF = config.CONF


def commands() -> observer.Commands:
    """Return what makes the image do what it does not by itself."""
    options = CONF.ipv6_overlay
    return observer.Commands(
        options.card_command,
        options.lease_command,
        options.lower_command,
        options.vlan_command,
    )


def records() -> str:
    """Return what the image promises to keep, by ``guest_records``."""
    return str(CONF.ipv6_overlay.guest_records)
