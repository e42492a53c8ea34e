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

"""Stands for Zuul's own module: writes what it is told to $ZUUL_RETURNED."""

import json
import os
from pathlib import Path

from ansible.module_utils import basic


def main() -> None:
    """Take data, as Zuul does."""
    module = basic.AnsibleModule({'data': {'type': 'dict', 'required': True}})
    returned = Path(os.environ['ZUUL_RETURNED'])
    returned.write_text(json.dumps(module.params['data']))
    module.exit_json(changed=True)


if __name__ == '__main__':
    main()
