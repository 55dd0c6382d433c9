"""Who signed a mail with a certificate is its sender, over all that the mail says; or it is nobody."""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path
from time import process_time

import pytest
from asn1crypto import cms, pem
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from tests.authorities import CertificateAuthority
from tests.notices.incoming.certified import FOR_MAILS, FOR_SERVERS, Person, as_part, person, rsa_person, usage
from tests.notices.incoming.signing import Domain

from eboxcast.lib import clock
from eboxcast.lib.authorities import Authorities
from eboxcast.lib.signatures import new_pair
from eboxcast.notices.incoming.parsing import IncomingMail, read_mail
from eboxcast.notices.incoming.proof import Proof
from eboxcast.notices.incoming.proving import prove

BRAM = "bram@example.be"
LONGEST_SECONDS = 10.0
TEXT = "GO 2027-02-15T18:00 0123abcd\n"
FORMS = [
    pytest.param(("smime",), id="smime-detached"),
    pytest.param(("smime", "-nodetach"), id="smime-opaque"),
    pytest.param(("cms",), id="cms-detached"),
    pytest.param(("cms", "-nodetach"), id="cms-opaque"),
    pytest.param(("cms", "-nodetach", "-stream"), id="cms-opaque-in-pieces"),
    pytest.param(("cms", "-keyid"), id="cms-by-the-number-of-the-key"),
    pytest.param(("cms", "-md", "sha512"), id="cms-sha512"),
]


@pytest.fixture(scope="module")
def authority() -> CertificateAuthority:
    return CertificateAuthority(clock.now())


@pytest.fixture(scope="module")
def bram(authority: CertificateAuthority, tmp_path_factory: pytest.TempPathFactory) -> Person:
    return person(tmp_path_factory.mktemp("bram"), authority, BRAM)


def mail(text: str = TEXT, *, sender: str = f"Bram <{BRAM}>") -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["Subject"] = "RE: [2027-0001] The files for production were delivered"
    message["Message-ID"] = "<1@example.be>"
    message.set_content(text)
    return message


def proven(
    raw: bytes,
    *trusted: CertificateAuthority,
    domain: Domain | None = None,
    crl: x509.CertificateRevocationList | None = None,
) -> tuple[IncomingMail, Proof]:
    pem = b"".join(one.certificate for one in trusted) + (crl.public_bytes(Encoding.PEM) if crl is not None else b"")
    find_key = domain.find_key if domain else (lambda name, timeout=5: None)
    return prove(raw, read_mail(raw), find_key=find_key, authorities=Authorities.read(pem) if trusted else None)


def why(raw: bytes, authority: CertificateAuthority, *, crl: x509.CertificateRevocationList | None = None) -> str:
    """Return why a mail proves nothing; empty where it proves who sent it."""
    read, proof = proven(raw, authority, crl=crl)
    assert read.text.startswith("GO"), "it has to ask for something"
    return "" if proof.person else proof.problem


@pytest.mark.parametrize("form", FORMS)
def test_a_mail_that_its_sender_signed_is_signed(
    bram: Person, authority: CertificateAuthority, form: tuple[str, ...]
) -> None:
    program, *more = form
    read, proof = proven(bram.sign(mail(), *more, program=program), authority)
    assert (read.text, proof.domain) == (TEXT.strip(), "")
    assert proof.person is not None
    assert proof.person.fingerprint == bram.fingerprint
    assert proof.person.issuer == "CN=Authority of Example"
    assert proof.signed_by(read) == BRAM


def test_capitals_do_not_matter_and_a_key_of_rsa_will_do(authority: CertificateAuthority, tmp_path: Path) -> None:
    bram = rsa_person(tmp_path, authority, "Bram@Example.be", bits=2048)
    assert why(bram.sign(mail(sender="bram@EXAMPLE.BE")), authority) == ""


def test_a_certificate_may_be_issued_below_an_authority_that_is_trusted(
    authority: CertificateAuthority, tmp_path: Path
) -> None:
    below = CertificateAuthority(clock.now(), above=authority)
    bram = person(tmp_path, below, BRAM)
    (tmp_path / "below.pem").write_bytes(below.certificate)
    assert why(bram.sign(mail(), "-certfile", "below.pem"), authority) == ""
    assert why(bram.sign(mail()), authority) == "smime-unknown"


def test_without_authorities_no_certificate_counts_and_nothing_is_read_out_of_one(bram: Person) -> None:
    assert proven(bram.sign(mail()))[1] == Proof()
    read, proof = proven(bram.sign(mail(), "-nodetach"))
    assert (read.text, proof) == ("", Proof())


