"""A million files, names, tokens and answers that nobody would send: each is read or refused, and gives nothing away.

They are made of good ones, changed a little; a seed says how, so that each can be made again.
"""

from __future__ import annotations

import os
import random
from base64 import b64encode
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from time import perf_counter, process_time
from urllib.parse import urlsplit

import pytest
from tests.authorities import CertificateAuthority
from tests.exchange.sftp_clients import public_key
from tests.notices.incoming.certified import person
from tests.package.test_document import LETTER
from tests.package.test_metadata import ENTERPRISE, GOOD
from tests.targets.wire import Do, Wire, linked, refusal

from eboxcast.exchange.keys import KeyPrivate, KeyUnfit, read_key
from eboxcast.exchange.names import faults_of, read_name
from eboxcast.inbox.ranges import BeyondTheEnd, part_asked
from eboxcast.lib import clock
from eboxcast.lib.authorities import Authorities
from eboxcast.lib.sealing import seal, unseal
from eboxcast.lib.signatures import SignatureWrong, Signer, new_pair, open_pair, own_certificate, read_signed
from eboxcast.notices.incoming.parsing import Unreadable, read_mail
from eboxcast.notices.incoming.proving import prove
from eboxcast.package.faults import Fault, remedy_of, sentence_of
from eboxcast.package.lists import read_list
from eboxcast.package.metadata import read_metadata_bytes
from eboxcast.package.model import EboxType, Limits
from eboxcast.package.pdf.inspection import inspect_pdf
from eboxcast.targets.ebox_rest.connection import Cut, Line, NotSent, Patience

pytestmark = pytest.mark.faults

SHARE = float(os.environ.get("READERS_SHARE", "1"))
"""Of the million: 0.01 for a first look."""
SEED = int(os.environ.get("READERS_SEED", "20261129"))
LONGEST_SECONDS = 10.0
MARKED = "85073003328"
FORMATTED = "85.07.30-033.28"
LIST = f'NISS;Nom;Langue\n{MARKED};Maes;FR\n90.01.15-002.87;"D\'Hondt";NL\n85073003328;x;\n'.encode()
QUOTED = f'Reference,INSZ\r\n"a ""b""",{MARKED}\r\n"c,d",90011500287\r\n'.encode()
SET_NAME = "FI.BRDC.0456789034.20270208.00001.T.3.1.metadata.xml"
INTERESTING = [
    *(sign.encode() for sign in "\0\r\n\t\x1a\";,'=%{/:<&"),
    *(b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3", b"\xf0\x9f\x8e\x89", b"\x85", b"..", b"]]>", b"&#0;", b"<?x?>"),
    *(b"9" * 40, b"-1", b"1e99", b"0x", b"4294967296", MARKED.encode(), FORMATTED.encode()),
    *(b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"endobj", b"/JS", b"<<", b"obj", b"stream"),
    *(b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n\r\n", b"HTTP/1.1 ", b"\r\n\r\n", b"bytes="),
]


@dataclass(frozen=True, kw_only=True)
class Reader:
    """What is read, from which good examples, how often, and what it says of each."""

    name: str
    seeds: Sequence[bytes]
    inputs: int
    read: Callable[[bytes], str]
    """Returns all that somebody would be told."""


def told(faults: Sequence[Fault]) -> str:
    """Return the faults as a person reads them, and as a program gets them."""
    return " ".join(f"{sentence_of(one, 'en')} {remedy_of(one, 'en')} {dict(one.data)} {one.place}" for one in faults)


REPLY = f"""From: Ines Peeters <ines@example.be>
To: broadcasts+abc@example.be
Subject: =?utf-8?q?Re=3A_La_diffusion_{MARKED}?=
Message-ID: <1@example.be>
In-Reply-To: <2@example.be>
Date: Mon, 18 Jan 2027 10:00:00 +0100
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

D=C3=A9placez-la. {MARKED}

On Monday, eBox wrote:
> The date
--b
Content-Type: text/html

<html><body><p>D&eacute;placez-la. {FORMATTED}</p></body></html>
--b--
""".encode()


