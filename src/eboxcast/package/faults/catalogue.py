"""Every kind of fault a package can have: its code, what it says, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from eboxcast.lib.next_action import NextAction
from eboxcast.lib.translation import N_


class Level(StrEnum):
    """What a fault is about. Only faults of rows can be excluded; all others stand against the whole package."""

    ROW = "list-row"
    LIST = "list"
    METADATA = "metadata"
    DOCUMENT = "document"
    PACKAGE = "package"
    SENDER = "sender"


@dataclass(frozen=True, kw_only=True)
class FaultKind:
    """One kind of fault. The ``{names}`` in its sentences are the fault's data, and its file, line and place."""

    code: str
    level: Level
    sentence: str
    remedy: str
    actions: Mapping[str, NextAction]
    """The next actions that its remedy may name."""


_ACTIONS: Mapping[str, NextAction] = {
    "sample": NextAction(action="package.sample"),
    "choose_column": NextAction(action="package.check", parameters={"directory": "DIR", "column": "COLUMN"}),
    "choose_sheet": NextAction(action="package.check", parameters={"directory": "DIR", "sheet": "SHEET"}),
    "split": NextAction(action="package.split", parameters={"list": "{path}", "max": "{limit}", "sheet": "{sheet}"}),
}


def _package(code: str, sentence: str, remedy: str) -> FaultKind:
    return FaultKind(code=code, level=Level.PACKAGE, sentence=sentence, remedy=remedy, actions=_ACTIONS)


def _metadata(code: str, sentence: str, remedy: str) -> FaultKind:
    return FaultKind(code=code, level=Level.METADATA, sentence=sentence, remedy=remedy, actions=_ACTIONS)


def _document(code: str, sentence: str, remedy: str) -> FaultKind:
    return FaultKind(code=code, level=Level.DOCUMENT, sentence=sentence, remedy=remedy, actions=_ACTIONS)


def _row(code: str, sentence: str, remedy: str) -> FaultKind:
    return FaultKind(code=code, level=Level.ROW, sentence=sentence, remedy=remedy, actions=_ACTIONS)


def _list(code: str, sentence: str, remedy: str) -> FaultKind:
    return FaultKind(code=code, level=Level.LIST, sentence=sentence, remedy=remedy, actions=_ACTIONS)


_THERE_AND_READABLE = N_("Check that the file exists and that you have permission to read it.")
_WAIT = N_("Wait until it is complete, then check again.")
_COMPARE = N_("Compare it with the annotated file that `{sample}` writes.")
_ONLY_THREE = N_("Keep only the metadata, the document and the recipient lists in the directory.")
_COPY_IT = N_("Replace the link with the file itself.")
_SHORTEN = N_("Shorten it.")
_FILL_IN = N_("Fill it in, or remove the element if it is optional.")
_EXPORT_PDF = N_("Export the document again as a plain PDF, from the program it was written in.")
_CORRECT_IT = N_("Look up the correct number in the source data.")
_EXPORT_AS_TEXT = N_("Export the list again from the source, with this column as text.")

PACKAGE_FAULTS = (
    _package(
        "package.not-a-directory", N_("This is not a directory."), N_("Give a directory that contains the three files.")
    ),
    _package(
        "package.unreadable",
        N_("The directory cannot be read: {reason}."),
        N_("Check that it exists and that you have permission to read it."),
    ),
    _package(
        "package.no-metadata",
        N_("There is no metadata file: no .xml file has the root element Broadcast of {namespace}."),
        N_("Add it; `{sample}` writes an annotated example."),
    ),
    _package(
        "package.two-metadata",
        N_("There is more than one metadata file: {names}."),
        N_("A package is one broadcast: keep one of them, and move the others to their own directories."),
    ),
    _package(
        "package.no-document",
        N_("The metadata names the document {name}, but this file is missing."),
        N_("Add the document under exactly this name, or correct DownloadFileName."),
    ),
    _package(
        "package.second-document",
        N_("This looks like a second document; the metadata names {name}."),
        N_("A package has one document: remove this one, or correct DownloadFileName."),
    ),
    _package(
        "package.no-list",
        N_("There is no recipient list."),
        N_("Add at least one .csv, .xlsx or .ods file with one recipient per line."),
    ),
    _package("package.stray-file", N_("This file does not belong in a package."), _ONLY_THREE),
    _package("package.directory-inside", N_("This is a directory, but a package contains only files."), _ONLY_THREE),
    _package("package.link-inside", N_("This is a link to another file, and links are not followed."), _COPY_IT),
    _package("package.special-file-inside", N_("This is not a regular file."), _COPY_IT),
    _package(
        "package.same-name",
        N_("Two recipient lists have this name, so they cannot be told apart."),
        N_("Rename one of them."),
    ),
)

