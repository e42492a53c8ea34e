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

"""Each fault turns exactly its own check red.

The docstring of a test is the fault; its body breaks a real server.
"""

import errno
import socket
from typing import Any
from unittest import mock

import netaddr

from ipv6_tempest_plugin import addressing
from ipv6_tempest_plugin.underlay import catalog
from ipv6_tempest_plugin.underlay import findings
from ipv6_tempest_plugin.underlay import following
from ipv6_tempest_plugin.underlay import ipv4
from ipv6_tempest_plugin.underlay import probes
from ipv6_tempest_plugin.underlay import resolving
from ipv6_tempest_plugin.underlay import settings
from ipv6_tempest_plugin.underlay import sockets
from ipv6_tempest_plugin.underlay import urls
from ipv6_tempest_plugin import waiting
from tests.unit.plugin.underlay import base
from tests.unit.plugin.underlay import certificates
from tests.unit.plugin.underlay import servers

MULTICAST_TOO = base.SETTINGS.scopes | {addressing.Scope.MULTICAST}
LOOPBACK_IPV4 = (netaddr.IPAddress('127.0.0.1'),)


class SoundTest(base.UnderlayTest):
    def test_sound_endpoint(self) -> None:
        server = self.serve(servers.document({'versions': []}))
        seen = self.look(f'http://[::1]:{server.port}/v2.1')
        self.assert_findings([], seen)
        visit = seen.reports[0].visits[0]
        self.assertEqual(
            ('::1', 'loopback', True, 200),
            (visit.address, visit.scope, visit.listening, visit.status),
        )

    def test_host_header_names_what_the_url_names(self) -> None:
        self.resolve(glance_example='::1')
        server = self.serve(servers.reply())
        self.look(
            f'http://glance.example:{server.port}/a',
            f'http://[::1]:{server.port}/b',
        )
        heads = sorted(
            request.split(b'\r\n')[:2] for request in server.requests
        )
        port = str(server.port).encode()
        self.assertEqual(
            [
                [b'GET /a HTTP/1.1', b'Host: glance.example:' + port],
                [b'GET /b HTTP/1.1', b'Host: [::1]:' + port],
            ],
            heads,
        )

    def test_every_address_of_a_name_is_visited(self) -> None:
        # A multicast address is one that no packet is sent to.
        self.resolve(glance_example='::1 ff01::1')
        server = self.serve(servers.reply())
        seen = self.look(
            f'http://glance.example:{server.port}', scopes=MULTICAST_TOO
        )
        self.assertEqual(
            ['::1', 'ff01::1'], [v.address for v in seen.reports[0].visits]
        )
        self.assert_findings(['tcp-unreachable'], seen)

    def test_statuses_for_a_caller_without_a_token(self) -> None:
        for status in (200, 203, 204, 300, 401, 403):
            server = self.serve(servers.reply(status))
            seen = self.look(f'http://[::1]:{server.port}')
            self.assert_findings([], seen)
            self.assertEqual(status, seen.reports[0].visits[0].status)


