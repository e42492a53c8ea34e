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

"""Guests that are reached by ssh."""

from collections.abc import Iterator
from collections.abc import Mapping
import contextlib
import socket
import threading
from typing import Any

from tempest import config
from tempest.lib.common import ssh
from tempest.lib import exceptions

from ipv6_tempest_plugin.overlay import diagnosis
from ipv6_tempest_plugin.overlay import evidence
from ipv6_tempest_plugin.overlay.guests import images
from ipv6_tempest_plugin.overlay.guests import observations
from ipv6_tempest_plugin.overlay.guests import observer
from ipv6_tempest_plugin.overlay.guests import plans
from ipv6_tempest_plugin.overlay.guests import reading
from ipv6_tempest_plugin.overlay.guests import reports
from ipv6_tempest_plugin.overlay import servers
from ipv6_tempest_plugin import waiting

CONF = config.CONF
PORT = 22
POLL = 0.5
# Seconds that a probe of a plan takes at most, beside the waiting.
PROBES = 60
# Lines of the console that a failed login shows.
TAIL = 30
# Seconds for a command that only changes something.
CHANGE = 15
UNREACHED = diagnosis.Hint(
    'the guest has not booted or got no address, nobody routes from here to '
    'it, or it does not know the key: it got no metadata',
    'the end of its console; a ping from here; [ipv6_overlay] guest_access, '
    '[validation] image_ssh_user; config drive and metadata service',
)


class Line:
    """A connection that outlasts the command that it was made for.

    Logging in takes an emulated guest longer than most commands.
    """

    def __init__(self) -> None:
        #: the one that is kept; None before the first login
        self.connection: Any = None
        #: for one command after the other: Dropbear ends a connection whose
        #: next command comes before the last one's exit status was read
        self.turn = threading.Lock()

    @property
    def alive(self) -> bool:
        """Whether there is a connection that a command can use."""
        transport = self.connection and self.connection.get_transport()
        return bool(transport and transport.is_active())

    def get_transport(self) -> Any:
        """Return what commands are sent by."""
        return self.connection.get_transport()

    def close(self) -> None:
        """Do nothing: a client has done its command, not the last one."""

    def hang_up(self) -> None:
        """Close the connection."""
        if self.connection:
            self.connection.close()


class Client(ssh.Client):
    """Tempest's, whose commands end in time.

    Tempest waits for the exit status of a command without end, which a guest
    that has lost the connection will never tell.
    """

    timeout: float
    _timer: threading.Timer | None = None
    _late = threading.Event()
    #: seconds that logging in may take, if not as long as the command
    patience: float | None = None
    #: the connection to use, and to leave to the next command
    line: Line | None = None

    def _get_ssh_connection(self, *arguments: Any, **named: Any) -> Any:
        if self.line:
            if not self.line.alive:
                self.line.connection = self._login(*arguments, **named)
            self._end_in_time(self.line.connection)
            return self.line
        connection = self._login(*arguments, **named)
        self._end_in_time(connection)
        return connection

    def _end_in_time(self, connection: Any) -> None:
        self._late = threading.Event()
        self._timer = threading.Timer(
            self.timeout, self._hang_up, [connection]
        )
        self._timer.daemon = True
        self._timer.start()

    def _login(self, *arguments: Any, **named: Any) -> Any:
        limit = self.timeout
        if self.patience is not None:
            self.timeout = self.patience
        try:
            return super()._get_ssh_connection(*arguments, **named)
        finally:
            self.timeout = limit

    def _hang_up(self, connection: Any) -> None:
        self._late.set()
        connection.close()

    def exec_command(self, cmd: str, encoding: str = 'utf-8') -> str:
        """Run a command; return what it prints.

        :raises TimeoutException: when it takes longer than the client's
            timeout
        :raises SSHExecCommandFailed: when its exit status is not 0
        """
        try:
            return str(super().exec_command(cmd, encoding))
        except Exception:
            # Whatever a command ends with that was hung up on.
            if self._late.is_set():
                raise exceptions.TimeoutException(
                    f'{self.host} has not told within {self.timeout} s how '
                    f'this ended: {cmd}'
                ) from None
            raise
        finally:
            if self._timer:
                self._timer.cancel()


