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
"""Router advertisements that are not what Neutron wrote, or none at all.

Neutron's L3 agent writes a configuration for radvd and starts it or sends it
SIGHUP. Here a program of the same name stands in its place, which changes
the configuration before the real one reads it. So no honest advertisement
is ever sent.
"""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
from pathlib import Path

from ipv6_lab import errors
from ipv6_lab.faults import repeating
from ipv6_lab import hosts

Change = Callable[[str], str]
PROGRAM = '/usr/sbin/radvd'
# Inside the host, gone with it.
PLACE = '/run/faults'
WRITTEN = '/var/lib/ipv6-lab/neutron/ra'
POLL = 0.05
# It waits for its own version of the configuration, and starts radvd on it.
STAND_IN = f"""#!/bin/sh
for word in "$@"; do
    case $word in *.radvd.conf) conf={PLACE}/${{word##*/}} ;; esac
done
tries=100
until [ -s "$conf" ] || [ $tries -eq 0 ]; do
    tries=$((tries - 1))
    sleep 0.05
done
shift 2
exec {PLACE}/real/radvd -C "$conf" "$@"
"""
SILENT = '#!/bin/sh\nexit 0\n'


@contextlib.contextmanager
def dead(host: hosts.Running) -> Iterator[None]:
    """No radvd starts."""
    with _instead(host, SILENT):
        yield


@contextlib.contextmanager
def changed(host: hosts.Running, change: Change) -> Iterator[None]:
    """Every radvd reads a changed configuration.

    :param change: given what Neutron wrote, returns what radvd reads
    """
    writer = _Writer(host, change)
    with (
        _instead(host, STAND_IN),
        repeating.repeatedly(writer.follow, POLL),
    ):
        yield


@contextlib.contextmanager
def _instead(host: hosts.Running, text: str) -> Iterator[None]:
    """Have a script in place of radvd."""
    place = host.path(PLACE)
    (place / 'real').mkdir(parents=True, exist_ok=True)
    script = place / 'radvd'
    script.write_text(text)
    script.chmod(0o755)
    host.run(['cp', PROGRAM, f'{PLACE}/real/radvd'])
    host.run(['mount', '--bind', f'{PLACE}/radvd', PROGRAM])
    try:
        yield
    finally:
        host.run(['umount', PROGRAM])
        # Neutron's monitor of processes starts honest ones in their place.
        with contextlib.suppress(errors.LabError):  # all have ended
            host.run(['pkill', '-f', f'^{PLACE}/real/radvd'])
        host.run(['rm', '-rf', PLACE])


class _Writer:
    """Writes what radvd shall read, after whatever Neutron writes."""

    def __init__(self, host: hosts.Running, change: Change) -> None:
        self._host = host
        self._change = change
        self._known: dict[str, str] = {}

    def follow(self) -> None:
        """Write what is new."""
        for path in self._host.path(WRITTEN).glob('*.radvd.conf'):
            self._write(path)

    def _write(self, path: Path) -> None:
        try:
            text = path.read_text()
        except OSError:  # its router has gone
            return
        if self._known.get(path.name) == text:
            return
        target = self._host.path(f'{PLACE}/{path.name}')
        new = target.with_suffix('.new')
        new.write_text(self._change(text))
        # radvd refuses what others than root may write.
        new.chmod(0o444)
        new.rename(target)
        if path.name in self._known:
            # Of its two processes the older one; the signal ends the other,
            # and with it both.
            command = ['pkill', '-HUP', '--oldest', '-f', target.name]
            with contextlib.suppress(errors.LabError):  # none to be told
                self._host.run(command)
        self._known[path.name] = text