class CrashTest(base.UnderlayTest):
    """A bug of ours is red, and stays where it is."""

    def crash_at(self, name: str, port: int) -> None:
        """Let a module's function crash where this port is asked."""

        def crash(*arguments: Any) -> Any:
            if any(f':{port}' in str(a) or a == port for a in arguments):
                raise KeyError('odd', 'http://user:secret@h/')
            return original(*arguments)

        patcher = mock.patch(name, crash)
        original, _ = patcher.get_original()
        patcher.start()
        self.addCleanup(patcher.stop)

    def test_the_other_endpoints_are_examined(self) -> None:
        odd, sound = self.serve(servers.reply()), self.serve(servers.reply())
        module = 'ipv6_tempest_plugin.underlay.exchange'
        self.crash_at(f'{module}.ask', odd.port)
        closed = servers.closed_port()
        urls = [f'http://[::1]:{p}' for p in (odd.port, sound.port, closed)]
        seen = self.look(*urls)
        self.assert_findings(['probe-crashed', 'tcp-refused'], seen)
        (crash,) = [f for f in seen.findings if f.code == 'probe-crashed']
        self.assertEqual('service0', crash.place.service)
        self.assertRegex(crash.seen, r"KeyError: \('odd'.* line \d+")
        self.assertIn('a bug of this plugin', crash.as_text())
        self.assertNotIn('secret', crash.as_text())

    def test_it_turns_every_check_red_that_needs_the_probe(self) -> None:
        server = self.serve(servers.reply())
        module = 'ipv6_tempest_plugin.underlay.exchange'
        self.crash_at(f'{module}.ask', server.port)
        seen = self.look(f'http://[::1]:{server.port}')
        for check in ('addresses', 'listening', 'answering', 'links'):
            self.assertEqual(1, len(seen.of_check(check)), check)
        for check in ('catalog', 'ipv4'):
            self.assertEqual((), seen.of_check(check))

    def test_a_crash_on_ipv4_leaves_the_rest(self) -> None:
        server = self.serve(servers.reply())
        module = 'ipv6_tempest_plugin.underlay.ipv4'
        self.crash_at(f'{module}.attempt', server.port)
        seen = self.look(
            f'http://[::1]:{server.port}',
            ipv4_forbidden=True,
            control_plane_ipv4=LOOPBACK_IPV4,
        )
        self.assert_findings(['ipv4-crashed'], seen)
        self.assertEqual(1, len(seen.of_check('ipv4')))
        self.assertIn('KeyError', seen.findings[0].seen)
        self.assertEqual(1, seen.examined('answering'))

    def test_no_descriptor_left_says_nothing_of_the_cloud(self) -> None:
        error = OSError(errno.EMFILE, 'too many open files')
        with mock.patch('socket.socket.connect', side_effect=error):
            seen = self.look('http://[::1]:9')
        self.assert_findings(['probe-crashed'], seen)
        self.assertIn('too many open files', seen.findings[0].seen)


class AddressFaultTest(base.UnderlayTest):
    def check(self, code: str, url: str) -> str:
        seen = self.look(url, scopes=settings.USABLE)
        self.assert_findings([code], seen)
        self.assertEqual(1, len(seen.of_check('addresses')))
        return seen.findings[0].as_text()

    def test_name_without_any_record(self) -> None:
        self.resolve()
        text = self.check('name-unresolvable', 'http://nowhere.example')
        self.assertIn('nowhere.example has no address at all', text)

    def test_name_with_only_an_a_record(self) -> None:
        self.resolve(old_example='192.0.2.7')
        text = self.check('name-only-ipv4', 'http://old.example')
        self.assertIn('old.example is 192.0.2.7', text)

    def test_ipv4_literal(self) -> None:
        self.check('literal-ipv4', 'http://192.0.2.1:9292')

    def test_scopes(self) -> None:
        for host, code in [
            ('::1', 'scope-loopback'),
            ('::', 'scope-unspecified'),
            ('fe80::1', 'scope-link-local'),
            ('::ffff:192.0.2.1', 'scope-mapped'),
            ('64:ff9b::192.0.2.1', 'scope-nat64'),
            ('2001:db8::1', 'scope-documentation'),
            ('ff02::1', 'scope-other'),
            ('2002:c000:201::1', 'scope-other'),
        ]:
            self.assertIn(host, self.check(code, f'http://[{host}]:9292'))

    def test_scopes_behind_a_name(self) -> None:
        self.resolve(mapped_example='::ffff:192.0.2.1')
        self.check('scope-mapped', 'http://mapped.example')

    def test_documentation_prefix_may_be_allowed(self) -> None:
        address = netaddr.IPAddress('2001:db8::1')
        usable = settings.USABLE | {addressing.Scope.DOCUMENTATION}
        resolving.require_usable(address, usable)
        self.assertRaises(
            findings.Fault,
            resolving.require_usable,
            address,
            settings.USABLE,
        )


