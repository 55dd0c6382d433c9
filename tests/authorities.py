"""Authorities as others run them: one of OpenSSL that stamps (RFC 3161), one that issues certificates and revokes."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from eboxcast.lib import clock
from eboxcast.lib.signatures import new_pair, own_certificate


class TimestampAuthority:
    """One of OpenSSL behind a server of HTTP; it has the time of the machine."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder, self.address = folder, address

    @property
    def certificate(self) -> bytes:
        """Return its certificate (PEM)."""
        return (self.folder / "tsa.pem").read_bytes()

    def stamped(self, content: bytes, token: bytes) -> bool:
        """Return whether OpenSSL finds that it stamped something."""
        (self.folder / "data").write_bytes(content)
        (self.folder / "token").write_bytes(token)
        words = ("-verify", "-data", "data", "-in", "token", "-token_in", "-CAfile", "tsa.pem")
        return openssl(self.folder, "ts", *words).returncode == 0


@contextmanager
def stamping(folder: Path) -> Iterator[TimestampAuthority]:
    """Run one as long as the context lasts."""
    (folder / "tsa.cnf").write_text(_CONFIGURATION)
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key.pem", "-days", "9")
    name = ("-subj", "/CN=TSA", "-config", "tsa.cnf", "-extensions", "stamping", "-out", "tsa.pem")
    openssl(folder, "req", "-x509", *key, *name)

    def answer(asked: bytes) -> bytes:
        (folder / "query").write_bytes(asked)
        openssl(folder, "ts", "-reply", "-queryfile", "query", "-config", "tsa.cnf", "-out", "reply")
        return (folder / "reply").read_bytes()

    with _serving(answer, "application/timestamp-reply") as address:
        yield TimestampAuthority(folder, address)


