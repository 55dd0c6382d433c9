"""The answer of `check` as people read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.text import Text

from eboxcast.cli.package.check_json import totals_of
from eboxcast.cli.shell.tables import aligned
from eboxcast.lib.formatting import grouped, size
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, translate
from eboxcast.package.faults import FAULTS, Fault, Level, remedy_of, sentence_of
from eboxcast.package.model import Checked

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


def show(checked: Checked, *, language: str, out: Console, hint: bool = True) -> None:
    """Print the answer: the verdict first, then what was read, then what is wrong; ``hint`` at the rejected rows."""
    _verdict(checked, language, out)
    facts = list(_facts(checked, language))
    for line in aligned(facts):
        out.print(Text("  " + line))
    if checked.lists:
        out.print()
        _lists(checked, language, out)
    by_code: dict[str, list[Fault]] = {}
    for fault in checked.faults:
        by_code.setdefault(fault.code, []).append(fault)
    for code, faults in by_code.items():
        count = checked.fault_counts.get(code, len(faults))
        more = _MORE_ROWS if hint and FAULTS[code].level is Level.ROW else _MORE
        _kind(code, faults, count=count, more=more, language=language, out=out)


def _verdict(checked: Checked, language: str, out: Console) -> None:
    totals = totals_of(checked.lists)
    excluded, count = totals["excluded"], sum(checked.fault_counts.values())
    if checked.package is None:
        mark, style, sentence = "✗", "bold red", _WRONG
    elif excluded:
        mark, style, sentence = "!", "bold yellow", _RIGHT_WITHOUT_SOME
    else:
        mark, style, sentence = "✓", "bold green", _RIGHT
    numbers = {"recipients": totals["recipients"], "excluded": excluded, "count": count}
    out.print(Text(f"{mark} {translate(sentence, language, _grouped(numbers, language))}", style=style))


def _facts(checked: Checked, language: str) -> Iterator[tuple[str, str]]:
    document, metadata = checked.document, checked.metadata
    if document:
        pages = document.page_count
        parts = [mask_and_strip(document.file_name), document.media_type, size(document.size, language)]
        if pages:
            parts.append(translate(_ONE_PAGE if pages == 1 else _PAGES, language, {"count": grouped(pages, language)}))
        yield translate(_DOCUMENT, language), " · ".join(parts)
    if metadata:
        ticket = [mask_and_strip(metadata.ticket)]
        if metadata.sequence is not None:
            ticket.append(translate(_SEQUENCE, language, {"sequence": metadata.sequence}))
        kind = (metadata.message_type, metadata.ebox_type.value, metadata.language.upper())
        yield translate(_TITLE, language), mask_and_strip(metadata.title)
        yield translate(_TICKET, language), " · ".join(ticket)
        yield translate(_SENDER, language), mask_and_strip(f"{metadata.institution} · {metadata.application}")
        yield translate(_TYPE, language), mask_and_strip(" · ".join(kind))


def _lists(checked: Checked, language: str, out: Console) -> None:
    rows = [tuple(translate(name, language) for name in _LISTS)]
    for account in checked.lists:
        numbers = (account.rows, account.excluded, account.merged, account.recipients)
        written = " ".join(part for part in (account.encoding.upper(), _separator(account.separator)) if part)
        cells = (*(grouped(number, language) for number in numbers), written, mask_and_strip(account.column or ""))
        rows.append((mask_and_strip(account.file_name), *cells))
    if len(checked.lists) > 1:
        totals = totals_of(checked.lists)
        cells = tuple(grouped(totals[name], language) for name in ("rows", "excluded", "merged", "recipients"))
        rows.append((translate(_TOTAL, language), *cells, "", ""))
    heading, *lines = aligned(rows, to_the_right=range(1, 5))
    out.print(Text("  " + heading, style="dim"))
    for line in lines:
        out.print(Text("  " + line))


def _separator(separator: str) -> str:
    return "TAB" if separator == "\t" else separator


def _kind(code: str, faults: list[Fault], *, count: int, more: str, language: str, out: Console) -> None:
    out.print()
    out.print(Text.assemble(("✗ ", "red"), (code, "bold"), f"  ({grouped(count, language)})"))
    for place in _places(faults[:MOST_PLACES], language):
        out.print(Text("    " + place))
    rest = count - min(len(faults), MOST_PLACES)
    if rest:
        out.print(Text("    " + translate(more, language, {"count": grouped(rest, language)}), style="dim"))
    for remedy in dict.fromkeys(remedy_of(fault, language) for fault in faults[:MOST_PLACES]):
        out.print(Text("  → " + mask_and_strip(remedy), style="cyan"))


def _places(faults: Sequence[Fault], language: str) -> Iterator[str]:
    """Say each sentence once for all its lines in a file."""
    lines: dict[tuple[str, str], list[int]] = {}
    for fault in faults:
        lines.setdefault((fault.file, sentence_of(fault, language)), []).extend([fault.line] if fault.line else [])
    for (file, sentence), numbers in lines.items():
        data = {"file": file, "sentence": sentence, "lines": ", ".join(map(str, numbers))}
        how = _AT_LINES if len(numbers) > 1 else _AT_LINE if numbers else _IN_FILE
        yield mask_and_strip(translate(how, language, data))


def _grouped(numbers: Mapping[str, int], language: str) -> dict[str, str]:
    return {name: grouped(number, language) for name, number in numbers.items()}
