"""A domain that signs its mails, and the name servers that tell its key."""

from __future__ import annotations

import base64
from email.message import EmailMessage

import dkim
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

SIGNED = ("From", "To", "Subject", "Date", "Message-ID", "Content-Type", "Content-Transfer-Encoding", "MIME-Version")


class Domain:
    """A domain with a key."""

    def __init__(self, name: str, *, bits: int = 2048) -> None:
        self.name = name
        key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
        self._private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self._record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)

    def find_key(self, name: bytes, timeout: float = 5) -> bytes | None:
        """Answer as a name server does that knows this domain."""
        return self._record if name.rstrip(b".").decode() == f"mail._domainkey.{self.name}" else None

    def sign(self, mail: EmailMessage, *, headers: tuple[str, ...] = SIGNED, **options: object) -> bytes:
        """Return a mail as it leaves the domain."""
        return self.signature(mail, headers=headers, **options) + _as_sent(mail)

    def signature(self, mail: EmailMessage, *, headers: tuple[str, ...] = SIGNED, **options: object) -> bytes:
        """Return the header with which the domain signs a mail."""
        there = [name.encode() for name in headers if name in mail]
        domain, key = self.name.encode(), self._private
        return bytes(dkim.sign(_as_sent(mail), b"mail", domain, key, include_headers=[*there, b"from"], **options))


def _as_sent(mail: EmailMessage) -> bytes:
    return mail.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