class ListeningFaultTest(base.UnderlayTest):
    def check(self, code: str, url: str, **changes: object) -> str:
        seen = self.look(url, scopes=MULTICAST_TOO, **changes)
        self.assert_findings([code], seen)
        self.assertEqual(1, len(seen.of_check('listening')))
        self.assertEqual(0, seen.examined('answering'))
        return seen.findings[0].as_text()

    def test_closed_port(self) -> None:
        port = servers.closed_port()
        text = self.check('tcp-refused', f'http://[::1]:{port}')
        self.assertIn(f'port {port}: connection refused', text)

    def test_a_port_that_is_missing(self) -> None:
        """Left out by mistake: nothing listens on the default."""
        default = servers.closed_port()
        with mock.patch.dict(urls.DEFAULT_PORTS, http=default):
            seen = self.look('http://[::1]/v3')
        self.assert_findings(['tcp-refused'], seen)
        self.assertEqual(
            f'port {default}: connection refused; the URL names no port: '
            f'{default}, the default of http, was tried',
            seen.of_check('listening')[0].seen,
        )

    def test_a_port_that_is_missing_where_another_listens(self) -> None:
        server = self.serve(servers.reply(404))
        with mock.patch.dict(urls.DEFAULT_PORTS, http=server.port):
            seen = self.look('http://[::1]/v3')
        self.assert_findings(['http-status'], seen)
        self.assertIn('; the URL names no port: ', seen.findings[0].seen)

    def test_a_port_that_is_rightly_left_out(self) -> None:
        server = self.serve(servers.reply())
        with mock.patch.dict(urls.DEFAULT_PORTS, http=server.port):
            seen = self.look('http://[::1]/identity/v3')
        self.assert_findings([], seen)
        self.assertIn('names no port', seen.reports[0].visits[0].note)

    def test_ipv4_only_listener(self) -> None:
        server = self.serve(servers.reply(), host='127.0.0.1')
        self.check('tcp-refused', f'http://[::1]:{server.port}')

    def test_blackhole(self) -> None:
        port = self.useFixture(servers.Blackhole()).port
        url = f'http://[::1]:{port}'
        text = self.check('tcp-silent', url, timeout=base.SHORT)
        self.assertIn('no answer to SYN within 0.', text)

    def test_no_time_left_is_no_silence(self) -> None:
        fault = self.assertRaises(
            findings.Fault,
            sockets.connect,
            netaddr.IPAddress('::1'),
            9,
            waiting.Deadline(0),
        )
        self.assertEqual('too-slow', fault.code)

    def test_no_time_left_is_no_connection(self) -> None:
        """Nobody tried whether it listens."""
        server = self.serve(servers.reply())
        url = f'http://[::1]:{server.port}'
        target = catalog.Target(
            findings.Place('image', url=url), urls.locate(url)
        )
        address = netaddr.IPAddress('::1')
        seen = probes.visit(
            target, address, base.SETTINGS, waiting.Deadline(0)
        )
        self.assertEqual(['too-slow'], [f.code for f in seen.findings])
        self.assertFalse(seen.listening)

    def test_who_accepts_and_is_silent_listens(self) -> None:
        server = self.serve(servers.silence)
        url = f'http://[::1]:{server.port}'
        seen = self.look(url, timeout=base.SHORT)
        self.assertTrue(seen.reports[0].visits[0].listening)

    def test_no_route(self) -> None:
        self.check('tcp-unreachable', 'http://[ff01::1]:9292')


