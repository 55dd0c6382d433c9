"""`eboxcast check`: are the three files right? What was found, as people read it; the rejected rows, as a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from eboxcast.cli.shell import console, progress
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.options import AsJson, ColumnChoice, Language, SheetChoice
from eboxcast.cli.shell.private import write_private
from eboxcast.lib.errors import WrongUse
from eboxcast.lib.formatting import aligned, grouped, size
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.package.checking import DEFAULT_LIMITS, check_package
from eboxcast.package.directory import find_files
from eboxcast.package.faults import FAULTS, Fault, Level
from eboxcast.package.model import (
    Checked,
    Choice,
    Duplicates,
    EboxType,
    FaultyRows,
    Limits,
    ListAccount,
    PackageFiles,
    Policies,
)
from eboxcast.package.rejected import rejected_rows
from eboxcast.presenters.checks import check_answer
from eboxcast.presenters.json import json_text
from eboxcast.presenters.schemas.check import CheckAnswer, CheckedList, FoundFault, Totals


class WhatToCheck(WrongUse):
    """Neither a directory nor all three kinds of files were given, or both were."""

    code = "check.what"
    sentence = N_("It is not clear which files to check.")
    remedy = N_("Give either a directory, or --document, --metadata and --recipients.")


REFUSED = 3
_ENOUGH = 1000
_ALL_DUPLICATES = 10**7
_WRITTEN = N_("The rejected rows are in {path}.")
_CHECKING = N_("Checking the recipient lists")

DuplicatesPolicy = Annotated[Duplicates, typer.Option(help="Duplicate recipients: count once, or refuse the package.")]
FaultyRowsPolicy = Annotated[FaultyRows, typer.Option(help="Faulty rows: refuse the package, or leave them out.")]

app = command_app()


@app.command()
def main(
    directory: Annotated[Path | None, typer.Argument(help="The directory with the three kinds of files.")] = None,
    document: Annotated[Path | None, typer.Option(help="The document, if no directory is given.")] = None,
    metadata: Annotated[Path | None, typer.Option(help="The metadata file.")] = None,
    recipients: Annotated[list[Path] | None, typer.Option(help="A recipient list. May be repeated.")] = None,
    as_json: AsJson = False,
    rejected: Annotated[Path | None, typer.Option(help="Write the faulty rows to this file.")] = None,
    language: Annotated[Language | None, typer.Option(help="The language of the answer.")] = None,
    duplicates: Annotated[Duplicates, typer.Option(help="What to do with duplicate recipients.")] = Duplicates.MERGE,
    faulty_rows: Annotated[FaultyRows, typer.Option(help="What to do with faulty rows.")] = FaultyRows.BLOCK,
    sheet: SheetChoice = None,
    column: ColumnChoice = None,
) -> None:
    """Check the three files of a package and show everything wrong with them. Exits with 3 if there are faults."""
    files = _files(directory, document, metadata, recipients)
    spoken = language.value if language else language_of_user()
    policies = Policies(duplicates=duplicates, faulty_rows=faulty_rows, choice=Choice(sheet=sheet, column=column))
    # All duplicates have to be known to be given back; otherwise a thousand faults are enough to read.
    cap = _ALL_DUPLICATES if rejected and duplicates is Duplicates.BLOCK else _ENOUGH
    checked = _check_with_progress(files, policies=policies, language=spoken, cap=cap)
    written = _write_rejected(checked, files, out=rejected, language=spoken) if rejected else []
    answer = check_answer(checked, spoken)
    if as_json:
        typer.echo(json_text(answer))
    else:
        show(answer, language=spoken, hint=rejected is None)
    for path in written:
        console.line(translate(_WRITTEN, spoken, {"path": mask_and_strip(str(path))}))
    if checked.package is None:
        raise typer.Exit(REFUSED)


def _check_with_progress(
    files: PackageFiles | Path,
    *,
    policies: Policies,
    language: str,
    limits: Limits = DEFAULT_LIMITS,
    cap: int = _ENOUGH,
) -> Checked:
    """Check a package, with progress on standard error when it takes long."""
    with progress.shown(translate(_CHECKING, language)) as reach:
        return check_package(files, policies=policies, limits=limits, progress=reach, cap=cap)


def _files(
    directory: Path | None, document: Path | None, metadata: Path | None, recipients: list[Path] | None
) -> PackageFiles | Path:
    named = [document, metadata, recipients]
    if directory and not any(named):
        return directory
    if directory is None and document and metadata and recipients:
        return PackageFiles(metadata=metadata, document=document, lists=tuple(recipients))
    raise WhatToCheck


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
_IN_SHEET = N_("{file}, sheet {sheet}: {sentence}")
_AT_ROW = N_("{file}, sheet {sheet}, row {lines}: {sentence}")
_AT_CELL = N_("{file}, sheet {sheet}, row {lines}, column {column}: {sentence}")
_AT_CELLS = N_("{file}, sheet {sheet}, rows {lines}, column {column}: {sentence}")
_SHEET = N_("{file}: sheet {sheet}, column {column}, recipients from row {row}. The first are: {first}")
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
    out = Console(highlight=False, emoji=False, soft_wrap=True)
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
    for account in answer.lists:
        told = tuple(sheet_lines(account, language))
        if told:
            out.print()
        for line in told:
            out.print(Text("  " + line))


def sheet_lines(account: CheckedList, language: str) -> Iterator[str]:
    """Yield what is read of a spreadsheet, and what its sender may not have seen in it."""
    sheet = account.sheet
    if sheet is None:
        return
    data = {
        "file": account.file_name,
        "sheet": sheet.name,
        "column": sheet.column,
        "row": sheet.first_row,
        "first": ", ".join(sheet.first_values),
    }
    yield translate(_SHEET, language, data)
    yield from (f"! {note}" for note in sheet.notes)


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
    lines: dict[tuple[str, str | None, str | None, str], list[int]] = {}
    for fault in faults:
        place = (fault.file_name, fault.sheet, fault.column, fault.sentence)
        lines.setdefault(place, []).extend([fault.line] if fault.line else [])
    for (file, sheet, column, sentence), numbers in lines.items():
        if sheet:
            how = _AT_CELLS if len(numbers) > 1 else _AT_CELL if column else _AT_ROW if numbers else _IN_SHEET
        else:
            how = _AT_LINES if len(numbers) > 1 else _AT_LINE if numbers else _IN_FILE
        where = {"file": file, "sheet": sheet, "column": column, "lines": ", ".join(map(str, numbers))}
        yield translate(how, language, {**where, "sentence": sentence})


class OutputInTheWay(WrongUse):
    """The output would overwrite a file that was given as input."""

    code = "output.in-the-way"
    sentence = N_("{path} is one of the files to check, so it was not overwritten.")
    remedy = N_("Choose another name for the output file.")


class OutputInPackage(WrongUse):
    """The output would become a part of the package."""

    code = "output.in-package"
    sentence = N_("{path} is inside the package and would be read as a recipient list.")
    remedy = N_("Choose a location outside the package.")


def _write_rejected(checked: Checked, files: PackageFiles | Path, *, out: Path, language: str) -> list[Path]:
    """Write the faulty rows in the sender's own columns; with several lists, each has a file with its name in it."""
    lists = find_files(files).lists if isinstance(files, Path) else files.lists
    by_name = {account.file_name: account for account in checked.lists}
    targets = {}
    for path in lists:
        if _has_rejected_rows(by_name[path.name], checked):
            targets[path] = out if len(lists) == 1 else out.with_name(f"{out.stem}-{_name_in(path, lists)}{out.suffix}")
    _refuse_in_the_way((out, *targets.values()), files)
    for path, target in targets.items():
        # The same command run again writes the same file again.
        write_private(target, _rows(path, by_name[path.name], checked, language), force=True)
    return list(targets.values())


