"""A domain that signs its mails, and the name servers that tell its key."""

from __future__ import annotations

import base64
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage

import dkim
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from dns.rdataclass import IN
from dns.rdatatype import TXT as TXT_TYPE
from dns.rdtypes.ANY.TXT import TXT

SIGNED = ("From", "To", "Subject", "Date", "Message-ID", "Content-Type", "Content-Transfer-Encoding", "MIME-Version")
_MOST_OF_A_STRING = 255
"""Bytes in one string of a TXT record: a key takes several."""


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

    def sign(self, mail: EmailMessage | bytes, *, headers: tuple[str, ...] = SIGNED, **options: object) -> bytes:
        """Return a mail as it leaves the domain."""
        return self.signature(mail, headers=headers, **options) + _as_sent(mail)

    def signature(self, mail: EmailMessage | bytes, *, headers: tuple[str, ...] = SIGNED, **options: object) -> bytes:
        """Return the header with which the domain signs a mail."""
        found = message_from_bytes(_as_sent(mail))
        there = [name.encode() for name in headers if name in found]
        domain, key = self.name.encode(), self._private
        return bytes(dkim.sign(_as_sent(mail), b"mail", domain, key, include_headers=[*there, b"from"], **options))


@contextmanager
def name_server_of(domain: Domain) -> Iterator[None]:
    """Have a name server of this machine be the one that is asked; it knows this domain and no other."""

    class Answering(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            asked, connection = self.request
            connection.sendto(_answer(domain, asked), self.client_address)

    with (
        socketserver.ThreadingUDPServer(("127.0.0.1", 0), Answering) as server,
        pytest.MonkeyPatch.context() as patched,
    ):
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], server.server_address[1]
        patched.setattr(dns.resolver, "default_resolver", resolver)
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def _answer(domain: Domain, asked: bytes) -> bytes:
    query = dns.message.from_wire(asked)
    response = dns.message.make_response(query)
    name = query.question[0].name
    record = domain.find_key(name.to_text().encode())
    if record is None:
        response.set_rcode(dns.rcode.NXDOMAIN)
    else:
        parts = [record[start : start + _MOST_OF_A_STRING] for start in range(0, len(record), _MOST_OF_A_STRING)]
        response.answer.append(dns.rrset.from_rdata(name, 60, TXT(IN, TXT_TYPE, parts)))
    return response.to_wire()


def _as_sent(mail: EmailMessage | bytes) -> bytes:
    return (mail if isinstance(mail, bytes) else mail.as_bytes()).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
