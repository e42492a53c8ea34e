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

"""Extensions of the networking API, as a configuration promises them.

``[network-feature-enabled] api_extensions`` lists aliases, or ``all``.
"""

from collections.abc import Collection
from collections.abc import Iterable


def is_promised(extension: str, promised: Collection[str]) -> bool:
    """Say whether an extension is promised.

    :param promised: aliases, or ``all``
    """
    return extension in promised or 'all' in promised


def lacking(wanted: Iterable[str], promised: Collection[str]) -> list[str]:
    """Return which are not promised, in words that name the option."""
    return [
        f'[network-feature-enabled] api_extensions lacks {name}'
        for name in wanted
        if not is_promised(name, promised)
    ]