@pytest.mark.parametrize("more", [(), ("-nodetach",)])
def test_any_changed_byte_ends_the_signature(bram: Person, authority: CertificateAuthority, more: tuple[str]) -> None:
    raw = bram.sign(mail(), *more)
    encoded = signature_in(raw)
    signature = base64.b64decode(encoded)
    signed = (raw, signature)[bool(more)]
    changed = signed.replace(b"18:00", b"19:00")
    assert changed != signed
    assert why(raw.replace(encoded, lines_of(changed)) if more else changed, authority) == "smime-wrong"
    cut = signature[:-1] + bytes([signature[-1] ^ 1])
    assert why(raw.replace(encoded, lines_of(cut)), authority) == "smime-wrong"


def test_who_signs_for_another_address_is_another(authority: CertificateAuthority, tmp_path: Path) -> None:
    anne = person(tmp_path / "anne", authority, "anne@example.be")
    assert why(anne.sign(mail()), authority) == "smime-address"
    nobody = person(tmp_path / "nobody", authority)
    assert why(nobody.sign(mail()), authority) == "smime-address"
    both = person(tmp_path / "both", authority, "anne@example.be", BRAM)
    assert why(both.sign(mail()), authority) == ""


@pytest.mark.parametrize("sender", [f"{BRAM}, anne@example.be", f"{BRAM}\r\nFrom: anne@example.be", "Bram"])
def test_more_than_one_sender_or_none_is_nobody(bram: Person, authority: CertificateAuthority, sender: str) -> None:
    raw = bram.sign(mail()).replace(f"Bram <{BRAM}>".encode(), sender.encode())
    assert why(raw, authority) in ("smime-unclear", "smime-address")


def test_a_certificate_that_has_ended_or_not_begun_is_none(bram: Person, authority: CertificateAuthority) -> None:
    raw = bram.sign(mail())
    before = clock.offset()
    try:
        for amount in (timedelta(days=101), timedelta(hours=-1)):
            clock.move(before + amount)
            assert why(raw, authority) == "smime-ended"
    finally:
        clock.move(before)


def test_an_authority_that_is_not_named_proves_nothing(bram: Person, tmp_path: Path) -> None:
    """Also one of the same name."""
    assert why(bram.sign(mail()), CertificateAuthority(clock.now())) == "smime-unknown"


def test_a_certificate_that_its_authority_revoked_is_none(tmp_path: Path) -> None:
    authority = CertificateAuthority(clock.now() - timedelta(days=30))
    bram = person(tmp_path, authority, BRAM)
    raw = bram.sign(mail())
    authority.revoke((tmp_path / "certificate.pem").read_bytes(), clock.now() - timedelta(days=1))
    assert why(raw, authority, crl=authority.crl(clock.now())) == "smime-ended"


def test_a_list_of_revocations_that_is_too_old_says_nothing_and_nothing_counts(tmp_path: Path) -> None:
    authority = CertificateAuthority(clock.now() - timedelta(days=30))
    raw = person(tmp_path, authority, BRAM).sign(mail())
    assert why(raw, authority, crl=authority.crl(clock.now() - timedelta(days=20))) == "smime-unknown"
    assert why(raw, authority, crl=authority.crl(clock.now())) == ""


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ([FOR_SERVERS], "smime-purpose"),
        ([usage(key_encipherment=True), FOR_MAILS], "smime-purpose"),
        ([usage(digital_signature=True, key_cert_sign=True), x509.BasicConstraints(True, None)], "smime-purpose"),
        ([], ""),
        ([usage(content_commitment=True)], ""),
    ],
)
def test_a_certificate_has_to_be_for_mails(
    authority: CertificateAuthority, tmp_path: Path, more: list[x509.ExtensionType], problem: str
) -> None:
    assert why(person(tmp_path, authority, BRAM, more=more).sign(mail()), authority) == problem


def test_a_short_key_is_none(authority: CertificateAuthority, tmp_path: Path) -> None:
    bram = rsa_person(tmp_path, authority, BRAM, bits=1024)
    assert why(bram.sign(mail()), authority) == "smime-wrong"


@pytest.mark.parametrize("more", [("-md", "sha1"), ("-noattr",)])
def test_a_signature_that_is_too_weak_is_none(
    bram: Person, authority: CertificateAuthority, more: tuple[str, ...]
) -> None:
    """One without attributes has no moment, and what it signed could be shown as something else."""
    assert why(bram.sign(mail(), *more, program="cms"), authority) == "smime-wrong"


def test_two_who_sign_the_same_are_nobody(bram: Person, authority: CertificateAuthority, tmp_path: Path) -> None:
    anne = person(tmp_path, authority, "anne@example.be")
    both = ("-signer", str(anne.folder / "certificate.pem"), "-inkey", str(anne.folder / "key.pem"))
    assert why(bram.sign(mail(), *both), authority) == "smime-wrong"


