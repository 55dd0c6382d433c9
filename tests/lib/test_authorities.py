"""What authorities say of a signature: at the moment of its timestamp, if one that is trusted made it, else now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from asn1crypto import pem, x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ObjectIdentifier
from cryptography.x509.oid import ExtendedKeyUsageOID
from tests.authorities import CertificateAuthority, TimestampAuthority, issuing, stamping
from tests.lib.test_pdf_signatures import CONTENT, sheet

from eboxcast.lib import clock
from eboxcast.lib.authorities import Authorities, AuthoritiesWrong, Judged, judge
from eboxcast.lib.pdf_signatures import read_signed_pdf, sign_pdf
from eboxcast.lib.revocation import IssuerSilent, RevokedByIssuer, ask_issuers
from eboxcast.lib.signatures import (
    Evidence,
    NotIssued,
    SignatureWrong,
    Signed,
    Signer,
    new_pair,
    own_certificate,
    read_issued,
    read_signed,
    request_of,
    stamp_of,
    with_stamp,
)
from eboxcast.lib.timestamps import stamp, stamper_of

NOW = clock.now().replace(microsecond=0)
LATER = NOW + timedelta(days=30)


@pytest.fixture(scope="module")
def stamping_authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TimestampAuthority]:
    with stamping(tmp_path_factory.mktemp("authority")) as found:
        yield found


@pytest.fixture
def issuer() -> Iterator[CertificateAuthority]:
    with issuing(NOW) as found:
        yield found


@pytest.fixture
def signer(issuer: CertificateAuthority) -> Signer:
    """One with a certificate that an authority issued, for ten days."""
    return certified(issuer)


@pytest.fixture
def stamped(signer: Signer, stamping_authority: TimestampAuthority) -> Signed:
    text = signer.sign(CONTENT, kind="example", at=NOW)
    token = stamp(stamp_of(text), stamper_of(stamping_authority.address))
    return read_signed(with_stamp(text, token, Evidence()), kind="example")


def test_openssl_finds_the_stamp_of_a_jws_good(stamped: Signed, stamping_authority: TimestampAuthority) -> None:
    assert stamped.stamp is not None
    assert stamping_authority.stamped(stamped.stamped, stamped.stamp)


def test_a_stamp_and_a_certificate_count_where_their_authorities_are_trusted(
    stamped: Signed, stamping_authority: TimestampAuthority, issuer: CertificateAuthority
) -> None:
    both = trusting(stamping_authority.certificate, issuer.certificate)
    found = judge(stamped, both, now=NOW)
    assert found.stamped_at is not None
    assert NOW <= found.stamped_at <= clock.now()
    assert found.stamp_trusted is True
    assert found.standing == "issued"
    of_issuer = judge(stamped, trusting(issuer.certificate), now=NOW)
    assert of_issuer.stamp_trusted is False
    assert of_issuer.standing == "issued"
    of_stamp = judge(stamped, trusting(stamping_authority.certificate), now=NOW)
    assert of_stamp.stamp_trusted is True
    assert of_stamp.standing == "unknown"
    assert judge(stamped, None, now=NOW) == Judged(stamped_at=found.stamped_at, stamp_trusted=None, standing=None)


@pytest.mark.parametrize(
    ("purposes", "standing"),
    [
        ([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH], "unknown"),
        ([ExtendedKeyUsageOID.TIME_STAMPING], "unknown"),
        ([ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION], "issued"),
    ],
)
def test_a_certificate_that_is_only_for_something_else_signs_nothing(
    issuer: CertificateAuthority, purposes: list[ObjectIdentifier], standing: str
) -> None:
    issuer.purposes = purposes
    signed = read_signed(certified(issuer).sign(CONTENT, kind="example", at=NOW), kind="example")
    assert judge(signed, trusting(issuer.certificate), now=NOW).standing == standing


def test_the_stamp_of_another_signature_is_wrong(
    signer: Signer, stamped: Signed, stamping_authority: TimestampAuthority
) -> None:
    assert stamped.stamp is not None
    text = signer.sign(b"{}", kind="example", at=NOW)
    for token in (stamped.stamp, stamped.stamp[:-1], b"", b"0"):
        with pytest.raises(SignatureWrong):
            judge(read_signed(with_stamp(text, token, Evidence()), kind="example"), None, now=NOW)


def test_what_was_stamped_before_the_certificate_expired_counts_later(
    stamped: Signed, stamping_authority: TimestampAuthority, issuer: CertificateAuthority
) -> None:
    """Also once that of the timestamp authority has expired."""
    both = trusting(stamping_authority.certificate, issuer.certificate)
    assert judge(stamped, both, now=LATER).standing == "issued"
    assert judge(stamped, trusting(issuer.certificate), now=LATER).standing == "expired"


@pytest.mark.parametrize(("days", "standing"), [(1, "issued"), (-0.5, "revoked")])
def test_a_revocation_counts_from_its_moment(
    stamped: Signed,
    signer: Signer,
    stamping_authority: TimestampAuthority,
    issuer: CertificateAuthority,
    days: float,
    standing: str,
) -> None:
    """Who verifies adds the list of the authority of later; the moment of the revocation is told in both cases."""
    moment = NOW + timedelta(days=days)
    issuer.revoke(pem_of(signer), moment)
    listed = issuer.crl(NOW + timedelta(days=2)).public_bytes(Encoding.PEM)
    both = trusting(stamping_authority.certificate, issuer.certificate, listed)
    found = judge(stamped, both, now=NOW + timedelta(days=2))
    assert (found.standing, found.revoked_at) == (standing, moment)
    without = judge(stamped, trusting(issuer.certificate, listed), now=NOW + timedelta(days=2))
    assert without.standing == "revoked"


def test_a_pdf_contains_what_the_issuers_said_and_nothing_is_added_to_it(
    signer: Signer, stamping_authority: TimestampAuthority, issuer: CertificateAuthority
) -> None:
    evidence = asked(signer)
    assert len(evidence.crls) == 1
    stamper = stamper_of(stamping_authority.address)
    content = sign_pdf(sheet(), signer, at=NOW, stamper=stamper, evidence=evidence)
    found = read_signed_pdf(content)
    assert found.evidence == evidence
    both = trusting(stamping_authority.certificate, issuer.certificate)
    assert judge(found, both, now=LATER).standing == "issued"


def test_an_issuer_that_revoked_or_does_not_answer_is_said(signer: Signer, issuer: CertificateAuthority) -> None:
    issuer.revoke(pem_of(signer), NOW - timedelta(hours=1))
    with pytest.raises(RevokedByIssuer):
        asked(signer)
    issuer.address = "http://127.0.0.1:1/list.crl"
    with pytest.raises(IssuerSilent):
        asked(certified(issuer))


def test_an_issuer_below_another_that_is_asked_for_each_certificate_works_too(
    stamping_authority: TimestampAuthority,
) -> None:
    """As most authorities are: they answer by OCSP, and only the highest is trusted."""
    root = CertificateAuthority(NOW)
    with issuing(NOW, above=root, asked=True) as below:
        signer = certified(below)
        evidence = asked(signer)
        assert len(evidence.ocsps) == 1
        stamper = stamper_of(stamping_authority.address)
        content = sign_pdf(sheet(), signer, at=NOW, stamper=stamper, evidence=evidence)
        below.revoke(pem_of(signer), NOW - timedelta(hours=1))
        with pytest.raises(RevokedByIssuer):
            asked(signer)
    found = read_signed_pdf(content)
    assert found.evidence == evidence
    assert judge(found, trusting(stamping_authority.certificate, root.certificate), now=LATER).standing == "issued"


def test_a_certificate_for_another_key_or_without_its_issuer_is_not_taken(issuer: CertificateAuthority) -> None:
    pair, other = new_pair("a phrase of some length")[0], new_pair("a phrase of some length")[0]
    own = own_certificate(pair, "FPS Example", since=NOW, until=LATER)
    issued = issuer.issue(request_of(pair, "FPS Example"))
    alone = issued.removesuffix(issuer.certificate)
    for content in (issuer.issue(request_of(other, "FPS Example")), alone, own, b"", issuer.certificate):
        with pytest.raises(NotIssued):
            read_issued(content, own)
    assert len(read_issued(issuer.certificate + alone, own)) == 2


@pytest.mark.parametrize("content", [b"", b"x", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_file_without_an_authority_is_refused(content: bytes) -> None:
    with pytest.raises(AuthoritiesWrong):
        Authorities.read(content)


def trusting(*certificates: bytes) -> Authorities:
    return Authorities.read(b"".join(certificates))


def certified(issuer: CertificateAuthority) -> Signer:
    pair, _ = new_pair("a phrase of some length")
    own = own_certificate(pair, "FPS Example", since=NOW, until=LATER)
    return Signer(pair, read_issued(issuer.issue(request_of(pair, "FPS Example"), days=10), own))


def asked(signer: Signer) -> Evidence:
    return ask_issuers([x509.Certificate.load(one) for one in signer.certificates], at=NOW)


def pem_of(signer: Signer) -> bytes:
    return pem.armor("CERTIFICATE", signer.certificates[0])