METADATA_FAULTS = (
    _metadata("metadata.unreadable", N_("The file cannot be read: {reason}."), _THERE_AND_READABLE),
    _metadata("metadata.changed", N_("The file changed while it was being read."), _WAIT),
    _metadata("metadata.empty", N_("The metadata file is empty."), _COMPARE),
    _metadata(
        "metadata.too-big",
        N_("The metadata file has {size} bytes; at most {limit} are allowed."),
        N_("Check that it is the right file. Metadata is about one page of text."),
    ),
    _metadata(
        "metadata.encoding",
        N_("The file is not in the required encoding: {encoding}."),
        N_("Save it as UTF-8."),
    ),
    _metadata(
        "metadata.encoding-unknown",
        N_("The file declares the encoding {encoding}, which is not accepted."),
        N_("Save it as UTF-8."),
    ),
    _metadata(
        "metadata.dtd",
        N_("The file has a DTD or defines entities, which are not accepted."),
        N_(
            "Remove everything from <!DOCTYPE up to its closing bracket, and write the text itself instead of entities."
        ),
    ),
    _metadata(
        "metadata.instruction",
        N_("The file contains a processing instruction, <?{name} …?>, which is not accepted."),
        N_("Remove it."),
    ),
    _metadata("metadata.not-well-formed", N_("From column {column} onwards, this is not valid XML."), _COMPARE),
    _metadata(
        "metadata.tags",
        N_("The opening and closing tags do not match."),
        N_("Close each element with the name it was opened with, in reverse order."),
    ),
    _metadata(
        "metadata.ampersand",
        N_("There is a bare & or < in the text, or an entity that is not defined in XML."),
        N_("Write &amp; for & and &lt; for <, and all other characters as they are."),
    ),
    _metadata(
        "metadata.namespace",
        N_("The root element is in the namespace {found}, not in {namespace}."),
        N_('Write it as <Broadcast xmlns="urn:eboxcast:broadcast:1">.'),
    ),
    _metadata(
        "metadata.no-namespace",
        N_("The root element has no namespace."),
        N_('Write it as <Broadcast xmlns="urn:eboxcast:broadcast:1">.'),
    ),
    _metadata("metadata.root", N_("The root element is {place}, not Broadcast."), _COMPARE),
    _metadata(
        "metadata.unknown-element",
        N_("{place} is not allowed inside {parent}."),
        N_("Remove it, or correct its name. Capital letters matter."),
    ),
    _metadata(
        "metadata.foreign-element",
        N_("{place} is in a different namespace from the rest."),
        N_("Remove the prefix or the xmlns of this element."),
    ),
    _metadata("metadata.attribute", N_("{place} has an unknown attribute: {name}."), N_("Remove it.")),
    _metadata(
        "metadata.order",
        N_("{place} is in the wrong position: it must come before {before}."),
        N_("Put the elements in the same order as in the annotated file that `{sample}` writes."),
    ),
    _metadata("metadata.missing", N_("{place} is missing inside {parent}."), N_("Add it.")),
    _metadata("metadata.twice", N_("{place} appears here twice."), N_("Keep one of them.")),
    _metadata("metadata.too-many", N_("{place} appears more than {most} times."), N_("Remove the others.")),
    _metadata(
        "metadata.two-languages",
        N_("The metadata names more than one language, but a broadcast has only one."),
        N_("Make a separate package for each language, with its own document, metadata and recipient lists."),
    ),
    _metadata(
        "metadata.text",
        N_("There is text inside {place}, which can only contain elements."),
        N_("Remove the text, or put it inside the right element."),
    ),
    _metadata("metadata.empty-value", N_("{place} is empty."), _FILL_IN),
    _metadata("metadata.too-long", N_("{place} has {found} characters; at most {most} are allowed."), _SHORTEN),
    _metadata(
        "metadata.too-short",
        N_("{place} has {found} characters; at least {least} are needed."),
        N_("Write the full value, as agreed."),
    ),
    _metadata(
        "metadata.sequence", N_("{place} is not a whole number from 0 to 99999."), N_("Correct it, or leave it out.")
    ),
    _metadata(
        "metadata.institution",
        N_("{place} is not a CBE number of ten digits that starts with 0 or 1."),
        N_("Write the ten digits without dots or spaces."),
    ),
    _metadata(
        "metadata.institution-check-digits",
        N_("The check digits of the CBE number in {place} are wrong."),
        N_("Look up the correct number in the source data."),
    ),
    _metadata("metadata.ebox-type", N_("{place} must be CITIZEN or ENTERPRISE."), N_("Write one of the two.")),
    _metadata("metadata.language", N_("{place} must be FR, NL or DE."), N_("Write one of the three.")),
    _metadata(
        "metadata.language-not-allowed",
        N_("The message type does not allow the language {language}."),
        N_("Use another language, or ask for the message type to be changed."),
    ),
    _metadata(
        "metadata.media-type",
        N_("{place} is not one of the media types that an eBox accepts."),
        N_("Write application/pdf or text/plain, or leave it out."),
    ),
    _metadata(
        "metadata.digest-method",
        N_("{place} is not SHA-256."),
        N_("Compute the digest with SHA-256 and write SHA-256."),
    ),
    _metadata(
        "metadata.digest-value",
        N_("{place} is not a SHA-256 value in base64url, base64 or hexadecimal."),
        N_("Compute it again, or leave Digest out."),
    ),
    _metadata(
        "metadata.meta-for-citizens",
        N_("Meta is only for enterprises, and this message is for citizens."),
        N_("Remove it, or correct EboxType."),
    ),
    _metadata("metadata.schema", N_("The metadata does not follow broadcast.xsd."), _COMPARE),
)

