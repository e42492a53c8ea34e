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

"""Certificates of a throw-away authority, good and bad."""

import datetime
import ipaddress
import pathlib
import ssl

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization
from cryptography import x509
import fixtures

_DAY = datetime.timedelta(days=1)


class Authority(fixtures.Fixture):
    """An authority that signs what it is asked to.

    :ivar bundle: path of its own certificate, as a client trusts it.
    """

    def _setUp(self) -> None:
        self._directory = pathlib.Path(
            self.useFixture(fixtures.TempDir()).path
        )
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name('authority of a unit test')
        certificate = self._sign(self._name, self._key, 1, [], is_ca=True)
        self.bundle = str(self._directory / 'ca.pem')
        pathlib.Path(self.bundle).write_bytes(_pem(certificate))

    def context(self, host: str, days: int = 1) -> ssl.SSLContext:
        """Make a server's context for one name or address.

        :param days: how long the certificate is valid; -1 has expired.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(_name(host), key, days, [_alt_name(host)])
        path = self._directory / f'{len(list(self._directory.iterdir()))}.pem'
        path.write_bytes(_pem(certificate) + _key_pem(key))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _sign(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        days: int,
        names: list[x509.GeneralName],
        is_ca: bool = False,
    ) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 3 * _DAY)
            .not_valid_after(now + days * _DAY)
            .add_extension(x509.BasicConstraints(is_ca, None), critical=True)
        )
        if names:
            builder = builder.add_extension(
                x509.SubjectAlternativeName(names), critical=False
            )
        return builder.sign(self._key, hashes.SHA256())


def _name(text: str) -> x509.Name:
    attribute = x509.NameAttribute(x509.NameOID.COMMON_NAME, text)
    return x509.Name([attribute])


def _alt_name(host: str) -> x509.GeneralName:
    if ':' in host:
        return x509.IPAddress(ipaddress.ip_address(host))
    return x509.DNSName(host)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