class CertificateAuthority:
    """Issues certificates; each says where the list of those that are revoked can be had, or where to ask (OCSP)."""

    def __init__(self, now: datetime, *, above: CertificateAuthority | None = None, asked: bool = False) -> None:
        self.now, self.address, self.is_asked = now, "http://127.0.0.1:1/list.crl", asked
        self.purposes: list[x509.ObjectIdentifier] = []
        self._pair = ec.generate_private_key(ec.SECP256R1())
        self._above = above
        name = "Authority below another" if above else "Authority of Example"
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._revoked: dict[int, datetime] = {}
        usage = x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        issuer = above or self
        self._own = (
            x509.CertificateBuilder(issuer._name, self._name, self._pair.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=4000))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._pair.public_key()), critical=False)
            .sign(issuer._pair, hashes.SHA256())
        )

    @property
    def certificate(self) -> bytes:
        """Return its certificate, and the one above it (PEM)."""
        own = self._own.public_bytes(serialization.Encoding.PEM)
        return own + self._above.certificate if self._above else own

    def issue(self, request: str, *, days: int = 100, more: Sequence[x509.ExtensionType] = ()) -> bytes:
        """Return a certificate for what was requested, and the one above it (PEM).

        ``more`` says what else it is for; a usage of the key among it replaces the one that was requested.
        """
        asked = x509.load_pem_x509_csr(request.encode())
        assert asked.is_signature_valid
        above = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._pair.public_key())
        usage = asked.extensions.get_extension_for_class(x509.KeyUsage)
        begun = (
            x509.CertificateBuilder(self._name, asked.subject, asked.public_key(), x509.random_serial_number())
            .not_valid_before(self.now - timedelta(minutes=1))
            .not_valid_after(self.now + timedelta(days=days))
            .add_extension(self._place(), critical=False)
            .add_extension(above, critical=False)
        )
        if self.purposes:
            begun = begun.add_extension(x509.ExtendedKeyUsage(self.purposes), critical=False)
        for one in [*(() if any(isinstance(one, x509.KeyUsage) for one in more) else (usage.value,)), *more]:
            begun = begun.add_extension(one, critical=isinstance(one, x509.KeyUsage))
        issued = begun.sign(self._pair, hashes.SHA256())
        return issued.public_bytes(serialization.Encoding.PEM) + self.certificate

    def revoke(self, certificate: bytes, at: datetime) -> None:
        """Revoke a certificate (PEM)."""
        self._revoked[x509.load_pem_x509_certificate(certificate).serial_number] = at

    def answer(self, asked: bytes) -> bytes:
        """Return the list of what is revoked; or, where it is asked, whether one certificate is (OCSP)."""
        if not self.is_asked:
            return self.crl().public_bytes(serialization.Encoding.DER)
        question = ocsp.load_der_ocsp_request(asked)
        revoked_at = self._revoked.get(question.serial_number)
        told = ocsp.OCSPResponseBuilder().add_response_by_hash(
            issuer_name_hash=question.issuer_name_hash,
            issuer_key_hash=question.issuer_key_hash,
            serial_number=question.serial_number,
            algorithm=question.hash_algorithm,
            cert_status=ocsp.OCSPCertStatus.REVOKED if revoked_at else ocsp.OCSPCertStatus.GOOD,
            this_update=self.now,
            next_update=self.now + timedelta(days=7),
            revocation_time=revoked_at,
            revocation_reason=None,
        )
        by = told.responder_id(ocsp.OCSPResponderEncoding.HASH, self._own)
        nonce = question.extensions.get_extension_for_class(x509.OCSPNonce).value
        signed = by.add_extension(nonce, critical=False).sign(self._pair, hashes.SHA256())
        return signed.public_bytes(serialization.Encoding.DER)

    def _place(self) -> x509.AuthorityInformationAccess | x509.CRLDistributionPoints:
        at = x509.UniformResourceIdentifier(self.address)
        if self.is_asked:
            return x509.AuthorityInformationAccess([x509.AccessDescription(AuthorityInformationAccessOID.OCSP, at)])
        return x509.CRLDistributionPoints([x509.DistributionPoint([at], None, None, None)])

    def crl(self, now: datetime | None = None) -> x509.CertificateRevocationList:
        """Return the list of what is revoked, as it is now."""
        at = now or self.now
        made = x509.CertificateRevocationListBuilder(self._name, at, at + timedelta(days=7))
        for serial, moment in self._revoked.items():
            made = made.add_revoked_certificate(x509.RevokedCertificateBuilder(serial, moment).build())
        return made.sign(self._pair, hashes.SHA256())


@contextmanager
def issuing(
    now: datetime, *, above: CertificateAuthority | None = None, asked: bool = False
) -> Iterator[CertificateAuthority]:
    """Run an authority that says what it revoked as long as the context lasts."""
    authority = CertificateAuthority(now, above=above, asked=asked)
    with _serving(authority.answer, "application/ocsp-response" if asked else "application/pkix-crl") as address:
        authority.address = f"{address}list.crl"
        yield authority


def own(name: str) -> bytes:
    """Return a certificate that a key makes for itself, valid for ten days (PEM)."""
    pair, _ = new_pair("a phrase of some length")
    now = clock.now()
    der = own_certificate(pair, name, since=now, until=now + timedelta(days=10))
    return x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM)


def openssl(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    """Run OpenSSL in a folder."""
    return subprocess.run(["openssl", *words], cwd=folder, capture_output=True, timeout=60)


@contextmanager
def _serving(answer: Callable[[bytes], bytes], form: str) -> Iterator[str]:
    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._give(answer(self.rfile.read(int(self.headers["Content-Length"]))))

        def do_GET(self) -> None:
            self._give(answer(b""))

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def _give(self, content: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", form)
            self.end_headers()
            self.wfile.write(content)

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


_CONFIGURATION = """
[req]
distinguished_name = name
[name]
[stamping]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
[tsa_default]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
signer_key = key.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
[tsa]
default_tsa = tsa_default
"""
