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

"""Every fault that the underlay checks know, as data.

``doc/source/underlay.rst`` has one heading for each title; a unit test
keeps the two together.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One fault: the check that it turns red, and what to say of it."""

    check: str
    title: str
    expected: str
    cause: str
    look: str


_HTTP = 'an HTTP answer within [ipv6_underlay] timeout'
_TLS = 'a TLS session whose certificate is valid for the host of the URL'
_URL = 'a URL such as http://[2001:db8::10]:5000/v3'
_USABLE = 'a global or unique local IPv6 address'
_ENDPOINT_LIST = '`openstack endpoint list`, then `openstack endpoint set`'
_DNS = '`getent ahostsv6 HOST` where Tempest runs; the zone of the name'
_LISTEN = '`ss -6ltnp` on that host; the bind address of the service'
_LOG = 'the log of the service and of the proxy before it'
_CERT = '`openssl s_client -connect [ADDRESS]:PORT -servername HOST`'
_LINKS = (
    'public_endpoint, enable_proxy_headers_parsing ([oslo_middleware]), '
    'compute_link_prefix and www_authenticate_uri of the service'
)

KINDS: dict[str, Kind] = {
    # --- what the catalog says -----------------------------------------
    'catalog-empty': Kind(
        'catalog',
        'the catalog is empty',
        'at least one service with an endpoint',
        'the project has no endpoints by an endpoint filter, or the cloud '
        'was never bootstrapped',
        '`openstack catalog list` with the same credentials',
    ),
    'catalog-unreadable': Kind(
        'catalog',
        'Keystone does not give the catalog',
        'status 200 and a JSON object with "catalog" from '
        'GET /v3/auth/catalog below [identity] uri_v3',
        'Keystone is down or ill, [identity] uri_v3 names something else, '
        'or a proxy answers in its place',
        '[identity] uri_v3 of tempest.conf; the log of Keystone',
    ),
    'entry-malformed': Kind(
        'catalog',
        'a catalog entry does not have the form of the Identity API v3',
        'a service with type and endpoints, each with interface and url',
        'a hand-written catalog template, or a proxy that alters answers',
        'the answer of GET /v3/auth/catalog',
    ),
    'service-missing': Kind(
        'catalog',
        'a service that the cloud should have is not in the catalog',
        'the service in the catalog',
        'the service was never registered, or it is disabled; if the '
        'cloud has none, [service_available] of tempest.conf is wrong',
        '`openstack service list --long`; [ipv6_underlay] required_services',
    ),
    'service-bare': Kind(
        'catalog',
        'a service has no public, internal or admin endpoint',
        'at least one endpoint',
        'the service was registered, its endpoints never were or are all '
        'disabled',
        '`openstack endpoint list --service SERVICE`',
    ),
    'interface-missing': Kind(
        'catalog',
        'a service lacks an interface in a region',
        'every interface of [ipv6_underlay] required_interfaces',
        'the endpoint was deleted, is disabled or was registered for '
        'another region; many clients then take another interface in silence',
        '`openstack endpoint list --service SERVICE`',
    ),
    'endpoint-disabled': Kind(
        'registry',
        'an endpoint is disabled',
        'an enabled endpoint for this service, region and interface',
        'maintenance that was not undone; many clients then take another '
        'interface in silence',
        '`openstack endpoint set --enable ID`, or delete the endpoint',
    ),
    'endpoint-hidden': Kind(
        'registry',
        'an enabled endpoint is not given to clients',
        'every enabled endpoint of an enabled service in the catalog',
        'its URL holds a template that Keystone cannot fill, so that '
        'Keystone leaves it out in silence; or an endpoint filter',
        'the URL in `openstack endpoint list`; the log of Keystone',
    ),
    'endpoint-duplicate': Kind(
        'catalog',
        'two endpoints for one service, region and interface',
        'exactly one',
        'a deployment tool that ran twice with another address; clients '
        'take whichever comes first',
        _ENDPOINT_LIST,
    ),
    'url-malformed': Kind(
        'catalog',
        'the URL of an endpoint is malformed',
        _URL,
        'a slip of the pen, or a variable that was empty',
        _ENDPOINT_LIST,
    ),
    'url-unbracketed': Kind(
        'catalog',
        'an IPv6 literal stands without brackets',
        'brackets around the address (RFC 3986 section 3.2.2)',
        'the deployment tool joined address and port as it does for IPv4',
        _ENDPOINT_LIST,
    ),
    'url-zone': Kind(
        'catalog',
        'the URL of an endpoint holds a zone id',
        'an address that means the same on every host (RFC 4007 section 6)',
        'a link-local address, copied together with its interface',
        _ENDPOINT_LIST,
    ),
    'url-template': Kind(
        'catalog',
        'a template was left in the URL of an endpoint',
        'a URL in which Keystone has filled everything',
        'a name that Keystone does not know, or the wrong kind of bracket '
        'or escape when the endpoint was created in a shell',
        _ENDPOINT_LIST,
    ),
    'url-scheme': Kind(
        'catalog',
        'the URL of an endpoint has an unknown scheme',
        'http or https',
        'a slip of the pen; the message bus or a database in the catalog',
        _ENDPOINT_LIST,
    ),
    'url-port': Kind(
        'catalog',
        'the URL of an endpoint has an unusable port',
        'a port between 1 and 65535, or none at all and no colon',
        'a variable that was empty',
        _ENDPOINT_LIST,
    ),
    'url-userinfo': Kind(
        'catalog',
        'the URL of an endpoint holds a user name or password',
        'no userinfo (RFC 3986 section 3.2.1): every user reads the catalog',
        "a URL that was meant for one client became everybody's",
        _ENDPOINT_LIST + '; change the password',
    ),
    # --- where it points -----------------------------------------------
    'name-unresolvable': Kind(
        'addresses',
        'the name of an endpoint does not resolve',
        'at least one AAAA record',
        'the name was never published, or the resolver where Tempest '
        'runs does not serve that zone',
        _DNS,
    ),
    'name-only-ipv4': Kind(
        'addresses',
        'the name of an endpoint has only IPv4 addresses',
        'at least one AAAA record',
        'the A record was made and the AAAA record forgotten',
        _DNS,
    ),
    'resolver-silent': Kind(
        'addresses',
        'the resolver did not answer in time',
        'an answer of the resolver within [ipv6_underlay] timeout',
        'the name servers cannot be reached over the family in use',
        '/etc/resolv.conf where Tempest runs; ' + _DNS,
    ),
    'literal-ipv4': Kind(
        'addresses',
        'an endpoint is an IPv4 literal',
        'an IPv6 literal, or a name with a AAAA record',
        'the endpoint was registered with the IPv4 address of the host',
        _ENDPOINT_LIST,
    ),
    'scope-loopback': Kind(
        'addresses',
        'an endpoint is the loopback address',
        _USABLE,
        'an all-in-one template; /etc/hosts maps the name to ::1',
        _ENDPOINT_LIST + '; /etc/hosts',
    ),
    'scope-unspecified': Kind(
        'addresses',
        'an endpoint is the unspecified address',
        _USABLE,
        'the bind address "::" was registered as the endpoint',
        _ENDPOINT_LIST,
    ),
    'scope-link-local': Kind(
        'addresses',
        'an endpoint is a link-local address',
        _USABLE,
        'the host had no other IPv6 address when the cloud was deployed',
        '`ip -6 address` on that host; ' + _ENDPOINT_LIST,
    ),
    'scope-mapped': Kind(
        'addresses',
        'an endpoint is an IPv4-mapped address',
        _USABLE,
        'an IPv4 address in IPv6 notation (RFC 4291 section 2.5.5.2): '
        'the packets are IPv4',
        _ENDPOINT_LIST + '; /etc/hosts',
    ),
    'scope-nat64': Kind(
        'addresses',
        'an endpoint is an IPv4 host behind NAT64',
        _USABLE,
        'DNS64 made the AAAA record from an A record (RFC 6147): the '
        'endpoint itself speaks only IPv4',
        'the zone of the name: it has no AAAA record of its own',
    ),
    'scope-documentation': Kind(
        'addresses',
        'an endpoint is in a documentation prefix',
        _USABLE,
        'an example was copied; a laboratory sets [ipv6_underlay] '
        'allow_documentation_prefix',
        _ENDPOINT_LIST,
    ),
    'scope-other': Kind(
        'addresses',
        'an endpoint is an address that no service may have',
        _USABLE,
        'a slip of the pen, or an address of a retired transition technique',
        _ENDPOINT_LIST,
    ),
    # --- whether it listens --------------------------------------------
    'tcp-refused': Kind(
        'listening',
        'nothing listens on the port over IPv6',
        'a TCP connection',
        'the service is down, binds to 0.0.0.0 or to another address',
        _LISTEN,
    ),
    'tcp-silent': Kind(
        'listening',
        'the port swallows packets',
        'a TCP connection within [ipv6_underlay] timeout',
        'a firewall drops IPv6, the route is missing, the host is down, '
        'or the accept queue is full',
        '`ip6tables -L` or `nft list ruleset`; `ip -6 route get ADDRESS`',
    ),
    'tcp-unreachable': Kind(
        'listening',
        'the address cannot be reached over IPv6',
        'a TCP connection',
        'no IPv6 route from where Tempest runs, or a router that rejects',
        '`ip -6 route get ADDRESS` where Tempest runs',
    ),
    # --- whether it answers --------------------------------------------
    'tls-name': Kind(
        'answering',
        'the certificate is for another name',
        _TLS,
        'the address literal or the new name is not in subjectAltName',
        _CERT,
    ),
    'tls-expired': Kind(
        'answering',
        'the certificate is not valid today',
        _TLS,
        'it was not renewed, or a clock is wrong',
        _CERT + '; `date -u` on both sides',
    ),
    'tls-untrusted': Kind(
        'answering',
        'the certificate comes from an unknown authority',
        _TLS,
        '[identity] ca_certificates_file is not set or an intermediate '
        'certificate is not sent',
        _CERT + '; [identity] ca_certificates_file of tempest.conf',
    ),
    'tls-failed': Kind(
        'answering',
        'the port does not speak TLS',
        _TLS,
        'the URL says https and the service speaks plain HTTP, or no TLS '
        'version in common',
        _CERT,
    ),
    'tls-silent': Kind(
        'answering',
        'the port is silent when TLS begins',
        'a TLS session within [ipv6_underlay] timeout',
        'the service speaks plain HTTP and waits for a request, or large '
        'packets are lost (path MTU)',
        _CERT + '; `tracepath6 ADDRESS`',
    ),
    'too-slow': Kind(
        'answering',
        'the endpoint used up its time',
        'every answer within [ipv6_underlay] timeout',
        'a slow service; or the machine that runs Tempest is overloaded',
        'the time of each request in the log of the service; the load here',
    ),
    'http-silent': Kind(
        'answering',
        'the service accepts the connection and says nothing',
        _HTTP,
        'its workers hang, often in their own database or message bus over '
        'the wrong family; or the back end behind the proxy is gone',
        _LOG,
    ),
    'http-drip': Kind(
        'answering',
        'the answer did not end in time',
        _HTTP,
        'an overloaded service, or packets that are lost (path MTU)',
        _LOG + '; `tracepath6 ADDRESS`',
    ),
    'http-closed': Kind(
        'answering',
        'the service closes the connection without an answer',
        _HTTP,
        'a worker that crashes, or a proxy without a back end',
        _LOG,
    ),
    'http-truncated': Kind(
        'answering',
        'the answer ends too early',
        'as many bytes as Content-Length says',
        'a worker that was killed while it wrote',
        _LOG,
    ),
    'http-garbage': Kind(
        'answering',
        'the answer is not HTTP, or not what it says it is',
        _HTTP,
        'another service listens on this port',
        _LISTEN,
    ),
    'http-on-tls': Kind(
        'answering',
        'the URL says http and the port speaks TLS',
        _HTTP,
        'TLS was switched on and the catalog was not changed',
        _ENDPOINT_LIST,
    ),
    'http-huge': Kind(
        'answering',
        'the answer is too large for a version document',
        'at most 256 KiB',
        'another service listens on this port',
        _LISTEN,
    ),
    'http-error': Kind(
        'answering',
        'the service answers with a server error',
        'a status of [ipv6_underlay] accepted_statuses',
        'the service lost its database or message bus, or the proxy its '
        'back end',
        _LOG,
    ),
    'http-status': Kind(
        'answering',
        'the service answers with a status that it should not give',
        'a status of [ipv6_underlay] accepted_statuses',
        'the path of the URL is unknown to the service or its proxy',
        _ENDPOINT_LIST + '; ' + _LOG,
    ),
    'http-redirects': Kind(
        'answering',
        'the service redirects without end',
        'at most 5 redirects',
        'a proxy that ends TLS without telling the service',
        _LINKS,
    ),
    # --- what we did not think of --------------------------------------
    'probe-crashed': Kind(
        'probe',
        'the probe of an endpoint crashed',
        'a probe that ends with an answer or a finding',
        'a bug of this plugin, or this machine has no descriptors or memory '
        'left; it says nothing of the endpoint',
        'the text and the lines that were seen: report them, with what the '
        'endpoint answers to `curl -gi URL`',
    ),
    # --- what it says of itself ----------------------------------------
    'link-malformed': Kind(
        'links',
        'a link that the service gives is malformed',
        _URL,
        'the service builds its links from a broken option',
        _LINKS,
    ),
    'link-ipv4': Kind(
        'links',
        'a link that the service gives points to IPv4',
        'links to hosts with usable IPv6 addresses',
        'an option of the service still names the IPv4 address',
        _LINKS,
    ),
    'link-address': Kind(
        'links',
        'a link that the service gives points to an unusable host',
        'links to hosts with usable IPv6 addresses',
        'the service names itself by a bind address or a private name',
        _LINKS,
    ),
    'link-dead': Kind(
        'links',
        'a link that the service gives leads nowhere',
        'a host that answers',
        'the service does not know the scheme, name or port under which '
        'clients reach it',
        _LINKS,
    ),
    # --- the console of a guest ----------------------------------------
    'console-dumb': Kind(
        'console',
        'no VNC server greets behind the console proxy',
        'a WebSocket through which a VNC server says "RFB"',
        'the proxy cannot reach the hypervisor: its VNC server listens on '
        'IPv4 or on loopback only',
        '[vnc] server_listen and server_proxyclient_address of nova-compute; '
        'the log of nova-novncproxy',
    ),
    # --- what is left of IPv4 ------------------------------------------
    'ipv4-listener': Kind(
        'ipv4',
        'the endpoint answers on IPv4',
        'nothing that listens there, since [ipv6_underlay] ipv4 = forbidden',
        'the service binds to 0.0.0.0, or to :: without IPV6_V6ONLY',
        '`ss -ltnp` on that host; the bind address of the service',
    ),
    'ipv4-unproven': Kind(
        'ipv4',
        'whether IPv4 is closed could not be tried',
        'an IPv4 address to try, and a route to it',
        '[ipv6_underlay] ipv4 = forbidden, but the catalog has literals or '
        'names without an A record and control_plane_ipv4 is empty; or the '
        'resolver failed; or Tempest runs where there is no IPv4',
        '[ipv6_underlay] control_plane_ipv4 of tempest.conf; `ip -4 route`',
    ),
    'ipv4-crashed': Kind(
        'ipv4',
        'the try of IPv4 crashed',
        'a try that ends with a connection or without one',
        'a bug of this plugin, or this machine has no descriptors or memory '
        'left; it says nothing of the endpoint',
        'the text and the lines that were seen: report them',
    ),
    'tunnel-ipv4': Kind(
        'ipv4',
        'a tunnel endpoint is not a usable IPv6 address',
        _USABLE,
        'local_ip of the agent is still the IPv4 address of the host',
        '[ovs] local_ip and [ml2] overlay_ip_version of that host',
    ),
    'hypervisor-ipv4': Kind(
        'ipv4',
        'the address of a hypervisor is not a usable IPv6 address',
        _USABLE,
        'my_ip of nova-compute was guessed or is still IPv4; live '
        'migration and consoles would use it',
        '[DEFAULT] my_ip in nova.conf of that host',
    ),
    # --- what travels --------------------------------------------------
    'travel-unanswered': Kind(
        'travel',
        'a request of a client got no answer',
        'an answer within [service-clients] http_timeout',
        'the service is down or listens elsewhere, a firewall drops IPv6, '
        'or the certificate is not trusted',
        'the other findings on this endpoint; ' + _LISTEN,
    ),
    'travel-refused': Kind(
        'travel',
        'a request of a client was refused',
        'what was asked for, with a status of 2xx',
        '403: the role of the user; 404: the path of the URL; 5xx: the '
        'service lost its database or message bus, or the proxy its back '
        'end; no such JSON: another service or a proxy answers',
        _LOG,
    ),
    'travel-crashed': Kind(
        'travel',
        'the request of a client crashed',
        'an answer or a finding',
        'an answer that Tempest cannot read, or a bug of this plugin; it '
        'says nothing of the way',
        'the text and the lines that were seen: report them',
    ),
    'travel-ipv4': Kind(
        'travel',
        'a request went over IPv4',
        'only AF_INET6 sockets',
        'the endpoint, [identity] uri_v3 or the name behind it is IPv4, or '
        'IPv6 was tried and failed first',
        '`openstack catalog list`; [identity] uri_v3 of tempest.conf',
    ),
    'travel-unseen': Kind(
        'travel',
        'no connection was seen',
        'at least one AF_INET6 socket',
        'a client that keeps connections or works in another process, so '
        'that nothing is proved',
        'the traceback and log of this test',
    ),
    'travel-elsewhere': Kind(
        'travel',
        'a request went to an address that the catalog does not name',
        'only addresses to which the host of the endpoint resolves',
        'a redirect, or a client that took another endpoint in silence',
        'the attached sockets; `openstack catalog list`',
    ),
}

# The checks in the order in which one needs the other.
CHECKS = ('catalog', 'addresses', 'listening', 'answering', 'links')
# Those of them that a probe speaks for: all but what stands on paper.
PROBED = CHECKS[1:]
