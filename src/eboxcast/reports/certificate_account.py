"""The numbers of a certificate: rows per list, faults by kind, recipients by outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from eboxcast.lib.formatting import grouped
from eboxcast.lib.translation import N_, translate
from eboxcast.package.faults import FAULTS
from eboxcast.reports.schemas import Certificate, RecipientsPart, RowsPart
from eboxcast.reports.sections import Fact, Section, Table

_HEADINGS = (
    N_("Recipient list"),
    N_("rows"),
    N_("= excluded"),
    N_("+ merged"),
    N_("+ already"),
    N_("+ recipients"),
)
_TOTAL = N_("total")
_MOVED = N_("{count} rows had a former number; the person's newest number is used.")
_WORDS = N_(
    "Excluded: faulty rows. Merged: recipients listed more than once. Already: recipients who have "
    "the message from an earlier run."
)
_SNAPSHOT = N_("The state of the eBoxes is that of the moment the document became visible.")
_STANDING = N_("This is the current situation. The account is not closed yet.")
_NOT_TOLD = N_("not reported by the provider")
_REASONS = {
    "never_activated": N_("eBox never activated"),
    "deactivated": N_("eBox deactivated"),
    "not-told": N_("reason not reported by the provider"),
    "resolved": N_("decided later"),
}


class _LeftOpen(dict[str, str]):
    """Fills the names in a sentence about many faults, which differ from row to row."""

    def __missing__(self, name: str) -> str:
        return "…"


_DIFFER = _LeftOpen(file="…")


def lists_section(certificate: Certificate, language: str) -> Section:
    """Return rows = excluded + merged + already + recipients, for each list and together."""
    table = Table(
        headings=tuple(translate(heading, language) for heading in _HEADINGS),
        rows=tuple((part.file_name, *_numbers(part.account, language)) for part in certificate.lists),
        total=(translate(_TOTAL, language), *_numbers(certificate.totals, language)),
    )
    notes = [translate(_WORDS, language)]
    if certificate.numbers_replaced:
        notes.append(translate(_MOVED, language, {"count": grouped(certificate.numbers_replaced, language)}))
    return Section(title=translate(N_("Recipient lists"), language), tables=(table,), notes=tuple(notes))


def faults_section(certificate: Certificate, language: str) -> Section:
    """Return the kinds of faults in the excluded rows, with what they mean."""
    counts = Counter[str]()
    for part in certificate.lists:
        counts.update(part.faults)
    facts = tuple(
        Fact(_sentence(code, language), grouped(count, language), number=True) for code, count in counts.most_common()
    )
    return Section(title=translate(N_("Faulty rows by kind"), language), facts=facts)


def _sentence(code: str, language: str) -> str:
    kind = FAULTS.get(code)
    return f"{translate(kind.sentence, language, _DIFFER)} ({code})" if kind else code


def account_section(certificate: Certificate, part: RecipientsPart, language: str) -> Section:
    """Return recipients = published + refused + unknown + not attempted, and what is known of the published."""
    rows: list[tuple[str, int | None, int]] = [(N_("Published"), part.published, 0)]
    if part.of_published:
        rows += [
            (N_("of them, eBox never activated (no digital user)"), part.of_published.never_activated, 1),
            (N_("of them, eBox deactivated"), part.of_published.deactivated, 1),
            (N_("of them, active eBox but not eBox only: also on paper"), part.of_published.not_ebox_only, 1),
        ]
    rows.append((N_("Refused"), part.refused, 0))
    rows += [(_REASONS.get(code, code), count, 1) for code, count in (part.refused_by_reason or {}).items()]
    rows.append((N_("Unknown"), part.unknown, 0))
    if part.under_way:
        rows.append((N_("In calls still in progress"), part.under_way, 0))
    rows.append((N_("Not attempted"), part.not_attempted, 0))
    facts = [
        Fact(translate(label, language), _told(count, language), depth=depth, number=True)
        for label, count, depth in rows
    ]
    total = Fact(translate(N_("= Recipients"), language), grouped(part.recipients, language), sum=True, number=True)
    notes = tuple(translate(note, language) for note in _notes(certificate, part))
    return Section(title=translate(N_("Recipients"), language), facts=(*facts, total), notes=notes)


def _notes(certificate: Certificate, part: RecipientsPart) -> Iterator[str]:
    if certificate.moments.first_sent is None and part.of_published:
        yield _SNAPSHOT
    if certificate.moments.first_sent and certificate.moments.closed is None:
        yield _STANDING


def _told(count: int | None, language: str) -> str:
    return translate(_NOT_TOLD, language) if count is None else grouped(count, language)


def _numbers(account: RowsPart, language: str) -> tuple[str, ...]:
    numbers = (account.rows, account.excluded, account.merged, account.already, account.recipients)
    return tuple("–" if number is None else grouped(number, language) for number in numbers)
