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

"""TLS on a connected socket, certificate and all, within its deadline."""

import functools
import ssl
import threading
from typing import cast

from ipv6_tempest_plugin.underlay import findings
from ipv6_tempest_plugin.underlay import sockets


class TLSSocket(sockets.Bounded, ssl.SSLSocket):
    """A TLS socket bound to a deadline."""


def context_of(ca_file: str | None, verify: bool) -> ssl.SSLContext:
    """Return the context that all probes share.

    A bundle of authorities takes a fraction of a second of processor time
    to load, and each copy some megabytes: it is loaded once.
    """
    with _LOADING:
        return _load_context(ca_file, verify)


_LOADING = threading.Lock()


@functools.cache
def _load_context(ca_file: str | None, verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca_file)
    context.sslsocket_class = TLSSocket
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def secure(
    sock: sockets.BoundedSocket, context: ssl.SSLContext, host: str
) -> TLSSocket:
    """Begin TLS for the host that the URL names, by SNI if it is a name.

    :raises Fault: ``tls-...``.
    """
    address = sock.getpeername()[0]
    deadline = sock.deadline
    try:
        sockets.arm(sock, deadline)
        wrapped = context.wrap_socket(sock, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        code = _CERTIFICATE_CODES.get(error.verify_code, 'tls-untrusted')
        raise findings.Fault(code, error.verify_message, address) from error
    except TimeoutError as error:
        seen = f'nothing within {deadline.elapsed:.1f} s'
        raise findings.Fault('tls-silent', seen, address) from error
    except OSError as error:
        seen = getattr(error, 'reason', None) or sockets.reason(error)
        raise findings.Fault('tls-failed', seen, address) from error
    bounded = cast(TLSSocket, wrapped)
    bounded.deadline = deadline
    return bounded


# X509_V_ERR_... of OpenSSL, which the ssl module does not name.
_CERTIFICATE_CODES = {
    9: 'tls-expired',  # not yet valid
    10: 'tls-expired',
    62: 'tls-name',  # host name mismatch
    64: 'tls-name',  # address mismatch
}