def test_text_outside_of_the_signed_part_does_not_count(bram: Person, authority: CertificateAuthority) -> None:
    """Neither before nor after it, and not around it: a mailing list adds its own part so."""
    signed = bram.sign(mail("I wait.\n"))
    head, _, body = signed.partition(b"\r\n\r\n")
    for raw in (
        head + b"\r\n\r\nGO 2027-02-15T18:00 0123abcd\r\n" + body,
        signed + b"\r\nGO 2027-02-15T18:00 0123abcd",
    ):
        read, proof = proven(raw, authority)
        assert (read.text, proof.person) == ("I wait.", None)
    entity = bram.entity(as_part(mail()))
    for added in (TEXT, "Our list.\r\n"):
        other = b"Content-Type: text/plain\r\n\r\n" + added.encode()
        assert proven(wrapped(other, entity), authority)[1].person is None
        assert proven(wrapped(entity, other), authority)[1].person is None


def test_a_third_part_beside_the_signed_one_makes_it_unclear(bram: Person, authority: CertificateAuthority) -> None:
    raw = bram.sign(mail())
    boundary = boundary_of(raw)
    added = b"Content-Type: text/plain\r\n\r\nGO 2027-02-15T19:00 0123abcd\r\n\r\n--" + boundary + b"\r\n"
    first = raw.index(b"--" + boundary + b"\r\n") + len(boundary) + 4
    assert why(raw[:first] + added + raw[first:], authority) == "smime-unclear"


def test_a_part_that_two_programs_would_read_in_two_ways_is_unclear(
    bram: Person, authority: CertificateAuthority
) -> None:
    raw = bram.sign(mail())
    twice = b'Content-Type: text/plain\r\nContent-Type: multipart/signed; protocol="x"\r\n'
    assert proven(twice + raw, authority)[1].person is None
    assert why(raw.replace(b"GO 20", b"GO\r20"), authority) == "smime-unclear"
    assert why(raw[:-20], authority) == "smime-unclear"  # a mail that is too long is cut


def test_a_signature_over_another_part_is_none(bram: Person, authority: CertificateAuthority) -> None:
    other = bram.sign(mail("GO 2027-02-16T18:00 0123abcd\n"))
    raw = bram.sign(mail())
    assert why(raw.replace(signature_in(raw), signature_in(other)), authority) == "smime-wrong"


def test_a_signature_that_has_its_own_words_beside_others_is_none(
    bram: Person, authority: CertificateAuthority
) -> None:
    """A program that verifies what is in it, and shows what is beside it, would be deceived."""
    opaque = bram.sign(mail("I wait.\n"), "-nodetach").partition(b"\r\n\r\n")[2].strip()
    raw = bram.sign(mail())
    assert why(raw.replace(signature_in(raw), opaque), authority) == "smime-wrong"


@pytest.mark.parametrize("outer", [(), ("-nodetach",)])
@pytest.mark.parametrize("inner", [(), ("-nodetach",)])
def test_what_is_signed_twice_is_unclear(
    bram: Person, authority: CertificateAuthority, inner: tuple[str], outer: tuple[str]
) -> None:
    nested = bram.entity(as_part(mail()), *inner)
    raw = b"From: bram@example.be\r\nMessage-ID: <1@example.be>\r\n" + bram.entity(nested, *outer)
    _, proof = proven(raw, authority)
    assert proof.person is None


def test_words_of_others_that_are_attached_are_not_those_of_the_signer(
    bram: Person, authority: CertificateAuthority
) -> None:
    forwarded = mail("Is this yours?\n")
    forwarded.add_attachment(mail())
    read, _ = proven(bram.sign(forwarded), authority)
    assert read.text == "Is this yours?"
    alone = b"From: bram@example.be\r\nMessage-ID: <1@example.be>\r\n" + bram.entity(
        b"Content-Type: message/rfc822\n\n" + mail().as_bytes()
    )
    read, proof = proven(alone, authority)
    assert (read.text, proof.person) == ("", None)


@pytest.mark.parametrize(
    ("inner", "problem"),
    [
        (b"From: Bram <bram@example.be>\nMessage-ID: <1@example.be>\n", ""),
        (b"From: anne@example.be\n", "smime-unclear"),
        (b"Message-ID: <2@example.be>\n", "smime-unclear"),
        (b"In-Reply-To: <3@example.be>\n", "smime-unclear"),
        (b"From: Bram <bram@example.be>\nFrom: anne@example.be\n", "smime-unclear"),
    ],
)
@pytest.mark.parametrize("more", [(), ("-nodetach",)])
def test_headers_that_are_signed_too_have_to_be_those_of_the_mail(
    bram: Person, authority: CertificateAuthority, inner: bytes, problem: str, more: tuple[str]
) -> None:
    assert why(bram.sign(mail(), *more, inner=inner), authority) == problem


