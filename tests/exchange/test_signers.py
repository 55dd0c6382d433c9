"""Signed sets: an institution signs each part with OpenSSL, and what is not signed by it is refused with a receipt."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.db import connections
from django.test import override_settings
from tests.authorities import openssl
from tests.broadcasts import people as p
from tests.delivery.procedure import INSTITUTION
from tests.exchange.dropping import Dropping, age, texts
from tests.moments import pass_time

from eboxcast.audit.models import Entry
from eboxcast.database.findings import Surroundings
from eboxcast.database.names import CONTROL
from eboxcast.exchange.inventory import signers as look_at_signers
from eboxcast.exchange.models import Signer
from eboxcast.exchange.signers import (
    SignerOfUnknownInstitution,
    SignerPrivate,
    SignerTaken,
    SignerUnfit,
    add_signer,
    end_signer,
)
from eboxcast.lib import clock
from eboxcast.lib.cms_signatures import signer_of
from eboxcast.lib.signatures import SignatureWrong

_OF_SIGNED = ("version", "digest_algorithms", "encap_content_info", "certificates")
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Signing:
    """An institution with a key pair of its own, and OpenSSL."""

    def __init__(self, dropping: Dropping, folder: Path) -> None:
        self.dropping, self.folder = dropping, folder
        self.pem = self.new("own")

    def new(self, name: str, *, key: PrivateKey | None = None, days: int = 100) -> bytes:
        """Make a key pair and a certificate that is valid since yesterday; return the certificate."""
        pair, now = key or ec.generate_private_key(ec.SECP256R1()), clock.now()
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Payroll")])
        made = x509.CertificateBuilder(subject, subject, pair.public_key(), x509.random_serial_number())
        valid = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=days))
        words = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (self.folder / f"{name}.key").write_bytes(pair.private_bytes(*words))
        (self.folder / name).write_bytes(valid.sign(pair, hashes.SHA256()).public_bytes(Encoding.PEM))
        return (self.folder / name).read_bytes()

    def register(self, certificate: bytes | None = None) -> Signer:
        return add_signer(INSTITUTION, certificate or self.pem, label="payroll", actor=p.INES)

    def put(self, *, by: str = "own", form: str = "DER", more: tuple[str, ...] = ()) -> list[Path]:
        """Put a set with a signature for each part; return these."""
        directory, reference = self.dropping.story.files(3), self.dropping.reference()
        parts = self.dropping.put_parts(directory, reference)
        signatures = [self.sign(part, by=by, form=form, more=more) for part in parts]
        self.dropping.put_go(reference)
        return signatures

    def sign(self, part: Path, *, by: str = "own", form: str = "DER", more: tuple[str, ...] = ()) -> Path:
        _, shared = part.name.split(".", 1)
        to = part.with_name(f"FS.{'.'.join(shared.split('.')[:7])}.p7s")
        words = ("-sign", "-binary", "-in", str(part), "-signer", by, "-inkey", f"{by}.key", "-outform", form)
        made = openssl(self.folder, "cms", *words, *more, "-out", str(to))
        assert made.returncode == 0, made.stderr
        return to


@pytest.fixture
def signing(dropping: Dropping, tmp_path: Path) -> Signing:
    return Signing(dropping, tmp_path)


@pytest.mark.parametrize(("form", "more"), [("DER", ()), ("PEM", ()), ("DER", ("-md", "sha512"))])
def test_a_set_that_is_signed_is_accepted_and_removed_with_its_signatures(
    signing: Signing, form: str, more: tuple[str, ...]
) -> None:
    signing.register()
    signing.put(form=form, more=more)
    collected = signing.dropping.collect()
    assert (collected.outcome, collected.error) == ("accepted", None)
    assert signing.dropping.left() == []
    assert len(texts(signing.dropping.receipt(), "FileName")) == 7


def test_a_key_of_rsa_and_base64_alone_work_too(signing: Signing) -> None:
    signing.register(signing.new("rsa", key=rsa.generate_private_key(65537, 2048)))
    for path in signing.put(by="rsa", form="PEM"):
        lines = path.read_text().splitlines()
        path.write_text("\n".join(lines[1:-1]))
    assert signing.dropping.collect().outcome == "accepted"


def test_a_part_that_was_changed_after_it_was_signed_is_refused(signing: Signing) -> None:
    signing.register()
    signed = signing.put()[2]
    (part,) = (path for path in signing.dropping.incoming.glob("FI.*.3.3.*"))
    part.write_bytes(part.read_bytes() + b"\n")
    assert signing.dropping.collect().codes == (125,)
    receipt = signing.dropping.receipt()
    assert texts(receipt, "ErrorID") == ["BRDC-125"]
    assert signed.name in texts(receipt, "FileName")
    assert signing.dropping.left() == []


@pytest.mark.parametrize("content", [b"", b"0", b"nonsense", b"-----BEGIN CMS-----\nAAAA\n-----END CMS-----\n"])
def test_what_is_no_signature_is_refused(signing: Signing, content: bytes) -> None:
    signing.register()
    signing.put()[0].write_bytes(content)
    assert signing.dropping.collect().codes == (125,)


def test_a_signature_with_a_digest_that_is_broken_is_refused(signing: Signing) -> None:
    signing.register()
    signing.put(more=("-md", "sha1"))
    assert signing.dropping.collect().codes == (125, 125, 125)


def test_a_signature_without_attributes_is_refused(signing: Signing) -> None:
    signing.register()
    signing.put(more=("-noattr",))
    assert signing.dropping.collect().codes == (125, 125, 125)


def test_the_attributes_of_a_signature_are_no_part_that_was_signed(signing: Signing, tmp_path: Path) -> None:
    """Without them, the signature of a part is also one of its attributes (RFC 5652, 5.4)."""
    signature = signing.put()[2]
    read = cms.ContentInfo.load(signature.read_bytes())
    (signer,) = read["content"]["signer_infos"]
    attributes = tmp_path / "attributes"
    attributes.write_bytes(signer["signed_attrs"].untag().dump())
    fields = ("version", "sid", "digest_algorithm", "signature_algorithm", "signature")
    bare = cms.SignerInfo({name: signer[name] for name in fields})
    confused = {**{name: read["content"][name] for name in _OF_SIGNED}, "signer_infos": [bare]}
    info = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(confused)})
    with pytest.raises(SignatureWrong):
        signer_of(info.dump(), attributes)


def test_a_signature_of_somebody_else_is_refused(signing: Signing) -> None:
    signing.register()
    signing.new("stranger")
    signing.put(by="stranger")
    assert set(signing.dropping.collect().codes) == {207}


def test_a_certificate_that_expired_or_was_ended_signs_no_more(signing: Signing) -> None:
    """Nobody can leave the signatures away because a certificate was forgotten; with none, they are not needed."""
    signing.register(signing.new("short", days=7))
    pass_time(days=8)
    signing.put(by="short")
    assert set(signing.dropping.collect().codes) == {208}
    end_signer(signing.register().pk, actor=p.INES)
    signing.put()
    assert set(signing.dropping.collect().codes) == {207}


def test_a_signature_that_nobody_can_verify_is_refused(signing: Signing) -> None:
    """Or else the institution would believe that it is verified."""
    signing.put()
    assert signing.dropping.collect().codes == (121,)
    signing.dropping.put()
    assert signing.dropping.collect().outcome == "accepted"


def test_a_set_waits_for_its_signatures_and_is_refused_where_they_do_not_come(signing: Signing) -> None:
    signing.register()
    signatures = signing.put()
    kept = signatures[1].read_bytes()
    signatures[1].unlink()
    assert signing.dropping.collect().outcome == "waiting"
    signatures[1].write_bytes(kept)
    assert signing.dropping.collect().outcome == "accepted"


def test_a_set_without_all_its_signatures_is_refused_after_a_while(signing: Signing) -> None:
    signing.register()
    signing.put()[1].unlink()
    age(list(signing.dropping.incoming.iterdir()), timedelta(hours=1))
    assert signing.dropping.collect().codes == (122,)


def test_signatures_with_numbers_of_other_parts_are_refused(signing: Signing) -> None:
    signing.register()
    first = signing.put()[0]
    first.rename(first.with_name(first.name.replace(".3.1.p7s", ".3.4.p7s")))
    assert signing.dropping.collect().codes == (132,)


def test_for_production_each_set_must_be_signed_and_for_acceptance_none(signing: Signing) -> None:
    signing.register()
    signing.dropping.put()
    assert signing.dropping.collect().outcome == "accepted"
    reference = signing.dropping.reference(letter="R")
    signing.dropping.put_parts(signing.dropping.story.files(3), reference, into="IN")
    go = signing.dropping.put_go(reference, into="IN")
    assert signing.dropping.collect().outcome == "waiting"
    age([go], timedelta(hours=1))
    assert signing.dropping.collect().codes == (122,)


def test_a_set_and_its_signatures_can_be_cancelled(signing: Signing) -> None:
    signing.register()
    signing.put()[1].unlink()
    signing.dropping.put_cancel()
    signing.dropping.collect()
    assert signing.dropping.left() == []


def test_a_certificate_that_is_no_good_is_not_registered(signing: Signing) -> None:
    weak = signing.new("weak", key=rsa.generate_private_key(65537, 1024))  # noqa: S505 - that it is weak is what is tried
    for content in (b"", b"nonsense", weak, signing.pem + signing.new("other")):
        with pytest.raises(SignerUnfit):
            signing.register(content or b" ")
    with pytest.raises(SignerPrivate):
        signing.register(signing.pem + (signing.folder / "own.key").read_bytes())
    with pytest.raises(SignerOfUnknownInstitution):
        add_signer("0417497106", signing.pem, label="payroll", actor=p.INES)
    signing.register()
    with pytest.raises(SignerTaken):
        signing.register()
    expired = signing.new("short", days=7)
    pass_time(days=8)
    with pytest.raises(SignerUnfit):
        signing.register(expired)


def test_who_registered_and_ended_a_certificate_is_in_the_audit(signing: Signing) -> None:
    added = signing.register()
    end_signer(added.pk, actor=p.INES)
    end_signer(added.pk, actor=p.INES)
    entries = Entry.objects.filter(action__startswith="signer.").order_by("id").values_list("action", "by")
    assert list(entries) == [("signer.added", p.INES.name), ("signer.ended", p.INES.name)]
    assert added.name == "Payroll"


def test_the_doctor_says_when_the_last_certificate_of_an_institution_ends(signing: Signing, tmp_path: Path) -> None:
    signing.register(signing.new("short", days=7))
    around = Surroundings({CONTROL: connections[CONTROL]}, {})
    with override_settings(EBOXCAST_DROP_DIR=tmp_path):
        assert [one.name for one in look_at_signers(around)] == ["signers"]
        signing.register()
        assert list(look_at_signers(around)) == []
