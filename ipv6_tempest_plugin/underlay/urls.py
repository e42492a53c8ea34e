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

"""A URL, taken apart with the distrust that a verifier owes it."""

from dataclasses import dataclass
from dataclasses import field
import re
from urllib import parse

import netaddr

from ipv6_tempest_plugin import addressing
from ipv6_tempest_plugin.underlay import findings

DEFAULT_PORTS = {'http': 80, 'https': 443}

# %(name)s and $(name)s are Keystone's; braces and angle brackets are what
# other templates leave, and no URL may hold them (RFC 3986 section 2).
_TEMPLATE = re.compile(r'[%$]\\?\(|[{}<>]')
_FORBIDDEN = re.compile(r'[\x00-\x20\x7f-\uffff"\\^`|]')
_LABEL = re.compile(r'[A-Za-z0-9_][A-Za-z0-9_-]{0,62}')


@dataclass(frozen=True)
class Location:
    """A URL that can be asked.

    :param host: a name, or an address without brackets.
    :param target: path and query, as a request names it.
    :param port_named: whether the URL had a port, or its scheme gave it.
        That is how it was written, no part of where it leads.
    """

    scheme: str
    host: str
    port: int
    target: str
    port_named: bool = field(default=True, compare=False)

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port (RFC 6454 section 4), address normalised."""
        literal = self.literal
        return self.scheme, str(literal or self.host.lower()), self.port

    @property
    def literal(self) -> netaddr.IPAddress | None:
        """The address when the host is one, else None."""
        for version in (6, 4):
            if _is_address(self.host, version):
                return netaddr.IPAddress(self.host, version)
        return None

    @property
    def note(self) -> str:
        """What a reader must know of how the URL was read, or nothing."""
        if self.port_named:
            return ''
        return (
            f'the URL names no port: {self.port}, the default of '
            f'{self.scheme}, was tried'
        )

    def __str__(self) -> str:
        host = f'[{self.host}]' if ':' in self.host else self.host
        return f'{self.scheme}://{host}:{self.port}{self.target}'


def locate(url: object) -> Location:
    """Take a URL apart.

    No port means the default of the scheme, which is how what is behind a
    proxy is usually published. Whether it was left out by mistake only
    shows when that port is tried, and :attr:`Location.note` says then that
    it was assumed. A colon without a port is legal by RFC 3986 section
    3.2.3 and a fault here: it is what an empty variable leaves.

    :raises Fault: ``url-...``, one for each way in which it is unusable.
    """
    text = _checked_text(url)
    try:
        parts = parse.urlsplit(text)
    except ValueError as error:
        raise findings.Fault('url-malformed', f'{text!r}: {error}') from error
    if parts.scheme not in DEFAULT_PORTS:
        raise findings.Fault('url-scheme', repr(text))
    if '@' in parts.netloc:
        raise findings.Fault('url-userinfo', text)
    host, port = _split_port(parts.netloc, text)
    target = parts._replace(scheme='', netloc='', fragment='').geturl()
    return Location(
        parts.scheme,
        _checked_host(host, text),
        _port_number(port, parts.scheme, text),
        target if target.startswith('/') else f'/{target}',
        port_named=port is not None,
    )


def _checked_text(url: object) -> str:
    if not isinstance(url, str) or not url.strip():
        raise findings.Fault('url-malformed', f'{url!r}')
    if _TEMPLATE.search(url):
        raise findings.Fault('url-template', repr(url))
    if _FORBIDDEN.search(url):
        raise findings.Fault(
            'url-malformed', f'{url!r}, with a character that no URL may hold'
        )
    return url


def _split_port(netloc: str, url: str) -> tuple[str, str | None]:
    """Split host, still in its brackets, from port; None without a colon."""
    if netloc.startswith('['):
        host, _, rest = netloc.partition(']')
        if rest and not rest.startswith(':'):
            raise findings.Fault('url-malformed', repr(url))
        return host + ']', rest[1:] if rest else None
    if netloc.count(':') > 1:
        raise findings.Fault('url-unbracketed', repr(url))
    host, colon, port = netloc.partition(':')
    return host, port if colon else None


def _port_number(port: str | None, scheme: str, url: str) -> int:
    if port is None:
        return DEFAULT_PORTS[scheme]
    if not re.fullmatch('[0-9]{1,5}', port) or not 1 <= int(port) <= 65535:
        raise findings.Fault('url-port', f'port {port!r} in {url!r}')
    return int(port)


def _checked_host(host: str, url: str) -> str:
    if host.startswith('['):
        address, zone = addressing.split_zone(host[1:-1])
        if zone is not None:
            raise findings.Fault('url-zone', repr(url))
        if not _is_address(address, 6):
            raise findings.Fault(
                'url-malformed', f'{url!r}: {address!r} is no IPv6 address'
            )
        return address
    labels = host.removesuffix('.').split('.')
    if not all(_LABEL.fullmatch(label) for label in labels):
        raise findings.Fault('url-malformed', f'{url!r}: {host!r} as host')
    return host


def _is_address(text: str, version: int) -> bool:
    if version == 6:
        return bool(netaddr.valid_ipv6(text))
    return bool(netaddr.valid_ipv4(text, netaddr.INET_PTON))