def returned() -> bytes:
    """Return what a mail server says of a mail that it could not deliver."""
    about = "Final-Recipient: rfc822; x@example.be\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 no"
    parts = ("text/plain\n\nSorry.", f"message/delivery-status\n\nReporting-MTA: dns; mx\n\n{about}")
    original = f"text/rfc822-headers\n\nMessage-ID: <3@example.be>\nSubject: {MARKED}"
    body = "".join(f"--b\nContent-Type: {part}\n" for part in (*parts, original))
    head = "From: MAILER-DAEMON@mx\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
    return f"{head}{body}--b--\n".encode()


SAID = f"GO 2027-02-15T18:00 0123abcd {MARKED}"


def signed_mails(folder: Path, authority: CertificateAuthority) -> list[bytes]:
    """Return mails as OpenSSL signs them, with what is signed beside and inside the signature."""
    mail = EmailMessage()
    mail["From"], mail["Message-ID"] = "bram@example.be", "<1@example.be>"
    mail.set_content(SAID)
    bram = person(folder / "bram", authority, "bram@example.be")
    return [bram.sign(mail, *more) for more in ((), ("-nodetach",))]


PAYLOAD = b'{"a": 1}'


def signed() -> bytes:
    """Return a signed text of ours."""
    pair, key = new_pair("x" * 20)
    since = datetime(2027, 1, 1, tzinfo=UTC)
    certificate = own_certificate(pair, "FPS Example", since=since, until=since + timedelta(days=900))
    return Signer(open_pair(key, "x" * 20), (certificate,)).sign(PAYLOAD, kind="test", at=since).encode()


def of_metadata(content: bytes) -> str:
    return told(read_metadata_bytes(content, file_name="metadata.xml").faults)


def of_pdf(content: bytes) -> str:
    return " ".join(inspect_pdf(content).faults)


def of_name(content: bytes) -> str:
    named = read_name(content.decode("utf-8", "surrogateescape"))
    if named is None:
        return ""
    found = faults_of(named, institution="0456789034", environment="acceptance")
    return " ".join([named.shared, *(str(one.code) for one in found)])


def of_range(content: bytes) -> str:
    with suppress(BeyondTheEnd):
        part = part_asked(content.decode("latin-1"), 1000)
        assert part is None or 0 <= part.first <= part.last < 1000
    return ""


def of_mail(content: bytes) -> str:
    try:
        mail = read_mail(content)
    except Unreadable as error:
        return str(error)
    problem = mail.returned.problem if mail.returned else ""
    return f"{mail.sender} {mail.sender_name} {mail.subject} {mail.text} {problem}"


def of_signed_mails(authority: CertificateAuthority) -> Callable[[bytes], str]:
    """Return what reads mails with certificates: where one counts, what it signed was not changed."""
    authorities = Authorities.read(authority.certificate)

    def of_signed_mail(content: bytes) -> str:
        try:
            mail, proof = prove(content, read_mail(content), find_key=lambda *_, **__: None, authorities=authorities)
        except Unreadable as error:
            return str(error)
        assert proof.person is None or mail.text == SAID.replace(MARKED, "*" * 11)
        return f"{mail.sender} {mail.subject} {mail.text} {proof}"

    return of_signed_mail


def of_signed(content: bytes) -> str:
    try:
        found = read_signed(content.decode("latin-1"), kind="test").payload
    except SignatureWrong as error:
        return str(error)
    assert found == PAYLOAD
    return ""


def of_key(content: bytes) -> str:
    with suppress(KeyUnfit, KeyPrivate):
        kind, fingerprint = read_key(content.decode("latin-1"))
        assert fingerprint.startswith("SHA256:")
        return kind
    return ""