DOCUMENT_FAULTS = (
    _document("document.unreadable", N_("The file cannot be read: {reason}."), _THERE_AND_READABLE),
    _document("document.changed", N_("The file changed while it was being read."), _WAIT),
    _document("document.empty", N_("The document is empty."), N_("Export the document again.")),
    _document(
        "document.too-big",
        N_("The document has {size} bytes; at most {limit} are allowed."),
        N_("Make it smaller, for example by compressing its images."),
    ),
    _document(
        "document.file-name-too-long",
        N_("The file name has {found} characters; at most {most} are allowed."),
        N_("Choose a shorter name, in DownloadFileName too."),
    ),
    _document(
        "document.file-name-unsafe",
        N_("The file name contains a character that is not allowed on recipients' computers."),
        N_("Use letters, digits, spaces, dots, hyphens and underscores, in DownloadFileName too."),
    ),
    _document(
        "document.type-unknown",
        N_("The file name does not show what kind of document it is."),
        N_("Give it an extension such as .pdf or .txt, or fill in MIME in the metadata."),
    ),
    _document(
        "document.type-not-allowed",
        N_("The message type does not allow documents of the type {media_type}."),
        N_("Use one of these: {allowed}."),
    ),
    _document(
        "document.extension",
        N_("The metadata says {media_type}, but the file name ends in {extension}."),
        N_("Make MIME and the file name match."),
    ),
    _document(
        "document.content",
        N_("The document should be {expected}, but its content is {found}."),
        N_("Export the document in the right format. Changing the name or the extension is not enough."),
    ),
    _document(
        "document.content-unknown",
        N_("The document should be {expected}, but its content is something else."),
        N_("Export the document in the right format. Changing the name or the extension is not enough."),
    ),
    _document(
        "document.damaged",
        N_("The PDF is damaged or incomplete and cannot be opened."),
        N_("Export the document again, and make sure that the whole file is copied."),
    ),
    _document(
        "document.encrypted",
        N_("The PDF is encrypted or protected by a password."),
        N_("Export it without a password or other protection."),
    ),
    _document("document.javascript", N_("The PDF contains JavaScript."), _EXPORT_PDF),
    _document("document.launch", N_("The PDF contains an action that starts a program or opens a file."), _EXPORT_PDF),
    _document(
        "document.embedded-file",
        N_("The PDF contains another file."),
        N_("Remove the attachment; a broadcast has one document."),
    ),
    _document(
        "document.dynamic-form",
        N_("The PDF contains a dynamic form (XFA), which most programs cannot display."),
        _EXPORT_PDF,
    ),
    _document("document.no-pages", N_("The PDF has no pages."), N_("Export the document again.")),
    _document(
        "document.too-many-pages",
        N_("The PDF has {pages} pages; at most {limit} are allowed."),
        N_("Make it shorter: a broadcast is a letter."),
    ),
    _document(
        "document.too-much",
        N_("The PDF cannot be read within {seconds} seconds and {memory} MB of memory."),
        N_("Export the document again, in a simpler form."),
    ),
    _document(
        "document.nul-byte",
        N_("The document should be plain text, but it contains NUL bytes."),
        N_("Save it as plain text in UTF-8."),
    ),
    _document(
        "document.text-encoding",
        N_("The text is not in UTF-8 or Windows-1252."),
        N_("Save it as plain text in UTF-8."),
    ),
    _document(
        "document.digest",
        N_("The digest in the metadata (read as {form}) does not match the document."),
        N_("Check that this is the document that was approved, then compute its SHA-256 again or leave Digest out."),
    ),
)

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
    _row("row.date", N_("A spreadsheet changed the number to a date or a time."), _EXPORT_AS_TEXT),
    _row(
        "row.cell-error",
        N_("The cell contains an error of the spreadsheet, such as #N/A."),
        N_("Correct the formula, or look up the number in the source data."),
    ),
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
        N_("Choose the column, or keep only the one with the recipients: {choose_column}"),
    ),
    _list(
        "list.no-such-column",
        N_("There is no column {wanted}. The first line has: {columns}."),
        N_("Give the heading of a column, its number in a CSV file, or its letters in a spreadsheet."),
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
        "list.which-sheet",
        N_("More than one sheet could be the recipient list: {sheets}."),
        N_("Choose the sheet, or keep only the one with the recipients: {choose_sheet}"),
    ),
    _list(
        "list.no-such-sheet",
        N_("There is no sheet {wanted}. The spreadsheet has: {sheets}."),
        N_("Give the name of one of these sheets."),
    ),
    _list(
        "list.no-sheet",
        N_("No visible sheet of the spreadsheet contains data."),
        N_("Show the sheet with the recipients and save the file again, or choose the sheet: {choose_sheet}"),
    ),
    _list(
        "list.spreadsheet-inside",
        N_("This is a spreadsheet, but its name does not end in {extension}."),
        N_("Give the file a name that ends in {extension}, or export the list as CSV."),
    ),
    _list(
        "list.spreadsheet-format",
        N_("Spreadsheets of this kind ({format}) are not accepted."),
        N_("Save the list as .xlsx or .ods, or export it as CSV."),
    ),
    _list(
        "list.spreadsheet-encrypted",
        N_("The spreadsheet is encrypted or protected by a password."),
        N_("Save it without a password."),
    ),
    _list(
        "list.spreadsheet-damaged",
        N_("The spreadsheet is damaged and cannot be opened."),
        N_("Save it again as .xlsx or .ods from the program it was made with, or export it as CSV."),
    ),
    _list(
        "list.spreadsheet-too-big",
        N_("The spreadsheet is too large to be read."),
        N_("Keep only the sheet and the column with the identifiers, or export the list as CSV."),
    ),
    _list(
        "list.not-a-spreadsheet",
        N_("The name of the file ends in {extension}, but its content is not a spreadsheet."),
        N_("If it is a CSV file, give it a name that ends in .csv. Otherwise, save it again as .xlsx or .ods."),
    ),
    _list(
        "list.archive",
        N_("The file is an archive or an office document, not a recipient list."),
        N_("Save the list as .csv, .xlsx or .ods."),
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
        N_("Split it into {parts} lists: {split}"),
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