class AnsweringFaultTest(base.UnderlayTest):
    def check(
        self,
        code: str,
        behaviour: servers.Behaviour,
        path: str = '',
        timeout: float = base.TIMEOUT,
    ) -> str:
        server = self.serve(behaviour)
        url = f'http://[::1]:{server.port}{path}'
        seen = self.look(url, timeout=timeout)
        self.assert_findings([code], seen)
        self.assertEqual(1, len(seen.of_check('answering')))
        self.assertEqual('::1', seen.findings[0].address)
        return seen.findings[0].as_text()

    def test_silence(self) -> None:
        text = self.check('http-silent', servers.silence, timeout=base.SHORT)
        self.assertIn('connected, then nothing within 0.', text)

    def test_endless_drip(self) -> None:
        text = self.check('http-drip', servers.drip, timeout=base.SHORT)
        self.assertIn("it begins 'HTTP/1.1 200 OK", text)

    def test_flood(self) -> None:
        text = self.check('http-huge', servers.flood)
        self.assertIn('more than 262144 bytes', text)

    def test_garbage(self) -> None:
        text = self.check('http-garbage', servers.raw(b'SSH-2.0-OpenSSH\r\n'))
        self.assertIn("seen          'SSH-2.0-OpenSSH", text)

    def test_greeting_without_an_end(self) -> None:
        def greet(*arguments: Any) -> None:
            servers.raw(b'AMQP\x00')(*arguments)
            servers.silence(*arguments)

        self.check('http-garbage', greet, timeout=base.SHORT)
        self.check('http-garbage', servers.raw(b'AMQP\x00\x00\x09\x01'))

    def test_headers_that_are_none(self) -> None:
        text = self.check(
            'http-garbage',
            servers.raw(b'HTTP/1.1 OK\r\n\r\n'),
        )
        self.assertIn("it begins 'HTTP/1.1 OK", text)

    def test_tls_alert(self) -> None:
        alert = bytes([21, 3, 1, 0, 2, 2, 70])
        self.check('http-on-tls', servers.raw(alert))

    def test_closed_without_an_answer(self) -> None:
        text = self.check('http-closed', servers.raw(b''))
        self.assertIn('closed after 0 bytes', text)

    def test_truncated_body(self) -> None:
        text = self.check('http-truncated', servers.reply(200, b'ab', 10))
        self.assertIn('2 bytes, 8 are missing', text)

    def test_truncated_chunk(self) -> None:
        data = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\na'
        self.check('http-truncated', servers.raw(data))

    def test_what_says_json_and_is_not(self) -> None:
        broken = servers.reply(200, b'{"a', content_type='application/json')
        self.check('http-garbage', broken)

    def test_json_that_is_a_bomb(self) -> None:
        bomb = servers.reply(
            200, b'[' * 200_000, content_type='application/json'
        )
        self.check('http-garbage', bomb)

    def test_server_error(self) -> None:
        text = self.check('http-error', servers.reply(503, b'no back end'))
        self.assertIn('503 from GET http://[::1]:', text)
        self.assertIn("'no back end'", text)

    def test_server_error_of_the_version_document(self) -> None:
        only_root = servers.routed(servers.reply(500), servers.reply(401))
        server = self.serve(only_root)
        seen = self.look(f'http://[::1]:{server.port}/v3')
        self.assert_findings(['http-error'], seen)

    def test_unknown_path(self) -> None:
        self.check('http-status', servers.reply(404), '/v9')

    def test_endless_redirects(self) -> None:
        loop = servers.reply(302, location='/again')
        self.check('http-redirects', loop)

    def test_redirect_to_nonsense(self) -> None:
        nonsense = servers.reply(302, location='http://::1:80/')
        server = self.serve(nonsense)
        seen = self.look(f'http://[::1]:{server.port}')
        self.assert_findings(['link-malformed'], seen)

    def check_elsewhere(
        self, codes: list[str], behaviour: servers.Behaviour
    ) -> str:
        """Redirect to another origin, which does this."""
        other = f'http://[::1]:{self.serve(behaviour).port}/a'
        server = self.serve(servers.reply(301, location=other))
        seen = self.look(f'http://[::1]:{server.port}')
        self.assert_findings(codes, seen)
        return seen.findings[0].as_text() if codes else ''

    def test_redirect_to_another_origin_with_an_unknown_path(self) -> None:
        text = self.check_elsewhere(['http-status'], servers.reply(404))
        self.assertIn('Location http://[::1]:', text)
        self.assertIn('404 from GET http://[::1]:', text)

    def test_redirect_to_another_origin_that_answers(self) -> None:
        self.check_elsewhere([], servers.reply(200))
        self.check_elsewhere([], servers.reply(401))

    def test_redirect_from_origin_to_origin(self) -> None:
        last = self.serve(servers.reply(404))
        onward = f'http://[::1]:{last.port}/b'
        again = servers.reply(302, location=onward)
        text = self.check_elsewhere(['http-status'], again)
        self.assertIn(f'404 from GET {onward}', text)

    def test_redirect_within_another_origin(self) -> None:
        within = servers.routed(
            servers.reply(404), servers.reply(302, location='/')
        )
        self.check_elsewhere(['http-status'], within)

    def test_endless_redirects_between_origins(self) -> None:
        port = servers.closed_port()
        back = f'http://[::1]:{port}/'
        other = self.serve(servers.reply(302, location=back))
        there = servers.reply(302, location=f'http://[::1]:{other.port}/')
        self.serve(there, port=port)
        self.assert_findings(['http-redirects'], self.look(back))

    def test_redirects_elsewhere_that_end_nowhere(self) -> None:
        closed = servers.closed_port()
        for location, code in [
            (f'http://[::1]:{closed}/', 'link-dead'),
            ('http://::1:80/', 'link-malformed'),
            ('http://192.0.2.1/', 'link-ipv4'),
        ]:
            onward = servers.reply(302, location=location)
            self.check_elsewhere([code], onward)

    def test_redirect_without_location(self) -> None:
        self.check('http-status', servers.reply(302))


