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


_CORRECT_IT = N_("Look up the correct number in the source data.")
_EXPORT_AS_TEXT = N_("Export the list again from the source, with this column as text.")
_LIKELY = N_("The correct value is probably {likely}.")

ROW_FAULTS = (
    _row("row.empty", N_("The identifier is missing."), N_("Fill in the identifier or remove the row.")),
    _row(
        "row.column-missing",
        N_("The row has only {found} columns, but the identifier is in column {column}."),
        N_("Complete the row or remove it."),
    ),
    _row("row.length", N_("The number has {found} digits instead of {expected}."), _CORRECT_IT),
    _row("row.characters", N_("The identifier contains characters that are not digits."), _CORRECT_IT),
    _row("row.check-digits", N_("The check digits are wrong."), _CORRECT_IT),
    _row("row.month", N_("The month in the number is not valid."), _CORRECT_IT),
    _row("row.future-birth", N_("The year of birth in the number is in the future."), _CORRECT_IT),
    _row("row.zero", N_("The number contains only zeros."), _CORRECT_IT),
    _row("row.leading-zero-lost", N_("A spreadsheet removed the zeros at the start of the number."), _EXPORT_AS_TEXT),
    _row("row.scientific", N_("A spreadsheet changed the number to a form like 8.5E+10."), _EXPORT_AS_TEXT),
    _row("row.decimal", N_("A spreadsheet changed the number to a decimal number."), _EXPORT_AS_TEXT),
    _row("row.letter", N_("The number contains a letter that looks like a digit."), _CORRECT_IT),
    _row(
        "row.enterprise-number",
        N_("This is an enterprise number, but the list is for citizens."),
        N_("Remove the row, or publish to enterprises with a separate package."),
    ),
    _row(
        "row.citizen-number",
        N_("This is a citizen's number, but the list is for enterprises."),
        N_("Remove the row, or publish to citizens with a separate package."),
    ),
    _row(
        "row.establishment-unit",
        N_("This is the number of an establishment unit, not of an enterprise."),
        N_("Use the number of the enterprise, which starts with 0 or 1."),
    ),
    _row("row.first-digit", N_("An enterprise number starts with 0 or 1."), _CORRECT_IT),
)

LIST_FAULTS = (
    _list(
        "list.unreadable",
        N_("The file cannot be read: {reason}."),
        N_("Check that the file exists and that you have permission to read it."),
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
        N_("No column contains the identifiers. The first line has: {columns}."),
        N_("Name the column NISS (citizens) or CBE (enterprises) in the first line."),
    ),
    _list(
        "list.two-identifier-columns",
        N_("More than one column contains identifiers: {columns}."),
        N_("Keep only the column with the recipients, or rename the others."),
    ),
    _list(
        "list.wrong-kind",
        N_("The column {column} is for a different kind of recipient than the metadata ({ebox_type})."),
        N_("Use a list for that kind of recipient, or correct EboxType in the metadata."),
    ),
    _list(
        "list.utf-16-without-bom",
        N_("The file is in UTF-16 but has no byte order mark."),
        N_("Save it as UTF-8, or as UTF-16 with a byte order mark."),
    ),
    _list(
        "list.nul-byte",
        N_("The file contains a NUL byte, which is not allowed in text."),
        N_("The file is damaged or is not a CSV file. Export it again from the source."),
    ),
    _list(
        "list.encoding",
        N_("The file has a UTF-16 byte order mark, but is not valid UTF-16."),
        N_("The file is damaged. Export it again from the source, as UTF-8."),
    ),
    _list(
        "list.quote-open",
        N_("The quotation mark opened on this line is never closed."),
        N_("Close it, or remove it."),
    ),
    _list(
        "list.line-too-long",
        N_("The line is longer than {limit} bytes."),
        N_("Check that the file is a CSV with one recipient per line."),
    ),
    _list(
        "list.too-big",
        N_("The file is too large for a recipient list: it is over {limit} MB."),
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
        N_("The same recipient is on line {first_line} of {first_file}."),
        N_("Remove one of the two rows, or choose to merge duplicates."),
    ),
    _list(
        "list.all-faulty",
        N_("All {rows} rows are faulty, so there is nothing left to publish."),
        N_("Correct the list. Leaving out the faulty rows does not help here."),
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
