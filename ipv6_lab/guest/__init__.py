# Licensed under the Apache License, Version 2.0 (the "License"); you may
# not use this file except in compliance with the License. You may obtain
# a copy of the License at
#
#      http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS, WITHOUT
# WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the
# License for the specific language governing permissions and limitations
# under the License.
"""The guest image of the lab: one small Linux that knows IPv6 well.

Built from Debian packages alone, as any user, without mounting anything;
``python3 -m ipv6_lab.guest OUTPUT`` builds it by hand.
"""

from ipv6_lab.guest.image import build
from ipv6_lab.guest.recipe import recipe_key

__all__ = ('build', 'recipe_key')
