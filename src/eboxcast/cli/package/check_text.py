"""The answer of `check` as people read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from eboxcast.lib.formatting import aligned, grouped, size
from eboxcast.lib.translation import N_, translate
from eboxcast.package.faults import Level
from eboxcast.presenters.schemas.check import CheckAnswer, CheckedList, FoundFault, Totals

MOST_PLACES = 5
"""How many places of one kind of fault are shown; the JSON answer and the rejected rows have more."""

_RIGHT = N_("The package is valid. Recipients: {recipients}.")
_RIGHT_WITHOUT_SOME = N_(
    "The package can be published without its faulty rows. Recipients: {recipients}. Left out: {excluded}."
)
_WRONG = N_("The package cannot be published. Faults: {count}.")
_ONE_PAGE = N_("one page")
_PAGES = N_("{count} pages")
_MORE = N_("and {count} more")
_MORE_ROWS = N_("and {count} more: use --rejected FILE to write all these rows")
_IN_FILE = N_("{file}: {sentence}")
_AT_LINE = N_("{file}, line {lines}: {sentence}")
_AT_LINES = N_("{file}, lines {lines}: {sentence}")
_DOCUMENT = N_("Document")
_TITLE = N_("Title")
_TICKET = N_("Ticket")
_SEQUENCE = N_("sequence {sequence}")
_SENDER = N_("Sender")
_TYPE = N_("Message type")
_LISTS = (
    N_("Recipient list"),
    N_("rows"),
    N_("faulty"),
    N_("merged"),
    N_("recipients"),
    N_("encoding"),
    N_("column"),
)
_TOTAL = N_("total")


def show(answer: CheckAnswer, *, language: str, hint: bool = True) -> None:
    """Print the answer: the verdict first, then what was read, then what is wrong; ``hint`` at the rejected rows."""
    out = Console(highlight=False, soft_wrap=True)
    _verdict(answer, language, out)
    facts = list(_facts(answer, language))
    for line in aligned(facts):
        out.print(Text("  " + line))
    if answer.lists:
        out.print()
        _lists(answer, language, out)
    by_code: dict[str, list[FoundFault]] = {}
    for fault in answer.faults:
        by_code.setdefault(fault.code, []).append(fault)
    for code, faults in by_code.items():
        count = answer.fault_counts.get(code, len(faults))
        more = _MORE_ROWS if hint and faults[0].level == Level.ROW else _MORE
        _kind(code, faults, count=count, more=more, language=language, out=out)


def _verdict(answer: CheckAnswer, language: str, out: Console) -> None:
    excluded, count = answer.totals.excluded, sum(answer.fault_counts.values())
    if not answer.ok:
        mark, style, sentence = "✗", "bold red", _WRONG
    elif excluded:
        mark, style, sentence = "!", "bold yellow", _RIGHT_WITHOUT_SOME
    else:
        mark, style, sentence = "✓", "bold green", _RIGHT
    numbers = {"recipients": answer.totals.recipients, "excluded": excluded, "count": count}
    data = {name: grouped(number, language) for name, number in numbers.items()}
    out.print(Text(f"{mark} {translate(sentence, language, data)}", style=style))


def _facts(answer: CheckAnswer, language: str) -> Iterator[tuple[str, str]]:
    document, metadata = answer.document, answer.metadata
    if document:
        pages = document.page_count
        parts = [document.file_name, document.media_type, size(document.size, language)]
        if pages:
            parts.append(translate(_ONE_PAGE if pages == 1 else _PAGES, language, {"count": grouped(pages, language)}))
        yield translate(_DOCUMENT, language), " · ".join(parts)
    if metadata:
        ticket = [metadata.ticket]
        if metadata.sequence is not None:
            ticket.append(translate(_SEQUENCE, language, {"sequence": metadata.sequence}))
        yield translate(_TITLE, language), metadata.title
        yield translate(_TICKET, language), " · ".join(ticket)
        yield translate(_SENDER, language), f"{metadata.institution} · {metadata.application}"
        kind = (metadata.message_type, metadata.ebox_type, metadata.language.upper())
        yield translate(_TYPE, language), " · ".join(kind)


def _lists(answer: CheckAnswer, language: str, out: Console) -> None:
    rows = [tuple(translate(name, language) for name in _LISTS)]
    for account in answer.lists:
        written = " ".join(part for part in (account.encoding.upper(), _separator(account.separator)) if part)
        rows.append((account.file_name, *_numbers(account, language), written, account.column or ""))
    if len(answer.lists) > 1:
        rows.append((translate(_TOTAL, language), *_numbers(answer.totals, language), "", ""))
    heading, *lines = aligned(rows, to_the_right=range(1, 5))
    out.print(Text("  " + heading, style="dim"))
    for line in lines:
        out.print(Text("  " + line))


def _numbers(account: CheckedList | Totals, language: str) -> tuple[str, ...]:
    numbers = (account.rows, account.excluded, account.merged, account.recipients)
    return tuple(grouped(number, language) for number in numbers)


def _separator(separator: str) -> str:
    return "TAB" if separator == "\t" else separator


def _kind(code: str, faults: Sequence[FoundFault], *, count: int, more: str, language: str, out: Console) -> None:
    shown = faults[:MOST_PLACES]
    out.print()
    out.print(Text.assemble(("✗ ", "red"), (code, "bold"), f"  ({grouped(count, language)})"))
    for place in _places(shown, language):
        out.print(Text("    " + place))
    rest = count - len(shown)
    if rest:
        out.print(Text("    " + translate(more, language, {"count": grouped(rest, language)}), style="dim"))
    for remedy in dict.fromkeys(fault.remedy for fault in shown):
        out.print(Text("  → " + remedy, style="cyan"))


def _places(faults: Sequence[FoundFault], language: str) -> Iterator[str]:
    """Say each sentence once for all its lines in a file."""
    lines: dict[tuple[str, str], list[int]] = {}
    for fault in faults:
        lines.setdefault((fault.file_name, fault.sentence), []).extend([fault.line] if fault.line else [])
    for (file, sentence), numbers in lines.items():
        data = {"file": file, "sentence": sentence, "lines": ", ".join(map(str, numbers))}
        how = _AT_LINES if len(numbers) > 1 else _AT_LINE if numbers else _IN_FILE
        yield translate(how, language, data)
