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
"""A guest: QEMU, its console and ssh."""

import ctypes
import dataclasses
import json
import os
from pathlib import Path
import re
import socket
import subprocess
import time
from typing import Any

import fixtures
import paramiko

from tests.lab import guestbed

CLONE_NEWNET = 0x40000000
REPORT = re.compile(r'^IPV6-REPORT (\{.*\})\r?$', re.MULTILINE)
# As the lab's wrapper does: the userspace switch knows no offloads.
NIC = 'virtio-net-pci,csum=off,guest_csum=off,gso=off'


@dataclasses.dataclass(frozen=True)
class Card:
    """A network card and the bridge that it is plugged into."""

    mac: str
    bridge: str = 'br0'


class Guest(fixtures.Fixture):
    """A machine that is switched on.

    :param image: the qcow2 image, which stays as it is
    :param cards: its network cards, eth0 first
    :param cpu: QEMU's model
    :param memory: in MiB
    :param more: further arguments for QEMU
    """

    def __init__(
        self,
        bed: guestbed.Bed,
        name: str,
        image: Path,
        cards: tuple[Card, ...],
        cpu: str = 'Nehalem',
        memory: int = 128,
        more: tuple[str, ...] = (),
    ) -> None:
        super().__init__()
        self.bed = bed
        self.name = name
        self.image = image
        self.cards = cards
        self.cpu = cpu
        self.memory = memory
        self.more = more

    def _setUp(self) -> None:
        self.disk = self.bed.path / f'{self.name}.qcow2'
        self.console_log = self.bed.path / f'{self.name}.console'
        self.console = self.bed.path / f'{self.name}.socket'
        self.monitor = self.bed.path / f'{self.name}.monitor'
        overlay = ['-f', 'qcow2', '-F', 'qcow2', '-b', str(self.image)]
        subprocess.run(
            ['qemu-img', 'create', '-q', *overlay, str(self.disk)], check=True
        )
        plugs = [self._plug(*pair) for pair in enumerate(self.cards)]
        self.power_on = time.monotonic()
        self.process = self.bed.start(
            self.name, 'qemu-system-x86_64', '-nodefaults',
            '-machine', 'pc,accel=tcg', '-cpu', self.cpu, '-smp', '1',
            '-m', str(self.memory), '-display', 'none', '-vga', 'std',
            '-chardev', f'socket,id=console,path={self.console},server=on,'
            f'wait=off,logfile={self.console_log}',
            '-serial', 'chardev:console',
            '-monitor', f'unix:{self.monitor},server,nowait',
            '-drive', f'file={self.disk},if=virtio,cache=unsafe',
            # A server of Nova's has a balloon, too.
            '-device', 'virtio-rng-pci', '-device', 'virtio-balloon-pci',
            *(argument for plug in plugs for argument in plug), *self.more,
        )  # fmt: skip

    def _plug(self, number: int, card: Card) -> list[str]:
        backend = f'tap,id=net{number},ifname={self.tap(number, card)},'
        device = f'{NIC},netdev=net{number},mac={card.mac}'
        return [
            '-netdev', f'{backend}script=no,downscript=no', '-device', device,
        ]  # fmt: skip

    def tap(self, number: int, card: Card) -> str:
        """Make the tap device behind a card."""
        name = f'{self.name}-{number}'
        self.bed.ip(f'tuntap add {name} mode tap')
        self.addCleanup(self.bed.ip, f'link delete {name}')
        self.bed.ip(f'link set {name} master {card.bridge} up')
        return name

    def plug(self, number: int, card: Card) -> None:
        """Plug in one more card while the guest runs."""
        tap = self.tap(number, card)
        self.order(
            f'netdev_add tap,id=net{number},ifname={tap},'
            'script=no,downscript=no'
        )
        self.order(f'device_add {NIC},netdev=net{number},mac={card.mac}')

    def order(self, command: str) -> None:
        """Tell QEMU's monitor something."""
        with socket.socket(socket.AF_UNIX) as monitor:
            monitor.settimeout(5)
            monitor.connect(str(self.monitor))
            seen = b''
            for text in ('', f'{command}\n'):
                monitor.sendall(text.encode())
                while not seen.endswith(b'(qemu) '):
                    seen += monitor.recv(4096)
                seen = b''

    def said(self) -> str:
        """The console's log."""
        if not self.console_log.exists():
            return ''
        return self.console_log.read_text(errors='replace')

    def reports(self) -> list[dict[str, Any]]:
        """The address reports so far, the newest one last."""
        return [json.loads(text) for text in REPORT.findall(self.said())]

    def cpu_seconds(self) -> float:
        """How long QEMU computed so far."""
        fields = Path(f'/proc/{self.process.pid}/stat').read_text().split()
        ticks = int(fields[13]) + int(fields[14])
        return ticks / os.sysconf('SC_CLK_TCK')

    def ssh(
        self, address: str, key: paramiko.PKey | None, password: str = ''
    ) -> 'Shell':
        """Log in, as soon as it works.

        :param address: IPv4 or global IPv6
        """
        shell = Shell(self.bed.name, address, key, password)

        def connected() -> bool:
            try:
                shell.connect()
            except (OSError, EOFError, paramiko.SSHException):
                # Dropbear admits few strangers at a time.
                shell.client.close()
                return False
            return True

        guestbed.wait_for(f'ssh login on {address}', connected, 120)
        self.addCleanup(shell.client.close)
        return shell


class Shell:
    """Commands in a guest, over ssh."""

    def __init__(
        self,
        namespace: str,
        address: str,
        key: paramiko.PKey | None,
        password: str,
    ) -> None:
        self.namespace = namespace
        self.address = address
        self.key = key
        self.password = password or None
        self.client = paramiko.SSHClient()
        # Guests make their keys at their first boot.
        self.client.set_missing_host_key_policy(paramiko.AutoAddPolicy())

    def connect(self) -> None:
        """Connect and log in once; raises what paramiko raises."""
        self.client.connect(
            self.address,
            username='cirros',
            pkey=self.key,
            password=self.password,
            sock=socket_in(self.namespace, self.address, 22),
            look_for_keys=False,
            allow_agent=False,
            banner_timeout=10,
        )

    def run(self, command: str) -> str:
        """What a command prints on both; raises unless it ends with 0."""
        prologue = 'set -eu -o pipefail; PATH=$PATH:/sbin:/usr/sbin; '
        _, output, error = self.client.exec_command(
            prologue + command, timeout=60
        )
        text: str = output.read().decode() + error.read().decode()
        status = output.channel.recv_exit_status()
        if status:
            raise AssertionError(f'{command}: status {status}: {text}')
        return text


def socket_in(namespace: str, address: str, port: int) -> socket.socket:
    """A TCP connection made in a network namespace, for this thread only."""
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    with (
        open('/proc/thread-self/ns/net') as ours,
        open(f'/run/netns/{namespace}') as theirs,
    ):
        _enter(theirs.fileno())
        try:
            sock = socket.socket(family)
        finally:
            _enter(ours.fileno())
    sock.settimeout(2)
    try:
        sock.connect((address, port))
    except OSError:
        sock.close()
        raise
    return sock


def _enter(descriptor: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if library.setns(descriptor, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), 'setns')
