"""What a GO would confirm, as whoever confirms reads it before typing from it."""

from __future__ import annotations

from collections.abc import Iterator

from eboxcast.lib.formatting import grouped, long_moment, size
from eboxcast.lib.translation import N_, translate
from eboxcast.presenters.schemas.go import DocumentToConfirm, GoShown, ListToConfirm
from eboxcast.reports.page_text import section_lines
from eboxcast.reports.sections import Fact, Section, Table

_PREPARED = N_("Prepared for production")
_LISTS = N_("Recipient lists")
_SINCE = N_("Since the test")
_DIGESTS = N_("Digests (SHA-256)")
_PAGES = N_("{count} page(s)")
_HEADINGS = (
    N_("Recipient list"),
    N_("rows"),
    N_("= excluded"),
    N_("+ merged"),
    N_("+ already"),
    N_("+ recipients"),
)
_SAME = N_("The document and the metadata are the ones that {by} approved on {at}.")
_SEQUENCE = N_("Sequence: {now} (in the test: {before}).")
_LISTS_NEW = N_("The lists are new: {recipients} recipients. The test had {tested}.")
_VOID = N_("The GO of {by} of {at} is void: {why}.")
_GIVEN = N_("A GO was given for this.")
_NONE = "–"


def lines_of(shown: GoShown, language: str) -> list[str]:
    """Return all of it, section by section."""
    lines = []
    for section in _sections(shown, language):
        lines += [section.title, *section_lines(section), ""]
    return lines[:-1]


def _sections(shown: GoShown, language: str) -> Iterator[Section]:
    facts = {
        N_("Title"): shown.title,
        N_("Language"): shown.language.upper(),
        N_("Message type"): shown.message_type,
        N_("Ticket"): shown.ticket if shown.sequence is None else f"{shown.ticket} · {shown.sequence}",
        N_("Document"): _document(shown.document, language),
        N_("Recipients"): grouped(shown.recipients, language),
        N_("Agreed moment"): long_moment(shown.agreed_at, language) if shown.agreed_at else _NONE,
        N_("GO valid until"): long_moment(shown.window_ends_at, language) if shown.window_ends_at else _NONE,
    }
    yield Section(title=translate(_PREPARED, language), facts=_facts(facts, language))
    headings = tuple(translate(heading, language) for heading in _HEADINGS)
    rows = tuple(_row(one, language) for one in shown.lists)
    yield Section(title=translate(_LISTS, language), tables=(Table(headings=headings, rows=rows),))
    yield Section(title=translate(_SINCE, language), notes=tuple(_changes(shown, language)))
    digests = {
        N_("Document"): shown.document.sha256,
        N_("Metadata without the Sequence"): shown.metadata_sha256,
    }
    lists = tuple(Fact(one.file_name, one.sha256) for one in shown.lists)
    files = Fact(translate(N_("The files together, for the GO"), language), shown.files)
    yield Section(title=translate(_DIGESTS, language), facts=(*_facts(digests, language), *lists, files))


def _changes(shown: GoShown, language: str) -> Iterator[str]:
    test = shown.test
    by = {"by": test.approved_by or _NONE, "at": test.approved_at or _NONE}
    yield translate(_SAME, language, by)
    if shown.sequence != test.sequence:
        sequences = {"now": _or_none(shown.sequence), "before": _or_none(test.sequence)}
        yield translate(_SEQUENCE, language, sequences)
    counts = {"recipients": grouped(shown.recipients, language), "tested": grouped(test.recipients or 0, language)}
    yield translate(_LISTS_NEW, language, counts)
    if shown.void_go:
        data = {"by": shown.void_go.given_by, "at": shown.void_go.given_at, "why": shown.void_go.why}
        yield translate(_VOID, language, data)
    if shown.given:
        yield translate(_GIVEN, language)


def _document(document: DocumentToConfirm, language: str) -> str:
    parts = [document.file_name, size(document.size, language)]
    if document.page_count:
        parts.append(translate(_PAGES, language, {"count": grouped(document.page_count, language)}))
    return " · ".join(parts)


def _row(one: ListToConfirm, language: str) -> tuple[str, ...]:
    counts = (one.rows, one.excluded, one.merged, one.already, one.recipients)
    return (one.file_name, *(grouped(count, language) for count in counts))


def _facts(facts: dict[str, str], language: str) -> tuple[Fact, ...]:
    return tuple(Fact(translate(label, language), text) for label, text in facts.items())


def _or_none(number: int | None) -> str:
    return _NONE if number is None else str(number)
