"""Handing out receipts: to a recipient from their eBox, and to who has the number; then the audit keeps who asked."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from eboxcast.audit.actions import record
from eboxcast.audit.pseudonyms import pseudonym
from eboxcast.audit.signing import sign_if_possible
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.models import Run
from eboxcast.delivery.runs.lookup import authorize_for
from eboxcast.lib import clock
from eboxcast.lib.actors import Actor, NotYourRole
from eboxcast.lib.formatting import iso
from eboxcast.lib.policy import permits
from eboxcast.lib.receipts import HASH_BYTES, Proof, Roots
from eboxcast.lib.translation import N_
from eboxcast.mailboxes import fence
from eboxcast.mailboxes.models import Release
from eboxcast.mailboxes.receipts import NoReceipts, find_roots, make_tree, prove, prove_absence
from eboxcast.mailboxes.recipients import Recipient, all_numbers_of
from eboxcast.reports.schemas import STATEMENT_KIND, Receipt, ReceiptsPart


class NoReceiptForYou(NotYourRole):
    """There is none, and no proof of that for everybody: several together tell of others (ADR 22)."""

    code = "receipt.none-for-you"
    sentence = N_("There is no receipt of this recipient that can be given to you.")
    remedy = N_("Ask the operator's integration team.")


@dataclass(frozen=True, kw_only=True)
class HandedOut:
    """A receipt or a proof of absence, and whether it is of the number that was asked about."""

    receipt: Receipt
    of_another_number: bool
    """Whether it is of a newer or former number of the same recipient."""


def hand_out_receipt(run: Run, key: int, *, actor: Actor) -> HandedOut:
    """Return the receipt of a recipient, or the proof that they are not in the run; the audit keeps who asked.

    All their numbers are looked up: preparing a run replaces former ones, and one that is replaced later stays in it.
    Raises NotYourRole, RunNotFound, ReleaseMissing, NoReceipts, NoReceiptForYou, AbsenceTellsOfOthers.
    """
    authorize_for(run, "report.receipt", actor=actor)
    release = fence.get_release(run.environment, run.id)
    _note("run.receipt_given", run, key, actor=actor)
    newest, *former = all_numbers_of(run.environment, key)
    for number in dict.fromkeys((key, newest, *former)):
        receipt = _receipt(run.environment, release, number)
        if receipt is not None:
            return HandedOut(receipt=receipt, of_another_number=number != key)
    # A refusal tells the same, and proves nothing: it is on record first, and nothing more is looked up for it.
    if not permits(actor, "report.absence"):
        _note("run.absence_refused", run, key, actor=actor)
        raise NoReceiptForYou
    _note("run.absence_given", run, key, actor=actor)
    absence = _told(run.environment, release, prove_absence(run.environment, release, newest))
    return HandedOut(receipt=absence, of_another_number=newest != key)


def _note(action: str, run: Run, key: int, *, actor: Actor) -> None:
    with sanitized_db_errors(), transaction.atomic():
        person = {"person": pseudonym(key, clock.now())}
        record(action, by=actor.name, environment=run.environment, run=run.id, data=person)


def own_receipt(recipient: Recipient, run_id: UUID) -> Receipt:
    """Return the receipt of a message in a recipient's eBox. Raises MessageGone, NoReceipts."""
    from eboxcast.mailboxes.opening import find_letter  # numpy, which commands that show a certificate do without

    letter = find_letter(recipient, run_id)
    release = fence.get_release(recipient.environment, letter.run)
    receipt = _receipt(recipient.environment, release, letter.mailbox)
    if receipt is None:
        raise NoReceipts(run=release.run)
    return receipt


def receipts_of(environment: str, release: Release) -> ReceiptsPart | None:
    """Return what a certificate has of the tree of a release; None where there is none."""
    roots = find_roots(environment, release)
    return _part(roots) if roots else None


def _receipt(environment: str, release: Release, key: int) -> Receipt | None:
    make_tree(environment, release)
    proof = prove(environment, release, key)
    return _told(environment, release, proof) if proof else None


def _told(environment: str, release: Release, proof: Proof) -> Receipt:
    roots, visible = find_roots(environment, release), release.visible_at
    if roots is None or visible is None:
        raise NoReceipts(run=release.run)
    tags = [proof.tags[start : start + HASH_BYTES].hex() for start in range(0, len(proof.tags), HASH_BYTES)]
    return Receipt(
        received=proof.received,
        made_at=clock.now(),
        run=str(release.run),
        environment=environment,
        document_sha256=bytes(release.message.document_digest).hex(),
        visible=visible,
        receipts=_part(roots),
        shelf=proof.shelf,
        tags=tuple(tags),
        path=tuple(one.hex() for one in proof.path),
        nonce=proof.nonce.hex() if proof.nonce else None,
        cell_secret=proof.cell_secret.hex() if proof.cell_secret else None,
        cell_path=tuple(one.hex() for one in proof.cell_path),
        signed=_signed_statement(environment, release, visible, _part(roots)),
    )


def _signed_statement(environment: str, release: Release, visible: datetime, part: ReceiptsPart) -> str | None:
    """Return what a receipt is verified with, in the form of a certificate, signed; None where there is no key."""
    statement = {
        "format": "eboxcast.statement/1",
        "run": str(release.run),
        "environment": environment,
        "document": {"sha256": bytes(release.message.document_digest).hex()},
        "moments": {"visible": iso(visible)},
        "receipts": vars(part),
    }
    with sanitized_db_errors():
        return sign_if_possible(json.dumps(statement).encode(), kind=STATEMENT_KIND)


def _part(roots: Roots) -> ReceiptsPart:
    return ReceiptsPart(**asdict(roots.shape), root=roots.root.hex(), cells_root=roots.cells_root.hex())
