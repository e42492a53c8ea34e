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

"""The copy of a stream: the same results, no secret."""

import io
import json
from typing import Any

import ddt
import testtools

from ipv6_tempest_plugin.results import copying
from ipv6_tempest_plugin.results import masking
from ipv6_tempest_plugin.results import model
from ipv6_tempest_plugin.results import packets
from tests.unit.plugin.results import example
from tests.unit.plugin.results import streams
from tests.unit.plugin.results import test_masking

ONE = streams.test_id(f'{streams.UNDERLAY}.test_a.ATest.test', 1)


def copied(data: bytes, *secrets: str) -> bytes:
    """Return the copy of a stream."""
    output = io.BytesIO()
    copier: Any = copying.Copier(output, masking.Mask(secrets))
    packets.read(io.BytesIO(data), copier)
    copier.close()
    return output.getvalue()


@ddt.ddt
class CopyingTest(testtools.TestCase):
    def test_the_copy_tells_the_same(self) -> None:
        data = bytes(example.stream())
        self.assertEqual(
            streams.read(data).tests, streams.read(copied(data)).tests
        )

    def test_what_is_listed_stays_listed(self) -> None:
        data = bytes(streams.Stream().exists(ONE))
        (test,) = streams.read(copied(data)).tests
        self.assertIs(model.Status.NOT_RUN, test.status)

    def test_a_secret_across_packets(self) -> None:
        stream = streams.Stream().start(ONE)
        stream.file(ONE, 'log', b'opensesame')  # in two halves
        copy = copied(bytes(stream.end(ONE, 'fail')), 'opensesame')
        self.assertNotIn(b'open', copy)
        self.assertIn(b'***', copy)

    def test_a_secret_around_the_begin(self) -> None:
        stream = streams.Stream().file(ONE, 'log', b'opense').start(ONE)
        stream.file(ONE, 'log', b'same').end(ONE, 'fail')
        copy = copied(bytes(stream), 'opensesame')
        (test,) = streams.read(copy).tests
        self.assertEqual(['***'], [a.text for a in test.attachments])

    def test_a_secret_in_a_name(self) -> None:
        name = f'{streams.UNDERLAY}.test_a.ATest.test(opensesame)'
        stream = streams.Stream().exists(name).failed(name, 'no')
        self.assertNotIn(b'opense', copied(bytes(stream), 'opensesame'))

    def test_secrets_of_every_form(self) -> None:
        planted = test_masking.PLANTED
        stream = streams.Stream().failed(ONE, planted, planted)
        stream.skipped(f'{ONE}2', planted)
        stream.file(None, 'stderr', planted.encode())
        copy = copied(bytes(stream), test_masking.GIVEN)
        for secret in test_masking.SECRETS:
            self.assertNotIn(secret.encode(), copy)

    def test_json_stays_json(self) -> None:
        data = json.dumps({'admin_password': 'x" y', 'b': [1]}).encode()
        masked = copying.masked(
            data, 'application/x-ipv6-a+json; charset=utf8', masking.Mask()
        )
        self.assertEqual(
            {'admin_password': '***', 'b': [1]}, json.loads(masked)
        )

    @ddt.data(
        (b'{"a": half', 'application/json'),
        (b'\x00\xff\xfe\x80', 'application/octet-stream'),
        (b'', ''),
    )
    @ddt.unpack
    def test_other_bytes_stay(self, data: bytes, mime: str) -> None:
        self.assertEqual(data, copying.masked(data, mime, masking.Mask()))

    def test_a_secret_among_other_bytes(self) -> None:
        masked = copying.masked(
            b'\xffsesame\xfe', '', masking.Mask(['sesame'])
        )
        self.assertEqual(b'\xff***\xfe', masked)

    def test_more_than_a_packet_holds(self) -> None:
        log = b'0123456789abcde\n' * 400_000
        stream = streams.Stream().start(ONE)
        for _ in range(4):
            stream.file(ONE, 'log', log[: 3 << 20])
        copy = copied(bytes(stream.end(ONE, 'fail')))
        (test,) = streams.read(copy).tests
        self.assertEqual([12 << 20], [a.size for a in test.attachments])

    def test_a_file_without_end_is_cut(self) -> None:
        stream = streams.Stream().start(ONE)
        for _ in range(10):
            stream.file(ONE, 'log', b'x' * (2 << 20))
        copy = copied(bytes(stream.end(ONE, 'fail')))
        self.assertEqual(1, copy.count(b'the rest was cut'))
        self.assertLess(len(copy), copying.LONGEST + 10_000)

    @ddt.data(b'first\n', b'')
    def test_a_secret_at_the_cut(self, begin: bytes) -> None:
        file = copying._File(None, None)
        file.add(begin)
        file.add(b'x' * (copying.LONGEST - len(begin) - 6) + b'opensesame')
        file.add(b' and\nmore\n')
        self.assertEqual(begin.rstrip() + copying._CUT, bytes(file.data))

    def test_what_just_fits_is_whole(self) -> None:
        file = copying._File(None, None)
        for _ in range(2):
            file.add(b'x' * (copying.LONGEST // 2))
        self.assertEqual(copying.LONGEST, len(file.data))
        file.add(b'')
        self.assertFalse(file.is_cut)

    def test_a_test_that_never_ends_keeps_its_log(self) -> None:
        stream = streams.Stream().start(ONE).file(ONE, 'log', b'and then')
        (test,) = streams.read(copied(bytes(stream))).tests
        self.assertIs(model.Status.INTERRUPTED, test.status)
        self.assertEqual(['and then'], [a.text for a in test.attachments])

    def test_damage_is_not_forgotten(self) -> None:
        data = bytes(streams.Stream().passed(ONE).passed(f'{ONE}2'))[:-5]
        run = streams.read(copied(data))
        self.assertRegex(run.notes[0], 'the stream was not whole: it ends')
