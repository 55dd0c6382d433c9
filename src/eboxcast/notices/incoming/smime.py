"""Who signed a mail: a person with a certificate of theirs (S/MIME, RFC 8551).

What is signed is a part of the mail, without the headers: only that part is read, and only where it is all that the
mail says. Where two readers could take a mail apart in two ways, nobody signed it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.parser import BytesHeaderParser
from io import BytesIO
from itertools import pairwise
from typing import TYPE_CHECKING

from eboxcast.lib.digests import digest
from eboxcast.lib.mail_certificates import is_for_address, is_for_mails, issuer_of
from eboxcast.lib.signatures import SignatureWrong, fingerprint_of
from eboxcast.notices.incoming.parsing import IncomingMail, read_mail, take_apart

if TYPE_CHECKING:  # pyHanko takes 0.3 s to import
    from eboxcast.lib.authorities import Authorities

_OPAQUE = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_DETACHED = ("application/pkcs7-signature", "application/x-pkcs7-signature")
_LINE_END = re.compile(rb"\r\n|\n")
_BARE_RETURN = re.compile(rb"\r(?!\n)")
_OF_MIME = ("content-", "mime-version")
"""What a part says about itself alone."""


class NotProven(Exception):
    """A signature is there, and says nothing of who sent the mail; ``why`` is a key of NO_GO_BY_MAIL."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, kw_only=True)
class SignedPart:
    """What a mail says is signed, not verified."""

    content: bytes
    """A part of MIME, its lines ended as when it was signed."""
    signature: bytes
    is_inside: bool
    """Whether the content is in the signature (opaque), and not beside it."""
    mail: Message
    """The headers of the mail, which nobody signed."""

    def words(self) -> IncomingMail:
        """Return what the part says. Raises Unreadable."""
        return read_mail(self.content)


@dataclass(frozen=True, kw_only=True)
class SignedByPerson:
    """Whose certificate signed a mail, as an authority says that is trusted here."""

    fingerprint: str
    issuer: str
    signed_at: datetime
    """As the signer says."""
    once: bytes
    """The SHA-256 of what was signed, with that moment: nobody can make the same signature into another one."""


def signed_part(raw: bytes) -> SignedPart | None:
    """Return what a mail says is signed; None where it does not say so. Raises NotProven where that is unclear."""
    head, _, body = _LINE_END.sub(b"\r\n", raw).partition(b"\r\n\r\n")
    outer = BytesHeaderParser().parsebytes(head + b"\r\n\r\n")
    kind = outer.get_content_type()
    if kind == "multipart/signed" and str(outer.get_param("protocol")).casefold() in _DETACHED:
        find = _beside
    elif kind in _OPAQUE and str(outer.get_param("smime-type")).casefold() == "signed-data":
        find = _inside
    else:
        return None
    if _BARE_RETURN.search(raw) or outer.defects or len(outer.get_all("Content-Type", [])) != 1:
        raise NotProven("smime-unclear")
    return find(outer, body)


def signing_person(mail: IncomingMail, part: SignedPart, authorities: Authorities, *, now: datetime) -> SignedByPerson:
    """Return whose certificate signed the part that this mail is read from: its sender. Raises NotProven."""
    from eboxcast.lib.authorities import standing_of  # pyHanko takes 0.3 s to import
    from eboxcast.lib.cms_signatures import CertificateUnfit, read_certificate, verify_signature  # the same

    if mail.sender_count != 1 or not mail.message_id or not _is_plain(part) or part.words().text != mail.text:
        raise NotProven("smime-unclear")
    try:
        found = verify_signature(part.signature, None if part.is_inside else BytesIO(part.content))
        certificate, _, since, until = read_certificate(found.certificate)
        if found.signed_at is None:
            raise NotProven("smime-wrong")
        if not is_for_address(certificate, mail.sender):
            raise NotProven("smime-address")
        if not is_for_mails(certificate):
            raise NotProven("smime-purpose")
        standing = standing_of(certificate, found.others, authorities, at=now)
    except (SignatureWrong, CertificateUnfit) as error:
        raise NotProven("smime-wrong") from error
    if not since <= now < until or standing in ("expired", "revoked"):
        raise NotProven("smime-ended")
    if standing != "issued":
        raise NotProven("smime-unknown")
    return SignedByPerson(
        fingerprint=fingerprint_of(certificate),
        issuer=issuer_of(certificate),
        signed_at=found.signed_at,
        once=digest(found.attributes),
    )


def _beside(outer: Message, body: bytes) -> SignedPart:
    """Return the first of two parts, signed by the second. What stands before and after them is not read."""
    boundary = re.escape(str(outer.get_boundary()).encode("ascii"))
    lines = list(re.finditer(rb"(?:\A|(?<=\r\n))--" + boundary + rb"(--)?[ \t]*(?=\r\n|\Z)", body))
    if [bool(line.group(1)) for line in lines] != [False, False, True]:
        raise NotProven("smime-unclear")
    content, second = (body[one.end() + 2 : other.start() - 2] for one, other in pairwise(lines))
    signature = message_from_bytes(second)
    if signature.get_content_type() not in _DETACHED:
        raise NotProven("smime-unclear")
    return SignedPart(content=content, signature=_decoded(signature), is_inside=False, mail=outer)


def _inside(outer: Message, body: bytes) -> SignedPart:
    from eboxcast.lib.cms_signatures import content_in  # pyHanko takes 0.3 s to import

    outer.set_payload(body.decode("ascii", "surrogateescape"))
    signature = _decoded(outer)
    return SignedPart(content=content_in(signature), signature=signature, is_inside=True, mail=outer)


def _decoded(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _is_plain(part: SignedPart) -> bool:
    """Return whether a part can be taken apart in one way, holds no other signature, and says of the mail the same."""
    read = take_apart(part.content)
    repeated = (name for name in read if not name.casefold().startswith(_OF_MIME))
    return (
        read.get_content_maintype() != "message"
        and not _BARE_RETURN.search(part.content)
        and not any(one.defects or one.get_content_type() in (*_OPAQUE, "multipart/signed") for one in read.walk())
        and all(_values(read, name) == _values(part.mail, name) for name in repeated)
    )


def _values(message: Message, name: str) -> list[str]:
    return [" ".join(str(value).split()) for value in message.get_all(name, [])]
