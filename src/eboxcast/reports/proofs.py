"""Verifying what was handed out, by the files alone: no database, no account, no Django."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from eboxcast.lib import clock
from eboxcast.lib.errors import InputRefused
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.receipts import Proof, Roots, Shape
from eboxcast.lib.signatures import (
    SignatureWrong,
    Signed,
    fault_of_key,
    is_with_stamp,
    name_in_certificate,
    read_signed,
)
from eboxcast.lib.translation import N_
from eboxcast.reports.schemas import (
    CERTIFICATE_KIND,
    STATEMENT_KIND,
    FileVerdict,
    Receipt,
    ReceiptsPart,
    SigningKeys,
    SigningKeyShown,
    Wrong,
)

if TYPE_CHECKING:  # pyHanko takes 0.3 s to import
    from eboxcast.lib.authorities import Authorities


class FileUnclear(InputRefused):
    """What was given is no file of ours."""

    code = "proof.file-unclear"
    sentence = N_("{file} is not a receipt, certificate or list of keys that this version knows.")
    remedy = N_("Give the file exactly as it was received.")


class AuthoritiesUnclear(InputRefused):
    """What was given has no certificate in it."""

    code = "proof.authorities-unclear"
    sentence = N_("{file} contains no certificate of an authority.")
    remedy = N_("Give a file of PEM with the certificates of the authorities that you trust.")


@dataclass(frozen=True, kw_only=True)
class Vouched:
    """A certificate, or what is signed of one in a receipt; and by whom it is signed."""

    told: Mapping[str, Any]
    signed: Signed | None
    wrong: tuple[Wrong, ...]
    """What is wrong with its signature, or that it has none."""
    key_known: bool | None
    """Whether the key is in the list that was given; None where there is no signature, or no list."""
    key_revoked_at: datetime | None = None
    stamped_at: datetime | None = None
    stamp_trusted: bool | None = None
    certified: bool | None = None
    """Whether an authority that is trusted issued the certificate of the key; None where that was not asked."""


@dataclass(frozen=True, kw_only=True)
class Trust:
    """What somebody who verifies has from the institution, and whom they trust besides."""

    keys: SigningKeys | None = None
    authorities: Authorities | None = None

    @property
    def is_given(self) -> bool:
        """Tell whether there is anything to compare a key with."""
        return self.keys is not None or self.authorities is not None


def is_receipt(content: bytes) -> bool:
    """Return whether a file says that it is a receipt."""
    return str(_object(content).get("format")).startswith("eboxcast.receipt/")


def read_receipt(content: bytes, *, file: str) -> Receipt:
    """Return a receipt as it was handed out. Raises FileUnclear."""
    try:
        return TypeAdapter(Receipt).validate_json(content)
    except ValidationError:
        raise FileUnclear(file=file) from None


def read_keys(content: bytes, *, file: str) -> SigningKeys:
    """Return a list of keys as `eboxcast keys list --json` gives it. Raises FileUnclear."""
    try:
        return TypeAdapter(SigningKeys).validate_json(content)
    except ValidationError:
        raise FileUnclear(file=file) from None


def read_authorities(content: bytes, *, file: str) -> Authorities:
    """Return the authorities that somebody trusts, and what these revoked. Raises AuthoritiesUnclear."""
    from eboxcast.lib.authorities import Authorities, AuthoritiesWrong  # pyHanko takes 0.3 s to import

    try:
        return Authorities.read(content)
    except AuthoritiesWrong:
        raise AuthoritiesUnclear(file=file) from None


def read_certificate(content: bytes, trust: Trust, *, file: str) -> Vouched:
    """Return a certificate as it was handed out, signed or not, alone or in a report. Raises FileUnclear."""
    if content.lstrip().startswith(b"{") and not is_with_stamp(content):
        return Vouched(told=_certificate_in(content, file=file), signed=None, wrong=("not-signed",), key_known=None)
    try:
        signed = _signed_in(content)
        return _vouched(_certificate_in(signed.payload, file=file), signed, trust)
    except (SignatureWrong, UnicodeDecodeError):
        raise FileUnclear(file=file) from None


def _certificate_in(content: bytes, *, file: str) -> Mapping[str, Any]:
    told = _object(content)
    told = told.get("certificate", told)
    if not isinstance(told, dict) or not str(told.get("format")).startswith("eboxcast.certificate/"):
        raise FileUnclear(file=file)
    return told


def _signed_in(content: bytes) -> Signed:
    if not content.startswith(b"%PDF-"):
        return read_signed(content.decode("ascii"), kind=CERTIFICATE_KIND)
    from eboxcast.lib.pdf_signatures import read_signed_pdf  # as above

    return read_signed_pdf(content)


def statement_in(receipt: Receipt, trust: Trust) -> Vouched | None:
    """Return what is signed in a receipt of the certificate; None where nothing is, or where that was changed."""
    try:
        signed = read_signed(receipt.signed or "", kind=STATEMENT_KIND)
        return _vouched(_object(signed.payload), signed, trust)
    except SignatureWrong:
        return None


def verify_receipt(receipt: Receipt, vouched: Vouched, key: int) -> FileVerdict:
    """Return whether a receipt is one of a recipient key, by the signed certificate of its run."""
    differences = tuple(_differences(receipt, vouched.told))
    if not differences and not holds(receipt, key):
        differences = ("not-this-recipient",)
    wrong = (*vouched.wrong, *differences)
    return FileVerdict(
        kind="receipt",
        good=not wrong,
        received=receipt.received,
        run=receipt.run,
        environment=receipt.environment,
        document_sha256=receipt.document_sha256,
        visible=receipt.visible,
        **_signature(vouched),
        wrong=wrong,
    )


def verify_certificate(vouched: Vouched, *, file: str) -> FileVerdict:
    """Return whether a certificate is signed, and by whom. Raises FileUnclear."""
    try:
        visible = vouched.told["moments"]["visible"]
        return FileVerdict(
            kind="certificate",
            good=not vouched.wrong,
            received=None,
            run=str(vouched.told["run"]),
            environment=str(vouched.told["environment"]),
            document_sha256=str(vouched.told["document"]["sha256"]),
            visible=datetime.fromisoformat(visible) if visible else None,
            **_signature(vouched),
            wrong=vouched.wrong,
        )
    except (ValueError, TypeError, KeyError):
        raise FileUnclear(file=file) from None


def holds(receipt: Receipt, key: int) -> bool:
    """Return whether a receipt is one of a recipient key, by the roots that it names itself."""
    told = receipt.receipts
    shape = Shape(recipients=told.recipients, buckets=told.buckets, shelves=told.shelves, cells=told.cells)
    if min(shape.buckets, shape.shelves, shape.cells) < 1:
        return False
    try:
        roots = Roots(shape=shape, root=bytes.fromhex(told.root), cells_root=bytes.fromhex(told.cells_root))
        proof = Proof(
            received=receipt.received,
            shelf=receipt.shelf,
            tags=b"".join(map(bytes.fromhex, receipt.tags)),
            path=tuple(map(bytes.fromhex, receipt.path)),
            nonce=bytes.fromhex(receipt.nonce) if receipt.nonce is not None else None,
            cell_secret=bytes.fromhex(receipt.cell_secret) if receipt.cell_secret is not None else None,
            cell_path=tuple(map(bytes.fromhex, receipt.cell_path)),
        )
    except ValueError:
        return False
    return proof.holds_for(key, roots)


def counts(signed: Signed, trust: Trust) -> bool:
    """Return whether a signature counts for somebody, by the list of keys or by authorities."""
    try:
        return not _vouched({}, signed, trust).wrong
    except SignatureWrong:
        return False


def _vouched(told: Mapping[str, Any], signed: Signed, trust: Trust) -> Vouched:
    """Return something signed with what its key, its timestamp and authorities are worth. Raises SignatureWrong."""
    stamped_at: datetime | None = None
    stamp_trusted: bool | None = None
    certified: bool | None = None
    revoked_at: datetime | None = None
    wrong: tuple[Wrong, ...] = ()
    key, now = _key_of(signed, trust.keys), clock.now()
    if signed.stamp is not None or trust.authorities is not None:
        from eboxcast.lib.authorities import judge  # as above

        judged = judge(signed, trust.authorities, now=now)
        stamped_at, stamp_trusted, revoked_at = judged.stamped_at, judged.stamp_trusted, judged.revoked_at
        certified = judged.standing == "issued" if judged.standing else None
        if judged.standing == "revoked" or (trust.keys is None and judged.standing not in (None, "issued")):
            wrong = (_OF_STANDING[judged.standing],)
    counts_at = stamped_at if stamp_trusted else None
    if trust.keys is not None:
        fault = _of_key(key, signed, counts_at, now)
        wrong = (*([fault] if fault else ()), *wrong)
    elif signed.is_later_than(now):
        wrong = ("signed-later", *wrong)
    return Vouched(
        told=told,
        signed=signed,
        wrong=wrong,
        key_known=key is not None if trust.keys is not None else None,
        key_revoked_at=key.revoked_at if key is not None and key.revoked_at else revoked_at,
        stamped_at=stamped_at,
        stamp_trusted=stamp_trusted,
        certified=certified,
    )


_OF_STANDING: Mapping[str, Wrong] = {
    "unknown": "certificate-unknown",
    "revoked": "certificate-revoked",
    "expired": "certificate-expired",
}


def _key_of(signed: Signed, keys: SigningKeys | None) -> SigningKeyShown | None:
    return next((key for key in keys.keys if key.fingerprint == signed.fingerprint), None) if keys else None


def _of_key(key: SigningKeyShown | None, signed: Signed, stamped_at: datetime | None, now: datetime) -> Wrong | None:
    if key is None:
        return "key-unknown"
    return fault_of_key(
        signed, since=key.made_at, until=key.expires_at, revoked_at=key.revoked_at, now=now, stamped_at=stamped_at
    )


def _signature(vouched: Vouched) -> dict[str, Any]:
    signed = vouched.signed
    return {
        "signed_by": signed.fingerprint if signed else None,
        "signed_at": signed.signed_at if signed else None,
        "key_known": vouched.key_known,
        "key_name": mask_and_strip(name_in_certificate(signed.certificates[0])) if signed else None,
        "key_certified": vouched.certified,
        "key_revoked_at": vouched.key_revoked_at,
        "stamped_at": vouched.stamped_at,
        "stamp_trusted": vouched.stamp_trusted,
    }


def _differences(receipt: Receipt, told: Mapping[str, Any]) -> Iterator[Wrong]:
    """Yield in what a receipt and a certificate are not of the same run."""
    try:
        roots = TypeAdapter(ReceiptsPart | None).validate_python(told.get("receipts"))
        visible = datetime.fromisoformat(told["moments"]["visible"] or "")
        same: dict[Wrong, bool] = {
            "other-run": told["run"] == receipt.run and told["environment"] == receipt.environment,
            "other-document": told["document"]["sha256"] == receipt.document_sha256,
            "other-moment": visible == receipt.visible,
            "other-root": roots == receipt.receipts,
        }
    except (ValidationError, ValueError, TypeError, KeyError):
        same = {"other-run": False}
    yield from (name for name, is_same in same.items() if not is_same)


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