class TLSFaultTest(base.UnderlayTest):
    def setUp(self) -> None:
        super().setUp()
        self.authority = self.useFixture(certificates.Authority())

    def check(
        self,
        codes: list[str],
        host: str = '::1',
        days: int = 1,
        **more: object,
    ) -> str:
        context = self.authority.context(host, days)
        server = self.serve(servers.reply(), context=context)
        changes = {'ca_file': self.authority.bundle, **more}
        seen = self.look(f'https://[::1]:{server.port}', **changes)
        self.assert_findings(codes, seen)
        self.assertEqual(len(codes), len(seen.of_check('answering')))
        return seen.findings[0].as_text() if codes else ''

    def test_sound_certificate_of_an_address(self) -> None:
        self.check([])

    def test_sound_certificate_of_a_name(self) -> None:
        self.resolve(glance_example='::1')
        server = self.serve(
            servers.reply(), context=self.authority.context('glance.example')
        )
        seen = self.look(
            f'https://glance.example:{server.port}',
            ca_file=self.authority.bundle,
        )
        self.assert_findings([], seen)

    def test_certificate_for_another_address(self) -> None:
        self.check(['tls-name'], host='fd00::1')

    def test_certificate_for_another_name(self) -> None:
        self.check(['tls-name'], host='glance.example')

    def test_expired_certificate(self) -> None:
        text = self.check(['tls-expired'], days=-1)
        self.assertIn('certificate has expired', text)

    def test_unknown_authority(self) -> None:
        self.check(['tls-untrusted'], ca_file=None)

    def test_validation_may_be_off_as_for_tempest(self) -> None:
        self.check([], host='glance.example', days=-1, verify=False)

    def test_plain_http_on_an_https_url(self) -> None:
        server = self.serve(servers.reply(400))
        seen = self.look(f'https://[::1]:{server.port}')
        self.assert_findings(['tls-failed'], seen)

    def test_silence_when_tls_begins(self) -> None:
        server = self.serve(servers.silence)
        url = f'https://[::1]:{server.port}'
        seen = self.look(url, timeout=base.SHORT)
        self.assert_findings(['tls-silent'], seen)

    def test_tls_on_an_http_url(self) -> None:
        server = self.serve(
            servers.reply(), context=self.authority.context('::1')
        )
        seen = self.look(f'http://[::1]:{server.port}')
        self.assertEqual(1, len(seen.of_check('answering')))
        self.assertIn(seen.findings[0].code, ('http-on-tls', 'http-closed'))