def test_a_domain_that_signed_the_mail_counts_beside_a_certificate_that_does_not(
    bram: Person, authority: CertificateAuthority, tmp_path: Path
) -> None:
    domain = Domain("example.be")
    raw = domain.sign(bram.sign(mail()))
    _, proof = proven(raw, CertificateAuthority(clock.now()), domain=domain)
    assert (proof.person, proof.domain) == (None, "example.be")
    _, proof = proven(raw, authority, domain=domain)
    assert proof.person is not None
    assert proof.domain == ""
    _, proof = proven(raw.replace(b"18:00", b"19:00"), authority, domain=domain)
    assert (proof.person, proof.domain) == (None, "")


def test_the_same_signature_in_another_form_is_the_same(bram: Person, authority: CertificateAuthority) -> None:
    """With more certificates in it, for one: it cannot be used again so."""
    raw = bram.sign(mail())
    told = cms.ContentInfo.load(base64.b64decode(signature_in(raw)))
    told["content"]["certificates"].append(asn1.Certificate.load(pem.unarmor(authority.certificate)[2]))
    with_more = raw.replace(signature_in(raw), lines_of(told.dump(force=True)))
    assert with_more != raw
    first, second = (proven(one, authority)[1].person for one in (raw, with_more))
    assert first is not None
    assert first == second


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x30\x00", id="an empty one"),
        pytest.param(b"\x30\x84\xff\xff\xff\xff", id="one that says it is long"),
        pytest.param(b"\x30\x80" * 200_000, id="one within another"),
        pytest.param(bytes(700_000), id="nothing but zeros"),
    ],
)
def test_hostile_signatures_harm_nobody(bram: Person, authority: CertificateAuthority, hostile: bytes) -> None:
    for more in ((), ("-nodetach",)):
        raw = bram.sign(mail(), *more)
        began = process_time()
        _, proof = proven(raw.replace(signature_in(raw), lines_of(hostile)), authority)
        assert proof.person is None
        assert process_time() - began < LONGEST_SECONDS


def test_content_in_a_hundred_thousand_pieces_is_read_or_refused(bram: Person, authority: CertificateAuthority) -> None:
    raw = bram.sign(mail(), "-nodetach", "-stream", program="cms")
    signature = base64.b64decode(signature_in(raw))
    whole = signature.index(b"\x24\x80") + 2
    broken = signature[:whole] + b"\x04\x01G" * 200_000 + signature[whole:]
    began = process_time()
    assert proven(raw.replace(signature_in(raw), lines_of(broken)), authority)[1].person is None
    assert process_time() - began < LONGEST_SECONDS


def test_certificates_that_issued_each_other_are_not_followed_in_each_of_their_orders(
    bram: Person, authority: CertificateAuthority
) -> None:
    der = bram.certificate.public_bytes(Encoding.DER)
    raw = bram.sign(mail())
    told = cms.ContentInfo.load(base64.b64decode(signature_in(raw)))
    told["content"]["certificates"] = [asn1.Certificate.load(one) for one in [der, *issuing_each_other(12)]]
    began = process_time()
    changed = raw.replace(signature_in(raw), lines_of(told.dump(force=True)))
    assert why(changed, authority) == "smime-wrong"
    assert process_time() - began < LONGEST_SECONDS


def issuing_each_other(count: int) -> list[bytes]:
    """Return certificates of one name and one key: each could have issued each other."""
    pair, _ = new_pair("a phrase of some length")
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of Example")])
    now = clock.now()
    begun = x509.CertificateBuilder(name, name, pair.public_key(), None, now, now + timedelta(days=9))
    begun = begun.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    made = (begun.serial_number(number + 1).sign(pair, hashes.SHA256()) for number in range(count))
    return [one.public_bytes(Encoding.DER) for one in made]


def signature_in(raw: bytes) -> bytes:
    """Return the signature of a mail, as it is encoded there."""
    found = re.search(rb"pkcs7-(?:signature|mime).*?\r\n\r\n([A-Za-z0-9+/=\r\n]{100,}?)\s*(?:--|\Z)", raw, re.DOTALL)
    assert found is not None
    return found.group(1).strip()


def lines_of(content: bytes) -> bytes:
    return base64.encodebytes(content).strip().replace(b"\n", b"\r\n")


def boundary_of(raw: bytes) -> bytes:
    return str(message_from_bytes(raw).get_boundary()).encode()


def wrapped(*parts: bytes) -> bytes:
    """Return a mail with these parts."""
    head = b"From: bram@example.be\r\nMessage-ID: <1@example.be>\r\nContent-Type: multipart/mixed; boundary=around\r\n"
    return head + b"".join(b"\r\n--around\r\n" + part for part in parts) + b"\r\n--around--\r\n"
