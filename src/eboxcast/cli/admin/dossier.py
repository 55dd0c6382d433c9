"""Verifying a dossier by the file alone: `eboxcast verify`, and `eboxcast audit verify --dossier`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import typer

from eboxcast.audit.canonical import Root
from eboxcast.audit.deletions import SignedDeletions
from eboxcast.audit.dossier_verification import Wrong, verify_dossier
from eboxcast.cli.shell import console
from eboxcast.lib.formatting import exact_moment, grouped
from eboxcast.lib.translation import N_, translate
from eboxcast.presenters.dossier import DOSSIER_WRONG, deletions_verdict, dossier_verdict
from eboxcast.presenters.schemas.audit import DeletionsVerdict, DossierVerdict
from eboxcast.reports.proofs import counts
from eboxcast.reports.schemas import SigningKeys

MANIFEST = N_("SHA-256 of its manifest, as recorded in the audit: {sha256}")
MORE_FAULTS = N_("There are more: {count} faults in total.")
GOOD = N_("No faults found.")
PROVED = N_("Proved up to seal {number} by an anchor you gave: nothing up to there was altered, removed or moved.")
SIGNED = N_("Proved up to seal {number} by a signed head you gave: nothing up to there was altered, removed or moved.")
_COUNTED = N_("Broadcast {broadcast}: {files} files compared, {entries} entries and {seals} seals recalculated.")
_DELETIONS = N_("deletions.json matches these entries: {count} deletions.")
_INCLUDED = N_("{count} entries are proved by a head that the key {fingerprint} signed on {moment}.")
_COMPARE = N_(
    "Compare this fingerprint with the one that the institution gives, or add the list of its keys: --keys FILE"
)
_OUTSIDE = N_("{count} anchors or signed heads are not among those of this dossier, and cannot be checked.")
_UNPROVED = N_(
    "Without an external anchor, this does not show whether the whole dossier was rebuilt. "
    "Take one from a certificate or an email: --anchor NUMBER:DIGEST"
)
_ACCOUNT = N_("Broadcast {broadcast}: {count} deletions up to the head {head}")
_SIGNED_BY = N_("Signed on {moment} by the key {fingerprint}")
_KEY_WRONG = N_("The key {fingerprint} that signed it is not a valid key of the list. This is not proved.")
_BAD = N_("The dossier was altered or damaged: {count} faults.")


def show_verified(
    path: Path,
    anchors: Sequence[tuple[int, bytes]] = (),
    *,
    heads: Sequence[Root] = (),
    keys: SigningKeys | None = None,
    as_json: bool,
) -> None:
    """Verify a dossier and show what was found. Exits with 1 if there are faults."""
    found = verify_dossier(path, anchors, heads=heads, counts=partial(counts, keys=keys) if keys else None)
    verdict = dossier_verdict(found)
    console.result(verdict, partial(_lines, anchored=bool(anchors or heads)), as_json=as_json, precision="seconds")
    if not found.good:
        raise typer.Exit(1)


def show_deletions(found: SignedDeletions, *, keys: SigningKeys | None = None, as_json: bool) -> None:
    """Show what was deleted by a signed account. Exits with 1 if its key does not count."""
    verdict = deletions_verdict(found, key_known=counts(found.signed, keys) if keys else None)
    console.result(verdict, _deletion_lines, as_json=as_json, precision="seconds")
    if not verdict.good:
        raise typer.Exit(1)


def _deletion_lines(found: DeletionsVerdict, language: str) -> Iterator[str]:
    if not found.good:
        yield translate(_KEY_WRONG, language, {"fingerprint": found.signed_by})
        return
    count = grouped(len(found.deletions), language)
    yield translate(_ACCOUNT, language, {"broadcast": found.broadcast, "count": count, "head": found.head})
    for one in found.deletions:
        yield "  ".join(str(one.get(name) or "–") for name in ("at", "action", "environment", "by", "data"))
    data = {"moment": exact_moment(found.signed_at, language), "fingerprint": found.signed_by}
    yield translate(_SIGNED_BY, language, data)
    if found.key_known is None:
        yield translate(_COMPARE, language)


def _lines(found: DossierVerdict, language: str, *, anchored: bool) -> Iterator[str]:
    """Return what verifying a dossier found; ``anchored`` where a head was given from outside."""
    for fault in found.faults:
        yield translate(DOSSIER_WRONG[Wrong(fault.wrong)], language, {"place": fault.place})
    if found.fault_count > len(found.faults):
        yield translate(MORE_FAULTS, language, {"count": grouped(found.fault_count, language)})
    if found.broadcast:
        counted = {"files": found.files, "entries": found.entries, "seals": found.seals}
        data = {name: grouped(count, language) for name, count in counted.items()}
        yield translate(_COUNTED, language, {"broadcast": found.broadcast, **data})
        yield translate(MANIFEST, language, {"sha256": found.manifest_sha256})
    if found.good:
        yield from _proved(found, language)
    if found.outside:
        yield translate(_OUTSIDE, language, {"count": grouped(found.outside, language)})
    if not anchored:
        yield translate(_UNPROVED, language)
    bad = {"count": grouped(found.fault_count, language)}
    yield translate(GOOD, language) if found.good else translate(_BAD, language, bad)


def _proved(found: DossierVerdict, language: str) -> Iterator[str]:
    """Return what a dossier without faults proves."""
    if found.deletions:
        yield translate(_DELETIONS, language, {"count": grouped(found.deletions, language)})
    if found.signed_by and found.signed_at:
        data = {"count": grouped(found.included, language), "moment": exact_moment(found.signed_at, language)}
        yield translate(_INCLUDED, language, {**data, "fingerprint": found.signed_by})
        if found.key_known is None:
            yield translate(_COMPARE, language)
    for sentence, number in ((PROVED, found.proved_to), (SIGNED, found.signed_to)):
        if number:
            yield translate(sentence, language, {"number": grouped(number, language)})
