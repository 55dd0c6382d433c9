"""Every kind of fault a package can have: its code, what it says, and what to do about it."""

from __future__ import annotations

from eboxcast.lib.translation import N_, translate
from eboxcast.package.faults.catalogue import DOCUMENT_FAULTS, METADATA_FAULTS, PACKAGE_FAULTS
from eboxcast.package.faults.kinds import FaultKind, Level
from eboxcast.package.model import Fault


def _row(code: str, sentence: str, remedy: str) -> FaultKind:
    return FaultKind(code=code, level=Level.ROW, sentence=sentence, remedy=remedy)


def _list(code: str, sentence: str, remedy: str) -> FaultKind:
    return FaultKind(code=code, level=Level.LIST, sentence=sentence, remedy=remedy)


_CORRECT_IT = N_("Correct the number from the source.")
_EXPORT_AS_TEXT = N_("Export the list again from the source, with this column as text.")
_LIKELY = N_("It was probably {likely}.")

ROW_FAULTS = (
    _row("row.empty", N_("The identifier is missing."), N_("Fill in the identifier or remove the row.")),
    _row(
        "row.column-missing",
        N_("The row has only {found} columns; the identifier stands in column {column}."),
        N_("Complete the row or remove it."),
    ),
    _row("row.length", N_("The number has {found} digits instead of {expected}."), _CORRECT_IT),
    _row("row.characters", N_("The identifier holds something else than digits."), _CORRECT_IT),
    _row("row.check-digits", N_("The check digits are wrong."), _CORRECT_IT),
    _row("row.month", N_("The month in the number cannot be."), _CORRECT_IT),
    _row("row.future-birth", N_("The year of birth in the number lies in the future."), _CORRECT_IT),
    _row("row.zero", N_("The number consists of zeros."), _CORRECT_IT),
    _row("row.leading-zero-lost", N_("A spreadsheet has removed the zeros at the start."), _EXPORT_AS_TEXT),
    _row("row.scientific", N_("A spreadsheet has turned the number into a form like 8.5E+10."), _EXPORT_AS_TEXT),
    _row("row.decimal", N_("A spreadsheet has turned the number into a decimal one."), _EXPORT_AS_TEXT),
    _row("row.letter", N_("The number holds a letter that looks like a digit."), _CORRECT_IT),
    _row(
        "row.enterprise-number",
        N_("This is an enterprise number, but the list is for citizens."),
        N_("Remove the row, or publish to enterprises with a package of their own."),
    ),
    _row(
        "row.citizen-number",
        N_("This is a citizen's number, but the list is for enterprises."),
        N_("Remove the row, or publish to citizens with a package of their own."),
    ),
    _row(
        "row.establishment-unit",
        N_("This is the number of an establishment unit, not of an enterprise."),
        N_("Use the number of the enterprise; it starts with 0 or 1."),
    ),
    _row("row.first-digit", N_("An enterprise number starts with 0 or 1."), _CORRECT_IT),
)

LIST_FAULTS = (
    _list(
        "list.unreadable",
        N_("The file cannot be read: {reason}."),
        N_("Check that the file is there and that you may read it."),
    ),
    _list(
        "list.changed",
        N_("The file changed while it was being read."),
        N_("Wait until it is complete, then check again."),
    ),
    _list("list.empty", N_("The file is empty."), N_("Export the list again from the source.")),
    _list(
        "list.no-rows",
        N_("The file has a header but no recipients."),
        N_("Export the list again from the source."),
    ),
    _list(
        "list.no-identifier-column",
        N_("No column holds the identifiers; the first line has: {columns}."),
        N_("Name the column NISS (citizens) or CBE (enterprises) in the first line."),
    ),
    _list(
        "list.two-identifier-columns",
        N_("More than one column holds identifiers: {columns}."),
        N_("Keep only the column with the recipients, or rename the others."),
    ),
    _list(
        "list.wrong-kind",
        N_("The column {column} names another kind of recipient than the metadata ({ebox_type})."),
        N_("Give the list of that kind, or correct EboxType in the metadata."),
    ),
    _list(
        "list.utf-16-without-bom",
        N_("The file is written in UTF-16 but does not say so at its start."),
        N_("Save it as UTF-8, or as UTF-16 with a byte order mark."),
    ),
    _list(
        "list.nul-byte",
        N_("The file holds a NUL byte, which is no text."),
        N_("The file is damaged or not a CSV; export it again from the source."),
    ),
    _list(
        "list.encoding",
        N_("The file says it is UTF-16, but it cannot be read as such."),
        N_("The file is damaged; export it again from the source, as UTF-8."),
    ),
    _list(
        "list.quote-open",
        N_("A quotation mark opened on this line is never closed."),
        N_("Close it, or remove it."),
    ),
    _list(
        "list.line-too-long",
        N_("The line is longer than {limit} bytes."),
        N_("Check that the file is a CSV with one recipient per line."),
    ),
    _list(
        "list.too-big",
        N_("The file is too big for a recipient list: more than {limit} MB."),
        N_("Keep only the column with the identifiers."),
    ),
    _list(
        "list.too-many-lines",
        N_("The file has more than {limit} lines, most of them blank."),
        N_("Remove the blank lines."),
    ),
    _list(
        "list.too-many-rows",
        N_("The list has {rows} rows; at most {limit} are allowed."),
        N_("Split it into {parts} lists: {command}"),
    ),
    _list(
        "list.duplicate",
        N_("The same recipient stands at line {first_line} of {first_file}."),
        N_("Remove one of the two rows, or let duplicates be merged."),
    ),
    _list(
        "list.all-faulty",
        N_("All {rows} rows are faulty: nothing is left to publish."),
        N_("Correct the list; excluding faulty rows does not help here."),
    ),
)

FAULTS: dict[str, FaultKind] = {
    kind.code: kind for kind in (*PACKAGE_FAULTS, *DOCUMENT_FAULTS, *METADATA_FAULTS, *LIST_FAULTS, *ROW_FAULTS)
}


def sentence_of(fault: Fault, language: str) -> str:
    """Return what is wrong, in a language, without its place."""
    sentence = translate(FAULTS[fault.code].sentence, language, _data_of(fault))
    if "likely" in fault.data:
        sentence += " " + translate(_LIKELY, language, _data_of(fault))
    return sentence


def remedy_of(fault: Fault, language: str) -> str:
    """Return what to do about it, in a language."""
    return translate(FAULTS[fault.code].remedy, language, _data_of(fault))


def _data_of(fault: Fault) -> dict[str, object]:
    return {"file": fault.file, "line": fault.line, "place": fault.place, **fault.data}
