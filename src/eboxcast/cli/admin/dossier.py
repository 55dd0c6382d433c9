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
from eboxcast.lib.command_line import command_of
from eboxcast.lib.formatting import exact_moment, grouped
from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_, translate
from eboxcast.presenters.dossier import DOSSIER_WRONG, deletions_verdict, dossier_verdict
from eboxcast.presenters.schemas.audit import DeletionsVerdict, DossierVerdict
from eboxcast.reports.proofs import Trust, counts

MANIFEST = N_("SHA-256 of its manifest, as recorded in the audit: {sha256}")
MORE_FAULTS = N_("There are more: {count} faults in total.")
GOOD = N_("No faults found.")
_COUNTED = N_("Broadcast {broadcast}: {files} files compared, {entries} entries and {seals} seals recalculated.")
_DELETIONS = N_("deletions.json matches these entries: {count} deletions.")
_INCLUDED = N_("{count} entries are proved by a head that the key {fingerprint} signed on {moment}.")
_COMPARE = N_(
    "Compare this fingerprint with the one that the institution gives, or add the list of its keys: --keys FILE"
)
_WHOLE = N_(
    "Proved as a whole: the key {fingerprint} signed the list of its files on {moment}. No file was altered, "
    "removed or added."
)
_STATED = N_(
    "It contains what the installation stated. Whether the installation left out entries can only be seen in its own "
    "audit: {command}"
)
_SIGNED_AS_WHOLE = N_("The key {fingerprint} signed the list of its files on {moment}.")
_NOT_SIGNED = N_("The list of its files is not signed: entries may be missing, and the other files may be rewritten.")
_PROVED = N_("The entries up to seal {number} are proved by an anchor you gave: none of them was altered.")
_SIGNED = N_("The entries up to seal {number} are proved by a signed head you gave: none of them was altered.")
_OUTSIDE = N_("{count} anchors or signed heads are not among those of this dossier, and cannot be checked.")
_PART = N_("No faults found, but only these entries are proved: not that they are all, and no other file.")
_CONSISTENT = N_(
    "No faults found, but nothing is proved: anyone could have made it. Add the list of the keys of the institution: "
    "--keys FILE, or a head kept elsewhere: --anchor NUMBER:DIGEST"
)
_ANOTHER = N_("Where the installation has a signing key, a new dossier is signed as a whole: {command}")
_ACCOUNT = N_("Broadcast {broadcast}: {count} deletions up to the head {head}")
_SIGNED_BY = N_("Signed on {moment} by the key {fingerprint}")
_KEY_WRONG = N_("The key {fingerprint} that signed it is not a valid key of the list. This is not proved.")
_CERTIFIED = N_("An authority that you trust issued the certificate of this key to {name}.")
_BAD = N_("The dossier was altered or damaged: {count} {count:fault|faults}.")


def show_verified(
    path: Path,
    anchors: Sequence[tuple[int, bytes]] = (),
    *,
    heads: Sequence[Root] = (),
    trust: Trust,
    as_json: bool,
) -> None:
    """Verify a dossier and show what was found. Exits with 1 if there are faults."""
    found = verify_dossier(path, anchors, heads=heads, counts=partial(counts, trust=trust) if trust.is_given else None)
    lines = partial(_lines, certified=trust.keys is None and trust.authorities is not None)
    console.result(dossier_verdict(found), lines, as_json=as_json, precision="seconds")
    if not found.good:
        raise typer.Exit(1)


def show_deletions(found: SignedDeletions, *, trust: Trust, as_json: bool) -> None:
    """Show what was deleted by a signed account. Exits with 1 if its key does not count."""
    verdict = deletions_verdict(found, key_known=counts(found.signed, trust) if trust.is_given else None)
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


def _lines(found: DossierVerdict, language: str, *, certified: bool) -> Iterator[str]:
    """Return what verifying a dossier found; ``certified`` where authorities alone say whose the key is."""
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
        yield from _proved(found, language, certified=certified)
    if found.outside:
        yield translate(_OUTSIDE, language, {"count": grouped(found.outside, language)})
    if any(fault.wrong == Wrong.UNSIGNED for fault in found.faults):
        again = NextAction(action="audit.dossier", parameters={"broadcast": found.broadcast})
        yield translate(_ANOTHER, language, {"command": command_of(again)})
    if found.good:
        yield translate({"whole": GOOD, "part": _PART, "nothing": _CONSISTENT}[found.proved], language)
    else:
        yield translate(_BAD, language, {"count": grouped(found.fault_count, language)})


def _proved(found: DossierVerdict, language: str, *, certified: bool) -> Iterator[str]:
    """Return what a dossier without faults proves."""
    if found.manifest_signed_by and found.manifest_signed_at:
        whole = {"fingerprint": found.manifest_signed_by, "moment": exact_moment(found.manifest_signed_at, language)}
        yield translate(_WHOLE if found.proved == "whole" else _SIGNED_AS_WHOLE, language, whole)
    else:
        yield translate(_NOT_SIGNED, language)
    if certified and found.key_name:
        yield translate(_CERTIFIED, language, {"name": found.key_name})
    if found.deletions:
        yield translate(_DELETIONS, language, {"count": grouped(found.deletions, language)})
    if found.signed_by and found.signed_at:
        data = {"count": grouped(found.included, language), "moment": exact_moment(found.signed_at, language)}
        yield translate(_INCLUDED, language, {**data, "fingerprint": found.signed_by})
        if found.key_known is None:
            yield translate(_COMPARE, language)
    for sentence, number in ((_PROVED, found.proved_to), (_SIGNED, found.signed_to)):
        if number:
            yield translate(sentence, language, {"number": grouped(number, language)})
    if found.proved == "whole":
        yield translate(_STATED, language, {"command": command_of(NextAction(action="audit.verify"))})
