"""The numbers of a certificate: rows per list, faults by kind, recipients by outcome."""

from __future__ import annotations

from collections import Counter

from eboxcast.lib.plain import grouped
from eboxcast.lib.wording import N_, say
from eboxcast.package.faults import FAULTS
from eboxcast.reports.certificate_parts import Certificate, RecipientsPart, RowsPart
from eboxcast.reports.sections import Fact, Section, Table

_HEADINGS = (
    N_("Recipient list"),
    N_("rows"),
    N_("= excluded"),
    N_("+ merged"),
    N_("+ already"),
    N_("+ recipients"),
)
_TOTAL = N_("together")
_MOVED = N_("{count} rows held a former number; the person's newest number is used.")
_WORDS = N_(
    "Excluded: faulty rows. Merged: the same recipient named again. Already: has the message from an earlier run."
)
_SNAPSHOT = N_("The eBoxes are those of the moment in which it became visible.")
_REASONS = {"never_activated": N_("eBox never activated"), "deactivated": N_("eBox deactivated")}


class _LeftOpen(dict[str, str]):
    """Fills the names in a sentence about many faults, which differ from row to row."""

    def __missing__(self, name: str) -> str:
        return "…"


_DIFFER = _LeftOpen(file="…")


def lists_section(certificate: Certificate, language: str) -> Section:
    """Return rows = excluded + merged + already + recipients, for each list and together."""
    table = Table(
        headings=tuple(say(heading, language) for heading in _HEADINGS),
        rows=tuple((part.file_name, *_numbers(part.account, language)) for part in certificate.lists),
        total=(say(_TOTAL, language), *_numbers(certificate.totals, language)),
    )
    notes = [say(_WORDS, language)]
    if certificate.numbers_replaced:
        notes.append(say(_MOVED, language, {"count": grouped(certificate.numbers_replaced, language)}))
    return Section(title=say(N_("Recipient lists"), language), tables=(table,), notes=tuple(notes))


def faults_section(certificate: Certificate, language: str) -> Section:
    """Return the kinds of faults in the excluded rows, with what they mean."""
    counts = Counter[str]()
    for part in certificate.lists:
        counts.update(part.faults)
    facts = tuple(
        Fact(_sentence(code, language), grouped(count, language), number=True) for code, count in counts.most_common()
    )
    return Section(title=say(N_("Faulty rows by kind"), language), facts=facts)


def _sentence(code: str, language: str) -> str:
    kind = FAULTS.get(code)
    return f"{say(kind.sentence, language, _DIFFER)} ({code})" if kind else code


def account_section(part: RecipientsPart, language: str) -> Section:
    """Return recipients = published + refused + unknown + not attempted, and what is known of the published."""
    rows: list[tuple[str, int, int]] = [(N_("Published"), part.published, 0)]
    if part.of_published:
        rows += [
            (N_("of them, eBox never activated (no digital user)"), part.of_published.never_activated, 1),
            (N_("of them, eBox deactivated"), part.of_published.deactivated, 1),
            (N_("of them, active eBox, but not eBox only: paper too"), part.of_published.not_ebox_only, 1),
        ]
    rows.append((N_("Refused"), part.refused, 0))
    rows += [(_REASONS.get(code, code), count, 1) for code, count in (part.refused_by_reason or {}).items()]
    rows += [(N_("Unknown"), part.unknown, 0), (N_("Not attempted"), part.not_attempted, 0)]
    facts = [
        Fact(say(label, language), grouped(count, language), depth=depth, number=True) for label, count, depth in rows
    ]
    total = Fact(say(N_("= Recipients"), language), grouped(part.recipients, language), sum=True, number=True)
    notes = (say(_SNAPSHOT, language),) if part.of_published else ()
    return Section(title=say(N_("Recipients"), language), facts=(*facts, total), notes=notes)


def _numbers(account: RowsPart, language: str) -> tuple[str, ...]:
    numbers = (account.rows, account.excluded, account.merged, account.already, account.recipients)
    return tuple("–" if number is None else grouped(number, language) for number in numbers)
