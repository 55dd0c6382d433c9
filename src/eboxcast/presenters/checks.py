"""What checking a package found, made from the faults and accounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from eboxcast.lib.formatting import grouped
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, translate
from eboxcast.package.faults import FAULTS, Fault, remedy_of, sentence_of
from eboxcast.package.model import Checked, Document, ListAccount, Metadata, SheetAccount
from eboxcast.presenters.schemas.check import (
    CheckAnswer,
    CheckedDocument,
    CheckedList,
    CheckedMetadata,
    CheckedSheet,
    FoundFault,
    PoliciesUsed,
    Totals,
)

_FILTERED = N_("A filter is active. The hidden rows are part of the list: {count}.")
_HIDDEN_ROWS = N_("Rows are hidden. The hidden rows are part of the list: {count}.")
_HIDDEN_COLUMNS = N_("Hidden columns: {names}.")
_OTHER_SHEETS = N_("Sheets that are not read: {names}.")
_HIDDEN_SHEETS = N_("Hidden sheets that are not read: {names}.")
_FORMULAS = N_("The sheet contains formulas. Their last calculated values are read.")
_MERGED = N_("Merged cells: {count}. Only the first of them has a value.")

_MOST = 1000
"""How many faults of a code are shown: each has its sentences, and the rejected rows have them all."""


def check_answer(checked: Checked, language: str) -> CheckAnswer:
    """Return the answer about a package. Its sentences are in the language of the reader."""
    return CheckAnswer(
        ok=checked.package is not None,
        policies=PoliciesUsed(
            duplicates=checked.policies.duplicates.value,
            faulty_rows=checked.policies.faulty_rows.value,
            sheet=_shown_text(checked.policies.choice.sheet),
            column=_shown_text(checked.policies.choice.column),
        ),
        document=_document(checked.document) if checked.document else None,
        metadata=_metadata(checked.metadata) if checked.metadata else None,
        lists=tuple(checked_list(account, language) for account in checked.lists),
        totals=Totals(
            rows=sum(account.rows for account in checked.lists),
            excluded=sum(account.excluded for account in checked.lists),
            merged=sum(account.merged for account in checked.lists),
            recipients=sum(account.recipients for account in checked.lists),
        ),
        fault_counts=dict(checked.fault_counts),
        faults=tuple(_fault(fault, language) for fault in _shown(checked)),
    )


def _shown(checked: Checked) -> Iterator[Fault]:
    shown = Counter[str]()
    for fault in checked.faults:
        shown[fault.code] += 1
        if shown[fault.code] <= _MOST:
            yield fault


def _document(document: Document) -> CheckedDocument:
    return CheckedDocument(
        file_name=mask_and_strip(document.file_name),
        media_type=document.media_type,
        size=document.size,
        sha256=document.digest.hex(),
        page_count=document.page_count,
    )


def _metadata(metadata: Metadata) -> CheckedMetadata:
    return CheckedMetadata(
        file_name=mask_and_strip(metadata.file_name),
        ticket=mask_and_strip(metadata.ticket),
        sequence=metadata.sequence,
        application=mask_and_strip(metadata.application),
        institution=metadata.institution,
        message_type=mask_and_strip(metadata.message_type),
        ebox_type=metadata.ebox_type.value,
        language=metadata.language,
        title=mask_and_strip(metadata.title),
        sha256=metadata.file_digest.hex(),
        content_sha256=metadata.content_digest.hex(),
    )


def checked_list(account: ListAccount, language: str) -> CheckedList:
    """Return the account of one list."""
    return CheckedList(
        file_name=mask_and_strip(account.file_name),
        sha256=account.digest.hex() or None,
        size=account.size,
        rows=account.rows,
        excluded=account.excluded,
        merged=account.merged,
        recipients=account.recipients,
        faults=dict(account.faults),
        encoding=account.encoding,
        separator=account.separator,
        column=_shown_text(account.column),
        sheet=_sheet(account.sheet, language) if account.sheet else None,
    )


def _sheet(sheet: SheetAccount, language: str) -> CheckedSheet:
    return CheckedSheet(
        name=mask_and_strip(sheet.name),
        column=sheet.column,
        first_row=sheet.first_row,
        first_values=sheet.first_values,
        hidden_rows=sheet.hidden_rows,
        hidden_columns=sheet.hidden_columns,
        filtered=sheet.is_filtered,
        formulas=sheet.has_formulas,
        merged=sheet.merged,
        other_sheets=tuple(map(mask_and_strip, sheet.other_sheets)),
        hidden_sheets=tuple(map(mask_and_strip, sheet.hidden_sheets)),
        notes=tuple(_notes(sheet, language)),
    )


def _notes(sheet: SheetAccount, language: str) -> Iterator[str]:
    """Yield what the sender may not have seen in the sheet."""
    rows = {"count": grouped(sheet.hidden_rows, language)}
    if sheet.is_filtered:
        yield translate(_FILTERED, language, rows)
    elif sheet.hidden_rows:
        yield translate(_HIDDEN_ROWS, language, rows)
    for sentence, names in (
        (_HIDDEN_COLUMNS, sheet.hidden_columns),
        (_OTHER_SHEETS, sheet.other_sheets),
        (_HIDDEN_SHEETS, sheet.hidden_sheets),
    ):
        if names:
            yield mask_and_strip(translate(sentence, language, {"names": ", ".join(names)}))
    if sheet.has_formulas:
        yield translate(_FORMULAS, language)
    if sheet.merged:
        yield translate(_MERGED, language, {"count": grouped(sheet.merged, language)})


def _shown_text(text: str | None) -> str | None:
    return mask_and_strip(text) if text else None


def _fault(fault: Fault, language: str) -> FoundFault:
    return FoundFault(
        code=fault.code,
        level=FAULTS[fault.code].level.value,
        file_name=mask_and_strip(fault.file),
        line=fault.line,
        place=_shown_text(fault.place),
        sheet=_shown_text(fault.sheet),
        column=fault.column,
        data={name: mask_and_strip(value) if isinstance(value, str) else value for name, value in fault.data.items()},
        sentence=mask_and_strip(sentence_of(fault, language)),
        remedy=mask_and_strip(remedy_of(fault, language)),
    )
