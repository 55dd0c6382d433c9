"""People with certificates, who sign their mails with the program of OpenSSL as mail programs do (S/MIME)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from tests.authorities import CertificateAuthority, openssl

from eboxcast.lib.signatures import new_pair, request_of

FOR_MAILS = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
FOR_SERVERS = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
_OF_A_PART = ("Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "MIME-Version")


def usage(**given: bool) -> x509.KeyUsage:
    """Return what a key is for, and for nothing else."""
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    others = ("key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{name: given.get(name, False) for name in (*names, *others)})


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with a key and a certificate, in a folder of their own."""

    folder: Path

    @property
    def certificate(self) -> x509.Certificate:
        return x509.load_pem_x509_certificates((self.folder / "certificate.pem").read_bytes())[0]

    @property
    def fingerprint(self) -> str:
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    def sign(self, mail: EmailMessage, *more: str, program: str = "smime", inner: bytes = b"") -> bytes:
        """Return a mail that is signed; ``-nodetach`` signs it opaque. ``inner`` are headers of the signed part."""
        head = _headers(mail, of_part=False).replace(b"\n", b"\r\n")
        return head + self.entity(inner + as_part(mail), *more, program=program)

    def entity(self, part: bytes, *more: str, program: str = "smime") -> bytes:
        """Return a part of a mail as a signed one."""
        (self.folder / "part").write_bytes(part)
        made = openssl(
            self.folder, program, "-sign", "-in", "part", "-signer", "certificate.pem", "-inkey", "key.pem", *more
        )
        assert made.returncode == 0, made.stderr
        return made.stdout.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def person(
    folder: Path,
    authority: CertificateAuthority,
    *addresses: str,
    more: Sequence[x509.ExtensionType] = (FOR_MAILS,),
    days: int = 100,
) -> Person:
    """Return somebody to whom an authority gave a certificate for these addresses."""
    pair, _ = new_pair("a phrase of some length")
    names = [x509.SubjectAlternativeName([x509.RFC822Name(one) for one in addresses])] if addresses else []
    key = x509.SubjectKeyIdentifier.from_public_key(pair.public_key())
    return _with(folder, pair, authority.issue(request_of(pair, "Bram Claes"), days=days, more=[*names, key, *more]))


def rsa_person(folder: Path, authority: CertificateAuthority, address: str, *, bits: int) -> Person:
    """Return somebody whose key is one of RSA."""
    pair = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Bram Claes")])
    request = x509.CertificateSigningRequestBuilder(name).add_extension(usage(digital_signature=True), critical=True)
    asked = request.sign(pair, hashes.SHA256()).public_bytes(Encoding.PEM).decode()
    named = x509.SubjectAlternativeName([x509.RFC822Name(address)])
    return _with(folder, pair, authority.issue(asked, more=[named, FOR_MAILS]))


def as_part(mail: EmailMessage) -> bytes:
    """Return the part of a mail that is signed: what it says, without what mail servers read."""
    return _headers(mail, of_part=True) + b"\n" + mail.as_bytes().partition(b"\n\n")[2]


def _with(folder: Path, pair: object, certificate: bytes) -> Person:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "certificate.pem").write_bytes(certificate)
    (folder / "key.pem").write_bytes(pair.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return Person(folder=folder)


def _headers(mail: EmailMessage, *, of_part: bool) -> bytes:
    head, _, _ = mail.as_bytes().partition(b"\n\n")
    found = re.split(rb"\n(?![ \t])", head)
    return b"".join(one + b"\n" for one in found if (one.partition(b":")[0].decode() in _OF_A_PART) == of_part)