def _name_in(path: Path, lists: Sequence[Path]) -> str:
    """Return the name of a list without its ending, where no other list has the same."""
    alone = [each.stem for each in lists].count(path.stem) == 1
    return path.stem if alone else path.name


def _refuse_in_the_way(targets: Iterable[Path], files: PackageFiles | Path) -> None:
    """Raise before anything is written when a file to check would be overwritten, or the package would grow."""
    inputs = set() if isinstance(files, Path) else {files.metadata, files.document, *files.lists}
    given = {path.resolve() for path in inputs}
    for target in targets:
        if target.resolve() in given:
            raise OutputInTheWay(path=target)
        if isinstance(files, Path) and target.resolve().parent == files.resolve():
            raise OutputInPackage(path=target)


def _has_rejected_rows(account: ListAccount, checked: Checked) -> bool:
    faulty = any(FAULTS[code].level is Level.ROW for code in account.faults)
    return faulty or any(fault.file == account.file_name for fault in _duplicates(checked))


def _duplicates(checked: Checked) -> Iterator[Fault]:
    return (fault for fault in checked.faults if fault.code == "list.duplicate")


def _rows(path: Path, account: ListAccount, checked: Checked, language: str) -> Iterator[bytes]:
    ebox_type = checked.metadata.ebox_type if checked.metadata else EboxType.CITIZEN
    return rejected_rows(
        path,
        account_digest=account.digest,
        ebox_type=ebox_type,
        language=language,
        choice=checked.policies.choice,
        duplicates=_duplicates(checked),
    )