class ShellGuest:
    """A server's guest, by ssh.

    :param address: IPv4 or IPv6, reachable from here
    :ivar line: the connection that :meth:`run` uses within
        :meth:`connected`; None to log in for each command
    :ivar first: lines of shell that the next :meth:`settle` begins with
    """

    line: Line | None = None
    first = ''

    def __init__(
        self, server: servers.Server, address: str, key: servers.KeyPair
    ) -> None:
        self.server = server
        self.address = address
        self.key = key

    @property
    def name(self) -> str:
        """The server's name."""
        return self.server.name

    def _client(self, timeout: float, patience: float | None = None) -> Client:
        client = Client(
            self.address,
            CONF.validation.image_ssh_user,
            timeout=timeout,
            pkey=self.key.private,
            ssh_key_type=CONF.validation.ssh_key_type,
            ssh_allow_agent=False,
        )
        client.patience = patience
        return client

    @contextlib.contextmanager
    def connected(self) -> Iterator[None]:
        """Log in once for all commands that are run within."""
        if self.line:
            yield
            return
        self.line = line = Line()
        try:
            yield
        finally:
            self.line = None
            line.hang_up()

    def wait(self) -> None:
        """Wait until logging in works.

        :raises WaitTimeout: after ``[validation] ssh_timeout``, with the
            likely cause and the end of the console
        """
        self._arrive('true', 'login in')

    def enter(self, mac: str) -> None:
        """Wait for it, and leave the card that we come by its answers to us.

        :param mac: the card's
        :raises WaitTimeout: as :meth:`wait`, or when the guest does not say
            that it is so
        """
        if self.line:
            # Whoever has been logged in to before has booted since.
            self.line.hang_up()
        self._arrive(observer.pin(mac), f'login and the routes of {mac} in')

    def _arrive(self, command: str, what: str) -> None:
        with evidence.explained(
            UNREACHED, {'the end of its console': self._tail}
        ):
            self._try(command, what)

    def _tail(self) -> str:
        return '\n'.join(self.server.console().splitlines()[-TAIL:])

    def _try(self, command: str, what: str) -> None:
        deadline = waiting.Deadline(CONF.validation.ssh_timeout)
        waiting.wait_for(
            f'ssh of {self.name} at {self.address}',
            self._greeted,
            deadline,
            interval=POLL,
            retry_on=(OSError,),
        )
        # The port opens before the guest knows the key.
        waiting.wait_for(
            f'{what} {self.name} at {self.address}',
            lambda: self._run(self._client(CHANGE, 0), command) is not None,
            deadline,
            interval=POLL,
            retry_on=(
                exceptions.SSHTimeout,
                exceptions.TimeoutException,
                exceptions.SSHExecCommandFailed,
            ),
        )

    def _greeted(self) -> bool:
        with socket.create_connection((self.address, PORT), 2) as stream:
            # RFC 4253 section 4.2
            return stream.recv(4) == b'SSH-'

    def run(self, command: str, timeout: float = PROBES) -> str:
        """Run a command and return what it prints.

        :param timeout: seconds that logging in may take, and the command
        :raises TimeoutException: when the command takes longer
        :raises SSHExecCommandFailed: when its exit status is not 0
        """
        return self._run(self._client(timeout), command)

    def _run(self, client: Client, command: str) -> str:
        line, timeout = self.line, client.timeout
        if not line:
            return str(client.exec_command(command))
        if not line.turn.acquire(timeout=timeout):
            raise exceptions.TimeoutException(
                f'{self.name}: an earlier command still runs after '
                f'{timeout} s; not run: {command}'
            )
        try:
            client.line = line
            return str(client.exec_command(command))
        finally:
            line.turn.release()

    def settle(self, plan: plans.Plan) -> plans.Plan:
        """Wait for what a plan waits for; return what is left of it.

        :raises AssertionError: when a card was up before it was raised: what
            is seen by it, and not seen, may then be another's doing
        """
        first, self.first = self.first, ''
        said = self.run(
            observer.waits(plan, images.commands(), first),
            timeout=_longest(plan),
        )
        if 'ADDRESSED' in said:
            raise AssertionError(
                f'{self.name}: a card was up before its test: expected no '
                f'address, seen {said.strip()!r}; [ipv6_overlay] hold_command '
                'is to keep cards down that lower_command took down'
            )
        return plan.settled

    def counters(self, plan: plans.Plan) -> Mapping[str, int]:
        """Read the guest's counters, and nothing else.

        :param plan: for guests whose reports are waited for
        :raises MalformedReport: when what it says is not understood
        """
        said = self.run('cat /proc/net/snmp6')
        return reading.counters({'snmp6': said.splitlines()})

    def observe(self, plan: plans.Plan) -> observations.Observation:
        """Look around in the guest.

        :raises MalformedReport: when what it says is not understood
        """
        said = self.run(
            observer.once(plan, images.commands()), timeout=_longest(plan)
        )
        found = reports.find(said)
        if not found:
            raise reports.MalformedReport(
                f'expected a report of {self.name}, seen {said!r}'
            )
        return reading.read(found[-1])


def _longest(plan: plans.Plan) -> float:
    """Return the seconds that a plan may take in a guest."""
    waits = 1 + len(plan.raised) + len(plan.leasing) + bool(plan.answers)
    return waits * plan.patience + PROBES
