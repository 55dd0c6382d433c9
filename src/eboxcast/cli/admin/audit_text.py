"""What `eboxcast audit` answers, as lines: entries, years that were deleted, what verifying found."""

from __future__ import annotations

from collections.abc import Iterator

from eboxcast.audit.verification import Wrong
from eboxcast.cli.admin.entry_words import entry_words
from eboxcast.lib.formatting import grouped, short_moment
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, translate
from eboxcast.presenters.schemas.audit import AuditEntry, AuditExpiry, AuditList, AuditVerdict

_NONE = N_("No entries.")
_DELETED = N_("The year {year} was deleted: {entries} entries. Its last digest is kept: {anchor}")
_DUE = N_("Would delete the year {year}.")
_NOTHING_DUE = N_("No year has reached the end of its retention period.")
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
_MORE_FAULTS = N_("There are more: {count} faults in total.")
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


def entry_lines(answer: AuditList, language: str) -> list[str]:
    """Return a line for each entry."""
    return list(map(_entry_line, answer.entries)) or [translate(_NONE, language)]


def expiry_lines(answer: AuditExpiry, language: str) -> list[str]:
    """Return a line for each year."""
    return [
        translate(_DUE, language, {"year": one.year})
        if one.entries is None
        else translate(
            _DELETED, language, {"year": one.year, "entries": grouped(one.entries, language), "anchor": one.anchor}
        )
        for one in answer.years
    ] or [translate(_NOTHING_DUE, language)]


def _entry_line(entry: AuditEntry) -> str:
    about = [number[:8] for number in (entry.broadcast, entry.run) if number]
    words = [short_moment(entry.at), mask_and_strip(entry.by), entry.action, entry.environment, *about]
    return f"{entry.number or '-':>8}  " + "  ".join(filter(None, [*words, entry_words(entry.data)]))


def verdict_lines(found: AuditVerdict, language: str, *, anchored: bool) -> Iterator[str]:
    """Return what verifying found; ``anchored`` where a head was given from outside."""

    def line(sentence: str, **data: int) -> str:
        return translate(sentence, language, {name: grouped(count, language) for name, count in data.items()})

    for fault in found.faults:
        yield line(_WRONG[Wrong(fault.wrong)], number=fault.number, entry=fault.entry or 0)
    if found.fault_count > len(found.faults):
        yield line(_MORE_FAULTS, count=found.fault_count)
    last = int(found.head.partition(":")[0]) if found.head else 0
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
    elif not anchored:
        yield line(_UNPROVED)
    yield line(_GOOD) if found.good else line(_BAD, count=found.fault_count)
