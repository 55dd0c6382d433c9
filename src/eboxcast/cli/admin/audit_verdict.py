"""What `eboxcast audit verify` says of what it found."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

import typer

from eboxcast.audit.anchoring import Kept
from eboxcast.audit.verification import Verification, Wrong
from eboxcast.lib.formatting import grouped
from eboxcast.lib.translation import N_, language_of_user, translate

FORMAT = "eboxcast.audit-verify/1"

_WRONG = {
    Wrong.BEGINNING: N_(
        "Seal {number}: what came before it is missing, and no entry shows that its retention period was over."
    ),
    Wrong.DROPPED_EARLY: N_(
        "Seal {number}: the year that ended with it was deleted before the end of its retention period."
    ),
    Wrong.SEALS_MISSING: N_("Seal {number}: the seals before it are missing."),
    Wrong.LINK: N_("Seal {number}: it does not contain the digest of the seal before it."),
    Wrong.SEAL_ALTERED: N_("Seal {number}: it was altered."),
    Wrong.ENTRY_ALTERED: N_("Seal {number}: its entry {entry} was altered."),
    Wrong.ENTRY_MISSING: N_("Seal {number}: its entry {entry} is missing."),
    Wrong.SEALED_TWICE: N_("Seal {number}: its entry {entry} had already been sealed."),
    Wrong.ANCHOR_DIFFERS: N_("Anchor {number}: a different digest was issued. Something up to this seal was altered."),
    Wrong.TRUNCATED: N_("Anchor {number}: it is newer than the last seal. The end of the audit was removed."),
}
_MORE = N_("There are more: {count} faults in total.")
_COUNTED = N_("{seals} seals, from {first} to {last}; {entries} entries recalculated.")
_EMPTY = N_("Nothing is sealed.")
_UNSEALED = N_("Not sealed yet: {count} entries. These were not checked.")
_GONE = N_("{count} entries were deleted with their year; their seals are kept.")
_TOO_OLD = N_("{count} anchors are older than the seals that are kept, and cannot be checked.")
_PROVED = N_("Proved up to seal {number} by an anchor you gave: nothing up to there was altered, removed or moved.")
_KEPT = N_("The heads kept in this database match up to seal {number}.")
_UNPROVED = N_(
    "Without an external anchor, this does not show whether the audit was rebuilt or its end "
    "removed. Take one from a certificate or an email: --anchor NUMBER:DIGEST"
)
_GOOD = N_("No faults found.")
_BAD = N_("The audit was tampered with or damaged: {count} faults.")


def show_verification(found: Verification, anchors: Sequence[Kept], *, as_json: bool) -> None:
    """Print what verifying found."""
    typer.echo(_as_json(found) if as_json else "\n".join(_lines(found, anchors, language_of_user())))


def _as_json(found: Verification) -> str:
    values = asdict(found)
    values["head"] = str(found.head) if found.head else None
    return json.dumps({"format": FORMAT, "good": found.good, **values}, indent=2)


def _lines(found: Verification, anchors: Sequence[Kept], language: str) -> Iterator[str]:
    def line(sentence: str, **data: int) -> str:
        return translate(sentence, language, {name: grouped(count, language) for name, count in data.items()})

    for fault in found.faults:
        yield line(_WRONG[fault.wrong], number=fault.number, entry=fault.entry or 0)
    if found.fault_count > len(found.faults):
        yield line(_MORE, count=found.fault_count)
    last = found.head.number if found.head else 0
    if found.seals:
        yield line(_COUNTED, seals=found.seals, first=found.first, last=last, entries=found.entries)
    else:
        yield line(_EMPTY)
    for sentence, count in ((_UNSEALED, found.unsealed), (_GONE, found.gone), (_TOO_OLD, found.too_old)):
        if count:
            yield line(sentence, count=count)
    if found.good and found.kept_to:
        yield line(_KEPT, number=found.kept_to)
    if found.good and found.proved_to:
        yield line(_PROVED, number=found.proved_to)
    elif not anchors:
        yield line(_UNPROVED)
    yield line(_GOOD) if found.good else line(_BAD, count=found.fault_count)
