"""The audit as it is shown, made from its entries and seals; the data of an entry also as words on a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from eboxcast.audit.dropping import Ended
from eboxcast.audit.heads import Handed
from eboxcast.audit.selectors import Head, SealedEntry
from eboxcast.audit.verification import Verification
from eboxcast.lib.formatting import grouped, long_date, moment_in, short_digest, short_run
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, translate
from eboxcast.presenters.audit_words import DETAILS, SENTENCES, UNKNOWN, VALUES
from eboxcast.presenters.schemas.audit import (
    AuditDetail,
    AuditEntry,
    AuditExpiry,
    AuditFault,
    AuditHead,
    AuditLine,
    AuditList,
    AuditPage,
    AuditVerdict,
    AuditYear,
    SignedHead,
)


def audit_list(entries: Sequence[SealedEntry], *, more: bool) -> AuditList:
    """Return some entries, oldest first."""
    return AuditList(entries=tuple(map(_entry, entries)), more=more)


def audit_page(entries: Sequence[SealedEntry], numbers: Mapping[UUID, str], language: str, *, more: bool) -> AuditPage:
    """Return some entries in words, the newest first; ``numbers`` are those of the broadcasts they are about."""
    lines = tuple(_line(entry, numbers, language) for entry in reversed(entries))
    sealed = [entry.number for entry in entries if entry.number is not None]
    return AuditPage(lines=lines, older=min(sealed) if more and sealed else None)


def audit_head(head: Head) -> AuditHead:
    """Return the head of the audit."""
    return AuditHead(number=head.number, sha256=head.digest.hex(), anchor=str(head))


def signed_head(handed: Handed) -> SignedHead:
    """Return a signed head of the audit."""
    made = handed.head
    return SignedHead(
        size=made.size,
        root=bytes(made.root).hex(),
        at=made.made_at,
        fingerprint=made.fingerprint,
        signed=made.signed,
        since=handed.since,
        consistency=tuple(one.hex() for one in handed.path),
    )


def years_due(years: Sequence[int]) -> AuditExpiry:
    """Return the years that would be deleted."""
    return AuditExpiry(dry_run=True, years=tuple(AuditYear(year=year, entries=None, anchor=None) for year in years))


def years_deleted(gone: Sequence[Ended]) -> AuditExpiry:
    """Return the years that were deleted."""
    years = (AuditYear(year=year.segment, entries=year.entries, anchor=str(year.head)) for year in gone)
    return AuditExpiry(dry_run=False, years=tuple(years))


def audit_verdict(found: Verification, *, witnesses: Iterable[str] = ()) -> AuditVerdict:
    """Return what verifying found; ``witnesses`` are the fingerprints of those whose records were given."""
    return AuditVerdict(
        good=found.good,
        seals=found.seals,
        entries=found.entries,
        gone=found.gone,
        unsealed=found.unsealed,
        first=found.first,
        head=str(found.head) if found.head else None,
        proved_to=found.proved_to,
        kept_to=found.kept_to,
        heads=found.heads,
        signed_to=found.signed_to,
        witnessed_to=found.witnessed_to,
        witnesses=tuple(witnesses),
        too_old=found.too_old,
        fault_count=found.fault_count,
        faults=tuple(AuditFault(wrong=one.wrong.value, number=one.number, entry=one.entry) for one in found.faults),
    )


def _entry(entry: SealedEntry) -> AuditEntry:
    return AuditEntry(
        number=entry.number,
        sealed_at=entry.sealed_at,
        entry=entry.id,
        at=entry.at,
        by=entry.by,
        action=entry.action,
        environment=entry.environment or None,
        broadcast=str(entry.broadcast) if entry.broadcast else None,
        run=str(entry.run) if entry.run else None,
        data=entry.data,
    )


def _line(entry: SealedEntry, numbers: Mapping[UUID, str], language: str) -> AuditLine:
    sentence = SENTENCES.get(entry.action)
    return AuditLine(
        entry=_entry(entry),
        sentence=translate(sentence, language)
        if sentence
        else translate(UNKNOWN, language, {"action": mask_and_strip(entry.action)}),
        details=tuple(_details(entry.data, language)),
        broadcast=numbers.get(entry.broadcast) if entry.broadcast else None,
        run=short_run(entry.run) if entry.run else None,
        technical=" ".join(filter(None, (entry.action, entry_words(entry.data, without=("standing",))))),
    )


def _details(data: Mapping[str, object], language: str) -> Iterable[AuditDetail]:
    for name, words in DETAILS.items():
        value = _in_words(data.get(name), language)
        if value and (data[name] is not False or name in _ALSO_NO):
            yield AuditDetail(name=translate(words, language), value=value)


def _in_words(value: object, language: str) -> str:
    """Return a value as people read it: days and moments in words, numbers with their thousands apart."""
    if isinstance(value, bool):
        return translate(N_("yes") if value else N_("no"), language)
    if isinstance(value, int):
        return grouped(value, language)
    if isinstance(value, Mapping):
        pairs = ((_in_words(name, language), _in_words(one, language)) for name, one in value.items())
        return ", ".join(f"{name} {one}" for name, one in pairs if one)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(filter(None, (_in_words(one, language) for one in value)))
    text = mask_and_strip(str(value)) if value else ""
    if text in VALUES:
        return translate(VALUES[text], language)
    if _MOMENT.fullmatch(text):
        return moment_in(datetime.fromisoformat(text).replace(microsecond=0), language)
    if _DAY.fullmatch(text):
        return long_date(date.fromisoformat(text), language)
    return _shortened(text) if _WORD.fullmatch(text) else text


_ALSO_NO = ("active",)
"""Of these it matters that they are not so."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?[+-]\d\d:\d\d")
_DIGEST = re.compile(r"[0-9a-f]{40,}")
_RUN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FIRST = ("before", "after", "from", "to")
_WORD = re.compile(r"[^\s\"=,;{}]+")


def entry_words(data: Mapping[str, object], *, without: Iterable[str] = ()) -> str:
    """Return the data of an entry, what is empty left out; values that are no single word stand in quotes."""
    left_out = set(without)
    # The database sorts names by their length; where it came from stands before where it went.
    names = sorted((name for name in data if name not in left_out), key=_place)
    said = {name: _said(data[name]) for name in names}
    return " ".join(f"{mask_and_strip(name)}={text}" for name, text in said.items() if text)


def _place(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)


def _said(value: object) -> str:
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, str):
        return _shortened(mask_and_strip(value)) if _WORD.fullmatch(value) else _quoted(value)
    if isinstance(value, Mapping):
        return ",".join(f"{mask_and_strip(name)}:{_said(one) or '–'}" for name, one in value.items())
    if isinstance(value, Sequence) and not any(isinstance(one, Mapping | list) for one in value):
        return ",".join(map(_said, value))
    return _quoted(value)


def _quoted(value: object) -> str:
    return mask_and_strip(json.dumps(value, ensure_ascii=False))


def _shortened(word: str) -> str:
    if _DIGEST.fullmatch(word):
        return short_digest(word)
    return short_run(word) if _RUN.fullmatch(word) else word
