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
"""RabbitMQ: the message bus, on the control address.

Erlang's own distribution is kept on the IPv6 loopback; epmd binds the
IPv4 loopback as well and cannot be told not to.
"""

from collections.abc import Iterable
import socket
from typing import Any

from ipv6_lab import inventory
from ipv6_lab.services import base
from ipv6_lab.services import context
from ipv6_lab import waiting

NAME = 'rabbitmq'
HOME = f'{base.STATE}/rabbitmq'
SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server'


def services(lab: context.Context) -> list[base.Service]:
    """The message bus of the controller."""
    process = base.Process(NAME, (SERVER,), environment(lab), nice=base.URGENT)
    return [
        base.Service(
            NAME,
            inventory.CONTROLLER,
            (process,),
            files={
                '/etc/rabbitmq/rabbitmq.conf': configuration(lab),
                '/etc/rabbitmq/enabled_plugins': '[].\n',
                '/etc/rabbitmq/rabbitmq-env.conf': '',
            },
            directories=(HOME,),
            # It does not wait for DAD to end, which takes a second: it binds
            # the address as the last of several seconds' boot.
            ready=lambda host: answers(),
        )
    ]


def configuration(lab: context.Context) -> str:
    """rabbitmq.conf, in its "new style" format."""
    address = inventory.CONTROLLER.control
    return '\n'.join(
        (
            f'listeners.tcp.1 = {address}:{inventory.PORTS["messaging"]}',
            'default_user = openstack',
            f'default_pass = {lab.secrets["messaging"]}',
            'default_permissions.configure = .*',
            'default_permissions.read = .*',
            'default_permissions.write = .*',
            'loopback_users = none',
            'log.console = true',
            'log.console.level = warning',
            'log.file = false',
            'vm_memory_high_watermark.absolute = 1GB',
            'disk_free_limit.absolute = 50MB',
            '',
        )
    )


def environment(lab: context.Context) -> dict[str, str]:
    """How the Erlang machine starts."""
    distribution = '-proto_dist inet6_tcp'
    interface = '{0,0,0,0,0,0,0,1}'
    return {
        'HOME': HOME,
        'LANG': 'C.UTF-8',
        'PATH': '/usr/sbin:/usr/bin:/sbin:/bin',
        'ERL_EPMD_ADDRESS': '::1',
        'RABBITMQ_NODENAME': 'rabbit@localhost',
        'RABBITMQ_MNESIA_BASE': f'{HOME}/mnesia',
        'RABBITMQ_LOG_BASE': '/var/log',
        'RABBITMQ_CTL_ERL_ARGS': distribution,
        # Schedulers that spin for work would take a core of two.
        'RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS': (
            f'{distribution} -kernel inet_dist_use_interface {interface}'
            ' +sbwt none +sbwtdcpu none +sbwtdio none'
        ),
        # The server is the supervised process itself, not a child of sh.
        'RUNNING_UNDER_SYSTEMD': 'true',
    }


def consumed(lab: context.Context, queues: Iterable[str]) -> None:
    """Ready when every queue has a consumer.

    A call into a queue without one is lost to its caller until it times
    out, after a minute.

    :raises NotReady: with the queues that have none
    """
    import amqp

    host = f'[{inventory.CONTROLLER.control}]'
    try:
        with amqp.Connection(
            f'{host}:{inventory.PORTS["messaging"]}',
            userid='openstack',
            password=lab.secrets['messaging'],
            connect_timeout=5,
            read_timeout=5,
        ) as connection:
            idle = [
                queue for queue in queues if not consumers(connection, queue)
            ]
    except (OSError, amqp.exceptions.AMQPError) as error:
        raise waiting.NotReady(f'{host}: {error}') from error
    if idle:
        raise waiting.NotReady(f'nobody serves {", ".join(idle)}')


def consumers(connection: Any, queue: str) -> int:
    """How many consume a queue; 0 when it does not exist.

    :param connection: an open ``amqp.Connection``
    """
    import amqp

    try:
        # Asking for a queue that is not there closes the channel.
        declared = connection.channel().queue_declare(queue, passive=True)
    except amqp.exceptions.NotFound:
        return 0
    return int(declared.consumer_count)


def answers() -> None:
    """Ready when it answers AMQP's protocol header (AMQP 0-9-1, 4.2.2).

    :raises NotReady: while it does not
    """
    address = (
        str(inventory.CONTROLLER.control),
        inventory.PORTS['messaging'],
    )
    try:
        with socket.create_connection(address, 5) as connection:
            connection.sendall(b'AMQP\x00\x00\x09\x01')
            seen = connection.recv(1)
    except OSError as error:
        raise waiting.NotReady(f'{address}: {error}') from error
    if seen != b'\x01':
        raise waiting.NotReady(f'{address} answered {seen!r}')