class LinkFaultTest(base.UnderlayTest):
    def check(self, code: str | None, link: str, **changes: object) -> str:
        content = {'versions': [{'links': [{'rel': 'self', 'href': link}]}]}
        server = self.serve(servers.document(content, 300))
        seen = self.look(f'http://[::1]:{server.port}', **changes)
        self.assert_findings([code] if code else [], seen)
        self.assertEqual(1 if code else 0, len(seen.of_check('links')))
        return seen.findings[0].as_text() if code else ''

    def test_link_to_an_ipv4_literal(self) -> None:
        text = self.check('link-ipv4', 'http://192.0.2.1:9292/v2/')
        self.assertIn(
            'versions.0.links.0.href http://192.0.2.1:9292/v2/', text
        )

    def test_link_to_a_mapped_address(self) -> None:
        self.check('link-ipv4', 'http://[::ffff:192.0.2.1]:9292/')

    def test_link_to_a_name_with_only_an_a_record(self) -> None:
        self.resolve(old_example='192.0.2.1')
        self.check('link-ipv4', 'http://old.example/')

    def test_link_to_a_bind_address(self) -> None:
        self.check('link-address', 'http://[::]:9292/')

    def test_link_to_an_unknown_name(self) -> None:
        self.resolve()
        self.check('link-address', 'http://controller/')

    def test_link_to_a_closed_port(self) -> None:
        port = servers.closed_port()
        self.check('link-dead', f'http://[::1]:{port}/')

    def test_link_with_the_wrong_scheme(self) -> None:
        server = self.serve(servers.reply(400))
        self.check('link-dead', f'https://[::1]:{server.port}/')

    def test_link_to_a_server_error(self) -> None:
        server = self.serve(servers.reply(502))
        self.check('link-dead', f'http://[::1]:{server.port}/')

    def test_malformed_link(self) -> None:
        self.check('link-malformed', 'http://::1:9292/')

    def test_sound_links(self) -> None:
        other = self.serve(servers.reply(404))
        self.check(None, f'http://[::1]:{other.port}/')
        self.check(None, '/v2/')

    def test_redirect_to_ipv4(self) -> None:
        server = self.serve(
            servers.reply(302, location='http://192.0.2.1/dashboard')
        )
        seen = self.look(f'http://[::1]:{server.port}')
        self.assert_findings(['link-ipv4'], seen)
        self.assertIn('Location http://192.0.2.1', seen.findings[0].seen)

    def test_keystone_named_by_its_ipv4_address(self) -> None:
        server = self.serve(
            servers.reply(
                401, www_authenticate="Keystone uri='http://192.0.2.1:5000'"
            )
        )
        seen = self.look(f'http://[::1]:{server.port}')
        self.assert_findings(['link-ipv4'], seen)
        self.assertIn('WWW-Authenticate', seen.findings[0].seen)

    def test_links_of_the_version_document_above_are_followed(self) -> None:
        versions = servers.document({'links': [{'href': 'http://192.0.2.1/'}]})
        server = self.serve(servers.routed(versions, servers.reply(401)))
        seen = self.look(f'http://[::1]:{server.port}/v2.1/abc')
        self.assert_findings(['link-ipv4'], seen)

    def test_links_of_a_document_that_calls_itself_text(self) -> None:
        body = b'{"versions": [{"links": [{"href": "http://192.0.2.1/"}]}]}'
        server = self.serve(servers.reply(300, body, content_type='text/html'))
        seen = self.look(f'http://[::1]:{server.port}')
        self.assert_findings(['link-ipv4'], seen)

    def check_version(
        self, codes: list[str], behaviour: servers.Behaviour, link: str
    ) -> list[bytes]:
        """Link from the root to what does this; return what was asked."""
        root = servers.document({'versions': [{'links': [{'href': link}]}]})
        server = self.serve(servers.routed(root, behaviour))
        seen = self.look(f'http://[::1]:{server.port}')
        self.assert_findings(codes, seen)
        self.assertEqual(len(codes), len(seen.of_check('links')))
        self.assertEqual(200, seen.reports[0].visits[0].status)
        return [request.split()[1] for request in server.requests]

    def test_links_of_the_version_documents_below_are_followed(self) -> None:
        wrong = servers.document({'links': [{'href': 'http://192.0.2.1/'}]})
        asked = self.check_version(['link-ipv4'], wrong, '/v2/')
        self.assertEqual([b'/', b'/v2/'], asked)

    def test_a_version_document_with_a_server_error(self) -> None:
        self.check_version(['link-dead'], servers.reply(500), '/v2.1')

    def test_a_version_document_that_wants_a_token(self) -> None:
        self.check_version([], servers.reply(401), '/v2.0/')

    def test_a_version_document_is_read_once(self) -> None:
        again = [{'href': path} for path in ('/', '/v2', '/v2/', '/v3/')]
        asked = self.check_version([], servers.document(again), '/v2/')
        self.assertEqual([b'/', b'/v2/', b'/v3/'], asked)

    def test_so_many_version_documents_are_read(self) -> None:
        many = servers.document([{'href': f'/v{n}/'} for n in range(99)])
        asked = self.check_version([], many, '/v0/')
        self.assertEqual(1 + following.VERSIONS, len(asked))

    def test_what_is_no_version_is_not_asked_for(self) -> None:
        for path in ('/v2/images/1', '/x/', '/view/'):
            asked = self.check_version([], servers.reply(500), path)
            self.assertEqual([b'/'], asked)

    def test_links_heard_before_a_fault_are_judged_too(self) -> None:
        content = {'links': {'self': 'http://192.0.2.1/'}}
        server = self.serve(servers.document(content, 404))
        seen = self.look(f'http://[::1]:{server.port}')
        self.assert_findings(['http-status', 'link-ipv4'], seen)


