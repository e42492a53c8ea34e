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

"""Follows the tests on a runner, and fetches what they tell.

An action of its own, since a task cannot wait and fetch in turns, and tasks
that include themselves come to the end of Python's stack after some hundred
looks.
"""

import base64
from pathlib import Path
import shlex
import time
from typing import Any

from ansible import errors
from ansible.plugins import action

RUNNING = 'running'
ARGUMENTS: dict[str, dict[str, object]] = {
    'workspace': {'type': 'str', 'required': True},
    'room': {'type': 'str', 'required': True},
    'keep': {'type': 'path', 'required': True},
    'seconds': {'type': 'float', 'required': True},
    'limit': {'type': 'float', 'required': True},
}


class ActionModule(action.ActionBase):
    """Looks at a runner again and again; returns how its tests ended.

    ``workspace`` and, below it, ``room`` name the directory of the round;
    ``keep`` is the path of what is kept here, less its suffixes; ``seconds``
    lie between two looks at most, and ``limit`` ends it. A runner that cannot
    be reached any more is unreachable, and what it told before is kept.
    """

    def run(
        self,
        tmp: str | None = None,
        task_vars: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Follow; the result has ``state``, as runner.sh says it."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _, wanted = self.validate_argument_spec(ARGUMENTS)
        ends = time.monotonic() + wanted['limit']
        looks, state = 0, RUNNING
        while state == RUNNING and time.monotonic() < ends:
            state = self._look(wanted)
            looks += 1
        if state == RUNNING:
            state = f'did not end within {wanted["limit"]:g} s'
        return {**result, 'changed': True, 'state': state, 'looks': looks}

    def _look(self, wanted: dict[str, Any]) -> str:
        """Wait, fetch what is new; return the state before that."""
        stream, log = (
            Path(f'{wanted["keep"]}.{name}') for name in ('subunit', 'log')
        )
        size = stream.stat().st_size if stream.exists() else 0
        state, told, said = self._ask(wanted, size)
        if told:
            with stream.open('ab') as file:
                file.write(base64.b64decode(told))
        if said:
            log.write_bytes(base64.b64decode(said))
        return state

    def _ask(self, wanted: dict[str, Any], size: int) -> list[str]:
        """Return the three lines that runner.sh says of a runner."""
        room = shlex.quote(wanted['room'])
        script = f'sh {room}/runner.sh'
        answer = self._low_level_execute_command(
            f'{script} follow {room} {wanted["seconds"]:.0f} && '
            f'{script} tell {room} {size}',
            chdir=shlex.quote(self._remote_expand_user(wanted['workspace'])),
        )
        lines: list[str] = answer['stdout'].splitlines()
        if answer['rc'] or len(lines) < 3:
            raise errors.AnsibleActionFail(
                f'expected the state of the tests, seen status '
                f'{answer["rc"]}: {answer["stderr"].strip()}'
            )
        return lines[-3:]
