"""Verifying what was handed out, by the files alone: no database, no account, no Django."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from eboxcast.lib.errors import InputRefused
from eboxcast.lib.receipts import Proof, Roots, Shape
from eboxcast.lib.signatures import SignatureWrong, Signed, read_signed
from eboxcast.lib.translation import N_
from eboxcast.reports.schemas import (
    CERTIFICATE_KIND,
    STATEMENT_KIND,
    FileVerdict,
    Receipt,
    ReceiptsPart,
    SigningKeys,
    Wrong,
)


class FileUnclear(InputRefused):
    """What was given is no file of ours."""

    code = "proof.file-unclear"
    sentence = N_("{file} is not a receipt, certificate or list of keys that this version knows.")
    remedy = N_("Give the file exactly as it was received.")


@dataclass(frozen=True, kw_only=True)
class Vouched:
    """A certificate, or what is signed of one in a receipt; and by whom it is signed."""

    told: Mapping[str, Any]
    signed: Signed | None
    wrong: tuple[Wrong, ...]
    """What is wrong with its signature."""
    key_known: bool | None
    """Whether the key is in the list that was given; None where there is no signature, or no list."""


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


def read_certificate(content: bytes, keys: SigningKeys | None, *, file: str) -> Vouched:
    """Return a certificate as it was handed out, signed or not, alone or in a report. Raises FileUnclear."""
    signed: Signed | None = None
    wrong: tuple[Wrong, ...] = ()
    known: bool | None = None
    if not content.lstrip().startswith(b"{"):
        try:
            signed = _signed_in(content)
        except (SignatureWrong, UnicodeDecodeError):
            raise FileUnclear(file=file) from None
        content, (wrong, known) = signed.payload, _of_key(signed, keys)
    told = _object(content)
    told = told.get("certificate", told)
    if not isinstance(told, dict) or not str(told.get("format")).startswith("eboxcast.certificate/"):
        raise FileUnclear(file=file)
    return Vouched(told=told, signed=signed, wrong=wrong, key_known=known)


def _signed_in(content: bytes) -> Signed:
    if not content.startswith(b"%PDF-"):
        return read_signed(content.decode("ascii"), kind=CERTIFICATE_KIND)
    from eboxcast.lib.pdf_signatures import read_signed_pdf  # pyHanko takes 0.3 s to import

    return read_signed_pdf(content)


def statement_in(receipt: Receipt, keys: SigningKeys) -> Vouched | None:
    """Return what is signed in a receipt of the certificate; None where nothing is, or where that was changed."""
    try:
        signed = read_signed(receipt.signed or "", kind=STATEMENT_KIND)
    except SignatureWrong:
        return None
    wrong, known = _of_key(signed, keys)
    return Vouched(told=_object(signed.payload), signed=signed, wrong=wrong, key_known=known)


def verify_receipt(receipt: Receipt, vouched: Vouched, key: int) -> FileVerdict:
    """Return whether a receipt is one of a recipient key, by the certificate of its run."""
    wrong = (*vouched.wrong, *_differences(receipt, vouched.told))
    if not wrong and not holds(receipt, key):
        wrong = ("not-this-recipient",)
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
    wrong = vouched.wrong if vouched.signed else ("not-signed",)
    try:
        visible = vouched.told["moments"]["visible"]
        return FileVerdict(
            kind="certificate",
            good=not wrong,
            received=None,
            run=str(vouched.told["run"]),
            environment=str(vouched.told["environment"]),
            document_sha256=str(vouched.told["document"]["sha256"]),
            visible=datetime.fromisoformat(visible) if visible else None,
            **_signature(vouched),
            wrong=wrong,
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


def counts(signed: Signed, keys: SigningKeys) -> bool:
    """Return whether a signature is by a key of a list that was valid then and is not revoked."""
    wrong, _ = _of_key(signed, keys)
    return not wrong


def _of_key(signed: Signed, keys: SigningKeys | None) -> tuple[tuple[Wrong, ...], bool | None]:
    """Return what is wrong with the key of a signature, and whether it is in the list.

    What a revoked key signed counts no more, whenever it says that it did: who stole it writes any moment.
    """
    if keys is None:
        return (), None
    key = next((key for key in keys.keys if key.fingerprint == signed.fingerprint), None)
    if key is None:
        return ("key-unknown",), False
    if key.revoked_at is not None:
        return ("key-revoked",), True
    return (() if key.made_at <= signed.signed_at <= key.expires_at else ("key-expired",)), True


def _signature(vouched: Vouched) -> dict[str, Any]:
    signed = vouched.signed
    return {
        "signed_by": signed.fingerprint if signed else None,
        "signed_at": signed.signed_at if signed else None,
        "key_known": vouched.key_known,
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