def readers(folder: Path, wire: Wire) -> list[Reader]:
    path = folder / "list.csv"
    authority = CertificateAuthority(clock.now())
    sealed = seal("a text of ours", secret="s" * 50, purpose="test").encode()

    def of_list(content: bytes) -> str:
        path.write_bytes(content)
        return told(read_list(path, ebox_type=EboxType.CITIZEN, limits=Limits(rows_per_list=1000)).faults)

    def of_sealed(content: bytes) -> str:
        opened = unseal(content.decode("latin-1"), secret="s" * 50, purpose="test", seconds=60)
        assert opened in (None, "a text of ours")
        return ""

    def of_answer(content: bytes) -> str:
        wire.then(Do(raw=content, then="close"))
        line = Line(urlsplit(wire.address), patience=Patience(connect=5, answer=5), tls=None)
        try:
            reply = line.post("/x", headers={}, body=[b"{}"])
        except (Cut, NotSent) as broken:
            return str(broken)
        finally:
            line.close()
        assert 100 <= reply.status < 1000
        return ""

    answers = [linked(2).bytes(), refusal(400, "badRequest", "no").bytes(), Do(content={"messageId": "1"}).bytes()]
    names = [SET_NAME.encode(), SET_NAME.replace("FI", "GO").encode()]
    return [
        Reader(name="lists", seeds=[LIST, QUOTED, LIST.decode().encode("utf-16")], inputs=100_000, read=of_list),
        Reader(name="metadata", seeds=[GOOD.encode(), ENTERPRISE.encode()], inputs=150_000, read=of_metadata),
        Reader(name="documents", seeds=[LETTER], inputs=50_000, read=of_pdf),
        Reader(name="names", seeds=names, inputs=350_000, read=of_name),
        Reader(name="ranges", seeds=[b"bytes=0-99", b"bytes=-5", b"bytes=5-"], inputs=250_000, read=of_range),
        Reader(name="sealed texts", seeds=[sealed], inputs=80_000, read=of_sealed),
        Reader(name="mails", seeds=[REPLY, returned()], inputs=60_000, read=of_mail),
        Reader(
            name="signed mails",
            seeds=signed_mails(folder, authority),
            inputs=20_000,
            read=of_signed_mails(authority),
        ),
        Reader(name="signed texts", seeds=[signed()], inputs=60_000, read=of_signed),
        Reader(name="keys of SFTP", seeds=[public_key().encode()], inputs=60_000, read=of_key),
        Reader(name="answers of a provider", seeds=answers, inputs=20_000, read=of_answer),
    ]


def changed(draw: random.Random, seeds: Sequence[bytes]) -> bytes:
    """Return one of the seeds with a few changes."""
    content = bytearray(draw.choice(seeds))
    for _ in range(draw.choice((1, 1, 1, 2, 3, 8))):
        place = draw.randrange(len(content) + 1)
        match draw.randrange(7):
            case 0 if content:
                content[place % len(content)] = draw.randrange(256)
            case 1:
                content[place:place] = draw.choice(INTERESTING)
            case 2:
                del content[place : place + draw.choice((1, 2, 5, 50))]
            case 3:
                content[place:place] = content[place : place + draw.choice((1, 4, 40))] * draw.choice((1, 2, 30))
            case 4:
                del content[place:]
            case 5:
                other = draw.choice(seeds)
                content[place:] = other[draw.randrange(len(other) + 1) :]
            case _:
                word = draw.choice(INTERESTING)
                content[place : place + len(word)] = word
    return bytes(content)


def test_whatever_is_read_is_read_or_refused_soon_and_gives_nothing_away(tmp_path: Path) -> None:
    draw, slowest, counted, took = random.Random(SEED), {}, {}, {}
    wire = Wire()
    try:
        for reader in readers(tmp_path, wire):
            longest, began = 0.0, process_time()
            for number in range(max(1, int(reader.inputs * SHARE))):
                content = changed(draw, reader.seeds)
                started = perf_counter()
                try:
                    said = reader.read(content)
                except Exception as error:
                    shown = b64encode(content[:4000]).decode()
                    pytest.fail(f"{reader.name}, {number} of seed {SEED}: {type(error).__name__}: {error}\n{shown}")
                longest = max(longest, perf_counter() - started)
                assert not {one for one in (MARKED, FORMATTED) if one in said}, (reader.name, number, SEED, said)
            took[reader.name] = round(process_time() - began, 1)
            slowest[reader.name], counted[reader.name] = round(longest, 3), number + 1
    finally:
        wire.end()
    print(counted, slowest, took)  # noqa: T201 - what a long run is run for
    assert max(slowest.values()) < LONGEST_SECONDS
    assert sum(counted.values()) >= 1_000_000 * min(SHARE, 1)