class IPv4FaultTest(base.UnderlayTest):
    def test_name_whose_a_record_answers(self) -> None:
        old = self.serve(servers.reply(), host='127.0.0.1')
        self.resolve(both_example='127.0.0.1')
        url = f'http://both.example:{old.port}'
        seen = self.look(url, ipv4_forbidden=True)
        self.assert_findings(['name-only-ipv4', 'ipv4-listener'], seen)
        self.assertEqual('127.0.0.1', seen.of_check('ipv4')[0].address)

    def test_literal_whose_host_answers(self) -> None:
        old = self.serve(servers.reply(), host='127.0.0.1')
        url = f'http://[::1]:{old.port}'
        for known, codes in [
            (LOOPBACK_IPV4, ['ipv4-listener']),
            ((), ['ipv4-unproven']),
        ]:
            seen = self.look(
                url, ipv4_forbidden=True, control_plane_ipv4=known
            )
            self.assert_findings(['tcp-refused', *codes], seen)

    def test_nothing_on_ipv4(self) -> None:
        server = self.serve(servers.reply())
        seen = self.look(
            f'http://[::1]:{server.port}',
            ipv4_forbidden=True,
            control_plane_ipv4=LOOPBACK_IPV4,
        )
        self.assert_findings([], seen)

    def test_no_route_proves_nothing(self) -> None:
        server = self.serve(servers.reply())
        seen = self.look(
            f'http://[::1]:{server.port}',
            ipv4_forbidden=True,
            control_plane_ipv4=(netaddr.IPAddress('255.255.255.255'),),
        )
        self.assert_findings(['ipv4-unproven'], seen)

    def test_an_a_record_may_stand_where_nothing_listens(self) -> None:
        self.resolve(both_example='::1 127.0.0.1')
        server = self.serve(servers.reply())
        url = f'http://both.example:{server.port}'
        self.assert_findings([], self.look(url, ipv4_forbidden=True))

    def test_names_without_an_a_record_prove_nothing(self) -> None:
        self.resolve(new_example='::1', other_example='::1')
        port = self.serve(servers.reply()).port
        urls = [f'http://{n}.example:{port}' for n in ('new', 'new', 'other')]
        seen = self.look(*urls, ipv4_forbidden=True)
        self.assert_findings(['ipv4-unproven'] * 2, seen)
        self.assertEqual(
            f'{urls[0][7:18]} has no A record, and control_plane_ipv4 is '
            'empty',
            seen.findings[0].seen,
        )

    def test_known_addresses_stand_in_for_a_records(self) -> None:
        self.resolve(new_example='::1')
        port = self.serve(servers.reply()).port
        seen = self.look(
            f'http://new.example:{port}',
            ipv4_forbidden=True,
            control_plane_ipv4=LOOPBACK_IPV4,
        )
        self.assert_findings([], seen)

    def test_a_name_that_was_tried_does_not_prove_another(self) -> None:
        self.resolve(both_example='::1 127.0.0.1', new_example='::1')
        port = self.serve(servers.reply()).port
        urls = [f'http://{n}.example:{port}' for n in ('both', 'new')]
        seen = self.look(*urls, ipv4_forbidden=True)
        self.assert_findings(['ipv4-unproven'], seen)

    def test_a_resolver_that_fails_proves_nothing(self) -> None:
        error = socket.gaierror(socket.EAI_AGAIN, 'try again')
        with mock.patch('socket.getaddrinfo', side_effect=error):
            seen = self.look('http://both.example:9', ipv4_forbidden=True)
        self.assert_findings(['name-unresolvable', 'ipv4-unproven'], seen)
        self.assertIn('try again', seen.of_check('ipv4')[0].seen)

    def tried(self, *hosts: str, **changes: Any) -> list[tuple[str, int]]:
        """Survey endpoints with one port; return what IPv4 tried."""
        seen: list[tuple[str, int]] = []

        def attempt(address: Any, port: int, timeout: float) -> None:
            seen.append((str(address), port))

        port = self.serve(servers.reply()).port
        with mock.patch.object(ipv4, 'attempt', attempt):
            self.look(
                *(f'http://{host}:{port}' for host in hosts),
                ipv4_forbidden=True,
                **changes,
            )
        self.assertEqual({port}, {tried for _, tried in seen})
        return sorted(seen)

    def test_what_endpoints_share_is_tried_once(self) -> None:
        self.resolve(
            one_example='::1 127.0.0.1 127.0.0.2', two_example='::1 127.0.0.1'
        )
        hosts = ['one.example'] * 3 + ['two.example']
        with mock.patch.object(
            resolving, 'lookup', side_effect=resolving.lookup
        ) as lookup:
            tried = self.tried(*hosts)
        self.assertEqual(
            ['127.0.0.1', '127.0.0.2'], [address for address, _ in tried]
        )
        asked = [c.args[0] for c in lookup.mock_calls if c.args[1] == 2]
        self.assertEqual(['one.example', 'two.example'], sorted(asked))
        known = (netaddr.IPAddress('127.0.0.1'),)
        tried = self.tried(*hosts, control_plane_ipv4=known)
        self.assertEqual(
            ['127.0.0.1', '127.0.0.2'], [address for address, _ in tried]
        )

    def test_what_endpoints_share_is_the_fault_of_each(self) -> None:
        old = self.serve(servers.reply(), host='127.0.0.1')
        self.resolve(both_example='127.0.0.1')
        url = f'http://both.example:{old.port}'
        for known in ((), LOOPBACK_IPV4):
            seen = self.look(
                url, url, ipv4_forbidden=True, control_plane_ipv4=known
            )
            self.assertEqual(
                ['service0', 'service1'],
                [f.place.service for f in seen.of_check('ipv4')],
            )

    def test_allowed_is_not_tried(self) -> None:
        old = self.serve(servers.reply(), host='127.0.0.1')
        self.look(f'http://[::1]:{old.port}', control_plane_ipv4=LOOPBACK_IPV4)
        self.assertEqual([], old.requests)
