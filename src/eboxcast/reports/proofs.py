"""Verifying what was handed out, by the files alone: no database, no account, no Django."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from eboxcast.lib.errors import InputRefused
from eboxcast.lib.receipts import Proof, Roots, Shape
from eboxcast.lib.translation import N_
from eboxcast.reports.schemas import FileVerdict, Receipt, ReceiptsPart, Wrong


class FileUnclear(InputRefused):
    """What was given is no file of ours."""

    code = "proof.file-unclear"
    sentence = N_("{file} is neither a receipt nor a certificate that this version knows.")
    remedy = N_("Give the file exactly as it was received.")


def read_receipt(content: bytes, *, file: str) -> Receipt:
    """Return a receipt as it was handed out. Raises FileUnclear."""
    try:
        return TypeAdapter(Receipt).validate_json(content)
    except ValidationError:
        raise FileUnclear(file=file) from None


def read_certificate(content: bytes, *, file: str) -> Mapping[str, Any]:
    """Return a certificate as it was handed out, alone or in a report. Raises FileUnclear."""
    try:
        told = json.loads(content)
        told = told.get("certificate", told)
        if not str(told["format"]).startswith("eboxcast.certificate/"):
            raise FileUnclear(file=file)
    except (ValueError, KeyError, AttributeError, RecursionError):
        raise FileUnclear(file=file) from None
    found: Mapping[str, Any] = told
    return found


def verify_receipt(receipt: Receipt, certificate: Mapping[str, Any], key: int) -> FileVerdict:
    """Return whether a receipt is one of a recipient key, by the certificate of its run."""
    wrong = tuple(_differences(receipt, certificate))
    if not wrong and not holds(receipt, key):
        wrong = ("not-this-recipient",)
    return FileVerdict(
        good=not wrong,
        received=receipt.received,
        run=receipt.run,
        environment=receipt.environment,
        document_sha256=receipt.document_sha256,
        visible=receipt.visible,
        wrong=wrong,
    )


def _differences(receipt: Receipt, certificate: Mapping[str, Any]) -> list[Wrong]:
    """Return in what a receipt and a certificate are not of the same run."""
    try:
        roots = TypeAdapter(ReceiptsPart | None).validate_python(certificate.get("receipts"))
        visible = datetime.fromisoformat(certificate["moments"]["visible"] or "")
        same: dict[Wrong, bool] = {
            "other-run": certificate["run"] == receipt.run and certificate["environment"] == receipt.environment,
            "other-document": certificate["document"]["sha256"] == receipt.document_sha256,
            "other-moment": visible == receipt.visible,
            "other-root": roots == receipt.receipts,
        }
    except (ValidationError, ValueError, TypeError, KeyError):
        return ["other-run"]
    return [name for name, is_same in same.items() if not is_same]


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
